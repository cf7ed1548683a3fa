//! Why a checked model could not be run: its data, what was set for the run, or the engine. Diagnostics say where; all else
//! names the parameter, or the output and the bin.

use crate::diagnostics::Diagnostic;
use flowtime_runtime::engine::{self, Difference};

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
    #[error("parameter `{name}` is {value}, {}", bound(*value, *min, *max))]
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
    /// Interpreter and machine code left different bits: a bug.
    #[error("the backends differ: `{output}` {0}; this is a bug, please report it with the model", shown(difference))]
    BackendsDiffer {
        /// The output.
        output: String,
        /// Where, and both results.
        difference: Difference,
    },
    /// No backend can take the program.
    #[error("can't prepare the model: {0}")]
    Prepare(#[from] engine::PrepareError),
    /// The evaluation came to nothing.
    #[error("can't evaluate the model: {0}")]
    Evaluate(#[from] engine::RunError),
}

/// Which bound a value breaks.
fn bound(value: f64, min: f64, max: f64) -> String {
    if value < min { format!("below its `min` {min}") } else { format!("above its `max` {max}") }
}

fn shown(difference: &Difference) -> String {
    let [interpreted, compiled] = [difference.interp, difference.jit].map(f64::from_bits);
    format!(
        "at bin {} is {interpreted:?} ({:#018x}) interpreted and {compiled:?} ({:#018x}) compiled",
        difference.bin, difference.interp, difference.jit
    )
}
