//! The programs that are measured (W1 to W5), their data, and the same computation in native Rust.
//!
//! What is computed elementwise is written once, over `Algebra`: a builder makes the program of it,
//! lanes of numbers make the native loop. The native version leaves the same bits; a test compares them. Data are
//! made from a fixed seed, so every machine and every peer measures the same numbers.

use flowtime_runtime::ir::{Builder, Grid, InputId, Program, ValueId};

use crate::Choices;

mod algebra;
mod columns;
mod elementwise;
mod fleet;
mod native;
mod queues;
mod rolling;

pub use columns::Columns;
pub use elementwise::elementwise;
pub use fleet::{SERIES as SERIES_OF_SERVICE, fleet, fleet_of};
pub use queues::queues;
pub use rolling::{Rolling, rolling};

/// A program with data, and its native version.
pub struct Workload {
    /// `W1`
    pub name: String,
    /// How many series the model has, const ones among them where the workload counts them.
    pub series: usize,
    /// What a backend runs.
    pub program: Program,
    /// A column for each input.
    pub inputs: Columns,
    /// A number for each parameter.
    pub params: Vec<f64>,
    native: Native,
}

type Native = Box<dyn Fn(&Columns, &[f64], &mut Columns) + Send + Sync>;

/// How many of the results are outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Each series.
    All,
    /// Those at the end, which hang on all others.
    Last,
}

impl Workload {
    /// How many bins it has.
    pub fn bins(&self) -> usize {
        self.program.grid().bins
    }

    /// Columns for its outputs, all 0.
    pub fn outputs(&self) -> Columns {
        Columns::zeros(self.program.outputs().len(), self.bins())
    }

    /// Computes the outputs natively.
    pub fn run_native(&self, outputs: &mut Columns) {
        (self.native)(&self.inputs, &self.params, outputs);
    }
}

/// The sizes that are measured: a day of five minutes, as much as a nearby cache holds, and far more.
pub const BINS: [usize; 3] = [288, 10_000, 1_000_000];

/// Every workload over so many bins: the rolling ones with both windows, those with a choice with each.
///
/// From a million bins on only those whose columns fit into the memory of a small machine.
pub fn all(bins: usize) -> Vec<Workload> {
    let stored = [Stored::All, Stored::Last];
    let windows = [12, 288].into_iter().flat_map(|window| Rolling::ALL.map(|figure| (figure, window)));
    let mut all: Vec<Workload> = stored.map(|stored| elementwise(bins, stored)).into();
    all.extend(windows.map(|(figure, window)| rolling(bins, figure, window)));
    if bins < 1_000_000 {
        all.push(queues(bins));
        all.extend(stored.map(|stored| fleet(bins, stored)));
    }
    all
}

/// A builder over so many five-minute bins.
fn builder(bins: usize) -> Builder {
    Builder::new(Grid { bins, bin_minutes: 5, start_minutes: None })
}

/// The first `count` inputs.
fn inputs(builder: &mut Builder, count: usize) -> Vec<ValueId> {
    (0..count as u32).map(|input| builder.input(InputId::from_u32(input))).collect()
}

/// Columns of counts around a hundred, now and then 0.
fn counts(count: usize, bins: usize, seed: u64) -> Columns {
    let mut choices = Choices::seeded(seed);
    Columns::from_fn(count, bins, |_, _| if choices.one_in(50) { 0.0 } else { around_a_hundred(&mut choices) })
}

fn around_a_hundred(choices: &mut Choices<'_>) -> f64 {
    50.0 + choices.below(100_000) as f64 / 1000.0
}

#[cfg(test)]
mod tests;
