//! `ftc overlay`: a run with some of it changed, evaluated where the change reaches, and written as a run of its own.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use flowtime::diagnostics::{Diagnostic, render};
use flowtime::driver::{Evaluation, RunError, Settings, Watch};
use flowtime_runs::overlay::{
    Comparison, Figure, NodeComparison, NodeOverride, OutputComparison, Overlay, OverlayError, OverlaySpec,
    SeriesOverlay, overlay,
};
use flowtime_runs::{FileError, Options, RunRecord, StoredRun, Timings, WriteError, Written};
use flowtime_runtime::engine::{self, RunControl};
use serde::Serialize;

use crate::commands::run::{milliseconds, parse_setting};
use crate::engine::Backend;
use crate::figure::figure;
use crate::problems::show_problems;
use crate::progress::Progress;
use crate::ui::{Outcome, Ui};
use crate::{files, interrupt, warnings};

/// What the long help adds.
pub(crate) const MORE_HELP: &str = "\
Examples:
  ftc overlay RUN --set 'capacity_doubled=capacity_inferred * 2' \\
      --map OrderService.capacity=capacity_doubled
  ftc overlay RUN --set demand=250 --scenario 'Black Friday'
  ftc overlay RUN --set 'capacity=capacity_baseline * 2'    twice that of RUN
  ftc overlay RUN --param growth=1.2 --out runs
  ftc overlay RUN --file overlay.yaml --json | jq .overlay

Exit codes:
  0    the overlay was evaluated and written (warnings don't count)
  1    the overlay doesn't fit the run, or the model that it makes has errors
  2    the run can't be read, a file can't be written, or the command line is wrong
  130  ended with Ctrl-C";

/// Changed outputs that are shown where no node changes; `--json` has all.
const OUTPUTS_SHOWN: usize = 20;

#[derive(Debug, Args)]
pub(crate) struct OverlayArgs {
    /// The folder of the run to change
    run: PathBuf,
    /// Add a series or replace one, with a formula or a number; may be repeated
    #[arg(long, value_name = "SERIES=FORMULA", value_parser = SeriesOverlay::parse)]
    set: Vec<SeriesOverlay>,
    /// Let another series play a role of a node; may be repeated
    #[arg(long, value_name = "NODE.ROLE=SERIES", value_parser = NodeOverride::parse)]
    map: Vec<NodeOverride>,
    /// Give a parameter that the model declares another value (one of its template is none); may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_setting)]
    param: Vec<(String, f64)>,
    /// Read the overlay from a YAML or JSON file; the other options come on top of it
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// What the overlay is called
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// Write the new run to a folder in DIR, instead of beside the changed one
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// What evaluates the model
    #[arg(long, value_enum, default_value_t)]
    backend: Backend,
    /// Make the run's id from model, parameters and data, and return a run that is there already
    #[arg(long)]
    deterministic_run_id: bool,
    /// Sync the artifacts to the disk before the run appears
    #[arg(long)]
    durable: bool,
    /// Print the run's record (`run.json`) and what changed as JSON
    #[arg(long)]
    json: bool,
}

/// Lays the overlay over the run, evaluates and writes it, and shows what changed.
pub(crate) fn run(args: &OverlayArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let Some(spec) = read_spec(args, ui)? else { return Ok(Outcome::Problems) };
    let base = StoredRun::open(&args.run)?;
    let begin = Instant::now();
    let overlay = match overlay(&base, &spec) {
        Ok(overlay) => overlay,
        Err(error) => return show_error(error, args, ui),
    };
    let timings = Timings { check_ms: milliseconds(begin), ..Timings::default() };
    show_diagnostics(&overlay, ui);
    match evaluate_and_write(&overlay, timings, args, ui) {
        Err(OverlayError::Run(RunError::Data(found))) => show_data_problems(found, &overlay, ui),
        Err(error) => show_error(error, args, ui),
        Ok(Err(WriteError::Files(FileError::Interrupted))) => Ok(Outcome::Interrupted),
        Ok(Err(error)) => Err(error.into()),
        Ok(Ok((comparison, written))) => {
            warnings::show(&written.record, ui);
            show_notices(&overlay, ui);
            show(&overlay, &comparison, &written, args, ui)?;
            Ok(Outcome::Clean)
        }
    }
}

fn evaluate_and_write(
    overlay: &Overlay<'_>,
    mut timings: Timings,
    args: &OverlayArgs,
    ui: &Ui,
) -> Result<Result<(Comparison, Written), WriteError>, OverlayError> {
    let settings = Settings { engine: args.backend.options(), ..Settings::default() };
    let begin = Instant::now();
    let evaluation = evaluate(overlay, &settings, ui)?;
    timings.evaluate_ms = milliseconds(begin);
    let comparison = overlay.comparison(&evaluation)?;
    Ok(write(overlay, &settings, &evaluation, timings, args).map(|written| (comparison, written)))
}

/// What the file says, and the other options on top of it; none if the file is no overlay, which is said.
fn read_spec(args: &OverlayArgs, ui: &Ui) -> anyhow::Result<Option<OverlaySpec>> {
    let mut spec = OverlaySpec::default();
    if let Some(path) = &args.file {
        let text = String::from_utf8(files::read(path)?);
        let problem = match text.map(|text| OverlaySpec::parse(&text)) {
            Ok(Ok(read)) => {
                spec = read;
                None
            }
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("it is not valid UTF-8".to_owned()),
        };
        if let Some(problem) = problem {
            ui.error(&format!("`{}` is no overlay: {problem}", path.display()));
            return Ok(None);
        }
    }
    let mut given = OverlaySpec { overlays: args.set.clone(), ..OverlaySpec::default() };
    given.topology_override.nodes.clone_from(&args.map);
    given.parameters.scenario_name.clone_from(&args.scenario);
    given.parameters.values.extend(args.param.iter().cloned());
    spec.extend(given);
    Ok(Some(spec))
}

/// Says why there is no overlay: below the lines of the merged model where they have errors.
fn show_error(error: OverlayError, args: &OverlayArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    match error {
        OverlayError::Model(mut check) => {
            let found = std::mem::take(&mut check.diagnostics);
            show_problems(found, &check, args.json, ui)
        }
        OverlayError::Read(error) => Err(error.into()),
        OverlayError::Run(RunError::Evaluate(engine::RunError::Cancelled)) => Ok(Outcome::Interrupted),
        OverlayError::Run(error) => Err(error.into()),
        error => {
            let help = error.help();
            ui.failure(&error.into());
            help.into_iter().for_each(|help| ui.help(&help));
            Ok(Outcome::Problems)
        }
    }
}

/// The base run's data are not what its model says.
fn show_data_problems(found: Vec<Diagnostic>, overlay: &Overlay<'_>, ui: &Ui) -> anyhow::Result<Outcome> {
    let (_, sources) = overlay.diagnostics();
    ui.say(&render::full(&ui.wanted(found), sources, ui.colors(&io::stderr())));
    Ok(Outcome::Problems)
}

/// Shows what the check found, how far the change reaches, and what was added.
fn show_diagnostics(overlay: &Overlay<'_>, ui: &Ui) {
    let (diagnostics, sources) = overlay.diagnostics();
    ui.say(&render::full(&ui.wanted(diagnostics.to_vec()), sources, ui.colors(&io::stderr())));
    let counts = overlay.counts();
    ui.detail(&format!(
        "{} series in the model, {} in the cone of the change, {} evaluated, {} reused",
        counts.series, counts.cone, counts.evaluated, counts.reused
    ));
    for rule in overlay.served_rules() {
        let (node, series) = (&rule.node, &rule.series);
        ui.note(&format!(
            "added `{series} = {}` as `served` of `{node}`: `{}` doesn't follow the new capacity",
            rule.expr, rule.baseline
        ));
    }
}

/// Shows what stays as it was though one might think that it follows.
fn show_notices(overlay: &Overlay<'_>, ui: &Ui) {
    for notice in overlay.notices() {
        ui.warning(&notice.message);
        notice.help.iter().for_each(|help| ui.advice(help));
    }
}

fn evaluate(overlay: &Overlay<'_>, settings: &Settings, ui: &Ui) -> Result<Evaluation, OverlayError> {
    let progress = Progress::new(ui.shows_progress());
    let advance = |done, total| progress.advance(done, total);
    let control = RunControl {
        cancel: Some(&interrupt::STOP),
        progress: progress.is_wanted().then_some(&advance),
        ..RunControl::default()
    };
    let watch = Watch { step: &|step| progress.show(step), control };
    interrupt::while_evaluating(|| overlay.evaluate(settings, &watch))
}

fn write(
    overlay: &Overlay<'_>,
    settings: &Settings,
    evaluation: &Evaluation,
    timings: Timings,
    args: &OverlayArgs,
) -> Result<Written, WriteError> {
    let options =
        Options { deterministic_id: args.deterministic_run_id, durable: args.durable, stop: Some(&interrupt::STOP) };
    let root = args.out.clone().unwrap_or_else(|| root_of(&args.run));
    interrupt::while_writing(|| flowtime_runs::write(&root, &overlay.run(settings, evaluation, timings), &options))
}

/// The folder that a run lies in.
fn root_of(run: &Path) -> PathBuf {
    match run.file_name().and(run.parent()) {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => run.join(".."),
    }
}

/// What `--json` prints: the record, and what changed.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    record: &'a RunRecord,
    overlay: &'a Comparison,
}

fn show(
    overlay: &Overlay<'_>,
    comparison: &Comparison,
    written: &Written,
    args: &OverlayArgs,
    ui: &Ui,
) -> anyhow::Result<()> {
    if args.json {
        let document = Document { record: &written.record, overlay: comparison };
        return ui.result(&(serde_json::to_string_pretty(&document).context("can't write the record as JSON")? + "\n"));
    }
    let mut text: String = comparison.nodes.iter().map(node).collect();
    if comparison.nodes.is_empty() {
        text.push_str(&outputs(&comparison.outputs));
        let has_none = overlay.checked().model.topology.nodes.is_empty();
        let why = if has_none { "the model has no topology, so no" } else { "no" };
        ui.note(&format!("{why} role of any node changes"));
    }
    let what = if written.existing { "the run is there already" } else { "artifacts" };
    text.push_str(&format!("{what}: {}\n", written.path.display()));
    ui.result(&text)
}

/// Changed outputs, for who has no nodes to compare.
fn outputs(outputs: &[OutputComparison]) -> String {
    let line = |output: &OutputComparison| {
        let [before, after] = [&output.baseline, &output.scenario].map(|one| figures(one, one.unit.as_ref()));
        format!("{}: {before} → {after}\n", output.id)
    };
    let mut text: String = outputs.iter().take(OUTPUTS_SHOWN).map(line).collect();
    if outputs.len() > OUTPUTS_SHOWN {
        text.push_str(&format!("and {} more; `--json` has them all\n", outputs.len() - OUTPUTS_SHOWN));
    }
    text
}

/// A node's changed roles, and its utilization.
fn node(node: &NodeComparison) -> String {
    let mut text = format!("{}\n", node.id);
    for role in &node.roles {
        let unit = role.baseline.unit.as_ref().or_else(|| role.scenario.as_ref()?.unit.as_ref());
        let [before, after] = [Some(&role.baseline), role.scenario.as_ref()].map(|one| shown(one, unit));
        text.push_str(&format!("  {}: {before} → {after}\n", role.role));
    }
    if let Some([before, after]) = node.utilization {
        let [before, after] = [before, after].map(|value| figure(Some(value)));
        text.push_str(&format!("  utilization: mean {before} → mean {after}\n"));
    }
    text
}

fn shown(one: Option<&Figure>, unit: Option<&String>) -> String {
    one.map_or_else(|| "nothing".to_owned(), |one| format!("{} ({})", one.series, figures(one, unit)))
}

/// `mean 127.14, max 205 requests`
fn figures(one: &Figure, unit: Option<&String>) -> String {
    let unit = unit.map_or_else(String::new, |unit| format!(" {unit}"));
    format!("mean {}, max {}{unit}", figure(one.mean), figure(one.max))
}
