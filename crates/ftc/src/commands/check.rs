//! `ftc check`: every problem of the models named, in a form for people or for machines. `--fix` applies fixes until
//! there are none left and replaces each file once, whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use flowtime::diagnostics::{Report, edit, github, json, render, sarif};
use flowtime::driver::Check;
use flowtime::load::SourceCheck;

use crate::files;
use crate::models::{Counts, ModelText, counted};
use crate::paths;
use crate::ui::{Outcome, Ui};

/// How often fixes are looked for in what fixes have made.
const ROUNDS: usize = 10;

/// What the long help adds.
pub(crate) const MORE_HELP: &str = "\
Examples:
  ftc check                          every model in this folder and below
  ftc check model.yaml --data        every value of the data files, too
  ftc check --output-format github   in a workflow
  ftc check --fix                    apply what needs no thought

Exit codes:
  0  no errors (warnings don't count)
  1  some model has errors
  2  a path can't be read, or the command line is wrong";

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
    if !paths::exist(&args.paths, ui) {
        return Ok(Outcome::Failed);
    }
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

/// Applies the first fix of each diagnostic, round by round, and says what it did.
fn check_and_fix(path: &Path, args: &CheckArgs, ui: &Ui) -> anyhow::Result<Check> {
    let mut model = ModelText::read(path)?;
    let mut check = model.check(source_check(args));
    if files::is_stdin(path) {
        ui.warning("standard input is checked, not fixed: `--fix` changes files");
        return Ok(check);
    }
    let mut done = Vec::new();
    for _ in 0..ROUNDS {
        let Some((text, titles)) = fixed(&model, &check) else {
            break;
        };
        model.text = Ok(text);
        done.extend(titles);
        check = model.check(source_check(args));
    }
    if !done.is_empty() {
        files::replace(path, model.as_str())?;
        done.iter().for_each(|title| ui.note(&format!("fixed {title}")));
        ui.note(&format!("{} applied to {}", counted(done.len(), "fix"), model.name));
    }
    Ok(check)
}

/// The text with one round of fixes, and what each of them did where.
fn fixed(model: &ModelText, check: &Check) -> Option<(String, Vec<String>)> {
    let fixes = edit::compatible(check.diagnostics.iter().filter_map(|one| one.fixes.first()));
    let titles = fixes.iter().filter_map(|fix| {
        let at = fix.edits.first()?.span;
        let file = check.sources.file(at.file);
        let line = file.lines.position(&file.text, at.start as usize).line;
        Some(format!("{}:{line}: {}", file.name, fix.title))
    });
    let text = edit::apply(model.as_str(), fixes.iter().flat_map(|fix| &fix.edits));
    (text != model.as_str()).then(|| (text, titles.collect()))
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
