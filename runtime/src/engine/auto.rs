//! Which backend is done first: a rule from measurements.
//!
//! Code costs time once, for each value; the interpreter costs more at each bin. The figures are rounded and of one
//! machine, but they are apart by so much that others choose alike.

use super::{Backend, Options};
use crate::ir::Program;

/// How often a program is assumed to run.
pub const EXPECTED_RUNS: u32 = 1;

/// Nanoseconds to get the code generator going.
const START: u64 = 50_000;
/// Nanoseconds to make code for a value.
const MAKE: u64 = 5_000;
/// Nanoseconds that the interpreter takes longer for a value at a bin.
const LAG: u64 = 8;

/// The backend that the options ask for, chosen where they leave it open.
pub(super) fn choose(program: &Program, options: &Options) -> Backend {
    match options.backend {
        Backend::Auto if pays(program, options.expected_runs) => Backend::Jit,
        Backend::Auto => Backend::Interp,
        backend => backend,
    }
}

fn pays(program: &Program, runs: u32) -> bool {
    let values = program.len() as u64;
    let bins = program.grid().bins as u64;
    let saved = values.saturating_mul(bins).saturating_mul(u64::from(runs)).saturating_mul(LAG);
    saved > START.saturating_add(values.saturating_mul(MAKE))
}
