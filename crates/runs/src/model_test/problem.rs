//! What did not hold in a test of a model, in words.

use flowtime::diagnostics::Diagnostic;
use flowtime::driver::RunError;

use crate::warnings::{Warning, exact};

/// Values closer than this, as a share of the larger, are apart by rounding alone.
const RELATIVE: f64 = 1e-9;

/// Something that did not hold in a test of a model.
#[derive(Debug, thiserror::Error)]
pub enum TestProblem {
    /// A series is not as expected.
    #[error("{}", differs(series, *bin, *expected, *found, *differing, *bins))]
    Differs {
        /// The series.
        series: String,
        /// The first bin that differs.
        bin: usize,
        /// What is expected there; NaN is missing.
        expected: f64,
        /// What came out there; NaN is missing.
        found: f64,
        /// How many bins differ.
        differing: usize,
        /// How many bins the test has.
        bins: usize,
    },
    /// A warning that is expected did not come up.
    #[error("expected a warning of type `{kind}`, found none")]
    NoWarning {
        /// Its type.
        kind: String,
    },
    /// A warning is expected of a type that there is not.
    #[error("no warning is of type `{kind}`")]
    UnknownWarning {
        /// The type expected.
        kind: String,
    },
    /// A warning came up that is not expected.
    #[error("found a warning of type `{}`, expected none: {}", .0.kind, .0.message)]
    Warning(Box<Warning>),
    /// A const series that the test does not replace has fewer bins than the test.
    #[error("the test has {bins} bins, `{series}` has {found}")]
    TooShort {
        /// The series.
        series: String,
        /// How many values it has.
        found: usize,
        /// How many bins the test has.
        bins: usize,
    },
    /// The model or its data has errors that show on the grid of the test; located in the model.
    #[error("the model or its data has errors")]
    Model(Vec<Diagnostic>),
    /// The test could not be run: a setting outside its bounds, or a fault of the engine.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl TestProblem {
    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> Option<String> {
        match self {
            TestProblem::UnknownWarning { kind } => {
                let near = flowtime::diagnostics::suggest::nearest(kind, crate::warnings::kinds::ALL)?;
                Some(format!("use `{near}`"))
            }
            TestProblem::Differs { expected, found, .. } => {
                let tolerance = rounding(*expected, *found)?;
                Some(format!("allow for rounding: give the test `tolerance: {tolerance}`"))
            }
            TestProblem::TooShort { series, .. } => Some(format!("replace `{series}` in the test's `inputs`, too")),
            _ => None,
        }
    }
}

/// A tolerance that lets two values pass which only rounding sets apart.
fn rounding(expected: f64, found: f64) -> Option<&'static str> {
    let apart = (expected - found).abs();
    let largest = expected.abs().max(found.abs());
    let steps = [(1e-9, "1e-9"), (1e-6, "1e-6"), (1e-3, "0.001")];
    let step = steps.into_iter().find(|(step, _)| apart <= *step)?;
    (apart > 0.0 && apart < largest * RELATIVE).then_some(step.1)
}

fn differs(series: &str, bin: usize, expected: f64, found: f64, differing: usize, bins: usize) -> String {
    let rest = if differing > 1 { format!("; {differing} of {bins} bins differ") } else { String::new() };
    format!("`{series}` at bin {bin}: expected {}, found {}{rest}", exact(expected), exact(found))
}
