//! The oracle: computes a program bin by bin in the plainest way. Every other backend must leave the same bits.
//!
//! In come a program, its inputs and its parameters, out come its outputs. Only what they need is computed, component by
//! component, each after those that it reads; a uniform value once. Inside a component the values of a bin are computed
//! in the order of the program, where all that they read of that bin stands before them.

use cranelift_entity::EntityRef;
use thiserror::Error;

use self::step::Step;
use self::store::Store;
use crate::ir::{InputId, Op, Program, Rate, ValueId, VerifyError, verify};

mod step;
mod store;

/// Bins between two looks at whether the run is to go on.
const LOOK: usize = 1_024;

/// Why a program can't run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RunError {
    /// The program means nothing.
    #[error(transparent)]
    Invalid(#[from] VerifyError),
    /// There are fewer inputs than the program reads.
    #[error("the program takes {expected} inputs, found {found}")]
    MissingInputs {
        /// How many it takes.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// There are fewer parameters than the program reads.
    #[error("the program takes {expected} parameters, found {found}")]
    MissingParams {
        /// How many it takes.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// An input has not one number per bin.
    #[error("`{input}` takes {expected} bins, found {found}")]
    WrongLength {
        /// The input.
        input: InputId,
        /// The bins of the grid.
        expected: usize,
        /// How many numbers it has.
        found: usize,
    },
}

/// Computes the outputs of `program`, each a column with a number per bin of its grid.
///
/// `inputs` and `params` stand by their ids. Those beyond what the program reads are ignored.
///
/// ```
/// use flowtime_runtime::interp::run;
/// use flowtime_runtime::ir::{Builder, Grid, InputId};
///
/// let mut builder = Builder::new(Grid { bins: 3, bin_minutes: 5, start_minutes: None });
/// let demand = builder.input(InputId::from_u32(0));
/// let before = builder.shift(demand, 1, None);
/// builder.output(before);
/// let outputs = run(&builder.finish(), &[&[10.0, 20.0, 30.0]], &[]);
/// assert_eq!(outputs, Ok(vec![vec![0.0, 10.0, 20.0]]));
/// ```
pub fn run(program: &Program, inputs: &[&[f64]], params: &[f64]) -> Result<Vec<Vec<f64>>, RunError> {
    run_looking(program, inputs, params, &mut |_, _| Ok(()))
}

/// Like [`run`]; `look` is told of the bins done and of all, counted for each value, once in a while, and can end the run.
pub(crate) fn run_looking<E: From<RunError>>(
    program: &Program,
    inputs: &[&[f64]],
    params: &[f64],
    look: &mut dyn FnMut(usize, usize) -> Result<(), E>,
) -> Result<Vec<Vec<f64>>, E> {
    verify(program).map_err(RunError::from)?;
    check_inputs(program, inputs)?;
    check_params(program, params)?;
    let mut store = Store::new(program, inputs, params);
    let total = program.len().saturating_mul(program.grid().bins);
    let mut done = 0_usize;
    for component in program.components() {
        if component.iter().all(|&value| store.is_used(value)) {
            compute(program, &component, &mut store, &mut |bins| look(done.saturating_add(bins), total))?;
            store.release_operands(&component);
        }
        done = done.saturating_add(component.len().saturating_mul(program.grid().bins));
    }
    Ok(program.outputs().map(|(_, value)| store.take(value)).collect())
}

/// Whether there is a column of the right length for each input.
pub(crate) fn check_inputs(program: &Program, inputs: &[&[f64]]) -> Result<(), RunError> {
    let (expected, found) = (program.input_count(), inputs.len());
    if found < expected {
        return Err(RunError::MissingInputs { expected, found });
    }
    program.values().try_for_each(|value| match *program.op(value) {
        Op::Input(input) => check_length(program, input, inputs[input.index()].len()),
        _ => Ok(()),
    })
}

fn check_length(program: &Program, input: InputId, found: usize) -> Result<(), RunError> {
    let expected = program.grid().bins;
    let fits = found == expected;
    fits.then_some(()).ok_or(RunError::WrongLength { input, expected, found })
}

/// Whether there is a number for each parameter.
pub(crate) fn check_params(program: &Program, params: &[f64]) -> Result<(), RunError> {
    let (expected, found) = (program.param_count(), params.len());
    if found < expected { Err(RunError::MissingParams { expected, found }) } else { Ok(()) }
}

/// Computes the values of one component, in the order of the program; what they read besides is in the store.
fn compute<E>(
    program: &Program,
    values: &[ValueId],
    store: &mut Store<'_>,
    look: &mut dyn FnMut(usize) -> Result<(), E>,
) -> Result<(), E> {
    match *values {
        [value] if program.rate(value) < Rate::Series => {
            let number = Step::new(program, value, store).eval(0, store);
            store.set_number(value, number);
        }
        [value] if matches!(program.op(value), Op::Input(_)) => store.set_input(value),
        _ => return compute_bins(program, values, store, look),
    }
    Ok(())
}

fn compute_bins<E>(
    program: &Program,
    values: &[ValueId],
    store: &mut Store<'_>,
    look: &mut dyn FnMut(usize) -> Result<(), E>,
) -> Result<(), E> {
    let mut steps: Vec<Step<'_>> = values.iter().map(|&value| Step::new(program, value, store)).collect();
    for bin in 0..program.grid().bins {
        if bin.is_multiple_of(LOOK) {
            look(bin.saturating_mul(values.len()))?;
        }
        for (step, &value) in steps.iter_mut().zip(values) {
            let number = step.eval(bin, store);
            store.push(value, number);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
