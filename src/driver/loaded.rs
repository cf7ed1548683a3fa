//! A model with its data, ready to be prepared and evaluated any number of times.

use super::{RunError, Settings, Step, distinct_outputs, load_inputs, parameter_values};
use crate::check::CheckedModel;
use crate::load::SourceLoader;
use crate::lower::{self, Flags};
use crate::origins::Origins;
use flowtime_runtime::ir::Program;

/// A program, the columns and numbers that it runs over, and where its values come from.
#[derive(Debug)]
pub struct Loaded {
    /// The program, whose outputs are the series that the model's outputs name, each once.
    pub program: Program,
    /// A column for each input, with a number per bin.
    pub columns: Vec<Vec<f64>>,
    /// A number for each parameter.
    pub parameters: Vec<f64>,
    /// The series that its values come from.
    pub origins: Origins,
}

/// Loads the data that the outputs need, once. The program counts no conventions.
///
/// # Errors
/// Those of [`run`](super::run) before the evaluation.
pub fn load(
    checked: &CheckedModel,
    loader: &dyn SourceLoader,
    settings: &Settings,
    progress: &dyn Fn(Step<'_>),
) -> Result<Loaded, RunError> {
    let parameters = parameter_values(checked, settings)?;
    let lowered = lower::lower(checked, &distinct_outputs(checked), &[], Flags::Off, &lower::Given::new());
    let mut inputs = load_inputs(checked, &lowered.inputs, loader, progress)?;
    let columns = lowered.inputs.iter().filter_map(|series| inputs.remove(series)).collect();
    Ok(Loaded { program: lowered.program, columns, parameters, origins: lowered.origins })
}
