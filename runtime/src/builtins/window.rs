//! Windows: a figure of the last `window` bins, `max(0, t-window+1) ..= t`.
//!
//! Missing values are skipped. Sums have the order of [`crate::sums::rolling`], so they don't drift; extremes give the
//! newest of equals.

use super::entry::{FUNCTION, back_to, example, int, num};
use super::minmax::{larger, smaller};
use super::{Builtin, Choice, Family, Meaning, Param};
use crate::kernels::{Fast, window};
use crate::sums::{self, term};

const NAN: f64 = f64::NAN;

pub(super) static FAMILY: Family = Family {
    title: "Windows",
    entries: &[&ROLLING_MAX, &ROLLING_MIN, &ROLLING_SUM, &ROLLING_MEAN, &ROLLING_COUNT, &ROLLING_STD],
};

const PARAMS: &[Param] = &[num("x", "a series"), int("window", 1, "how many bins, bin t among them")];

const WINDOW: Builtin = Builtin {
    params: PARAMS,
    reads: |param, args| back_to(1, 1, param, args),
    edge: "missing values are skipped; missing where none is left; before bin 0 there is nothing",
    ..FUNCTION
};

pub(super) static ROLLING_MAX: Builtin = Builtin {
    name: "ROLLING_MAX",
    meaning: Meaning::Window(|x, t, args| present(x, t, args).reduce(larger).unwrap_or(NAN)),
    choice: Choice::Last,
    fast: Some(Fast::Window(window::max)),
    summary: "the largest value of the last `window` bins",
    examples: &[example!("ROLLING_MAX(x, 2)", x = [3.0, 1.0, 2.0, NAN, NAN] => [3.0, 3.0, 2.0, 2.0, NAN])],
    ..WINDOW
};

pub(super) static ROLLING_MIN: Builtin = Builtin {
    name: "ROLLING_MIN",
    meaning: Meaning::Window(|x, t, args| present(x, t, args).reduce(smaller).unwrap_or(NAN)),
    choice: Choice::Last,
    fast: Some(Fast::Window(window::min)),
    summary: "the smallest value of the last `window` bins",
    examples: &[example!("ROLLING_MIN(x, 2)", x = [3.0, 1.0, 2.0, NAN, NAN] => [3.0, 1.0, 1.0, 2.0, NAN])],
    ..WINDOW
};

pub(super) static ROLLING_SUM: Builtin = Builtin {
    name: "ROLLING_SUM",
    meaning: Meaning::Window(sum),
    fast: Some(Fast::Window(window::sum)),
    summary: "the sum of the last `window` bins",
    edge: "missing values count as 0; before bin 0 there is nothing",
    examples: &[example!("ROLLING_SUM(x, 3)", x = [1.0, 2.0, NAN, 4.0, 5.0] => [1.0, 3.0, 3.0, 6.0, 9.0])],
    ..WINDOW
};

pub(super) static ROLLING_MEAN: Builtin = Builtin {
    name: "ROLLING_MEAN",
    meaning: Meaning::Window(mean),
    fast: Some(Fast::Window(window::mean)),
    summary: "the mean of the last `window` bins: `ROLLING_SUM` over `ROLLING_COUNT`",
    examples: &[example!("ROLLING_MEAN(x, 2)", x = [1.0, 2.0, NAN, NAN, 5.0] => [1.0, 1.5, 2.0, NAN, 5.0])],
    ..WINDOW
};

pub(super) static ROLLING_COUNT: Builtin = Builtin {
    name: "ROLLING_COUNT",
    meaning: Meaning::Window(count),
    fast: Some(Fast::Window(window::count)),
    summary: "how many of the last `window` bins are not missing",
    edge: "0 where none is left; before bin 0 there is nothing",
    examples: &[example!("ROLLING_COUNT(x, 2)", x = [1.0, 2.0, NAN, NAN, 5.0] => [1.0, 2.0, 1.0, 0.0, 1.0])],
    ..WINDOW
};

pub(super) static ROLLING_STD: Builtin = Builtin {
    name: "ROLLING_STD",
    meaning: Meaning::Window(deviation),
    fast: Some(Fast::Window(window::deviation)),
    summary: "the standard deviation of the last `window` bins, taken as the whole population",
    examples: &[example!("ROLLING_STD(x, 2)", x = [1.0, 3.0, NAN, NAN, 5.0] => [0.0, 1.0, 0.0, NAN, 0.0])],
    ..WINDOW
};

/// The present values of the window, from the oldest on.
fn present(x: &[f64], t: usize, args: &[f64]) -> impl Iterator<Item = f64> {
    let oldest = (t + 1).saturating_sub(args[0] as usize);
    x[oldest..=t].iter().copied().filter(|x| !x.is_nan())
}

fn sum(x: &[f64], t: usize, args: &[f64]) -> f64 {
    sums::rolling(t, args[0] as u64, &|bin| term(x[bin]))
}

fn count(x: &[f64], t: usize, args: &[f64]) -> f64 {
    present(x, t, args).count() as f64
}

/// 0 over 0, and so missing, where nothing is left.
fn mean(x: &[f64], t: usize, args: &[f64]) -> f64 {
    sum(x, t, args) / count(x, t, args)
}

fn deviation(x: &[f64], t: usize, args: &[f64]) -> f64 {
    let mean = mean(x, t, args);
    let square = |bin: usize| {
        if x[bin].is_nan() { 0.0 } else { (x[bin] - mean) * (x[bin] - mean) }
    };
    let squares = sums::rolling(t, args[0] as u64, &square);
    (squares / count(x, t, args)).sqrt()
}
