//! Makes a failing case smaller: fewer outputs and bins, values replaced by constants or by what they read, plain data.
//!
//! Greedy: of the candidates of a case the first that is valid, smaller and still fails takes its place. Sizes only
//! fall, so it ends.

use flowtime_runtime::ir::{Grid, Op, Program, ValueId, verify};

use crate::generate::Case;
use crate::rebuild::{Change, Rebuild};

/// How many candidates are tried at most; each runs on two backends.
const MOST_TRIES: usize = 4_000;

/// A smaller case for which `fails` still holds, or the same one.
pub(crate) fn shrink(case: &Case, fails: impl Fn(&Case) -> bool) -> Case {
    let mut smallest = case.clone();
    let mut tries = MOST_TRIES;
    while let Some(smaller) = next(&smallest, &mut tries, &fails) {
        smallest = smaller;
    }
    smallest
}

fn next(case: &Case, tries: &mut usize, fails: &impl Fn(&Case) -> bool) -> Option<Case> {
    candidates(case).find(|candidate| {
        if *tries == 0 || size(candidate) >= size(case) || verify(&candidate.program).is_err() {
            return false;
        }
        *tries -= 1;
        fails(candidate)
    })
}

/// What there is to read in a report, and a little for each number that isn't plain.
fn size(case: &Case) -> usize {
    let program = &case.program;
    let values: usize = program.values().map(|value| weight(program, value)).sum();
    let numbers = case.inputs.iter().flatten().chain(&case.params);
    let odd = numbers.filter(|number| **number != 1.0).count();
    1_000 * (values + 2 * program.outputs().len()) + 10 * program.grid().bins + odd
}

fn weight(program: &Program, value: ValueId) -> usize {
    match program.op(value) {
        Op::Const(_) => 1,
        Op::Param(_) | Op::Input(_) => 2,
        Op::Delay { initial, .. } => 5 + 2 * usize::from(initial.is_some()),
        Op::Call { args, .. } => 4 + args.len(),
        Op::Forward(_) | Op::Lead { .. } => 5,
    }
}

/// The most promising first.
fn candidates(case: &Case) -> impl Iterator<Item = Case> {
    let shorter = bins_to_try(case.program.grid().bins).into_iter().map(|bins| with_bins(case, bins));
    let values = case.program.values().rev().flat_map(|value| changes(&case.program, value));
    let simpler = values.map(|(value, change)| with_change(case, value, change));
    fewer_outputs(case).chain(shorter).chain(simpler).chain(plainer_data(case))
}

fn fewer_outputs(case: &Case) -> impl Iterator<Item = Case> {
    let all: Vec<ValueId> = case.program.outputs().map(|(_, value)| value).collect();
    let count = all.len();
    let alone = all.clone().into_iter().map(|output| vec![output]);
    let halves = [all[..count / 2].to_vec(), all[count / 2..].to_vec()];
    let without = (0..count).map(move |left| {
        let mut outputs = all.clone();
        outputs.remove(left);
        outputs
    });
    let fewer = alone.chain(halves).chain(without).filter(move |outputs| outputs.len() < count);
    fewer.map(|outputs| rebuilt(case, &Rebuild { outputs, ..Rebuild::of(&case.program) }))
}

fn bins_to_try(bins: usize) -> Vec<usize> {
    let mut tries = vec![1, 2, 4, 9, bins / 2, bins - bins / 4, bins.saturating_sub(1)];
    tries.retain(|&fewer| fewer < bins);
    tries
}

fn with_bins(case: &Case, bins: usize) -> Case {
    let grid = Grid { bins, ..*case.program.grid() };
    let inputs = case.inputs.iter().map(|column| column[..bins].to_vec()).collect();
    Case { inputs, ..rebuilt(case, &Rebuild { grid, ..Rebuild::of(&case.program) }) }
}

/// What a value might be instead: a constant, or an operand that stands before it.
fn changes(program: &Program, value: ValueId) -> Vec<(ValueId, Change)> {
    if program.constant(value).is_some() {
        return Vec::new();
    }
    let fits = |operand: &ValueId| *operand < value && program.ty(*operand) == program.ty(value);
    let operands = program.operands(value).filter(fits).map(Change::Earlier);
    let constants = [0.0, 1.0].map(Change::Constant);
    constants.into_iter().chain(operands).map(|change| (value, change)).collect()
}

fn with_change(case: &Case, value: ValueId, change: Change) -> Case {
    let change = move |of: ValueId| if of == value { change } else { Change::Keep };
    rebuilt(case, &Rebuild { change: &change, ..Rebuild::of(&case.program) })
}

/// A column of ones, a one in the place of a number.
fn plainer_data(case: &Case) -> impl Iterator<Item = Case> {
    let columns = (0..case.inputs.len()).map(|input| {
        let mut case = case.clone();
        case.inputs[input].fill(1.0);
        case
    });
    let numbers = case
        .inputs
        .iter()
        .enumerate()
        .flat_map(|(input, column)| (0..column.len().min(40)).map(move |bin| (input, bin)));
    let numbers = numbers.map(|(input, bin)| {
        let mut case = case.clone();
        case.inputs[input][bin] = 1.0;
        case
    });
    let params = (0..case.params.len()).map(|param| {
        let mut case = case.clone();
        case.params[param] = 1.0;
        case
    });
    columns.chain(numbers).chain(params)
}

/// The case of a program made anew; inputs and parameters keep their ids, those behind the last one in use are dropped.
fn rebuilt(case: &Case, how: &Rebuild<'_>) -> Case {
    let program = how.run(&case.program);
    let inputs = case.inputs[..program.input_count()].to_vec();
    let params = case.params[..program.param_count()].to_vec();
    Case { program, inputs, params }
}
