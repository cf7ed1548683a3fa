//! The one pipeline, from text to columns; command line, server, language server and tests all call it.
//!
//! [`check`] runs the phases that need no numbers, [`run`] the rest. Nothing here prints or knows who asked.

use crate::check::{CheckedModel, SeriesId};
use crate::diagnostics::Diagnostic;
use crate::load::{SourceCheck, SourceLoader};
use crate::source::Sources;

/// The outcome of [`check`].
#[derive(Debug)]
pub struct Check {
    /// The files, for showing diagnostics.
    pub sources: Sources,
    /// All that was found, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
    /// The checked model; there is one exactly if no diagnostic is an error.
    pub model: Option<CheckedModel>,
}

/// Checks the model `text`, shown to the user as `name`.
pub fn check(name: &str, text: &str, loader: &dyn SourceLoader, sources: SourceCheck) -> Check {
    let _ = (name, text, loader, sources);
    todo!()
}

/// What one run sets.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Parameters with another value than the model's.
    pub parameters: Vec<(String, f64)>,
}

/// The columns of a run.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// The outputs in the model's order.
    pub outputs: Vec<OutputColumn>,
    /// The const series that the outputs needed, as loaded.
    pub inputs: Vec<(SeriesId, Vec<f64>)>,
    /// Conventions that hid something, by series.
    pub flags: Vec<Flag>,
}

/// One output.
#[derive(Clone, Debug)]
pub struct OutputColumn {
    /// Its name: the series' id, or the `as` of its rule.
    pub name: String,
    /// The series.
    pub series: SeriesId,
    /// One value per bin; missing is NaN.
    pub values: Vec<f64>,
}

/// Bins of a series where a convention of the language stood in for a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Flag {
    /// Which convention.
    pub kind: FlagKind,
    /// The series whose formula it is.
    pub series: SeriesId,
    /// The bins, ascending.
    pub bins: Vec<usize>,
}

/// Conventions worth a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagKind {
    /// `x / 0` gave 0.
    DivisionByZero,
    /// `CLAMP` met a lower bound above the upper one.
    ClampBounds,
}

/// Why a checked model could not be run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The data is not as the model says; located in the model and in the data file.
    #[error("the data does not fit the model")]
    Data(Vec<Diagnostic>),
    /// A setting names no parameter.
    #[error("the model has no parameter `{name}`")]
    UnknownParameter {
        /// The name given.
        name: String,
        /// The parameters there are.
        known: Vec<String>,
    },
    /// A setting lies outside its parameter's bounds.
    #[error("parameter `{name}` is {value}, outside {min}..={max}")]
    ParameterRange {
        /// The parameter.
        name: String,
        /// The value given.
        value: f64,
        /// Smallest value allowed.
        min: f64,
        /// Largest value allowed.
        max: f64,
    },
}

/// Loads the data that the outputs need and evaluates them. `progress` is told of each step as it begins.
pub fn run(
    checked: &CheckedModel,
    loader: &dyn SourceLoader,
    settings: &Settings,
    progress: &dyn Fn(Step<'_>),
) -> Result<Evaluation, RunError> {
    let _ = (checked, loader, settings, progress);
    todo!()
}

/// A step of [`run`].
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// A const series is read.
    Load {
        /// Its id.
        series: &'a str,
        /// Which of them, from 0.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// The program is evaluated.
    Evaluate {
        /// Its series.
        series: usize,
        /// Its bins.
        bins: usize,
    },
}
