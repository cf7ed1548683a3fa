//! `ftc verify`: stored runs evaluated again on every backend, and every bit and digest compared.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use flowtime::diagnostics::{Diagnostic, render};
use flowtime::driver::RunError;
use flowtime_runs::{Mismatch, ReadError, StoredRun, Verification, VerifyError, VerifyStep, verify as verify_run};
use flowtime_runtime::engine::Backend;
use serde_json::{Value, json};

use crate::models::counted;
use crate::progress::Progress;
use crate::ui::{Outcome, Ui};

/// What the long help adds.
pub(crate) const MORE_HELP: &str = "\
Examples:
  ftc verify runs/run_20251007T000000Z_9294e255
  ftc verify runs/* --json

Exit codes:
  0  every file and every value of the runs is what it should be
  1  something differs, or what was named is no whole run
  2  a file can't be read, or the command line is wrong";

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Folders of runs, as `ftc run --out` writes them
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// Print the results as JSON
    #[arg(long)]
    json: bool,
}

/// Verifies the runs and tells what differs.
pub(crate) fn verify(args: &VerifyArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let mut all_hold = true;
    let mut documents = Vec::new();
    for path in &args.runs {
        let (holds, document) = verify_one(path, args, ui)?;
        all_hold &= holds;
        documents.push(document);
    }
    if args.json {
        let text = serde_json::to_string_pretty(&json!({ "version": 1, "runs": documents }));
        ui.result(&(text.context("can't write the results as JSON")? + "\n"))?;
    }
    Ok(if all_hold { Outcome::Clean } else { Outcome::Problems })
}

/// Verifies one run: whether it holds, and what is to be said about it as JSON.
fn verify_one(path: &Path, args: &VerifyArgs, ui: &Ui) -> anyhow::Result<(bool, Value)> {
    let progress = Progress::new(ui.shows_progress());
    let result = StoredRun::open(path)
        .map_err(VerifyError::from)
        .and_then(|run| verify_run(&run, &|step| progress.say(&message(step))));
    drop(progress);
    match result {
        Ok(verification) => {
            if !args.json {
                ui.result(&report(path, &verification))?;
            }
            Ok((verification.mismatches.is_empty(), document(path, &verification)))
        }
        Err(VerifyError::Read(error @ ReadError::File { .. })) => Err(error.into()),
        Err(error) => {
            let document = json!({ "run": path.display().to_string(), "holds": false, "error": error.to_string() });
            refuse(path, error, ui);
            Ok((false, document))
        }
    }
}

fn message(step: VerifyStep<'_>) -> String {
    match step {
        VerifyStep::File(series) => format!("reading {series}"),
        VerifyStep::Evaluate(Backend::Interp) => "interpreting the model".to_owned(),
        VerifyStep::Evaluate(_) => "compiling and evaluating the model".to_owned(),
    }
}

/// Says why a run can't be verified, and what helps.
fn refuse(path: &Path, error: VerifyError, ui: &Ui) {
    match error {
        VerifyError::Read(error) => {
            if let ReadError::Model { check, .. } = &error {
                ui.say(&render::full(&check.diagnostics, &check.sources, ui.colors(&io::stderr())));
            }
            ui.failure(&error.into());
        }
        VerifyError::Run(RunError::Data(found)) => {
            ui.error(&format!("the data of `{}` does not fit its model: {}", path.display(), in_words(&found)));
        }
        VerifyError::Run(error) => ui.error(&format!("can't evaluate the model of `{}`: {error}", path.display())),
    }
}

fn in_words(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|one| one.message.as_str()).collect::<Vec<_>>().join("; ")
}

fn report(path: &Path, verification: &Verification) -> String {
    let Verification { files, columns, bins, backends, mismatches } = verification;
    let counts = format!("{}, {} of {}", counted(*files, "file"), counted(*columns, "column"), counted(*bins, "bin"));
    let how: Vec<&str> = backends.iter().map(|backend| backend_name(*backend)).collect();
    let how = how.join(" and ");
    if mismatches.is_empty() {
        return format!("{}: {counts}: no difference, {how}\n", path.display());
    }
    let lines: String = mismatches.iter().map(|mismatch| format!("  {mismatch}\n")).collect();
    format!("{}: {counts}: {}, {how}\n{lines}", path.display(), counted(mismatches.len(), "difference"))
}

fn backend_name(backend: Backend) -> &'static str {
    match backend {
        Backend::Interp => "interpreted",
        Backend::Jit | Backend::Both | Backend::Auto => "compiled",
    }
}

fn document(path: &Path, verification: &Verification) -> Value {
    let Verification { files, columns, bins, backends, mismatches } = verification;
    json!({
        "run": path.display().to_string(),
        "holds": mismatches.is_empty(),
        "files": files,
        "columns": columns,
        "bins": bins,
        "backends": backends.iter().map(|backend| backend_name(*backend)).collect::<Vec<_>>(),
        "mismatches": mismatches.iter().map(Mismatch::to_string).collect::<Vec<_>>(),
    })
}
