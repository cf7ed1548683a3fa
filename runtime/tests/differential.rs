//! Generated programs on every path that must leave the interpreter's bits, compared bin by bin.
//!
//! 2,000 cases of each test, or as many as `FLOWTIME_CASES` says, from the seed that `FLOWTIME_SEED` says; the range is
//! printed, and so is a failing seed with its program, made small. Seeds that once found something are replayed.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail in its helpers too")]

use std::env;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use cranelift_entity::EntityRef;
use flowtime_runtime::engine::{Backend, Inputs, Options, RunControl, prepare};
use flowtime_runtime::interp;
use flowtime_runtime::ir::{Op, Program, ValueId};
use flowtime_testing::check::check;
use flowtime_testing::rebuild::{Change, Order, Rebuild};

/// How to run a program.
type Path = fn(&Program, &[&[f64]], &[f64]) -> Vec<Vec<f64>>;

const FINDS: &str = include_str!("../../tests/corpus/differential.txt");

/// Compares a path with the interpreter on the kept finds and on the cases asked for, on all cores.
fn check_path(path: Path) {
    let first = setting("FLOWTIME_SEED", 0);
    let end = first + setting("FLOWTIME_CASES", 2_000);
    println!("seeds {first}..{end}");
    finds().for_each(|seed| check_seed(seed, path));
    let next = AtomicU64::new(first);
    let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&seed| seed < end);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| std::iter::from_fn(take).for_each(|seed| check_seed(seed, path)));
        }
    });
}

fn check_seed(seed: u64, path: Path) {
    if let Err(failure) = check(seed, path) {
        panic!("{failure}");
    }
}

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |value| value.parse().unwrap())
}

fn finds() -> impl Iterator<Item = u64> {
    let lines = FINDS.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_whitespace().next()).map(|seed| seed.parse().unwrap())
}

fn run(program: &Program, inputs: &[&[f64]], params: &[f64]) -> Vec<Vec<f64>> {
    interp::run(program, inputs, params).unwrap()
}

#[test]
fn what_else_is_asked_for_changes_no_bit() {
    check_path(|program, inputs, params| {
        let outputs: Vec<ValueId> = program.outputs().map(|(_, output)| output).collect();
        let halves = outputs.chunks(outputs.len().div_ceil(2).max(1));
        let alone = |half: &[ValueId]| Rebuild { outputs: half.to_vec(), ..Rebuild::of(program) }.run(program);
        halves.flat_map(|half| run(&alone(half), inputs, params)).collect()
    });
}

#[test]
fn the_order_of_independent_values_changes_no_bit() {
    check_path(|program, inputs, params| {
        let backwards = Rebuild { order: Order::Backwards, ..Rebuild::of(program) };
        run(&backwards.run(program), inputs, params)
    });
}

#[test]
fn what_is_known_early_changes_no_bit() {
    check_path(|program, inputs, params| {
        let fixed = |value: ValueId| match *program.op(value) {
            Op::Param(param) => Change::Constant(params[param.index()]),
            _ => Change::Keep,
        };
        run(&Rebuild { change: &fixed, ..Rebuild::of(program) }.run(program), inputs, params)
    });
}

#[test]
fn machine_code_leaves_the_bits_of_the_interpreter() {
    check_path(|program, inputs, params| {
        let options = Options { backend: Backend::Jit, ..Options::default() };
        let prepared = prepare(program.clone(), &options).unwrap();
        let frame = prepared.run(&Inputs { columns: inputs, params }, &RunControl::default()).unwrap();
        frame.outputs().map(<[f64]>::to_vec).collect()
    });
}
