//! Where a number comes from: from the value of a series at a bin back through its formula, the branch that was taken,
//! lags and windows, to the line of a file or the constant that it began with.
//!
//! [`trace`] takes a checked model and its columns and gives a tree of [`Step`]s. Every value in it is the engine's own:
//! a formula's parts are computed as outputs of a program of their own, never by a second definition.

mod choose;
mod formula;
mod operands;
mod reads;
mod walk;

use serde::Serialize;

use crate::check::{CheckedModel, SeriesId, StartValue};
use crate::driver::{self, RunError, Settings};
use crate::load::SourceLoader;
use crate::source::Sources;
use walk::Walker;

/// What to trace.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The series.
    pub series: SeriesId,
    /// The bin.
    pub bin: usize,
    /// How many series to go back on the way to the data.
    pub depth: usize,
}

/// A value and the values that it was made of.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What it is.
    pub kind: StepKind,
    /// A series' or parameter's id, or a part of a formula as it was written.
    pub text: String,
    /// What it is to the step above: the name of a parameter, or the operator before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The bin it belongs to.
    pub bin: usize,
    /// When that bin begins, RFC 3339, if the model has a window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The value; missing is `null`, and so is what JSON can't write.
    pub value: f64,
    /// Whether it is a truth value, 1 or 0.
    pub truth: bool,
    /// Whether the step above took it: false for a branch that was not taken and for the larger side of a `MIN`.
    pub taken: bool,
    /// A computed series' formula.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
    /// The unit of a series or parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Where it was written: file and line, or row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What else there is to know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Why its formula was not opened, if it wasn't.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
    /// What it was made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// A series with a formula.
    Computed,
    /// A series with data.
    Data,
    /// A parameter.
    Parameter,
    /// A number or truth value in a formula.
    Constant,
    /// A call or operators.
    Operation,
    /// What a running figure carried over from the bin before.
    Carried,
    /// What stands in for a value outside the grid.
    Outside,
}

/// Why a computed value was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    /// The depth asked for ends here.
    Depth,
    /// The same series is open at the same bin elsewhere in the tree.
    Elsewhere,
}

/// Traces `target` through a checked model, whose text is in `sources`.
///
/// # Errors
/// The model can't be run: those of [`driver::run`].
pub fn trace(
    checked: &CheckedModel,
    sources: &Sources,
    loader: &dyn SourceLoader,
    settings: &Settings,
    target: Target,
) -> Result<Step, RunError> {
    let series = cone(checked, target);
    let columns = driver::columns(checked, &series, loader, settings, &|_| {})?;
    Walker::new(checked, sources, loader, settings, columns).trace(target)
}

/// The series whose values a tree of this depth can show.
fn cone(checked: &CheckedModel, target: Target) -> Vec<SeriesId> {
    let mut found = vec![target.series];
    let mut edge = vec![target.series];
    for _ in 0..=target.depth {
        let read = edge.iter().flat_map(|series| read_by(checked, *series));
        edge = read.filter(|series| !found.contains(series)).collect();
        edge.sort();
        edge.dedup();
        if edge.is_empty() {
            break;
        }
        found.extend(&edge);
    }
    found
}

/// The series that a series reads, the one that its `initial` names among them.
fn read_by(checked: &CheckedModel, series: SeriesId) -> impl Iterator<Item = SeriesId> {
    let start = match checked.starts[series.index()] {
        Some(StartValue::Series(start)) => Some(start),
        _ => None,
    };
    checked.dependencies.reads[series.index()].iter().map(|read| read.to).chain(start)
}

#[cfg(test)]
mod tests;
