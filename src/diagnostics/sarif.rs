//! Diagnostics as SARIF 2.1.0, the format of code-scanning services: one run, its rules the codes that occur, columns
//! in Unicode characters. Paths become URI references relative to where the checker ran.

use serde_json::{Value, json};

use super::place::Place;
use super::{Code, Diagnostic, Edit, Fix, Label, Report, Severity};
use crate::source::{Sources, Span};

/// The log for `reports`, pretty-printed and without a final newline.
pub fn document(reports: &[Report<'_>]) -> String {
    let rules = rules_used(reports);
    let results = reports.iter().flat_map(|report| {
        let rules = &rules;
        report.diagnostics.iter().map(move |diagnostic| result(diagnostic, report.sources, rules))
    });
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "ftc",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|code| rule(code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    });
    format!("{log:#}")
}

fn rules_used(reports: &[Report<'_>]) -> Vec<&'static Code> {
    let mut rules: Vec<_> = reports.iter().flat_map(|report| report.diagnostics).map(|one| one.code).collect();
    rules.sort_by_key(|code| code.id);
    rules.dedup_by_key(|code| code.id);
    rules
}

fn rule(code: &Code) -> Value {
    json!({
        "id": code.id,
        "shortDescription": { "text": code.title },
        "help": { "text": format!("Run `ftc explain {}`.", code.id), "markdown": code.explanation() },
        "defaultConfiguration": { "level": level(code.severity) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn result(diagnostic: &Diagnostic, sources: &Sources, rules: &[&Code]) -> Value {
    let related = diagnostic.related.iter().enumerate().map(|(at, label)| related_location(at, label, sources));
    let mut result = json!({
        "ruleId": diagnostic.code.id,
        "ruleIndex": rules.iter().position(|code| code.id == diagnostic.code.id),
        "level": level(diagnostic.code.severity),
        "message": { "text": message_with_help(diagnostic) },
        "locations": [{ "physicalLocation": physical_location(sources, diagnostic.span) }],
        "relatedLocations": related.collect::<Vec<_>>(),
    });
    if !diagnostic.fixes.is_empty() {
        result["fixes"] = diagnostic.fixes.iter().map(|one| fix(one, sources)).collect();
    }
    result
}

fn message_with_help(diagnostic: &Diagnostic) -> String {
    match &diagnostic.help {
        Some(help) => format!("{}; {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    }
}

fn related_location(at: usize, label: &Label, sources: &Sources) -> Value {
    json!({
        "id": at,
        "message": { "text": label.message },
        "physicalLocation": physical_location(sources, label.span),
    })
}

fn fix(fix: &Fix, sources: &Sources) -> Value {
    json!({
        "description": { "text": fix.title },
        "artifactChanges": fix.edits.iter().map(|edit| artifact_change(edit, sources)).collect::<Vec<_>>(),
    })
}

fn artifact_change(edit: &Edit, sources: &Sources) -> Value {
    let place = Place::new(sources, edit.span);
    json!({
        "artifactLocation": { "uri": uri(&place.file.name) },
        "replacements": [{ "deletedRegion": region(&place), "insertedContent": { "text": edit.new_text } }],
    })
}

fn physical_location(sources: &Sources, span: Span) -> Value {
    let place = Place::new(sources, span);
    json!({ "artifactLocation": { "uri": uri(&place.file.name) }, "region": region(&place) })
}

fn region(place: &Place<'_>) -> Value {
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    })
}

/// A path as a URI reference: `/` between its parts, all but unreserved characters escaped.
fn uri(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let escaped: String = path.bytes().map(uri_byte).collect();
    if escaped.starts_with('/') { format!("file://{escaped}") } else { escaped }
}

fn uri_byte(byte: u8) -> String {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::render::tests::order_report;
    use super::*;

    #[test]
    fn a_result_names_its_rule_place_related_places_and_fix() {
        let (diagnostics, sources) = order_report();
        let log: Value =
            serde_json::from_str(&document(&[Report { diagnostics: &diagnostics, sources: &sources }])).unwrap();
        let run = &log["runs"][0];
        let region = json!({ "startLine": 2, "startColumn": 10, "endLine": 2, "endColumn": 17 });
        let place = json!({ "artifactLocation": { "uri": "m.yaml" }, "region": region });
        assert_eq!(log["version"], "2.1.0");
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "FT0301");
        let result = &run["results"][0];
        assert_eq!(result["ruleIndex"], 0);
        assert_eq!(result["level"], "error");
        assert_eq!(result["message"]["text"], "unknown name `arivals`; use `arrivals`");
        assert_eq!(result["locations"][0]["physicalLocation"], place);
        assert_eq!(result["relatedLocations"][0]["message"]["text"], "declared here");
        let change = &result["fixes"][0]["artifactChanges"][0];
        assert_eq!(
            change["replacements"][0],
            json!({ "deletedRegion": region, "insertedContent": { "text": "arrivals" } })
        );
    }

    #[test]
    fn paths_become_uri_references() {
        assert_eq!(uri("models/über a.yaml"), "models/%C3%BCber%20a.yaml");
        assert_eq!(uri("/srv/m.yaml"), "file:///srv/m.yaml");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
    }
}
