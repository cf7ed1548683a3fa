//! Is a stored run still what its model and data give? Its series files are held against their digests and against
//! `columns.bin`, and that against `bins.bin` and an evaluation of the run's own model and data on every backend, bit for
//! bit.

mod files;
mod mismatch;

use flowtime::driver::{Evaluation, RunError, Settings, Watch};
use flowtime::model::{ConstData, SeriesKind};
use flowtime_runtime::engine::{self, Backend};

pub use mismatch::Mismatch;

use crate::columns::{ColumnFile, RunColumns};
use crate::stored::{ReadError, StoredModel, StoredRun};
use crate::validate::evaluate;

/// What a verification came to.
#[derive(Clone, Debug)]
pub struct Verification {
    /// How many series files were read.
    pub files: usize,
    /// How many columns were compared.
    pub columns: usize,
    /// How many values each has.
    pub bins: usize,
    /// What evaluated the model; each gave the result that the mismatches are about.
    pub backends: Vec<Backend>,
    /// All that is not as it should be; nothing where the run holds.
    pub mismatches: Vec<Mismatch>,
}

/// A step of [`verify()`].
#[derive(Clone, Copy, Debug)]
pub enum VerifyStep<'a> {
    /// A series file is read.
    File(&'a str),
    /// The model is evaluated.
    Evaluate(Backend),
}

/// Why a run can't be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Its model can't be evaluated.
    #[error("can't evaluate the model of the run")]
    Run(#[from] RunError),
}

/// Verifies `run`; `progress` is told of each step as it begins.
///
/// # Errors
/// The run can't be read, or its model can't be evaluated. What differs is no error: it is in the result.
pub fn verify(run: &StoredRun, progress: &dyn Fn(VerifyStep<'_>)) -> Result<Verification, VerifyError> {
    let (columns, model) = (run.columns()?, run.model()?);
    let mut mismatches = Vec::new();
    let outputs = &run.record()?.series;
    for series in outputs {
        progress(VerifyStep::File(&series.id));
        mismatches.extend(files::check(run, columns, series)?);
    }
    mismatches.extend(columns.first_bin_apart()?.map(|bin| Mismatch::Bins { bin }));
    let mut backends = Vec::new();
    for backend in [Backend::Interp, Backend::Jit] {
        progress(VerifyStep::Evaluate(backend));
        let evaluation = evaluate_on(backend, model)?;
        if !backends.contains(&evaluation.backend) {
            backends.push(evaluation.backend);
            for mismatch in compare(columns, model, &evaluation)? {
                if !mismatches.contains(&mismatch) {
                    mismatches.push(mismatch);
                }
            }
        }
    }
    // What else differs follows from the data, as a rule.
    mismatches.sort_by_key(|mismatch| !matches!(mismatch, Mismatch::Input { .. }));
    Ok(Verification {
        files: outputs.len(),
        columns: columns.labels().len(),
        bins: columns.bins(),
        backends,
        mismatches,
    })
}

fn evaluate_on(backend: Backend, model: &StoredModel) -> Result<Evaluation, RunError> {
    let engine = engine::Options { backend, ..engine::Options::default() };
    let settings = Settings { parameters: Vec::new(), engine };
    evaluate(&model.checked, &model.loader, &settings, &Watch::default())
}

/// The file that the series `id` is read from.
fn data_file<'m>(model: &'m StoredModel, id: &str) -> Option<&'m str> {
    let series = model.checked.model.series.iter().find(|series| series.id.value == id)?;
    match &series.kind {
        SeriesKind::Const(ConstData::Source(source)) => {
            Some(source.value.strip_prefix("file://").unwrap_or(&source.value))
        }
        _ => None,
    }
}

/// What of the stored columns is not as the evaluation gives it.
fn compare(stored: &ColumnFile, model: &StoredModel, evaluation: &Evaluation) -> Result<Vec<Mismatch>, ReadError> {
    let columns = RunColumns::of(&model.checked, evaluation);
    let columns = columns.list();
    let mut mismatches = Vec::new();
    let mut seen = vec![false; stored.labels().len()];
    for column in &columns {
        let Some(at) = stored.find(column.kind, column.id) else {
            mismatches.push(Mismatch::NoColumn { id: column.id.to_owned() });
            continue;
        };
        seen[at] = true;
        let mismatch = mismatch::of_values(column.id, &stored.column(at)?, column.values, evaluation.backend);
        mismatches.extend(mismatch.map(|mismatch| match data_file(model, column.id) {
            Some(path) => mismatch.of_input(path),
            None => mismatch,
        }));
    }
    let surplus = stored.labels().iter().zip(seen).filter(|(_, seen)| !seen);
    mismatches.extend(surplus.map(|(label, _)| Mismatch::SurplusColumn { id: label.id.clone() }));
    Ok(mismatches)
}
