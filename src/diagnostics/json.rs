//! The machine form of diagnostics, version 1: one JSON document for any number of checked models. Lines and columns
//! count from 1, columns in Unicode characters; offsets are bytes. Fields are only ever added within a version.

use serde::Serialize;

use super::place::Place;
use super::{Diagnostic, Edit, Fix, Label, Report, Severity};
use crate::source::{Position, Sources, Span};

/// The version in the document's `version` field.
pub const VERSION: u32 = 1;

/// The document for `reports`, in their order, pretty-printed and without a final newline.
pub fn document(reports: &[Report<'_>]) -> String {
    let diagnostics = reports.iter().flat_map(|report| report.diagnostics.iter().map(|one| entry(one, report.sources)));
    let document = Document { version: VERSION, diagnostics: diagnostics.collect() };
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    diagnostics: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: FileRange<'a>,
    related: Vec<Related<'a>>,
    help: Option<&'a str>,
    fixes: Vec<FixEntry<'a>>,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    #[serde(flatten)]
    place: FileRange<'a>,
}

#[derive(Serialize)]
struct FixEntry<'a> {
    title: &'a str,
    edits: Vec<EditEntry<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EditEntry<'a> {
    #[serde(flatten)]
    place: FileRange<'a>,
    new_text: &'a str,
}

#[derive(Serialize)]
struct FileRange<'a> {
    file: &'a str,
    range: RangeEntry,
}

#[derive(Serialize)]
struct RangeEntry {
    start: PositionEntry,
    end: PositionEntry,
}

#[derive(Serialize)]
struct PositionEntry {
    line: usize,
    column: usize,
    offset: usize,
}

fn entry<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Entry<'a> {
    Entry {
        code: diagnostic.code.id,
        severity: severity_name(diagnostic.code.severity),
        message: &diagnostic.message,
        place: file_range(sources, diagnostic.span),
        related: diagnostic.related.iter().map(|label| related(label, sources)).collect(),
        help: diagnostic.help.as_deref(),
        fixes: diagnostic.fixes.iter().map(|fix| fix_entry(fix, sources)).collect(),
    }
}

fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn related<'a>(label: &'a Label, sources: &'a Sources) -> Related<'a> {
    Related { message: &label.message, place: file_range(sources, label.span) }
}

fn fix_entry<'a>(fix: &'a Fix, sources: &'a Sources) -> FixEntry<'a> {
    FixEntry { title: &fix.title, edits: fix.edits.iter().map(|edit| edit_entry(edit, sources)).collect() }
}

fn edit_entry<'a>(edit: &'a Edit, sources: &'a Sources) -> EditEntry<'a> {
    EditEntry { place: file_range(sources, edit.span), new_text: &edit.new_text }
}

fn file_range(sources: &Sources, span: Span) -> FileRange<'_> {
    let place = Place::new(sources, span);
    let position = |at: Position, offset| PositionEntry { line: at.line, column: at.column, offset };
    let range =
        RangeEntry { start: position(place.start, place.range.start), end: position(place.end, place.range.end) };
    FileRange { file: &place.file.name, range }
}

#[cfg(test)]
mod tests {
    use super::super::render::tests::order_report;
    use super::*;

    #[test]
    fn the_document_has_every_field_of_version_1() {
        let (diagnostics, sources) = order_report();
        let text = document(&[Report { diagnostics: &diagnostics, sources: &sources }]);
        let found: serde_json::Value = serde_json::from_str(&text).unwrap();
        let expected = serde_json::json!({
            "version": 1,
            "diagnostics": [{
                "code": "FT0301",
                "severity": "error",
                "message": "unknown name `arivals`",
                "file": "m.yaml",
                "range": {
                    "start": { "line": 2, "column": 10, "offset": 19 },
                    "end": { "line": 2, "column": 17, "offset": 26 },
                },
                "related": [{
                    "message": "declared here",
                    "file": "m.yaml",
                    "range": {
                        "start": { "line": 1, "column": 1, "offset": 0 },
                        "end": { "line": 1, "column": 6, "offset": 6 },
                    },
                }],
                "help": "use `arrivals`",
                "fixes": [{
                    "title": "replace with `arrivals`",
                    "edits": [{
                        "file": "m.yaml",
                        "range": {
                            "start": { "line": 2, "column": 10, "offset": 19 },
                            "end": { "line": 2, "column": 17, "offset": 26 },
                        },
                        "newText": "arrivals",
                    }],
                }],
            }],
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn no_report_is_an_empty_list() {
        let found: serde_json::Value = serde_json::from_str(&document(&[])).unwrap();
        assert_eq!(found, serde_json::json!({ "version": 1, "diagnostics": [] }));
    }
}
