//! `ftc trace`: where a number comes from, back to the line of a file or the constant that it began with.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use flowtime::check::{CheckedModel, SeriesId};
use flowtime::diagnostics::suggest::nearest;
use flowtime::driver::Settings;
use flowtime::load::SourceCheck;
use flowtime::trace::{Step, Target, trace};
use flowtime_runs::{ReadError, StoredRun, note_gaps};

use crate::commands::run::parse_setting;
use crate::models::ModelText;
use crate::problems::{show_problems, show_run_error};
use crate::ui::{Outcome, Ui};
use crate::{paths, tree};

/// What the long help adds.
pub(crate) const MORE_HELP: &str = "\
Examples:
  ftc trace model.yaml queue_depth@14:35
  ftc trace runs/run_20251007T000000Z_9294e255 capacity_inferred@168 --depth 5
  ftc trace model.yaml served@2025-10-07T14:35:00Z --json

What was not taken stands in brackets and is not opened: the other branch of an IF, the larger side
of a MIN. `…` ends what lies deeper than `--depth`.

Exit codes:
  0  the value was traced
  1  the model has errors, or no such series or bin
  2  a file can't be read, or the command line is wrong";

#[derive(Debug, Args)]
pub(crate) struct TraceArgs {
    /// The model, or the folder of a run
    model: PathBuf,
    /// The value: a series or output and a bin's number, time of day or RFC 3339 time
    #[arg(value_name = "SERIES@BIN")]
    value: String,
    /// How many series to go back on the way to the data
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(..=64))]
    depth: u8,
    /// Give a parameter another value; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_setting)]
    set: Vec<(String, f64)>,
    /// Print the tree as JSON
    #[arg(long)]
    json: bool,
}

/// Traces the value and prints its tree.
pub(crate) fn run(args: &TraceArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let stored = run_at(&args.model)?;
    let path = stored.as_ref().map_or_else(|| args.model.clone(), |run| run.path().join("model.yaml"));
    if !paths::is_one_model(&path, ui) {
        return Ok(Outcome::Failed);
    }
    let model = ModelText::read(&path)?;
    let mut check = model.check(SourceCheck::Probe);
    let found = std::mem::take(&mut check.diagnostics);
    let Some(checked) = &check.model else {
        return show_problems(found, &check, args.json, ui);
    };
    let Some(target) = target(args, checked, ui) else { return Ok(Outcome::Problems) };
    let settings = Settings { parameters: args.set.clone(), ..Settings::default() };
    match trace(checked, &check.sources, &model.loader, &settings, target) {
        Ok(mut step) => {
            stored.iter().try_for_each(|run| note_gaps(&mut step, run))?;
            show(&step, args, ui)
        }
        Err(error) => show_run_error(error, &check, args.json, ui),
    }
}

/// The run in a folder; none for a model, or for a folder that may have models.
fn run_at(path: &Path) -> Result<Option<StoredRun>, ReadError> {
    if !path.is_dir() {
        return Ok(None);
    }
    match StoredRun::open(path) {
        Ok(run) => Ok(Some(run)),
        Err(ReadError::NoRun { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What `SERIES@BIN` means; says why if it means nothing.
fn target(args: &TraceArgs, checked: &CheckedModel, ui: &Ui) -> Option<Target> {
    let Some((name, bin)) = args.value.rsplit_once('@') else {
        ui.error(&format!("`{}` names no bin", args.value));
        ui.help(&format!("write `{}@14:35`, or a bin's number after the `@`", args.value));
        return None;
    };
    let Some(series) = find(name, checked) else {
        ui.error(&format!("the model has no series or output `{name}`"));
        if let Some(near) = nearest(name, names(checked)) {
            ui.help(&format!("use `{near}`"));
        }
        return None;
    };
    match checked.model.clock().bin_named(bin) {
        Ok(bin) => Some(Target { series, bin, depth: usize::from(args.depth) }),
        Err(error) => {
            ui.error(&error.to_string());
            ui.help(&error.help());
            None
        }
    }
}

/// The series of that id, or behind the output of that name.
fn find(name: &str, checked: &CheckedModel) -> Option<SeriesId> {
    let ids = checked.model.series.iter().map(|series| series.id.value.as_str());
    let by_id = (0..).map(SeriesId).zip(ids).find(|(_, id)| *id == name).map(|(series, _)| series);
    by_id.or_else(|| checked.outputs.iter().find(|(output, _)| output == name).map(|(_, series)| *series))
}

fn names(checked: &CheckedModel) -> impl Iterator<Item = &str> {
    let outputs = checked.outputs.iter().map(|(name, _)| name.as_str());
    checked.model.series.iter().map(|series| series.id.value.as_str()).chain(outputs)
}

fn show(step: &Step, args: &TraceArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    if args.json {
        ui.result(&(serde_json::to_string_pretty(step).context("can't write the tree as JSON")? + "\n"))?;
    } else {
        ui.result(&tree::render(step, ui.colors(&std::io::stdout())))?;
    }
    Ok(Outcome::Clean)
}
