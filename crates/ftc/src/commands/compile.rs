//! `ftc compile`: a model checked and compiled; what that came to, or what the model looks like at a stage on the way.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::{Args, ValueEnum};
use flowtime::check::{CheckedModel, SeriesId};
use flowtime::diagnostics::suggest::nearest;
use flowtime::driver;
use flowtime::stages;
use flowtime_runtime::engine::{self, Backend, Options, Phase, Prepared};
use flowtime_runtime::ir::Program;

use crate::engine::CodeArgs;
use crate::models::ModelText;
use crate::perf_map::PerfMap;
use crate::progress::Progress;
use crate::ui::{Outcome, Ui};
use crate::{files, paths};

mod object;

/// What the long help adds.
pub(crate) const MORE_HELP: &str = "\
Examples:
  ftc compile model.yaml --emit typed --series queue_depth
  ftc compile model.yaml --emit dot -o model.dot
  ftc compile model.yaml --emit obj -o queue.o

Exit codes:
  0  the stage was printed or written
  1  the model has errors, or no such series
  2  the model can't be read, the file can't be written, or the command line is wrong";

#[derive(Debug, Args)]
pub(crate) struct CompileArgs {
    /// The model, or `-` for standard input
    model: PathBuf,
    /// Print the model at this stage of its compilation instead of the report
    #[arg(long, value_enum, value_name = "STAGE")]
    emit: Option<Stage>,
    /// Compile one series alone, with what it needs
    #[arg(long, value_name = "NAME")]
    series: Option<String>,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    code: CodeArgs,
    #[command(flatten)]
    object: object::ObjectArgs,
}

/// What a model becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Stage {
    /// The syntax trees of the formulas
    Ast,
    /// The resolved trees, each node with its rate and type
    Typed,
    /// The program that computes the outputs
    Ir,
    /// The loops that it becomes, and where each value lives
    Regions,
    /// The functions that go into the code generator
    Clif,
    /// The machine code
    Asm,
    /// Who reads whom at which lags, and which series form recurrences
    Dag,
    /// The same for Graphviz
    Dot,
    /// An object file with a C header beside it, to be linked with programs in other languages
    Obj,
}

/// Compiles the model and prints what was asked for.
pub(crate) fn compile(args: &CompileArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    if !paths::is_one_model(&args.model, ui) || !object::fits(args, ui) {
        return Ok(Outcome::Failed);
    }
    let Some(options) = args.code.options(Backend::Jit, ui) else {
        return Ok(Outcome::Failed);
    };
    let model = ModelText::read(&args.model)?;
    let mut times = Times::new();
    let Some((checked, _)) = model.probe_and_show(ui, &mut |phase| times.end(check_name(phase))) else {
        return Ok(Outcome::Problems);
    };
    let checked = &checked;
    let only = match &args.series {
        None => None,
        Some(name) => match find(checked, name) {
            Some(series) => Some(series),
            None => return Ok(unknown_series(checked, name, ui)),
        },
    };
    let progress = Progress::of("compiling", ui);
    let text = match args.emit {
        None => report(checked, only, &options, times)?,
        Some(Stage::Obj) => return object::write(args, checked, only, progress, ui),
        Some(stage) => emit(stage, checked, only, &options)?,
    };
    drop(progress);
    if let Some(perf_map) = PerfMap::create(args.code.perf_map)? {
        let (program, origins) = stages::program(checked, only);
        perf_map.add(checked, &prepare(program, &options, |_| ())?, &origins, ui);
    }
    match &args.output {
        Some(path) => files::write(path, text.as_bytes())?,
        None => ui.result(&text)?,
    }
    Ok(Outcome::Clean)
}

/// The series called `name`.
fn find(checked: &CheckedModel, name: &str) -> Option<SeriesId> {
    let ids = checked.model.series.iter().map(|series| series.id.value.as_str());
    (0..).map(SeriesId).zip(ids).find(|(_, id)| *id == name).map(|(series, _)| series)
}

fn unknown_series(checked: &CheckedModel, name: &str, ui: &Ui) -> Outcome {
    ui.error(&format!("the model has no series `{name}`"));
    if let Some(near) = nearest(name, checked.model.series.iter().map(|series| series.id.value.as_str())) {
        ui.help(&format!("use `{near}`"));
    }
    Outcome::Problems
}

fn emit(stage: Stage, checked: &CheckedModel, only: Option<SeriesId>, options: &Options) -> anyhow::Result<String> {
    let prepared = || prepare(stages::program(checked, only).0, options, |_| ());
    Ok(match stage {
        Stage::Ast => stages::ast(checked, only),
        Stage::Typed => stages::typed(checked, only),
        Stage::Ir => stages::ir(checked, only),
        Stage::Regions => prepared()?.regions().to_string(),
        Stage::Clif => prepared()?.clif()?.unwrap_or_default(),
        Stage::Asm => stages::asm(&prepared()?).context("can't show the machine code of this processor")?,
        Stage::Dag => stages::dag(checked, only),
        Stage::Dot => stages::dot(checked, only),
        // These are files, not a text.
        Stage::Obj => String::new(),
    })
}

fn prepare(program: Program, options: &Options, done: impl FnMut(Phase)) -> anyhow::Result<Prepared> {
    engine::prepare_observed(program, options, done).context("can't compile the model")
}

/// The time of each phase so far.
struct Times {
    last: Instant,
    phases: Vec<(&'static str, Duration)>,
}

impl Times {
    fn new() -> Self {
        Self { last: Instant::now(), phases: Vec::new() }
    }

    /// The phase that ends now began when the last one ended.
    fn end(&mut self, phase: &'static str) {
        let now = Instant::now();
        self.phases.push((phase, now - std::mem::replace(&mut self.last, now)));
    }
}

/// What the compilation came to, and the time of each phase.
fn report(
    checked: &CheckedModel,
    only: Option<SeriesId>,
    options: &Options,
    mut times: Times,
) -> anyhow::Result<String> {
    times.last = Instant::now();
    let (program, _) = stages::program(checked, only);
    times.end("lower");
    let prepared = prepare(program, options, |phase| times.end(phase_name(phase)))?;
    let stats = prepared.stats();
    let mut lines = vec![
        format!("series        {}", checked.model.series.len()),
        format!("outputs       {}", prepared.outputs().len()),
        format!("values        {}", stats.values),
        format!("stages        {}", stats.stages),
        format!("map regions   {}", stats.map_regions),
        format!("scan regions  {}", stats.scan_regions),
        format!("windows       {}", stats.windows),
        format!("columns       {}, and {} of tile scratch", stats.columns, stats.scratch),
        format!("code          {} bytes", stats.code_bytes),
    ];
    lines.extend(times.phases.iter().map(|(name, time)| format!("{name:<13} {:.3} ms", time.as_secs_f64() * 1e3)));
    Ok(lines.join("\n") + "\n")
}

fn check_name(phase: driver::Phase) -> &'static str {
    match phase {
        driver::Phase::Yaml => "yaml",
        driver::Phase::Decode => "decode",
        driver::Phase::Resolve => "resolve",
        driver::Phase::Dependencies => "dependencies",
        driver::Phase::Types => "types",
        driver::Phase::Lints => "lints",
        driver::Phase::Probe => "probe",
    }
}

fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Verify => "verify",
        Phase::Plan => "plan",
        Phase::Generate => "generate",
    }
}
