//! The check finds faults that are put in on purpose, and what it shows of them is small.

use flowtime_runtime::builtins::Builtin;
use flowtime_runtime::interp;
use flowtime_runtime::ir::{Op, Program};

use super::{Difference, Failure, check};
use crate::rebuild::Rebuild;

/// The first failure of a backend that leaves what the interpreter leaves, but for a fault.
fn check_finds(fault: impl Fn(&Program, &mut [Vec<f64>])) -> Failure {
    let backend = |program: &Program, inputs: &[&[f64]], params: &[f64]| {
        let mut outputs = interp::run(program, inputs, params).unwrap();
        fault(program, &mut outputs);
        outputs
    };
    *(0..500).find_map(|seed| check(seed, backend).err()).unwrap()
}

/// Whether anything that the outputs need calls the entry of this name.
fn calls(program: &Program, name: &str) -> bool {
    let program = Rebuild::of(program).run(program);
    let is_called = |builtin: &Builtin| builtin.name == name;
    program.values().any(|value| matches!(program.op(value), Op::Call { builtin, .. } if is_called(builtin)))
}

#[test]
fn a_lost_sign_of_zero_is_found() {
    let failure = check_finds(|_, outputs| {
        outputs.iter_mut().flatten().filter(|x| **x == 0.0).for_each(|x| *x = 0.0);
    });
    let Difference::Bin { expected, found, .. } = failure.difference else { panic!("{failure}") };
    assert_eq!([expected.to_bits(), found.to_bits()], [(-0.0f64).to_bits(), 0]);
    assert_eq!((failure.case.program.grid().bins, failure.case.program.outputs().len()), (1, 1), "{failure}");
}

#[test]
fn a_wrong_function_is_found_and_little_else_is_shown() {
    let failure = check_finds(|program, outputs| {
        if calls(program, "ROLLING_MEAN") {
            outputs.iter_mut().flatten().for_each(|x| *x += 1.0);
        }
    });
    assert!(calls(&failure.case.program, "ROLLING_MEAN"), "{failure}");
    assert!(failure.case.program.len() <= 5, "{failure}");
}

#[test]
fn a_panic_is_a_failure() {
    let failure = check_finds(|program, _| assert!(!calls(program, "%")));
    assert_eq!(failure.difference, Difference::Panicked);
    assert!(failure.case.program.len() <= 4, "{failure}");
}

#[test]
fn outputs_that_are_left_out_are_found() {
    let backend = |_: &Program, _: &[&[f64]], _: &[f64]| Vec::new();
    let failure = check(0, backend).unwrap_err();
    assert_eq!(failure.difference, Difference::Lengths(Vec::new()));
}
