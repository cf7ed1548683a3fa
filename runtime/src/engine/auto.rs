//! Which backend is done first: a rule from measurements.
//!
//! Code costs time once, for each value; the interpreter costs more at each bin. The figures are rounded and of one
//! machine, but they are apart by so much that others choose alike.

use super::{Backend, Options};
use crate::builtins::{Meaning, Reads};
use crate::ir::{Op, Program, ValueId};
use crate::jit;

/// How often a program is assumed to run.
pub const EXPECTED_RUNS: u32 = 1;

/// Nanoseconds to get the code generator going.
const START: u64 = 50_000;
/// Nanoseconds to make code for a value: 3,000 in recurrences, 7,000 in long formulas.
const MAKE: u64 = 5_000;
/// Nanoseconds that the interpreter takes longer for a value at a bin: 7 for arithmetic, 18 in models with windows.
const LAG: u64 = 10;
/// Bins of a window that take the interpreter as long as a value.
const BINS_OF_VALUE: u64 = 32;

/// The backend that the options ask for, chosen where they leave it open.
pub(super) fn choose(program: &Program, options: &Options) -> Backend {
    match options.backend {
        Backend::Auto if pays(program, options.expected_runs) && jit::is_supported() => Backend::Jit,
        Backend::Auto => Backend::Interp,
        backend => backend,
    }
}

fn pays(program: &Program, runs: u32) -> bool {
    let values = program.len() as u64;
    let work = values.saturating_add(program.values().map(|value| work_of_window(program, value)).sum());
    let bins = program.grid().bins as u64;
    let saved = work.saturating_mul(bins).saturating_mul(u64::from(runs)).saturating_mul(LAG);
    saved > START.saturating_add(values.saturating_mul(MAKE))
}

/// What a window takes besides the work of a value, in values.
fn work_of_window(program: &Program, value: ValueId) -> u64 {
    let is_window =
        matches!(program.op(value), Op::Call { builtin, .. } if matches!(builtin.meaning, Meaning::Window(_)));
    match program.reads(value).next() {
        Some((_, Reads::Lags { max, .. })) if is_window => u64::try_from(max).unwrap_or(0) / BINS_OF_VALUE,
        _ => 0,
    }
}
