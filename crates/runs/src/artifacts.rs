//! The files of a run, written one by one into a folder in the making; the record comes last and the folder then gets
//! its name.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use flowtime::driver::OutputColumn;
use flowtime::source::Span;
use flowtime_files::{Names, Staging, push_number};
use serde::Serialize;

use crate::columns::{self, RunColumns, by_bin};
use crate::error::WriteError;
use crate::record::{RunIndex, RunRecord, SeriesRecord};
use crate::sources::{SourcePlan, apply_edits};
use crate::write::{Run, Written, further_copies, now, parameters};
use crate::{dag, topology};

/// Writes all files of the run, the record last, and gives the folder its name.
pub(crate) fn fill(
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
    write_json(&staging, "topology.json", &topology::record(&run.checked.model, run.lineage))?;
    write_series(&staging, &run.evaluation.outputs, &mut record.series)?;
    write_columns(&staging, run)?;
    write_json(&staging, "series/index.json", &RunIndex::from(&record))?;
    write_json(&staging, "debug/dag.json", &dag::dag(run.checked))?;
    record.timings.artifacts_ms = (begin.elapsed().as_secs_f64() * 1e6).round() / 1e3;
    record.completed_at = now();
    write_json(&staging, "run.json", &record)?;
    staging.publish(&path)?;
    Ok(Written { path, record, existing: false })
}

fn copy_sources(staging: &Staging<'_>, run: &Run<'_>, plan: &SourcePlan) -> Result<(), WriteError> {
    for copy in plan.copies.iter().chain(&further_copies(run, plan)) {
        let failed = |source| WriteError::Source { name: run.loader.display(&copy.source), source };
        let mut reader = run.loader.open(&copy.source).map_err(failed)?;
        staging.file(&copy.target, |file| io::copy(&mut reader, file).map(drop))?;
    }
    Ok(())
}

/// The model as it was evaluated: set parameters have their new value, moved sources their new place.
fn model_text(run: &Run<'_>, plan: &SourcePlan) -> String {
    let mut edits = plan.edits.clone();
    let model = &run.checked.model;
    for (parameter, (_, value)) in model.parameters.iter().zip(parameters(run.checked, run.settings)) {
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

fn write_json(staging: &Staging<'_>, relative: &str, value: &impl Serialize) -> Result<String, WriteError> {
    let digest = staging.file(relative, |file| {
        serde_json::to_writer_pretty(&mut *file, value)?;
        file.write_all(b"\n")
    })?;
    Ok(digest)
}

/// Writes a file for each output and notes it in the output's record.
fn write_series(
    staging: &Staging<'_>,
    outputs: &[OutputColumn],
    records: &mut [SeriesRecord],
) -> Result<(), WriteError> {
    let mut names = Names::default();
    for (output, record) in outputs.iter().zip(records) {
        let path = format!("series/{}", names.file_name(&output.name, ".csv"));
        record.sha256 = Some(staging.file(&path, |file| flowtime_files::write_series(file, &output.values))?);
        record.path = Some(path);
    }
    Ok(())
}

/// Writes the columns; those of a large run once more by bin.
fn write_columns(staging: &Staging<'_>, run: &Run<'_>) -> Result<(), WriteError> {
    let columns = RunColumns::of(run.checked, run.evaluation);
    let (columns, bins) = (columns.list(), run.checked.model.grid.bins as usize);
    staging.file("series/columns.bin", |file| {
        file.write_all(&columns::header(&columns, bins))?;
        columns.iter().try_for_each(|column| columns::write_values(file, column.values))
    })?;
    if by_bin::is_kept(columns.len(), bins) {
        staging.file("series/bins.bin", |file| by_bin::write(file, &columns, bins))?;
    }
    Ok(())
}
