//! `ftc template list` and `show`: which templates there are, and what one of them takes and makes.

use std::fmt::Write as _;

use anyhow::Context;
use clap::Args;
use flowtime::template::{ParameterDeclaration, Template, TemplateSummary, list as list_set};
use serde_json::{Value, json};

use super::{Origin, show_error, telemetry};
use crate::ui::{Outcome, Ui};

/// What the long help of `list` adds.
pub(super) const MORE_LIST_HELP: &str = "\
Examples:
  ftc template list
  ftc template list --templates my-templates --json

Exit codes:
  0  the templates were listed, broken ones among them
  2  the folder can't be read, or the command line is wrong";

/// What the long help of `show` adds.
pub(super) const MORE_HELP: &str = "\
Examples:
  ftc template show order-system
  ftc template show microservices --json | jq '.parameters[].name'

Exit codes:
  0  the template was shown
  1  there is no such template, or it has errors
  2  it can't be read, or the command line is wrong";

/// Spaces between columns, and characters that the last one has at least.
const GAP: usize = 2;
const LEAST: usize = 24;

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    origin: Origin,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The template: its name, or a file
    #[arg(value_name = "NAME|FILE")]
    name: String,
    #[command(flatten)]
    origin: Origin,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// Lists all templates; one that has errors is listed with what `check` would begin with.
pub(super) fn list(args: &ListArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let set = args.origin.set();
    let summaries = list_set(&*set).with_context(|| format!("can't list the templates in `{}`", set.display("")))?;
    if args.json {
        let templates: Vec<Value> = summaries.iter().map(summary_json).collect();
        ui.result(&pretty(&json!({ "version": 1, "templates": templates }))?)?;
        return Ok(Outcome::Clean);
    }
    if summaries.is_empty() {
        ui.warning("no templates found: a template is a YAML file with a key `templateType`");
    }
    ui.result(&table(&summaries, ui.width()))?;
    Ok(Outcome::Clean)
}

fn table(summaries: &[TemplateSummary], width: Option<usize>) -> String {
    let mut rows = vec![["name", "type", "version", "description"].map(str::to_owned)];
    rows.extend(summaries.iter().map(|one| match &one.template {
        Ok(template) => {
            let Template { version, description, .. } = template;
            [one.name.clone(), template.kind.name().to_owned(), version.clone(), first_line(description).to_owned()]
        }
        Err(problem) => [one.name.clone(), "-".to_owned(), "-".to_owned(), format!("broken: {problem}")],
    }));
    if rows.len() == 1 {
        return String::new();
    }
    aligned(&rows, width)
}

/// Cells in columns, two spaces between them; what is too wide for the terminal breaks in the last column.
fn aligned<const N: usize>(rows: &[[String; N]], width: Option<usize>) -> String {
    let widths: [usize; N] =
        std::array::from_fn(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or_default());
    let before: usize = widths[..N - 1].iter().map(|width| width + GAP).sum();
    let last = width.map_or(usize::MAX, |width| width.saturating_sub(before).max(LEAST));
    let mut text = String::new();
    for row in rows {
        let cells = row[..N - 1].iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}  "));
        let mut head: String = cells.collect();
        for line in broken(&row[N - 1], last) {
            text.push_str(format!("{head}{line}").trim_end());
            text.push('\n');
            head = " ".repeat(before);
        }
    }
    text
}

/// `text` in lines of at most `width` characters, where its words are no longer than that.
fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    lines
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn summary_json(summary: &TemplateSummary) -> Value {
    match &summary.template {
        Ok(template) => json!({
            "name": summary.name,
            "path": summary.path,
            "type": template.kind.name(),
            "version": template.version,
            "description": template.description,
        }),
        Err(problem) => json!({ "name": summary.name, "path": summary.path, "problem": problem }),
    }
}

/// Shows one template.
pub(super) fn show(args: &ShowArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let template = match args.origin.load(&args.name) {
        Ok(template) => template,
        Err(error) => return show_error(error, args.json, ui),
    };
    ui.result(&if args.json { pretty(&template_json(&template))? } else { page(&template, ui.width()) })?;
    Ok(Outcome::Clean)
}

fn page(template: &Template, width: Option<usize>) -> String {
    let mut page = format!("{} {} ({})\n", template.name, template.version, template.kind.name());
    if !template.description.is_empty() {
        let _ = writeln!(page, "{}", template.description);
    }
    if !template.parameters.is_empty() {
        let mut rows = vec![["parameter", "type", "default", "allowed", "description"].map(str::to_owned)];
        rows.extend(template.parameters.iter().map(row));
        let _ = write!(page, "\n{}", aligned(&rows, width));
    }
    let nodes = template.nodes();
    if !nodes.is_empty() {
        let mut rows = vec![["node", "kind"].map(str::to_owned)];
        rows.extend(nodes.into_iter().map(|(id, kind)| [id, kind]));
        let _ = write!(page, "\n{}", aligned(&rows, width));
    }
    let needs = telemetry::of(template);
    for (title, series) in [("needs telemetry", &needs.required), ("uses where it is there", &needs.optional)] {
        if !series.is_empty() {
            let text = format!("{title}: {}", series.join(", "));
            let _ = write!(page, "\n{}\n", broken(&text, width.unwrap_or(usize::MAX)).join("\n  "));
        }
    }
    let _ = writeln!(page, "\nfiles: {}", template.files().join(", "));
    page
}

fn row(parameter: &ParameterDeclaration) -> [String; 5] {
    let default = match &parameter.default {
        Some(Value::String(text)) => format!("\"{text}\""),
        Some(value) => value.to_string(),
        None if parameter.required => "required".to_owned(),
        None => "-".to_owned(),
    };
    [
        parameter.name.clone(),
        parameter.kind.name().to_owned(),
        default,
        parameter.range_text().map_or_else(|| "any".to_owned(), |text| text.replace('`', "")),
        first_line(parameter.description.as_deref().unwrap_or_default()).to_owned(),
    ]
}

fn template_json(template: &Template) -> Value {
    let needs = telemetry::of(template);
    let parameter = |one: &ParameterDeclaration| {
        json!({
            "name": one.name,
            "type": one.kind.name(),
            "default": one.default,
            "required": one.required,
            "min": one.min,
            "max": one.max,
            "allowed": one.allowed,
            "description": one.description,
        })
    };
    json!({
        "name": template.name,
        "path": template.path,
        "type": template.kind.name(),
        "version": template.version,
        "description": template.description,
        "parameters": template.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "nodes": template.nodes().iter().map(|(id, kind)| json!({ "id": id, "kind": kind })).collect::<Vec<_>>(),
        "telemetry": template.flags().iter().map(|(node, metric)| json!({ "node": node, "metric": metric })).collect::<Vec<_>>(),
        "requiredTelemetry": needs.required,
        "optionalTelemetry": needs.optional,
        "files": template.files(),
    })
}

fn pretty(value: &Value) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value).context("can't write JSON")? + "\n")
}
