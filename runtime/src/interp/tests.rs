//! What a program computes, rule by rule, with values worked out by hand.

use std::cell::Cell;

use cranelift_entity::EntityRef;

use super::store::Store;
use super::{RunError, compute, run};
use crate::builtins::Builtin;
use crate::ir::entries::{ABOVE, ADD, BIN, IF, NEG, RUNNING_SUM, TOTAL, WINDOW_SUM, elementwise};
use crate::ir::{Builder, Grid, InputId, ParamId, Program, Type, ValueId};

mod recurrences;

const NAN: f64 = f64::NAN;

fn grid(bins: usize) -> Grid {
    Grid { bins, bin_minutes: 5, start_minutes: None }
}

fn program(bins: usize, build: impl FnOnce(&mut Builder)) -> Program {
    let mut builder = Builder::new(grid(bins));
    build(&mut builder);
    builder.finish()
}

/// Runs what `build` returns over one input, with one parameter of 3, and compares all bits (NaNs are equal).
fn check_run<const N: usize>(
    input: &[f64],
    build: impl FnOnce(&mut Builder, ValueId) -> [ValueId; N],
    expected: &[&[f64]],
) {
    let program = program(input.len(), |b| {
        let x = b.input(InputId::new(0));
        for value in build(b, x) {
            b.output(value);
        }
    });
    let outputs = run(&program, &[input], &[3.0]).unwrap();
    let bits = |column: &[f64]| column.iter().map(|x| if x.is_nan() { NAN } else { *x }.to_bits()).collect::<Vec<_>>();
    let found: Vec<_> = outputs.iter().map(|column| bits(column)).collect();
    let expected: Vec<_> = expected.iter().map(|column| bits(column)).collect();
    assert_eq!(found, expected, "found {outputs:?} of\n{program}");
}

fn add(b: &mut Builder, left: ValueId, right: ValueId) -> ValueId {
    b.call(&ADD, &[Some(left), Some(right)])
}

#[test]
fn calls_work_bin_by_bin() {
    check_run(
        &[1.0, -2.0, NAN, -0.0],
        |b, x| {
            let (param, negative) = (b.param(ParamId::new(0)), b.call(&NEG, &[Some(x)]));
            let above = b.call(&ABOVE, &[Some(x), Some(negative)]);
            let choice = b.call(&IF, &[Some(above), Some(x), Some(param)]);
            [negative, above, choice]
        },
        &[&[-1.0, 2.0, NAN, 0.0], &[1.0, 0.0, 0.0, 0.0], &[1.0, 3.0, 3.0, 3.0]],
    );
}

#[test]
fn a_delay_reads_back_and_before_bin_0_its_start() {
    check_run(
        &[10.0, 20.0, 30.0, 40.0],
        |b, x| {
            let (nine, param, doubled) = (b.number(9.0), b.param(ParamId::new(0)), add(b, x, x));
            [None, Some(nine), Some(param), Some(doubled)].map(|start| b.shift(x, 2, start))
        },
        &[&[0.0, 0.0, 10.0, 20.0], &[9.0, 9.0, 10.0, 20.0], &[3.0, 3.0, 10.0, 20.0], &[20.0, 20.0, 10.0, 20.0]],
    );
}

#[test]
fn a_lag_beyond_the_grid_reads_its_start_alone() {
    check_run(
        &[1.0, 2.0],
        |b, x| [2, i64::MAX, i64::MIN].map(|lag| b.shift(x, lag, None)),
        &[&[0.0, 0.0], &[0.0, 0.0], &[0.0, 0.0]],
    );
}

#[test]
fn a_lead_reads_ahead_and_past_the_end_0() {
    check_run(
        &[10.0, 20.0, 30.0],
        |b, x| [-1, -2, -3].map(|lag| b.shift(x, lag, None)),
        &[&[20.0, 30.0, 0.0], &[30.0, 0.0, 0.0], &[0.0, 0.0, 0.0]],
    );
}

#[test]
fn uniform_values_shift_like_columns_of_equal_bins() {
    check_run(
        &[0.0; 3],
        |b, _| {
            let (param, seven) = (b.param(ParamId::new(0)), b.number(7.0));
            [b.shift(param, 1, None), b.shift(param, -1, None), b.shift(seven, 2, Some(param))]
        },
        &[&[0.0, 3.0, 3.0], &[3.0, 3.0, 0.0], &[3.0, 3.0, 7.0]],
    );
}

#[test]
fn windows_and_reductions_of_a_uniform_value_see_equal_bins() {
    check_run(
        &[0.0; 4],
        |b, _| {
            let (param, two) = (b.param(ParamId::new(0)), b.number(2.0));
            let window = b.call(&WINDOW_SUM, &[Some(param), Some(two)]);
            let (total, more) = (b.call(&TOTAL, &[Some(two)]), b.call(&TOTAL, &[Some(param), Some(two)]));
            [window, total, more]
        },
        &[&[3.0, 6.0, 6.0, 6.0], &[8.0; 4], &[14.0; 4]],
    );
}

#[test]
fn a_source_knows_its_bin() {
    check_run(
        &[0.0; 3],
        |b, _| {
            let bin = b.call(&BIN, &[]);
            [bin]
        },
        &[&[0.0, 1.0, 2.0]],
    );
}

#[test]
fn each_scan_has_its_own_state() {
    check_run(
        &[1.0, 2.0, 3.0],
        |b, x| {
            let once = b.call(&RUNNING_SUM, &[Some(x)]);
            let twice = b.call(&RUNNING_SUM, &[Some(once)]);
            [once, twice]
        },
        &[&[1.0, 3.0, 6.0], &[1.0, 4.0, 10.0]],
    );
}

#[test]
fn a_column_may_be_left_more_than_once_and_a_uniform_value_as_a_column() {
    check_run(
        &[1.0, 2.0],
        |b, x| {
            let param = b.param(ParamId::new(0));
            [x, param, x, param]
        },
        &[&[1.0, 2.0], &[3.0, 3.0], &[1.0, 2.0], &[3.0, 3.0]],
    );
}

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

/// Its argument; counts its calls.
static COUNTED: Builtin = elementwise("COUNTED", |args| {
    CALLS.set(CALLS.get() + 1);
    args[0]
});

#[test]
fn a_uniform_value_is_computed_once_and_an_unneeded_one_never() {
    let program = program(100, |b| {
        let (param, x) = (b.param(ParamId::new(0)), b.input(InputId::new(0)));
        let uniform = b.call(&COUNTED, &[Some(param)]);
        b.call(&COUNTED, &[Some(x)]);
        let sum = add(b, uniform, x);
        b.output(sum);
    });
    CALLS.set(0);
    run(&program, &[&[1.0; 100]], &[3.0]).unwrap();
    assert_eq!(CALLS.get(), 1);
}

#[test]
fn a_column_is_dropped_after_its_last_reader() {
    let program = program(3, |b| {
        let (x, two) = (b.input(InputId::new(0)), b.number(2.0));
        let window = b.call(&WINDOW_SUM, &[Some(two), Some(two)]);
        let (sum, ahead) = (add(b, window, x), b.shift(x, -1, None));
        let last = add(b, sum, ahead);
        b.output(last);
    });
    let inputs: [&[f64]; 1] = [&[1.0, 2.0, 3.0]];
    let mut store = Store::new(&program, &inputs, &[]);
    for component in program.components() {
        compute::<RunError>(&program, &component, &mut store, &mut |_| Ok(())).unwrap();
        store.release_operands(&component);
    }
    let held = program.values().filter(|&value| !store.column(value).is_empty());
    assert_eq!(held.collect::<Vec<_>>(), [program.outputs().next().unwrap().1]);
}

#[test]
fn a_grid_without_bins_leaves_empty_columns() {
    check_run(
        &[],
        |b, x| {
            let (delay, total) = (b.shift(x, 1, Some(x)), b.call(&TOTAL, &[Some(x)]));
            [delay, total]
        },
        &[&[], &[]],
    );
}

#[test]
fn a_run_takes_the_inputs_and_parameters_that_the_program_reads() {
    let program = program(2, |b| {
        let (x, param) = (b.input(InputId::new(1)), b.param(ParamId::new(1)));
        let sum = add(b, x, param);
        b.output(sum);
    });
    let check = |inputs: &[&[f64]], params: &[f64], expected: &str| {
        assert_eq!(run(&program, inputs, params).unwrap_err().to_string(), expected);
    };
    check(&[&[0.0; 2]], &[0.0; 2], "the program takes 2 inputs, found 1");
    check(&[&[0.0; 2], &[0.0; 2]], &[0.0], "the program takes 2 parameters, found 1");
    check(&[&[0.0; 2], &[0.0; 3]], &[0.0; 2], "`input1` takes 2 bins, found 3");
    assert_eq!(run(&program, &[&[], &[1.0, 2.0]], &[0.0, 3.0]), Ok(vec![vec![4.0, 5.0]]));
}

#[test]
fn a_program_that_means_nothing_does_not_run() {
    let program = program(2, |b| {
        b.slot(Type::Num);
    });
    assert!(matches!(run(&program, &[], &[]), Err(RunError::Invalid(_))));
}

#[test]
fn a_chain_of_100_000_series_runs_on_a_small_stack() {
    let work = || {
        let program = program(2, |b| {
            let (mut value, one) = (b.input(InputId::new(0)), b.number(1.0));
            for _ in 0..100_000 {
                value = add(b, value, one);
            }
            b.output(value);
        });
        run(&program, &[&[0.0, 0.5]], &[])
    };
    let thread = std::thread::Builder::new().stack_size(512 * 1024).spawn(work).unwrap();
    assert_eq!(thread.join().unwrap(), Ok(vec![vec![100_000.0, 100_000.5]]));
}
