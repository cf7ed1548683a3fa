//! Seeded samples of `pmf` series: one draw per bin, the same whatever else is evaluated.
//!
//! The first two arguments are the high and low 32 bits of the series' key; [`crate::rng`] makes the draws of a bin
//! out of key and bin. Where a parameter is out of range, hence the expected value missing or infinite, so is the
//! sample. A method that rejects takes the bin's next draw; none needs more than [`MOST_DRAWS`].
//!
//! Methods: inversion where the mean is small; from [`REJECT_FROM`] on the transformed rejection of Hörmann (PTRS and
//! BTRS, 1993); beyond [`LARGE`] logarithms of factorials would round too much, and the limits of the distributions
//! take over: a binomial of rare successes is a Poisson, all else the rounded normal.

use super::distribution::{
    LAMBDA, MAX, MEAN, MIN, N, P, RATE, STDDEV, TABLE, VALUE, bernoulli_mean, binomial_mean, empirical_mean,
    exponential_mean, normal_mean, poisson_mean, table, uniform_mean,
};
use super::entry::{INTERNAL, num, truth_value};
use super::{Bin, Builtin, Family, Meaning, Param, Syntax};
use crate::rng::Draws;

const NAN: f64 = f64::NAN;
const REJECT_FROM: f64 = 10.0;
const LARGE: f64 = 2_147_483_648.0;
/// Below it a success is rare, and the Poisson limit is off by less than this probability.
const RARE: f64 = 1.0 / 65_536.0;
/// Each is taken with a probability above 0.7.
const MOST_DRAWS: u32 = 1_000;

pub(super) static FAMILY: Family = Family {
    title: "Samples",
    entries: &[&CONSTANT, &UNIFORM, &POISSON, &NORMAL, &EXPONENTIAL, &BERNOULLI, &BINOMIAL, &EMPIRICAL],
};

const KEY_HIGH: Param = num("key_high", "the high 32 bits of the series' key");
const KEY_LOW: Param = num("key_low", "the low 32 bits of the series' key");

const SAMPLE: Builtin = Builtin {
    syntax: Syntax::Sample,
    summary: "one seeded draw per bin",
    edge: "missing where a parameter is missing or out of range",
    ..INTERNAL
};

pub(super) static CONSTANT: Builtin = Builtin {
    name: "constant",
    params: &[KEY_HIGH, KEY_LOW, VALUE],
    meaning: Meaning::Source(|_, args| args[2]),
    ..SAMPLE
};

pub(super) static UNIFORM: Builtin = Builtin {
    name: "uniform",
    params: &[KEY_HIGH, KEY_LOW, MIN, MAX],
    meaning: Meaning::Source(|bin, args| sample(bin, args, uniform_mean, uniform)),
    ..SAMPLE
};

pub(super) static POISSON: Builtin = Builtin {
    name: "poisson",
    params: &[KEY_HIGH, KEY_LOW, LAMBDA],
    meaning: Meaning::Source(|bin, args| sample(bin, args, poisson_mean, |draws, args| poisson(draws, args[0]))),
    ..SAMPLE
};

pub(super) static NORMAL: Builtin = Builtin {
    name: "normal",
    params: &[KEY_HIGH, KEY_LOW, MEAN, STDDEV],
    meaning: Meaning::Source(|bin, args| sample(bin, args, normal_mean, |draws, args| normal(draws, args[0], args[1]))),
    ..SAMPLE
};

pub(super) static EXPONENTIAL: Builtin = Builtin {
    name: "exponential",
    params: &[KEY_HIGH, KEY_LOW, RATE],
    meaning: Meaning::Source(|bin, args| sample(bin, args, exponential_mean, exponential)),
    ..SAMPLE
};

pub(super) static BERNOULLI: Builtin = Builtin {
    name: "bernoulli",
    params: &[KEY_HIGH, KEY_LOW, P],
    meaning: Meaning::Source(|bin, args| sample(bin, args, bernoulli_mean, bernoulli)),
    ..SAMPLE
};

pub(super) static BINOMIAL: Builtin = Builtin {
    name: "binomial",
    params: &[KEY_HIGH, KEY_LOW, N, P],
    meaning: Meaning::Source(|bin, args| {
        sample(bin, args, binomial_mean, |draws, args| binomial(draws, args[0], args[1]))
    }),
    ..SAMPLE
};

pub(super) static EMPIRICAL: Builtin = Builtin {
    name: "empirical",
    params: &[KEY_HIGH, KEY_LOW, TABLE],
    meaning: Meaning::Source(|bin, args| sample(bin, args, empirical_mean, empirical)),
    ..SAMPLE
};

/// Draws where the expected value says that the parameters are in range, and gives that value where they are not.
fn sample(bin: Bin<'_>, args: &[f64], mean: fn(&[f64]) -> f64, draw: fn(&Draws, &[f64]) -> f64) -> f64 {
    let (key, args) = args.split_at(2);
    let mean = mean(args);
    if !mean.is_finite() {
        return mean;
    }
    let key = ((key[0] as u64) << 32) | key[1] as u64;
    draw(&Draws::new(key, bin.t as u64), args)
}

fn uniform(draws: &Draws, args: &[f64]) -> f64 {
    let u = draws.uniform();
    args[0] + (args[1] - args[0]) * u
}

/// Box and Muller; `1 - u` is never 0.
fn normal(draws: &Draws, mean: f64, stddev: f64) -> f64 {
    let (u, v) = draws.pair(0);
    let radius = (-2.0 * libm::log(1.0 - u)).sqrt();
    mean + stddev * (radius * libm::cos(std::f64::consts::TAU * v))
}

fn exponential(draws: &Draws, args: &[f64]) -> f64 {
    -libm::log(1.0 - draws.uniform()) / args[0]
}

fn bernoulli(draws: &Draws, args: &[f64]) -> f64 {
    truth_value(draws.uniform() < args[0])
}

/// The value up to which the probabilities first exceed the draw; the last possible one where they sum to less.
fn empirical(draws: &Draws, args: &[f64]) -> f64 {
    let u = draws.uniform();
    let possible = || table(args).filter(|&(_, probability)| probability > 0.0);
    let mut below = 0.0;
    let mut exceeds = |&(_, probability): &(f64, f64)| {
        below += probability;
        u < below
    };
    possible().find(&mut exceeds).or(possible().last()).map_or(NAN, |(value, _)| value)
}

fn poisson(draws: &Draws, lambda: f64) -> f64 {
    if lambda < REJECT_FROM {
        invert(draws, libm::exp(-lambda), f64::INFINITY, |k| lambda / k)
    } else if lambda <= LARGE {
        poisson_by_rejection(draws, lambda)
    } else {
        rounded_normal(draws, lambda, lambda)
    }
}

fn binomial(draws: &Draws, n: f64, p: f64) -> f64 {
    if p > 0.5 { n - few_successes(draws, n, 1.0 - p) } else { few_successes(draws, n, p) }
}

/// A binomial with p up to a half.
fn few_successes(draws: &Draws, n: f64, p: f64) -> f64 {
    let odds = p / (1.0 - p);
    if n * p < REJECT_FROM {
        invert(draws, libm::exp(n * libm::log1p(-p)), n, |k| (n - k + 1.0) / k * odds)
    } else if n <= LARGE {
        binomial_by_rejection(draws, n, p)
    } else if p < RARE {
        poisson(draws, n * p).min(n)
    } else {
        rounded_normal(draws, n * p, n * p * (1.0 - p)).min(n)
    }
}

fn rounded_normal(draws: &Draws, mean: f64, variance: f64) -> f64 {
    normal(draws, mean, variance.sqrt()).round().max(0.0)
}

/// The smallest k whose cumulative probability exceeds the draw. `ratio(k)` is the probability of k over that of k-1;
/// at a mean below [`REJECT_FROM`], counts beyond [`MOST_DRAWS`] have none.
fn invert(draws: &Draws, at_zero: f64, most: f64, ratio: impl Fn(f64) -> f64) -> f64 {
    let u = draws.uniform();
    let (mut k, mut probability) = (0.0, at_zero);
    let mut below = probability;
    while u >= below && k < most && k < f64::from(MOST_DRAWS) {
        k += 1.0;
        probability *= ratio(k);
        below += probability;
    }
    k
}

/// PTRS: W. Hörmann, "The transformed rejection method for generating Poisson random variables", 1993.
fn poisson_by_rejection(draws: &Draws, lambda: f64) -> f64 {
    let b = 0.931 + 2.53 * lambda.sqrt();
    let hat = Hat { a: -0.059 + 0.02483 * b, b, centre: lambda + 0.43, sure: 0.9277 - 3.6224 / (b - 2.0) };
    let scale = 1.1239 + 1.1328 / (b - 3.4);
    let log_lambda = libm::log(lambda);
    hat.draw(draws, f64::INFINITY, scale, |k| k * log_lambda - lambda - libm::lgamma(k + 1.0))
}

/// BTRS: W. Hörmann, "The generation of binomial random variates", 1993.
fn binomial_by_rejection(draws: &Draws, n: f64, p: f64) -> f64 {
    let deviation = (n * p * (1.0 - p)).sqrt();
    let b = 1.15 + 2.53 * deviation;
    let hat = Hat { a: -0.0873 + 0.0248 * b + 0.01 * p, b, centre: n * p + 0.5, sure: 0.92 - 4.2 / b };
    let scale = (2.83 + 5.1 / b) * deviation;
    let mode = ((n + 1.0) * p).floor();
    let log_odds = libm::log(p / (1.0 - p));
    let log_ways = |k: f64| -libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
    hat.draw(draws, n, scale, |k| log_ways(k) - log_ways(mode) + (k - mode) * log_odds)
}

/// The table mountain under which transformed rejection draws.
struct Hat {
    a: f64,
    b: f64,
    centre: f64,
    sure: f64,
}

impl Hat {
    /// The first accepted draw in `0..=most`; `log_height` is the logarithm of the density, up to `scale`.
    fn draw(&self, draws: &Draws, most: f64, scale: f64, log_height: impl Fn(f64) -> f64) -> f64 {
        let accepted = |draw| {
            let (u, v) = draws.pair(draw);
            let (u, v) = (u - 0.5, 1.0 - v);
            let edge = 0.5 - u.abs();
            let k = ((2.0 * self.a / edge + self.b) * u + self.centre).floor();
            let squeezed = edge >= 0.07 && v <= self.sure;
            let below = || libm::log(v * scale / (self.a / (edge * edge) + self.b)) <= log_height(k);
            ((0.0..=most).contains(&k) && (squeezed || below())).then_some(k)
        };
        (0..MOST_DRAWS).find_map(accepted).unwrap_or(NAN)
    }
}
