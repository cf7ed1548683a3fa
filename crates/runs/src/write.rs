//! From an evaluated model to its run folder: choose an id, write everything under a temporary name, the record last,
//! and rename.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use flowtime::check::{CheckedModel, SeriesId};
use flowtime::driver::{Evaluation, OutputColumn, Settings};
use flowtime::load::SourceLoader;
use flowtime::source::Span;
use serde::Serialize;
use serde_json::{Value, json};

use crate::columns::{self, Column, ColumnKind};
use crate::error::WriteError;
use crate::names::Names;
use crate::number::push_number;
use crate::record::{RunRecord, SeriesRecord, Status, Timings, WindowRecord};
use crate::sources::{SourcePlan, apply_edits, plan};
use crate::staging::{PREFIX, Staging};
use crate::{dag, id, topology, warnings};

/// Values handed to a file at once.
const CHUNK: usize = 4096;
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
    /// The result.
    pub evaluation: &'a Evaluation,
    /// Where its sources come from.
    pub loader: &'a dyn SourceLoader,
    /// How long it took so far.
    pub timings: Timings,
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

/// The record of `run` as `run.json` would have it, with a fresh id and without files.
///
/// # Errors
/// The system gives no random bytes, or a source can't be read for a deterministic id.
pub fn record(run: &Run<'_>, deterministic_id: bool) -> Result<RunRecord, WriteError> {
    let plan = plan(&run.checked.model);
    let inputs = if deterministic_id {
        Some(inputs_digest(run, &plan)?)
    } else {
        None
    };
    let digits = match &inputs {
        Some(digest) => digest[..8].to_owned(),
        None => id::random_digits()?,
    };
    Ok(new_record(run, run_id(run, &digits), inputs))
}

/// Writes the artifacts of `run` to a new folder in `root`, which is made if it isn't there.
///
/// # Errors
/// Whatever keeps it from being written whole; then nothing of it is left.
pub fn write(root: &Path, run: &Run<'_>, options: &Options<'_>) -> Result<Written, WriteError> {
    make_root(root)?;
    let plan = plan(&run.checked.model);
    if options.deterministic_id {
        write_deterministic(root, run, options, &plan)
    } else {
        write_random(root, run, options, &plan)
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
        return Err(WriteError::NotAFolder {
            path: root.to_owned(),
        });
    }
    fs::create_dir_all(root).map_err(|source| WriteError::Write {
        path: root.to_owned(),
        source,
    })
}

/// Takes the first random id that nobody has: the temporary folder, made exclusively, holds it.
fn write_random(
    root: &Path,
    run: &Run<'_>,
    options: &Options<'_>,
    plan: &SourcePlan,
) -> Result<Written, WriteError> {
    let mut last = root.to_owned();
    for _ in 0..TRIES {
        let run_id = run_id(run, &id::random_digits()?);
        last = root.join(&run_id);
        let staging = Staging::create(root, &run_id, options.durable, options.stop)?;
        if let Some(staging) = staging.filter(|_| !last.exists()) {
            return fill(staging, last, run, plan, new_record(run, run_id, None));
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
        return Err(WriteError::IdTaken {
            path: root.join(format!("{PREFIX}{name}")),
        });
    };
    match fill(
        staging,
        target.clone(),
        run,
        plan,
        new_record(run, run_id, Some(digest.clone())),
    ) {
        Err(WriteError::Write { path, .. }) if path == target && target.exists() => {
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
        text => text.map_err(|source| WriteError::Existing {
            path: file.clone(),
            source,
        })?,
    };
    let record: RunRecord =
        serde_json::from_slice(&text).map_err(|error| WriteError::Existing {
            path: file,
            source: error.into(),
        })?;
    if record.inputs_sha256.as_deref() == Some(digest) {
        Ok(Written {
            path,
            record,
            existing: true,
        })
    } else {
        Err(WriteError::IdTaken { path })
    }
}

fn run_id(run: &Run<'_>, digits: &str) -> String {
    format!("{}_{digits}", id::prefix(&run.checked.model))
}

fn inputs_digest(run: &Run<'_>, plan: &SourcePlan) -> Result<String, WriteError> {
    let parameters: Vec<_> = parameters(run).collect();
    id::inputs_digest(run.text, &parameters, &plan.copies, run.loader)
}

/// Every parameter with its value in this run; of two settings of one name the later holds.
fn parameters<'a>(run: &Run<'a>) -> impl Iterator<Item = (&'a str, f64)> {
    let settings = &run.settings.parameters;
    run.checked.model.parameters.iter().map(move |parameter| {
        let id = parameter.id.value.as_str();
        let set = settings.iter().rev().find(|(name, _)| name == id);
        (id, set.map_or(parameter.value.value, |(_, value)| *value))
    })
}

fn new_record(run: &Run<'_>, run_id: String, inputs_sha256: Option<String>) -> RunRecord {
    let model = &run.checked.model;
    let now = jiff::Timestamp::now().to_string();
    let series = |output: &OutputColumn| SeriesRecord {
        id: output.name.clone(),
        path: None,
        sha256: None,
    };
    RunRecord {
        run_id,
        status: Status::Completed,
        mode: "model".to_owned(),
        grid: (&model.grid).into(),
        window: model
            .window
            .as_ref()
            .map(|window| WindowRecord::new(window, &model.grid)),
        parameters: parameters(run)
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        provenance: provenance(model.provenance.as_ref(), &now),
        warnings: warnings::warnings(run.checked, run.evaluation),
        series: run.evaluation.outputs.iter().map(series).collect(),
        inputs_sha256,
        completed_at: now,
        timings: run.timings,
    }
}

fn provenance(of_model: Option<&Value>, now: &str) -> Value {
    let mut provenance = of_model
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    provenance.insert("generatedAt".to_owned(), json!(now));
    provenance
        .entry("generator")
        .or_insert_with(|| json!(concat!("flowtime ", env!("CARGO_PKG_VERSION"))));
    Value::Object(provenance)
}

/// Writes all files of the run, the record last, and gives the folder its name.
fn fill(
    staging: Staging<'_>,
    path: PathBuf,
    run: &Run<'_>,
    plan: &SourcePlan,
    mut record: RunRecord,
) -> Result<Written, WriteError> {
    let begin = Instant::now();
    copy_sources(&staging, run, plan)?;
    let text = model_text(run, plan);
    staging.file("model.yaml", |file| file.write_all(text.as_bytes()))?;
    write_json(
        &staging,
        "topology.json",
        &topology::document(&run.checked.model.topology),
    )?;
    record.series = write_series(&staging, &run.evaluation.outputs)?;
    write_columns(&staging, run)?;
    write_json(&staging, "debug/dag.json", &dag::dag(run.checked))?;
    record.timings.artifacts_ms = begin.elapsed().as_secs_f64() * 1e3;
    record.completed_at = jiff::Timestamp::now().to_string();
    write_json(&staging, "run.json", &record)?;
    staging.publish(&path)?;
    Ok(Written {
        path,
        record,
        existing: false,
    })
}

fn copy_sources(staging: &Staging<'_>, run: &Run<'_>, plan: &SourcePlan) -> Result<(), WriteError> {
    for copy in &plan.copies {
        let failed = |source| WriteError::Source {
            name: run.loader.display(&copy.source),
            source,
        };
        let mut reader = run.loader.open(&copy.source).map_err(failed)?;
        staging.file(&copy.target, |file| io::copy(&mut reader, file).map(drop))?;
    }
    Ok(())
}

/// The model as it was evaluated: set parameters have their new value, moved sources their new place.
fn model_text(run: &Run<'_>, plan: &SourcePlan) -> String {
    let mut edits = plan.edits.clone();
    let model = &run.checked.model;
    for (parameter, (_, value)) in model.parameters.iter().zip(parameters(run)) {
        if value.to_bits() != parameter.value.value.to_bits() {
            edits.push(parameter_edit(parameter.value.span, value));
        }
    }
    apply_edits(run.text, edits)
}

fn parameter_edit(span: Span, value: f64) -> (Span, String) {
    let mut text = String::new();
    push_number(&mut text, value);
    (span, text)
}

fn write_json(
    staging: &Staging<'_>,
    relative: &str,
    value: &impl Serialize,
) -> Result<String, WriteError> {
    staging.file(relative, |file| {
        serde_json::to_writer_pretty(&mut *file, value)?;
        file.write_all(b"\n")
    })
}

fn write_series(
    staging: &Staging<'_>,
    outputs: &[OutputColumn],
) -> Result<Vec<SeriesRecord>, WriteError> {
    let mut names = Names::default();
    let mut series = Vec::with_capacity(outputs.len());
    for output in outputs {
        let path = format!("series/{}", names.file_name(&output.name, ".csv"));
        let sha256 = staging.file(&path, |file| write_csv(file, &output.values))?;
        series.push(SeriesRecord {
            id: output.name.clone(),
            path: Some(path),
            sha256: Some(sha256),
        });
    }
    Ok(series)
}

fn write_csv(out: &mut dyn Write, values: &[f64]) -> io::Result<()> {
    out.write_all(b"bin_index,value\n")?;
    let mut text = String::new();
    for (at, chunk) in values.chunks(CHUNK).enumerate() {
        text.clear();
        for (bin, value) in (at * CHUNK..).zip(chunk) {
            text.push_str(&bin.to_string());
            text.push(',');
            push_number(&mut text, *value);
            text.push('\n');
        }
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

fn write_columns(staging: &Staging<'_>, run: &Run<'_>) -> Result<String, WriteError> {
    let Evaluation {
        outputs, inputs, ..
    } = run.evaluation;
    let outputs = outputs.iter().map(|output| Column {
        kind: ColumnKind::Output,
        id: &output.name,
        values: &output.values,
    });
    let inputs = inputs.iter().filter_map(|(series, values)| {
        Some(Column {
            kind: ColumnKind::Input,
            id: series_name(run.checked, *series)?,
            values,
        })
    });
    let columns: Vec<Column<'_>> = outputs.chain(inputs).collect();
    staging.file("series/columns.bin", |file| {
        file.write_all(&columns::header(
            &columns,
            run.checked.model.grid.bins as usize,
        ))?;
        columns
            .iter()
            .try_for_each(|column| columns::write_values(file, column.values))
    })
}

fn series_name(checked: &CheckedModel, series: SeriesId) -> Option<&str> {
    checked
        .model
        .series
        .get(series.0 as usize)
        .map(|series| series.id.value.as_str())
}
