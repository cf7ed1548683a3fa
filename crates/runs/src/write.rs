//! From an evaluated model to its run folder: choose an id nobody has, make the record, and have the files written. A
//! deterministic id that is taken by the same inputs is the answer itself.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use flowtime::check::CheckedModel;
use flowtime::driver::{Evaluation, OutputColumn, Settings};
use flowtime::load::SourceLoader;
use flowtime_files::{FileError, PREFIX, Staging};

use crate::artifacts::fill;
use crate::error::WriteError;
use crate::id;
use crate::record::{
    Provenance, RunRecord, SCHEMA_VERSION, SeriesRecord, Status, TelemetryRecord, Timings, WindowRecord,
};
use crate::sources::{SourceCopy, SourcePlan, plan};
use crate::validate::validate;
use crate::warnings::Warning;

/// Random ids tried before giving up.
const TRIES: usize = 16;

/// A model that has been evaluated.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// The model's text.
    pub text: &'a str,
    /// The model.
    pub checked: &'a CheckedModel,
    /// What was set for this run.
    pub settings: &'a Settings,
    /// The result of [`evaluate`](crate::evaluate).
    pub evaluation: &'a Evaluation,
    /// Warnings of the telemetry's loader, such as its `data_gap`s; they go into the record, and validation knows them.
    pub gaps: &'a [Warning],
    /// Where its model comes from.
    pub lineage: &'a Lineage,
    /// Where its sources come from.
    pub loader: &'a dyn SourceLoader,
    /// How long it took so far.
    pub timings: Timings,
}

/// Where a run's model comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lineage {
    /// How it was made.
    pub mode: Mode,
    /// The run that an overlay was laid over.
    pub base_run_id: Option<String>,
    /// What an overlay is called.
    pub scenario: Option<String>,
    /// Of an overlay: for each node the series ids by role that it had in the base run and no longer has.
    pub baseline: BTreeMap<String, BTreeMap<String, String>>,
    /// The telemetry that its sources are.
    pub telemetry: Option<Telemetry>,
}

/// Telemetry that was loaded for a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Telemetry {
    /// Where its rows came from.
    pub record: TelemetryRecord,
    /// All files of its folder, relative to the run's; they go into the run, also those that the model doesn't read.
    pub files: Vec<String>,
}

/// How a run's model was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Given as it is.
    #[default]
    Model,
    /// From a template, over telemetry.
    Telemetry,
    /// From a template, without telemetry.
    Simulation,
    /// From another run.
    Overlay,
}

impl Mode {
    /// As `run.json` spells it.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Model => "model",
            Mode::Telemetry => "telemetry",
            Mode::Simulation => "simulation",
            Mode::Overlay => "overlay",
        }
    }
}

/// How to write.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Make the id from model, parameters and data; an existing run of that id is the answer.
    pub deterministic_id: bool,
    /// Sync files and folders to the disk before the run appears.
    pub durable: bool,
    /// Set to stop writing; what is there is removed.
    pub stop: Option<&'a AtomicBool>,
}

/// A run that is on the disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// Its folder.
    pub path: PathBuf,
    /// Its record.
    pub record: RunRecord,
    /// Whether it was there before.
    pub existing: bool,
}

/// The record of `run` as `run.json` would have it, without files; and without an id, unless that follows from the
/// inputs.
///
/// # Errors
/// A source can't be read for a deterministic id.
pub fn record(run: &Run<'_>, deterministic_id: bool) -> Result<RunRecord, WriteError> {
    if !deterministic_id {
        return Ok(new_record(run, None, None));
    }
    let digest = inputs_digest(run, &plan(&run.checked.model))?;
    Ok(new_record(run, Some(run_id(run, &digest[..8])), Some(digest)))
}

/// Writes the artifacts of `run` to a new folder in `root`, which is made if it isn't there.
///
/// # Errors
/// Whatever keeps it from being written whole; then nothing of it is left.
pub fn write(root: &Path, run: &Run<'_>, options: &Options<'_>) -> Result<Written, WriteError> {
    write_as(root, run, options, &id::random_digits()?)
}

/// Like [`write()`], with the last digits of the run's id, which hold unless they are taken or follow from the inputs.
pub(crate) fn write_as(root: &Path, run: &Run<'_>, options: &Options<'_>, digits: &str) -> Result<Written, WriteError> {
    make_root(root)?;
    let plan = plan(&run.checked.model);
    if options.deterministic_id {
        write_deterministic(root, run, options, &plan)
    } else {
        write_random(root, run, options, &plan, digits)
    }
}

/// The ids of the complete runs in `root`, in ascending order.
///
/// # Errors
/// `root` can't be read.
pub fn runs_in(root: &Path) -> io::Result<Vec<String>> {
    let mut ids = Vec::new();
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let is_run = entry.path().join("run.json").is_file();
        if let Ok(name) = entry.file_name().into_string()
            && is_run
            && !name.starts_with(PREFIX)
        {
            ids.push(name);
        }
    }
    ids.sort();
    Ok(ids)
}

fn make_root(root: &Path) -> Result<(), WriteError> {
    if root.exists() && !root.is_dir() {
        return Err(WriteError::NotAFolder { path: root.to_owned() });
    }
    fs::create_dir_all(root).map_err(|source| FileError::Write { path: root.to_owned(), source }.into())
}

/// Takes the first random id that nobody has: the temporary folder, made exclusively, holds it.
fn write_random(
    root: &Path,
    run: &Run<'_>,
    options: &Options<'_>,
    plan: &SourcePlan,
    digits: &str,
) -> Result<Written, WriteError> {
    let (mut last, mut digits) = (root.to_owned(), digits.to_owned());
    for _ in 0..TRIES {
        let run_id = run_id(run, &std::mem::replace(&mut digits, id::random_digits()?));
        last = root.join(&run_id);
        let staging = Staging::create(root, &run_id, options.durable, options.stop)?;
        if let Some(staging) = staging.filter(|_| !last.exists()) {
            return fill(staging, last, run, plan, new_record(run, Some(run_id), None));
        }
    }
    Err(WriteError::IdTaken { path: last })
}

/// Two writers of one id may both get here; the second to rename finds the first one's run and returns it.
fn write_deterministic(
    root: &Path,
    run: &Run<'_>,
    options: &Options<'_>,
    plan: &SourcePlan,
) -> Result<Written, WriteError> {
    let digest = inputs_digest(run, plan)?;
    let run_id = run_id(run, &digest[..8]);
    let target = root.join(&run_id);
    if target.exists() {
        return existing(target, &digest);
    }
    let name = format!("{run_id}-{}", id::random_digits()?);
    let Some(staging) = Staging::create(root, &name, options.durable, options.stop)? else {
        return Err(WriteError::IdTaken { path: root.join(format!("{PREFIX}{name}")) });
    };
    match fill(staging, target.clone(), run, plan, new_record(run, Some(run_id), Some(digest.clone()))) {
        Err(WriteError::Files(FileError::Write { path, .. })) if path == target && target.exists() => {
            existing(target, &digest)
        }
        result => result,
    }
}

fn existing(path: PathBuf, digest: &str) -> Result<Written, WriteError> {
    let file = path.join("run.json");
    let text = match fs::read(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(WriteError::IdTaken { path });
        }
        text => text.map_err(|source| WriteError::Existing { path: file.clone(), source })?,
    };
    let record: RunRecord =
        serde_json::from_slice(&text).map_err(|error| WriteError::Existing { path: file, source: error.into() })?;
    if record.inputs_sha256.as_deref() == Some(digest) {
        Ok(Written { path, record, existing: true })
    } else {
        Err(WriteError::IdTaken { path })
    }
}

fn run_id(run: &Run<'_>, digits: &str) -> String {
    format!("{}_{digits}", id::prefix(&run.checked.model))
}

fn inputs_digest(run: &Run<'_>, plan: &SourcePlan) -> Result<String, WriteError> {
    let parameters: Vec<_> = parameters(run.checked, run.settings).collect();
    id::inputs_digest(run.text, &parameters, &plan.copies, run.loader)
}

/// Every parameter with its value in a run; of two settings of one name the later holds.
pub(crate) fn parameters<'a>(
    checked: &'a CheckedModel,
    settings: &'a Settings,
) -> impl Iterator<Item = (&'a str, f64)> {
    let settings = &settings.parameters;
    checked.model.parameters.iter().map(move |parameter| {
        let id = parameter.id.value.as_str();
        let set = settings.iter().rev().find(|(name, _)| name == id);
        (id, set.map_or(parameter.value.value, |(_, value)| *value))
    })
}

/// What to copy into the run though its model doesn't read it.
pub(crate) fn further_copies(run: &Run<'_>, plan: &SourcePlan) -> Vec<SourceCopy> {
    let files = run.lineage.telemetry.iter().flat_map(|telemetry| &telemetry.files);
    let further = files.filter(|file| !plan.copies.iter().any(|copy| copy.target == **file));
    further.map(|file| SourceCopy { source: file.clone(), target: file.clone() }).collect()
}

fn new_record(run: &Run<'_>, run_id: Option<String>, inputs_sha256: Option<String>) -> RunRecord {
    let model = &run.checked.model;
    let now = now();
    let series = |output: &OutputColumn| SeriesRecord::new(output, &model.series[output.series.index()]);
    RunRecord {
        schema_version: SCHEMA_VERSION,
        run_id,
        status: Status::Completed,
        mode: run.lineage.mode.name().to_owned(),
        base_run_id: run.lineage.base_run_id.clone(),
        scenario: run.lineage.scenario.clone(),
        grid: (&model.grid).into(),
        window: model.window.as_ref().map(|window| WindowRecord::new(window, &model.grid)),
        parameters: parameters(run.checked, run.settings).map(|(name, value)| (name.to_owned(), value)).collect(),
        provenance: Provenance::new(&now, run.lineage, model.provenance.as_ref()),
        warnings: validate(run.checked, run.settings, run.evaluation, run.gaps),
        series: run.evaluation.outputs.iter().map(series).collect(),
        inputs_sha256,
        completed_at: now,
        timings: run.timings,
    }
}

/// The time to the millisecond, RFC 3339.
pub(crate) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
