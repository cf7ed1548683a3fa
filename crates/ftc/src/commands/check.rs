//! `ftc check`: every problem of the models named, in a form for people or for machines.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use flowtime::diagnostics::{Report, edit, github, json, render, sarif};
use flowtime::driver::Check;
use flowtime::load::SourceCheck;

use crate::files;
use crate::models::{Counts, ModelText};
use crate::ui::{Outcome, Ui};

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Models, folders with models (YAML files with `schemaVersion`), or `-` for standard input
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// How to write the diagnostics
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    output_format: Format,
    /// Check every value of the data files, not only their headers and lengths
    #[arg(long, conflicts_with = "no_sources")]
    data: bool,
    /// Don't look at the data files at all
    #[arg(long)]
    no_sources: bool,
    /// Apply the fixes that a machine may apply
    #[arg(long)]
    fix: bool,
}

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the lines they are about
    #[default]
    Full,
    /// One line each
    Concise,
    /// The machine form, version 1
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// GitHub workflow commands
    Github,
}

/// Checks all models and writes what was found.
pub(crate) fn check(args: &CheckArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let paths = files::find_models(&args.paths)?;
    if paths.is_empty() {
        ui.warning("no models found: a folder's models are its YAML files with a key `schemaVersion`");
    }
    let mut checks = Vec::with_capacity(paths.len());
    for path in &paths {
        checks.push(if args.fix { check_and_fix(path, args, ui)? } else { check_one(path, args)? });
    }
    let mut counts = Counts::default();
    for check in &mut checks {
        counts.add(&check.diagnostics);
        check.diagnostics = ui.wanted(std::mem::take(&mut check.diagnostics));
    }
    ui.result(&written(&checks, args.output_format, ui.colors(&io::stdout())))?;
    ui.note(&counts.summary());
    Ok(if counts.errors > 0 { Outcome::Problems } else { Outcome::Clean })
}

fn check_one(path: &Path, args: &CheckArgs) -> anyhow::Result<Check> {
    Ok(ModelText::read(path)?.check(source_check(args)))
}

fn source_check(args: &CheckArgs) -> SourceCheck {
    match (args.no_sources, args.data) {
        (true, _) => SourceCheck::Skip,
        (_, true) => SourceCheck::Content,
        _ => SourceCheck::Probe,
    }
}

/// Applies the first fix of each diagnostic and checks again.
fn check_and_fix(path: &Path, args: &CheckArgs, ui: &Ui) -> anyhow::Result<Check> {
    let model = ModelText::read(path)?;
    let check = model.check(source_check(args));
    let fixes: Vec<_> = check.diagnostics.iter().filter_map(|one| one.fixes.first()).collect();
    if fixes.is_empty() || files::is_stdin(path) {
        return Ok(check);
    }
    let fixed = edit::apply(model.as_str(), fixes.iter().flat_map(|fix| &fix.edits));
    files::replace(path, &fixed)?;
    ui.note(&format!("fixes applied in {1}: {0}", fixes.len(), path.display()));
    check_one(path, args)
}

fn written(checks: &[Check], format: Format, color: bool) -> String {
    let reports: Vec<Report<'_>> =
        checks.iter().map(|check| Report { diagnostics: &check.diagnostics, sources: &check.sources }).collect();
    match format {
        Format::Full => reports.iter().map(|one| render::full(one.diagnostics, one.sources, color)).collect(),
        Format::Concise => reports.iter().map(|one| render::concise(one.diagnostics, one.sources)).collect(),
        Format::Json => json::document(&reports) + "\n",
        Format::Sarif => sarif::document(&reports) + "\n",
        Format::Github => github::commands(&reports),
    }
}
