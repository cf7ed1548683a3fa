//! What keeps a model from running, shown: to people on standard error, to machines as a document on standard output.

use std::io;

use flowtime::diagnostics::suggest::nearest;
use flowtime::diagnostics::{Diagnostic, Report, json, render};
use flowtime::driver::{Check, RunError};
use flowtime_runtime::engine;

use crate::models::Counts;
use crate::ui::{Outcome, Ui};

/// Shows the diagnostics of a model with errors, and how many there are.
pub(crate) fn show_problems(found: Vec<Diagnostic>, check: &Check, as_json: bool, ui: &Ui) -> anyhow::Result<Outcome> {
    let mut counts = Counts::default();
    counts.add(&found);
    let diagnostics = ui.wanted(found);
    if as_json {
        ui.result(&(json::document(&[Report { diagnostics: &diagnostics, sources: &check.sources }]) + "\n"))?;
    } else {
        ui.say(&render::full(&diagnostics, &check.sources, ui.colors(&io::stderr())));
    }
    ui.note(&counts.summary());
    Ok(Outcome::Problems)
}

/// Shows why a checked model could not be run, and what helps.
pub(crate) fn show_run_error(error: RunError, check: &Check, as_json: bool, ui: &Ui) -> anyhow::Result<Outcome> {
    match error {
        RunError::Data(diagnostics) => return show_problems(diagnostics, check, as_json, ui),
        RunError::UnknownParameter { ref name, ref known } => {
            ui.error(&error.to_string());
            match nearest(name, known.iter().map(String::as_str)) {
                Some(near) => ui.help(&format!("use `{near}`")),
                None if known.is_empty() => {}
                None => ui.help(&format!("use one of `{}`", known.join("`, `"))),
            }
        }
        RunError::ParameterRange { .. } => ui.error(&error.to_string()),
        RunError::Evaluate(engine::RunError::Cancelled) => return Ok(Outcome::Interrupted),
        RunError::BackendsDiffer { .. } | RunError::Prepare(_) | RunError::Evaluate(_) => {
            ui.error(&error.to_string());
            return Ok(Outcome::Failed);
        }
    }
    Ok(Outcome::Problems)
}
