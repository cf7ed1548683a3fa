//! `ftc bench`: how long a model takes to prepare and to evaluate, backend by backend, on one thread. Sources are loaded
//! once, before any clock starts.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, ValueEnum};
use flowtime::check::CheckedModel;
use flowtime::driver::{self, Loaded, RunError, Settings};
use flowtime_runtime::engine::{self, Options};

use crate::engine::CodeArgs;
use crate::measure::{self, Measured, Workload};
use crate::models::ModelText;
use crate::paths;
use crate::perf_map::PerfMap;
use crate::progress::Progress;
use crate::ui::{Outcome, Ui};

/// What the long help adds.
pub(crate) const MORE_HELP: &str = "\
Examples:
  ftc bench model.yaml
  ftc bench model.yaml --backend jit --simd avx2 --time 5
  ftc bench model.yaml --json | jq '.[] | {backend, nsPerSeriesBin}'

Exit codes:
  0    the model was measured
  1    the model has errors, or its data doesn't fit
  2    a file can't be read, the machine lacks the instructions, or the command line is wrong
  130  ended with Ctrl-C";

#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// The model, or `-` for standard input
    model: PathBuf,
    /// What to measure
    #[arg(long, value_enum, value_name = "NAME", default_value_t)]
    backend: Which,
    #[command(flatten)]
    code: CodeArgs,
    /// How long to evaluate with each backend; three evaluations at least
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = parse_seconds)]
    time: Duration,
    /// Print an array with an object for each backend instead of a table
    #[arg(long)]
    json: bool,
}

/// The backends to measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Which {
    /// All of them
    #[default]
    All,
    /// The interpreter
    Interp,
    /// Machine code
    Jit,
}

impl Which {
    fn backends(self) -> &'static [engine::Backend] {
        match self {
            Which::All => &[engine::Backend::Interp, engine::Backend::Jit],
            Which::Interp => &[engine::Backend::Interp],
            Which::Jit => &[engine::Backend::Jit],
        }
    }
}

/// A number of seconds, more than none and at most an hour.
fn parse_seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 3600.0 => Ok(Duration::from_secs_f64(seconds)),
        _ => Err(format!("expected seconds, more than 0 and at most 3600, found `{text}`")),
    }
}

/// Measures the model and shows the figures.
pub(crate) fn bench(args: &BenchArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    if !paths::is_one_model(&args.model, ui) {
        return Ok(Outcome::Failed);
    }
    let Some(options) = args.code.options(engine::Backend::Jit, ui) else {
        return Ok(Outcome::Failed);
    };
    let model = ModelText::read(&args.model)?;
    let Some((checked, sources)) = model.probe_and_show(ui, &mut |_| ()) else {
        return Ok(Outcome::Problems);
    };
    let loaded = match load(&checked, &model, ui) {
        Ok(loaded) => loaded,
        Err(RunError::Data(found)) => {
            ui.show(found, &sources);
            return Ok(Outcome::Problems);
        }
        Err(error) => return Err(error.into()),
    };
    let measured = measure_all(&checked, loaded, options, args, ui)?;
    let json = || serde_json::to_string_pretty(&measured).context("can't write the figures as JSON");
    ui.result(&if args.json { json()? + "\n" } else { measure::render(&measured) })?;
    Ok(Outcome::Clean)
}

fn load(checked: &CheckedModel, model: &ModelText, ui: &Ui) -> Result<Loaded, RunError> {
    let progress = Progress::new(ui.shows_progress());
    driver::load(checked, &model.loader, &Settings::default(), &|step| progress.show(step))
}

/// The figures of each backend.
fn measure_all(
    checked: &CheckedModel,
    loaded: Loaded,
    options: Options,
    args: &BenchArgs,
    ui: &Ui,
) -> anyhow::Result<Vec<Measured>> {
    let perf_map = PerfMap::create(args.code.perf_map)?;
    let workload = Workload::new(loaded, checked.outputs.len());
    let progress = Progress::new(ui.shows_progress());
    let measure = |&backend: &engine::Backend| {
        let name = if backend == engine::Backend::Jit { "jit" } else { "interp" };
        progress.say(&format!("preparing for {name}"));
        let (prepared, prepare_time) = workload.prepare(&Options { backend, ..options })?;
        perf_map.iter().for_each(|perf_map| perf_map.add(checked, &prepared, &workload.origins, ui));
        progress.say(&format!("evaluating by {name}"));
        let times = workload.evaluate(&prepared, args.time)?;
        Ok(workload.figures(name, &prepared, prepare_time, &times))
    };
    args.backend.backends().iter().map(measure).collect()
}
