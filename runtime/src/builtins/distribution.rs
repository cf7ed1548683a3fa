//! Distributions of `pmf` series: their expected values, bin by bin.
//!
//! A parameter out of range makes the result missing. This is the one place that knows the ranges: the compiler asks
//! the expected value of constant parameters, and samples ask it before they draw.

use super::entry::{INTERNAL, num, param};
use super::{Builtin, Family, Meaning, Param, ParamKind, Syntax};

const NAN: f64 = f64::NAN;

pub(super) static FAMILY: Family = Family {
    title: "Distributions",
    entries: &[&CONSTANT, &UNIFORM, &POISSON, &NORMAL, &EXPONENTIAL, &BERNOULLI, &BINOMIAL, &EMPIRICAL],
};

const DISTRIBUTION: Builtin =
    Builtin { syntax: Syntax::Distribution, edge: "missing where a parameter is missing or out of range", ..INTERNAL };

pub(super) const VALUE: Param = num("value", "the only value");
pub(super) const MIN: Param = num("min", "the smallest value");
pub(super) const MAX: Param = num("max", "the bound above, at least min");
pub(super) const LAMBDA: Param = num("lambda", "the mean, at least 0");
pub(super) const MEAN: Param = num("mean", "the mean");
pub(super) const STDDEV: Param = num("stddev", "the standard deviation, at least 0");
pub(super) const RATE: Param = num("rate", "one over the mean, above 0");
pub(super) const P: Param = num("p", "the probability of a success, 0..=1");
pub(super) const N: Param = num("n", "how many trials, a whole number of at least 0");
pub(super) const TABLE: Param =
    param("values", ParamKind::Kernel, "each value, followed by its probability of at least 0; these sum to 1");

pub(super) static CONSTANT: Builtin = Builtin {
    name: "constant",
    params: &[VALUE],
    meaning: Meaning::Elementwise(|args| args[0]),
    summary: "always the same value: its mean is `value`",
    ..DISTRIBUTION
};

pub(super) static UNIFORM: Builtin = Builtin {
    name: "uniform",
    params: &[MIN, MAX],
    meaning: Meaning::Elementwise(uniform_mean),
    summary: "every number between two bounds alike: its mean is their middle",
    ..DISTRIBUTION
};

pub(super) static POISSON: Builtin = Builtin {
    name: "poisson",
    params: &[LAMBDA],
    meaning: Meaning::Elementwise(poisson_mean),
    summary: "how many independent events happen in a bin: its mean is `lambda`",
    ..DISTRIBUTION
};

pub(super) static NORMAL: Builtin = Builtin {
    name: "normal",
    params: &[MEAN, STDDEV],
    meaning: Meaning::Elementwise(normal_mean),
    summary: "the bell curve: its mean is `mean`",
    ..DISTRIBUTION
};

pub(super) static EXPONENTIAL: Builtin = Builtin {
    name: "exponential",
    params: &[RATE],
    meaning: Meaning::Elementwise(exponential_mean),
    summary: "the time between independent events: its mean is `1 / rate`",
    ..DISTRIBUTION
};

pub(super) static BERNOULLI: Builtin = Builtin {
    name: "bernoulli",
    params: &[P],
    meaning: Meaning::Elementwise(bernoulli_mean),
    summary: "1 with probability p, else 0: its mean is `p`",
    ..DISTRIBUTION
};

pub(super) static BINOMIAL: Builtin = Builtin {
    name: "binomial",
    params: &[N, P],
    meaning: Meaning::Elementwise(binomial_mean),
    summary: "how many of n independent trials succeed: its mean is `n * p`",
    ..DISTRIBUTION
};

pub(super) static EMPIRICAL: Builtin = Builtin {
    name: "empirical",
    params: &[TABLE],
    meaning: Meaning::Elementwise(empirical_mean),
    summary: "the values of a table: its mean is the sum of value times probability",
    ..DISTRIBUTION
};

pub(super) fn uniform_mean(args: &[f64]) -> f64 {
    // Halves first: the sum of two large bounds would overflow.
    within(args[0] <= args[1], 0.5 * args[0] + 0.5 * args[1])
}

pub(super) fn poisson_mean(args: &[f64]) -> f64 {
    within(args[0] >= 0.0, args[0])
}

pub(super) fn normal_mean(args: &[f64]) -> f64 {
    within(args[1] >= 0.0, args[0])
}

pub(super) fn exponential_mean(args: &[f64]) -> f64 {
    within(args[0] > 0.0, 1.0 / args[0])
}

pub(super) fn bernoulli_mean(args: &[f64]) -> f64 {
    within((0.0..=1.0).contains(&args[0]), args[0])
}

pub(super) fn binomial_mean(args: &[f64]) -> f64 {
    let (n, p) = (args[0], args[1]);
    within(n >= 0.0 && n.trunc() == n && (0.0..=1.0).contains(&p), n * p)
}

pub(super) fn empirical_mean(args: &[f64]) -> f64 {
    let mean = table(args).fold(0.0, |sum, (value, probability)| sum + value * probability);
    within(table(args).all(|(_, probability)| probability >= 0.0), mean)
}

/// The rows of a table: value and probability.
pub(super) fn table(args: &[f64]) -> impl Iterator<Item = (f64, f64)> {
    args.as_chunks::<2>().0.iter().map(|&[value, probability]| (value, probability))
}

/// Missing where the parameters are out of range.
fn within(range: bool, mean: f64) -> f64 {
    if range { mean } else { NAN }
}
