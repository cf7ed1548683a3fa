//! `ftc replay`: a window of telemetry and a template become a run, step by step; a step that fails is named.

use std::io;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use flowtime::diagnostics::render;
use flowtime::driver::{RunError, Settings};
use flowtime::template::{Argument, Problems, TemplateError};
use flowtime_runs::Options;
use flowtime_runs::replay::{
    ReplayError, ReplayEvent, ReplayMode, ReplayOptions, ReplayRequest, Replayed, Selection, WindowRequest,
    default_work_root, replay,
};
use flowtime_telemetry::load::{Fill, LoadError, LoadOptions};
use flowtime_telemetry::source::{self, SourceOptions, TelemetrySource};
use flowtime_telemetry::time::BinSize;
use serde_json::json;

use super::gold::{bin_size, start};
use super::load::FillArg;
use super::run::{parse_setting, shown};
use super::template::{Origin, parse_parameter, show_error, show_problems};
use crate::engine::{Backend, CodeArgs};
use crate::progress::Progress;
use crate::ui::{Outcome, Ui};
use crate::{files, interrupt, warnings};

/// What the long help adds.
pub(crate) const MORE_HELP: &str = "\
Examples:
  ftc replay order-system --start 2025-10-07 --bins 288 --nodes OrderService \\
      --source gold.sqlite --out runs
  ftc replay order-system --start 2025-10-07 --bins 24 --bin-size 1h \\
      --source gold.sqlite --out runs
  ftc replay microservices --param demand=160 --out runs
  ftc replay --request request.json --source gold.sqlite --out runs --json

A request file holds what a server is asked:
  {\"template\": \"order-system\", \"window\": {\"start\": \"2025-10-07T00:00:00Z\", \"bins\": 288},
   \"selection\": {\"nodes\": [\"OrderService\"]}, \"parameters\": {\"q0\": 0}}

Exit codes:
  0    the run is there (warnings don't count)
  1    template, window, node, parameter or data don't fit, or there is no telemetry
  2    a file can't be read or written, or the command line is wrong
  130  ended with Ctrl-C; nothing is left";

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// The template: its name, or a file
    #[arg(value_name = "NAME|FILE", required_unless_present = "request")]
    template: Option<String>,
    /// Read template, window, nodes and parameters from a JSON file, or `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["template", "start", "bins", "bin_size", "nodes", "parameters"])]
    request: Option<PathBuf>,
    /// When the first bin begins: a time in UTC, or a date
    #[arg(long, value_name = "TIME", value_parser = start)]
    start: Option<String>,
    /// How many bins
    #[arg(long, value_name = "COUNT")]
    bins: Option<u32>,
    /// The length of a bin, like `5m`: that of the source's or a multiple
    #[arg(long, value_name = "SIZE", visible_alias = "bin", value_parser = bin_size)]
    bin_size: Option<BinSize>,
    /// The nodes, separated by commas; all of the template's without it
    #[arg(long, value_name = "NODE", value_delimiter = ',')]
    nodes: Option<Vec<String>>,
    /// Set a parameter of the template, of which the model is made; may be repeated
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parse_parameter)]
    parameters: Vec<(String, String)>,
    /// Where telemetry comes from: a Gold store, a file with rows of Gold, or a folder of such files
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// What stands where nothing was measured
    #[arg(long, value_enum)]
    fill: Option<FillArg>,
    /// Write the run to a new folder in DIR
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Give a parameter that the finished model declares another value; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_setting)]
    set: Vec<(String, f64)>,
    #[command(flatten)]
    origin: Origin,
    /// What evaluates the model
    #[arg(long, value_enum, default_value_t)]
    backend: Backend,
    #[command(flatten)]
    code: CodeArgs,
    /// Make the run's id from model, parameters and data, and return a run that is there already
    #[arg(long)]
    deterministic_run_id: bool,
    /// Sync the artifacts to the disk before the run appears
    #[arg(long)]
    durable: bool,
    /// Work in a folder in DIR, which is removed at the end [default: flowtime/runs in the temporary folder]
    #[arg(long, value_name = "DIR")]
    work_dir: Option<PathBuf>,
    /// Print the run's record (`run.json`) instead of a table, or the error as JSON
    #[arg(long)]
    json: bool,
}

/// Replays and shows the result.
pub(crate) fn run(args: &ReplayArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let Some(engine) = args.code.options(args.backend.into(), ui) else {
        return Ok(Outcome::Failed);
    };
    let request = match request(args) {
        Ok(request) => request,
        Err(Refused::Read(error)) => return Err(error),
        Err(Refused::Json(error)) => return refused(&error, args, ui),
    };
    let settings = Settings { parameters: args.set.clone(), engine };
    match interrupt::while_writing(|| carry_out(&request, args, settings, ui)) {
        Ok(replayed) => show(&replayed, args, ui),
        Err(error) => failed(error, args, ui),
    }
}

/// Why there is no request.
enum Refused {
    /// Its file can't be read.
    Read(anyhow::Error),
    /// It is not what a request is.
    Json(serde_json::Error),
}

/// Says why a file is no request: to people, or as the members of an HTTP answer.
fn refused(error: &serde_json::Error, args: &ReplayArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let message = format!("this is no request: {error}");
    if args.json {
        let body = json!({ "error": "invalid_request", "message": message });
        ui.result(&(serde_json::to_string_pretty(&body).context("can't write the error as JSON")? + "\n"))?;
    } else {
        ui.error(&message);
        ui.help("write a request as `ftc replay --help` shows one");
    }
    Ok(Outcome::Problems)
}

fn request(args: &ReplayArgs) -> Result<ReplayRequest, Refused> {
    if let Some(path) = &args.request {
        return serde_json::from_slice(&files::read(path).map_err(Refused::Read)?).map_err(Refused::Json);
    }
    let (bin_size, bin_unit) = args.bin_size.map(BinSize::in_units).unzip();
    let window =
        WindowRequest { start: args.start.clone(), bins: args.bins, bin_size, bin_unit: bin_unit.map(str::to_owned) };
    let parameters = args.parameters.iter().cloned().map(|(name, value)| (name, Argument::Text(value))).collect();
    let mode = if args.source.is_some() { ReplayMode::Telemetry } else { ReplayMode::Simulation };
    let selection = Selection { nodes: args.nodes.clone() };
    Ok(ReplayRequest { mode, template: args.template.clone().unwrap_or_default(), window, selection, parameters })
}

fn carry_out(request: &ReplayRequest, args: &ReplayArgs, settings: Settings, ui: &Ui) -> Result<Replayed, ReplayError> {
    let source = open(args)?;
    let (templates, template) = match &args.template {
        Some(name) => args.origin.find(name),
        None => (args.origin.set(), request.template.clone()),
    };
    let request = ReplayRequest { template, ..request.clone() };
    let progress = Progress::new(ui.shows_progress());
    let advance = |done, total| progress.advance(done, total);
    let watch = |event: ReplayEvent<'_>| match event {
        ReplayEvent::Begin(step) => progress.say(step.name()),
        ReplayEvent::Done(step, time) => ui.detail(&format!("{}: {:.1} ms", step.name(), time.as_secs_f64() * 1e3)),
        ReplayEvent::Rows(rows) => progress.say(&format!("loading telemetry: {rows} rows read")),
        ReplayEvent::Run(step) => progress.show(step),
    };
    let fill = if args.fill == Some(FillArg::Nan) { Fill::Nan } else { Fill::Zero };
    let options = ReplayOptions {
        source: source.as_deref(),
        templates: &*templates,
        runs: &args.out,
        work_root: args.work_dir.clone().unwrap_or_else(default_work_root),
        load: LoadOptions { fill, ..LoadOptions::default() },
        settings,
        write: Options {
            deterministic_id: args.deterministic_run_id,
            durable: args.durable,
            stop: Some(&interrupt::STOP),
        },
        watch: &watch,
        progress: progress.is_wanted().then_some(&advance),
    };
    replay(&request, &options)
}

fn open(args: &ReplayArgs) -> Result<Option<Box<dyn TelemetrySource>>, LoadError> {
    let open = |spec: &String| source::open(spec, &SourceOptions::default()).map_err(LoadError::from);
    args.source.as_ref().map(open).transpose()
}

fn show(replayed: &Replayed, args: &ReplayArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let Replayed { written, evaluation, notes } = replayed;
    for Problems { diagnostics, sources } in notes {
        ui.say(&render::full(&ui.wanted(diagnostics.clone()), sources, ui.colors(&io::stderr())));
    }
    warnings::show(&written.record, ui);
    if args.json {
        let record = serde_json::to_string_pretty(&written.record).context("can't write the record as JSON")?;
        ui.result(&(record + "\n"))?;
    } else {
        ui.result(&shown(evaluation, &written.record, Some(written), ui))?;
    }
    Ok(Outcome::Clean)
}

/// Says why there is no run: to people, or as the members of an HTTP answer.
fn failed(error: ReplayError, args: &ReplayArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let outcome = if error.is_users() { Outcome::Problems } else { Outcome::Failed };
    if matches!(error, ReplayError::Interrupted) {
        return Ok(Outcome::Interrupted);
    }
    if args.json {
        let body = serde_json::to_string_pretty(&error.body().1).context("can't write the error as JSON")?;
        ui.result(&(body + "\n"))?;
        return Ok(outcome);
    }
    match error {
        ReplayError::Template(error @ TemplateError::Parameters(_)) => return show_error(error, false, ui),
        ReplayError::NoWindow => {
            ui.error(&error.to_string());
            ui.help("give `--start` and `--bins`");
        }
        ReplayError::NoSource { .. } => {
            ui.error(&error.to_string());
            ui.help("name where it comes from with `--source`, for example a Gold store that `ftc etl` made");
        }
        ReplayError::Evaluate(RunError::UnknownParameter { ref known, .. }) if !known.is_empty() => {
            let help = format!("use one of `{}`", known.join("`, `"));
            ui.failure(&error.into());
            ui.help(&help);
        }
        error => show_failure(error, ui),
    }
    Ok(outcome)
}

fn show_failure(error: ReplayError, ui: &Ui) {
    if let Some(Problems { diagnostics, sources }) = error.problems() {
        show_problems(Problems { diagnostics: diagnostics.clone(), sources: sources.clone() }, ui);
    }
    ui.failure(&error.into());
}
