//! A replay: a window of telemetry and a template in, a run out. The template is read and the request held against it
//! before anything is loaded; then telemetry is loaded into a work folder, a model is made, checked and evaluated there,
//! and written as a run.
//!
//! Sources resolve against the root of the work folder as against that of the run, so the model's text is the same in
//! both. The work folder is gone at the end, and a run is there whole or not at all.

mod error;
mod model;
mod request;
mod work;

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use flowtime::driver::{Evaluation, RunError, Settings, Step, Watch};
use flowtime::load::FileLoader;
use flowtime::template::{Problems, Template, TemplateError, TemplateKind, TemplateSet};
use flowtime_files::FileError;
use flowtime_runtime::engine::{self, RunControl};
use flowtime_telemetry::load::{self, Control, LoadError, LoadOptions, Loaded, MANIFEST, Request};
use flowtime_telemetry::source::TelemetrySource;
use flowtime_telemetry::time::Window;

pub use error::ReplayError;
pub use request::{ReplayMode, ReplayRequest, Selection, WindowRequest};

use self::model::{Model, make_model};
use self::work::{WorkFolder, remove_leftovers};
use crate::error::WriteError;
use crate::id;
use crate::record::{TelemetryRecord, Timings};
use crate::validate::evaluate;
use crate::warnings::Warning;
use crate::write::{Lineage, Mode, Options, Run, Telemetry, Written, write_as};

/// The folder of the telemetry, in the work folder and in the run's.
const TELEMETRY: &str = "telemetry";

/// Work folders tried before giving up.
const TRIES: usize = 16;

/// With what a request is carried out.
#[derive(Clone)]
pub struct ReplayOptions<'a> {
    /// Where telemetry is loaded from; a simulation needs none.
    pub source: Option<&'a dyn TelemetrySource>,
    /// Where the template is.
    pub templates: &'a dyn TemplateSet,
    /// The runs root.
    pub runs: &'a Path,
    /// Where work folders are made; [`default_work_root`] for want of a better one.
    pub work_root: PathBuf,
    /// How to load.
    pub load: LoadOptions,
    /// What is set for the evaluation.
    pub settings: Settings,
    /// How to write; its `stop` stops every step.
    pub write: Options<'a>,
    /// Told what happens.
    pub watch: &'a dyn Fn(ReplayEvent<'_>),
    /// Told how far the evaluation is, as (done, total).
    pub progress: Option<&'a dyn Fn(usize, usize)>,
}

/// What a watcher is told.
#[derive(Clone, Copy, Debug)]
pub enum ReplayEvent<'a> {
    /// A step begins.
    Begin(ReplayStep),
    /// A step is done.
    Done(ReplayStep, Duration),
    /// So many rows of telemetry are read.
    Rows(u64),
    /// A step of the evaluation.
    Run(Step<'a>),
}

/// The steps of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayStep {
    /// Reading the template, and holding the request against it.
    Template,
    /// Loading telemetry.
    Load,
    /// Making the model.
    Instantiate,
    /// Checking it.
    Check,
    /// Evaluating it.
    Evaluate,
    /// Validating the result, and writing the run.
    Write,
}

impl ReplayStep {
    /// What is done, as for `… took 3 ms`.
    pub fn name(self) -> &'static str {
        match self {
            ReplayStep::Template => "reading the template",
            ReplayStep::Load => "loading telemetry",
            ReplayStep::Instantiate => "making the model",
            ReplayStep::Check => "checking the model",
            ReplayStep::Evaluate => "evaluating",
            ReplayStep::Write => "validating and writing the run",
        }
    }
}

/// A run that was replayed.
#[derive(Debug)]
pub struct Replayed {
    /// The run.
    pub written: Written,
    /// Its columns.
    pub evaluation: Evaluation,
    /// What is to be told of template and model, though neither has errors.
    pub notes: Vec<Problems>,
}

/// `flowtime/runs` in the system's folder of temporary files.
pub fn default_work_root() -> PathBuf {
    std::env::temp_dir().join("flowtime").join("runs")
}

/// Carries out `request`: afterwards there is one more run in the runs root, or an error and nothing.
///
/// # Errors
/// The request doesn't fit the template or the source, the telemetry can't be loaded, the model can't be evaluated, or
/// the run can't be written.
pub fn replay(request: &ReplayRequest, options: &ReplayOptions<'_>) -> Result<Replayed, ReplayError> {
    let replay = Replay { request, options };
    let (template, window) = replay.step(ReplayStep::Template, || replay.prepare())?;
    remove_leftovers(&options.work_root);
    let digits = id::random_digits().map_err(ReplayError::Write)?;
    let (work, digits) = replay.work_folder(window.as_ref(), digits)?;
    let mut timings = Timings::default();
    let loaded = match &window {
        Some(window) => {
            let begin = Instant::now();
            let loaded = replay.step(ReplayStep::Load, || replay.load(&template, window, work.path()))?;
            timings.load_ms = milliseconds(begin.elapsed());
            Some(loaded)
        }
        None => None,
    };
    let loader = FileLoader::new(work.path().to_owned());
    let model = make_model(&replay, &template, window.as_ref(), loaded.as_ref(), work.path(), &loader, &mut timings)?;
    let evaluation = replay.step(ReplayStep::Evaluate, || replay.evaluate(&model, &loader, &mut timings))?;
    let lineage = replay.lineage(loaded.as_ref());
    let gaps = loaded.as_ref().map(loader_warnings).unwrap_or_default();
    let run = Run {
        text: &model.text,
        checked: &model.checked,
        settings: &options.settings,
        evaluation: &evaluation,
        gaps: &gaps,
        lineage: &lineage,
        loader: &loader,
        timings,
    };
    let written = replay.step(ReplayStep::Write, || replay.write(&run, &digits))?;
    let notes = vec![Problems { diagnostics: template.warnings, sources: template.sources }, model.notes];
    Ok(Replayed { written, evaluation, notes })
}

/// A request and that with which it is carried out.
pub(crate) struct Replay<'a> {
    request: &'a ReplayRequest,
    options: &'a ReplayOptions<'a>,
}

impl Replay<'_> {
    /// Does `work` as a step: it doesn't begin once the caller wants to stop.
    fn step<T>(&self, step: ReplayStep, work: impl FnOnce() -> Result<T, ReplayError>) -> Result<T, ReplayError> {
        if self.options.write.stop.is_some_and(|stop| stop.load(Ordering::Relaxed)) {
            return Err(ReplayError::Interrupted);
        }
        (self.options.watch)(ReplayEvent::Begin(step));
        let begin = Instant::now();
        let done = work()?;
        (self.options.watch)(ReplayEvent::Done(step, begin.elapsed()));
        Ok(done)
    }

    /// The template, and the window where telemetry is to be loaded; the request fits them.
    fn prepare(&self) -> Result<(Template, Option<Window>), ReplayError> {
        let template = Template::load(self.options.templates, &self.request.template)?;
        let window = match (self.request.mode, self.options.source) {
            (ReplayMode::Telemetry, Some(source)) => {
                let bin = source.bin().map_err(LoadError::from)?;
                Some(self.request.window.window(bin)?.ok_or(ReplayError::NoWindow)?)
            }
            (ReplayMode::Simulation, _) if template.kind == TemplateKind::Simulation => None,
            _ => return Err(ReplayError::NoSource { template: template.name }),
        };
        let mut arguments = self.request.arguments(window.as_ref());
        arguments.available = template.flags();
        // Which nodes are enabled only the telemetry shows; all else that doesn't fit is answered now.
        match template.instantiate(&arguments) {
            Err(TemplateError::DisabledNode { .. }) | Ok(_) => Ok((template, window)),
            Err(error) => Err(error.into()),
        }
    }

    /// A work folder, and the last digits of its name, which the run should have too.
    fn work_folder(&self, window: Option<&Window>, mut digits: String) -> Result<(WorkFolder, String), ReplayError> {
        let root = &self.options.work_root;
        for _ in 0..TRIES {
            let name = format!("{}_{digits}", id::prefix_at(window.map(Window::start)));
            if let Some(work) = WorkFolder::create(root, &name).map_err(ReplayError::Work)? {
                return Ok((work, digits));
            }
            digits = id::random_digits().map_err(ReplayError::Write)?;
        }
        Err(ReplayError::Write(WriteError::IdTaken { path: root.clone() }))
    }

    fn load(&self, template: &Template, window: &Window, work: &Path) -> Result<Loaded, ReplayError> {
        let Some(source) = self.options.source else {
            return Err(ReplayError::NoSource { template: template.name.clone() });
        };
        let request = Request { window: *window, nodes: self.nodes(template, source)? };
        let rows = |rows| (self.options.watch)(ReplayEvent::Rows(rows));
        let control = Control { stop: self.options.write.stop, progress: Some(&rows) };
        match load::load(source, &request, &self.options.load, &work.join(TELEMETRY), &control) {
            Err(error) if error.is_interrupted() => Err(ReplayError::Interrupted),
            loaded => Ok(loaded?),
        }
    }

    /// The nodes asked for; without any, those of the template that the source knows.
    fn nodes(&self, template: &Template, source: &dyn TelemetrySource) -> Result<Vec<String>, LoadError> {
        if let Some(nodes) = &self.request.selection.nodes {
            return Ok(nodes.clone());
        }
        let (all, known) = (model::nodes(self, template), source.nodes()?);
        let there: Vec<String> = all.iter().filter(|node| known.contains(node)).cloned().collect();
        Ok(if there.is_empty() { all } else { there })
    }

    fn evaluate(&self, model: &Model, loader: &FileLoader, timings: &mut Timings) -> Result<Evaluation, ReplayError> {
        let begin = Instant::now();
        let step = |step: Step<'_>| (self.options.watch)(ReplayEvent::Run(step));
        let control =
            RunControl { cancel: self.options.write.stop, progress: self.options.progress, ..RunControl::default() };
        let watch = Watch { step: &step, control };
        let evaluation = evaluate(&model.checked, loader, &self.options.settings, &watch);
        timings.evaluate_ms = milliseconds(begin.elapsed());
        evaluation.map_err(|error| match error {
            RunError::Evaluate(engine::RunError::Cancelled) => ReplayError::Interrupted,
            RunError::Data(diagnostics) => model.data_error(diagnostics, loader),
            error => ReplayError::Evaluate(error),
        })
    }

    fn write(&self, run: &Run<'_>, digits: &str) -> Result<Written, ReplayError> {
        write_as(self.options.runs, run, &self.options.write, digits).map_err(|error| match error {
            WriteError::Files(FileError::Interrupted) => ReplayError::Interrupted,
            error => ReplayError::Write(error),
        })
    }

    fn lineage(&self, loaded: Option<&Loaded>) -> Lineage {
        let mode = if loaded.is_some() { Mode::Telemetry } else { Mode::Simulation };
        Lineage { mode, telemetry: loaded.map(telemetry), ..Lineage::default() }
    }
}

fn telemetry(loaded: &Loaded) -> Telemetry {
    let provenance = &loaded.manifest.provenance;
    let manifest = format!("{TELEMETRY}/{MANIFEST}");
    let mut files: Vec<String> =
        loaded.manifest.files.iter().map(|file| format!("{TELEMETRY}/{}", file.path)).collect();
    files.push(manifest.clone());
    let record = TelemetryRecord {
        source: provenance.source.clone(),
        extraction_ts: provenance.extraction_ts.map(|ts| ts.to_string()),
        loader_version: provenance.loader_version.clone(),
        manifest,
    };
    Telemetry { record, files }
}

/// The manifest's warnings as a run has them: they are written alike.
fn loader_warnings(loaded: &Loaded) -> Vec<Warning> {
    let alike = |warning| serde_json::from_value(serde_json::to_value(warning).ok()?).ok();
    loaded.manifest.warnings.iter().filter_map(alike).collect()
}

/// Milliseconds, to the microsecond.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}
