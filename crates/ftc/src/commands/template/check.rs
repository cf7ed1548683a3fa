//! `ftc template check`: templates with every choice they have, each diagnostic where the template or its include has
//! what is wrong.

use std::io;

use anyhow::Context;
use clap::Args;
use flowtime::diagnostics::render;
use flowtime::template::{Problems, TemplateError, list};

use super::{Origin, document, show_error};
use crate::models::Counts;
use crate::ui::{Outcome, Ui};

/// What the long help adds.
pub(super) const MORE_HELP: &str = "\
Examples:
  ftc template check                           every shipped template
  ftc template check --templates my-templates  every template of a folder
  ftc template check my-templates/shop.yaml    one file

A template is checked with the defaults of its parameters (or values that they accept), with all and
with no telemetry, and with each boolean and each enum set otherwise. Data files are not looked at.

Exit codes:
  0  no errors (warnings don't count)
  1  some template has errors, or there is none of that name
  2  a file can't be read, or the command line is wrong";

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The templates, by name or file; all of them unless some are named
    #[arg(value_name = "NAME|FILE")]
    names: Vec<String>,
    #[command(flatten)]
    origin: Origin,
    /// Write the diagnostics in the machine form
    #[arg(long)]
    json: bool,
}

/// Checks the templates and writes what was found.
pub(super) fn check(args: &CheckArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let mut all = Vec::new();
    for name in names(args)? {
        match args.origin.load(&name) {
            Ok(template) => all.push(template.check()),
            Err(TemplateError::Invalid { problems, .. }) => all.push(*problems),
            Err(error) => return show_error(error, args.json, ui),
        }
    }
    let mut counts = Counts::default();
    for problems in &mut all {
        counts.add(&problems.diagnostics);
        problems.diagnostics = ui.wanted(std::mem::take(&mut problems.diagnostics));
    }
    let color = ui.colors(&io::stdout());
    let shown = |one: &Problems| render::full(&one.diagnostics, &one.sources, color);
    ui.result(&if args.json { document(&all) } else { all.iter().map(shown).collect() })?;
    ui.note(&counts.summary_of("template"));
    Ok(if counts.errors > 0 { Outcome::Problems } else { Outcome::Clean })
}

/// The names given, or the paths of all templates.
fn names(args: &CheckArgs) -> anyhow::Result<Vec<String>> {
    if !args.names.is_empty() {
        return Ok(args.names.clone());
    }
    let set = args.origin.set();
    let summaries = list(&*set).with_context(|| format!("can't list the templates in `{}`", set.display("")))?;
    Ok(summaries.into_iter().map(|summary| summary.path).collect())
}
