//! `ftc template list` and `show`: which templates there are, and what one of them takes and makes.

use std::fmt::Write as _;

use anyhow::Context;
use clap::Args;
use flowtime::template::{ParameterDeclaration, Template, TemplateSummary, list as list_set};
use serde_json::{Value, json};

use super::{Origin, show_error};
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
  ftc template show microservices --json | jq '.parameters[] | {name, default}'

Exit codes:
  0  the template was shown
  1  there is no such template, or it has errors
  2  it can't be read, or the command line is wrong";

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
    ui.result(&table(&summaries))?;
    Ok(Outcome::Clean)
}

fn table(summaries: &[TemplateSummary]) -> String {
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
    aligned(&rows)
}

/// Cells in columns, two spaces between them.
fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let widths: [usize; N] =
        std::array::from_fn(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or_default());
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
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
    ui.result(&if args.json { pretty(&template_json(&template))? } else { page(&template) })?;
    Ok(Outcome::Clean)
}

fn page(template: &Template) -> String {
    let mut page = format!("{} {} ({})\n", template.name, template.version, template.kind.name());
    if !template.description.is_empty() {
        let _ = writeln!(page, "{}", template.description);
    }
    if !template.parameters.is_empty() {
        let mut rows = vec![["parameter", "type", "default", "allowed", "description"].map(str::to_owned)];
        rows.extend(template.parameters.iter().map(row));
        let _ = write!(page, "\n{}", aligned(&rows));
    }
    let nodes = template.nodes();
    if !nodes.is_empty() {
        let mut rows = vec![["node", "kind"].map(str::to_owned)];
        rows.extend(nodes.into_iter().map(|(id, kind)| [id, kind]));
        let _ = write!(page, "\n{}", aligned(&rows));
    }
    let flags: Vec<String> = template.flags().iter().map(|(node, metric)| format!("{node}.{metric}")).collect();
    if !flags.is_empty() {
        let _ = writeln!(page, "\nused where it is there: {}", flags.join(", "));
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
        "files": template.files(),
    })
}

fn pretty(value: &Value) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value).context("can't write JSON")? + "\n")
}
