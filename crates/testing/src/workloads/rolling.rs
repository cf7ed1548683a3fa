//! W3: a rolling figure of each of eight inputs, over 12 or 288 bins.

use flowtime_runtime::builtins;
use multiversion::multiversion;

use super::algebra::call;
use super::native::{Scratch, TILE, larger_present, smaller_present};
use super::{Columns, Workload, around_a_hundred, builder, inputs};
use crate::Choices;

const SERIES: usize = 8;

/// Which figure rolls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rolling {
    /// `ROLLING_MAX`
    Max,
    /// `ROLLING_MIN`
    Min,
    /// `ROLLING_SUM`
    Sum,
    /// `ROLLING_MEAN`
    Mean,
}

impl Rolling {
    /// All of them.
    pub const ALL: [Rolling; 4] = [Rolling::Max, Rolling::Min, Rolling::Sum, Rolling::Mean];

    /// The name of its function.
    fn name(self) -> &'static str {
        match self {
            Rolling::Max => "ROLLING_MAX",
            Rolling::Min => "ROLLING_MIN",
            Rolling::Sum => "ROLLING_SUM",
            Rolling::Mean => "ROLLING_MEAN",
        }
    }
}

/// W3: one figure over windows of up to 288 bins.
pub fn rolling(bins: usize, figure: Rolling, window: usize) -> Workload {
    let mut builder = builder(bins);
    for input in inputs(&mut builder, SERIES) {
        let length = builder.number(window as f64);
        let value = call(&mut builder, builtins::function(figure.name()), &[input, length]);
        builder.output(value);
    }
    let name = format!("W3 {} {window}", figure.name());
    let native = move |inputs: &Columns, _: &[f64], outputs: &mut Columns| run(inputs, figure, window, outputs);
    let mut choices = Choices::seeded(3);
    let inputs = Columns::from_fn(SERIES, bins, |_, _| around_a_hundred(&mut choices));
    let program = builder.finish();
    Workload { name, series: SERIES, program, inputs, params: Vec::new(), native: Box::new(native) }
}

fn run(inputs: &Columns, figure: Rolling, window: usize, outputs: &mut Columns) {
    let mut scratch = Scratch::new();
    for (x, result) in inputs.padded().zip(outputs.padded_mut()) {
        for (tile, result) in result.chunks_mut(TILE).enumerate() {
            part(&mut scratch, figure, x, tile * TILE, window, result);
        }
    }
}

/// A figure of part of a column, from bin `start` on.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn part(scratch: &mut Scratch, figure: Rolling, x: &[f64], start: usize, window: usize, result: &mut [f64]) {
    figure_of(scratch, figure, x, start, window, result);
}

#[inline(always)]
fn figure_of(scratch: &mut Scratch, figure: Rolling, x: &[f64], start: usize, window: usize, result: &mut [f64]) {
    match figure {
        Rolling::Max => scratch.extreme(x, start, window, result, larger_present),
        Rolling::Min => scratch.extreme(x, start, window, result, smaller_present),
        Rolling::Sum => scratch.sum(x, start, window, result, |x| if x.is_nan() { 0.0 } else { x }),
        Rolling::Mean => scratch.mean(x, start, window, result),
    }
}
