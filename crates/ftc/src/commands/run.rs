//! `ftc run`: a model checked, evaluated and shown; with `--out` its artifacts written.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use flowtime::check::CheckedModel;
use flowtime::driver::{Evaluation, RunError, Settings, Step, Watch};
use flowtime_runs::{FileError, Lineage, Options, Run, RunRecord, Timings, WriteError, Written};
use flowtime_runtime::engine::{self, RunControl};
use serde::Serialize;

use crate::engine::{Backend, CodeArgs};
use crate::models::ModelText;
use crate::perf_map::PerfMap;
use crate::problems::{show_problems, show_run_error};
use crate::profile::{self, Profile};
use crate::progress::Progress;
use crate::table::Row;
use crate::ui::{Outcome, Ui};
use crate::{interrupt, paths, table, warnings};

/// What the long help adds.
pub(crate) const MORE_HELP: &str = "\
Examples:
  ftc run model.yaml
  ftc run model.yaml --set growth=1.2 --set capacity=240
  ftc run model.yaml --out runs
  ftc run model.yaml --json | jq '.series[] | {id, max}'
  ftc run model.yaml --profile

Exit codes:
  0    the model was run (warnings don't count)
  1    the model has errors, its data doesn't fit, or a setting does not
  2    a file can't be read or written, or the command line is wrong
  130  ended with Ctrl-C";

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The model, or `-` for standard input
    model: PathBuf,
    #[command(flatten)]
    options: RunOptions,
}

/// How a model is run.
#[derive(Debug, Args)]
pub(crate) struct RunOptions {
    /// Write the run's artifacts to a new folder in DIR
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Give a parameter another value; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_setting)]
    set: Vec<(String, f64)>,
    /// What evaluates the model
    #[arg(long, value_enum, default_value_t)]
    backend: Backend,
    #[command(flatten)]
    code: CodeArgs,
    /// Show where the time of the evaluation goes, loop by loop; makes machine code unless `--backend` says otherwise
    #[arg(long)]
    profile: bool,
    /// Make the run's id from model, parameters and data, and return a run that is there already
    #[arg(long)]
    deterministic_run_id: bool,
    /// Print the run's record (`run.json`) instead of a table, or the errors as JSON
    #[arg(long)]
    json: bool,
    /// Sync the artifacts to the disk before the run appears
    #[arg(long, requires = "out")]
    durable: bool,
}

impl RunOptions {
    /// Whether results and errors are wanted as JSON.
    pub(crate) fn json(&self) -> bool {
        self.json
    }
}

/// `name=value`, where the name may hold `=` but the value can't.
pub(crate) fn parse_setting(text: &str) -> Result<(String, f64), String> {
    let (name, value) = text.rsplit_once('=').ok_or("expected `name=value`")?;
    let value = value.trim();
    match value.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok((name.trim().to_owned(), number)),
        _ => Err(format!("expected a number, found `{value}`")),
    }
}

/// Runs the model and shows the result.
pub(crate) fn run(args: &RunArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    if !paths::is_one_model(&args.model, ui) {
        return Ok(Outcome::Failed);
    }
    run_model(&ModelText::read(&args.model)?, &args.options, ui)
}

/// Runs a model that has been read, and shows the result.
pub(crate) fn run_model(model: &ModelText, args: &RunOptions, ui: &Ui) -> anyhow::Result<Outcome> {
    let backend = if args.profile && args.backend == Backend::Auto { Backend::Jit } else { args.backend };
    let Some(engine) = args.code.options(backend.into(), ui) else {
        return Ok(Outcome::Failed);
    };
    let begin = Instant::now();
    let mut check = model.probe(ui, &mut |_| ());
    let mut timings = Timings { check_ms: milliseconds(begin), ..Timings::default() };
    let found = std::mem::take(&mut check.diagnostics);
    let Some(checked) = &check.model else {
        return show_problems(found, &check, args.json, ui);
    };
    ui.show(found, &check.sources);
    let settings = Settings { parameters: args.set.clone(), engine };
    let observers = Observers::new(args)?;
    let evaluation = match evaluate(checked, model, &settings, &observers, &mut timings, ui) {
        Ok(evaluation) => evaluation,
        Err(error) => return show_run_error(error, &check, args.json, ui),
    };
    ui.detail(&details(evaluation.backend, &timings));
    let run = Run {
        text: model.as_str(),
        checked,
        settings: &settings,
        evaluation: &evaluation,
        gaps: &[],
        lineage: &Lineage::default(),
        loader: &model.loader,
        timings,
    };
    finish(&run, observers.profile.as_ref(), args, ui)
}

/// Who looks on while a model is evaluated.
struct Observers {
    profile: Option<Profile>,
    perf_map: Option<PerfMap>,
}

impl Observers {
    fn new(args: &RunOptions) -> anyhow::Result<Self> {
        Ok(Self { profile: args.profile.then(Profile::new), perf_map: PerfMap::create(args.code.perf_map)? })
    }

    fn prepared(&self, checked: &CheckedModel, step: Step<'_>, ui: &Ui) {
        let Step::Prepared { prepared, origins } = step else { return };
        if let Some(perf_map) = &self.perf_map {
            perf_map.add(checked, prepared, origins, ui);
        }
        if let Some(profile) = &self.profile {
            profile.begin(checked, prepared, origins);
        }
    }
}

/// What `-v` tells about a run.
fn details(backend: engine::Backend, timings: &Timings) -> String {
    let how = match backend {
        engine::Backend::Interp => "interpreted",
        engine::Backend::Jit => "compiled",
        engine::Backend::Both | engine::Backend::Auto => "interpreted and compiled",
    };
    let Timings { check_ms, load_ms, evaluate_ms, .. } = timings;
    format!("{how}: {check_ms:.1} ms to check, {load_ms:.1} ms to load, {evaluate_ms:.1} ms to evaluate")
}

/// The time since `begin`, to the microsecond.
pub(crate) fn milliseconds(begin: Instant) -> f64 {
    (begin.elapsed().as_secs_f64() * 1e6).round() / 1e3
}

fn evaluate(
    checked: &CheckedModel,
    model: &ModelText,
    settings: &Settings,
    observers: &Observers,
    timings: &mut Timings,
    ui: &Ui,
) -> Result<Evaluation, RunError> {
    let begin = Instant::now();
    let loaded = Cell::new(0.0);
    let progress = Progress::new(ui.shows_progress());
    let advance = |done, total| progress.advance(done, total);
    let did = |work| observers.profile.iter().for_each(|profile| profile.did(work));
    let step = |step: Step<'_>| {
        if let Step::Evaluate { .. } = step {
            loaded.set(milliseconds(begin));
        }
        progress.show(step);
        observers.prepared(checked, step, ui);
    };
    let control = RunControl {
        cancel: Some(&interrupt::STOP),
        progress: progress.is_wanted().then_some(&advance),
        observe: observers.profile.is_some().then_some(&did),
    };
    let watch = Watch { step: &step, control };
    let result = interrupt::while_evaluating(|| flowtime_runs::evaluate(checked, &model.loader, settings, &watch));
    timings.load_ms = loaded.get();
    timings.evaluate_ms = ((milliseconds(begin) - loaded.get()) * 1e3).round() / 1e3;
    result
}

/// Writes the artifacts if they are wanted, and shows the result.
fn finish(run: &Run<'_>, profile: Option<&Profile>, args: &RunOptions, ui: &Ui) -> anyhow::Result<Outcome> {
    let (record, written) = match &args.out {
        None => (flowtime_runs::record(run, args.deterministic_run_id)?, None),
        Some(root) => {
            let options = Options {
                deterministic_id: args.deterministic_run_id,
                durable: args.durable,
                stop: Some(&interrupt::STOP),
            };
            match interrupt::while_writing(|| flowtime_runs::write(root, run, &options)) {
                Ok(written) => (written.record.clone(), Some(written)),
                Err(WriteError::Files(FileError::Interrupted)) => return Ok(Outcome::Interrupted),
                Err(error) => return Err(error.into()),
            }
        }
    };
    warnings::show(&record, ui);
    let profile = profile.map(Profile::rows);
    if args.json {
        let document = Document { record: &record, profile };
        ui.result(&(serde_json::to_string_pretty(&document).context("can't write the record as JSON")? + "\n"))?;
        return Ok(Outcome::Clean);
    }
    ui.result(&shown(run.evaluation, &record, written.as_ref(), ui))?;
    if let Some(rows) = profile {
        ui.say(&format!("\n{}", profile::render(&rows, run.checked.model.grid.bins as usize)));
    }
    Ok(Outcome::Clean)
}

/// What `--json` prints: the record, with a profile where one was asked for.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    record: &'a RunRecord,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<Vec<profile::Row>>,
}

/// The outputs as a table, and where the run is.
pub(crate) fn shown(evaluation: &Evaluation, record: &RunRecord, written: Option<&Written>, ui: &Ui) -> String {
    let units = record.series.iter().map(|series| series.unit.as_deref().unwrap_or_default());
    let rows: Vec<Row<'_>> = evaluation.outputs.iter().zip(units).map(|(output, unit)| Row { output, unit }).collect();
    let mut text = table::render(&rows, ui.width());
    if let Some(Written { path, existing, .. }) = written {
        let what = if *existing { "the run is there already" } else { "artifacts" };
        text.push_str(&format!("\n{what}: {}\n", path.display()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::parse_setting;

    #[test]
    fn a_setting_is_a_name_and_a_finite_number() {
        assert_eq!(parse_setting("growth=1.5"), Ok(("growth".to_owned(), 1.5)));
        assert_eq!(parse_setting("a=b = -2e3"), Ok(("a=b".to_owned(), -2000.0)));
        assert!(parse_setting("growth").is_err());
        assert!(parse_setting("growth=fast").is_err());
        assert!(parse_setting("growth=inf").is_err());
    }
}
