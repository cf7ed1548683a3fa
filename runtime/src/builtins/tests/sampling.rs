//! Samples have the mean and the variance of their distribution, and each bin its own fixed draw.

use super::*;
use crate::builtins::sample::*;

const BINS: usize = 20_000;

fn draw(bins: usize, entry: &'static Builtin, params: &[f64]) -> Vec<f64> {
    let args: Vec<_> =
        [0x1234_5678 as f64, 0x9abc_def0_u32 as f64].iter().chain(params).copied().map(Arg::Number).collect();
    run(grid(bins), entry, &args)
}

/// Mean and variance are within five standard errors of those of the distribution. That of a variance is taken with
/// a fourth moment of up to ten times the squared variance.
fn check_moments(entry: &'static Builtin, params: &[f64], mean: f64, variance: f64) {
    let x = draw(BINS, entry, params);
    let count = BINS as f64;
    let found = x.iter().sum::<f64>() / count;
    let spread = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
    let name = entry.name;
    assert!((found - mean).abs() <= 5.0 * (variance / count).sqrt(), "{name} {params:?}: mean {found}, not {mean}");
    assert!(
        (spread - variance).abs() <= 15.0 * variance / count.sqrt(),
        "{name} {params:?}: variance {spread}, not {variance}"
    );
}

#[test]
fn samples_have_mean_and_variance_of_their_distribution() {
    check_moments(&CONSTANT, &[4.0], 4.0, 0.0);
    check_moments(&UNIFORM, &[-1.0, 3.0], 1.0, 16.0 / 12.0);
    check_moments(&NORMAL, &[5.0, 2.0], 5.0, 4.0);
    check_moments(&EXPONENTIAL, &[4.0], 0.25, 0.0625);
    check_moments(&BERNOULLI, &[0.3], 0.3, 0.21);
    check_moments(&EMPIRICAL, &[1.0, 0.5, 2.0, 0.0, 5.0, 0.5], 3.0, 4.0);
}

#[test]
fn poisson_samples_hold_for_small_and_huge_means() {
    for lambda in [0.0, 0.5, 9.99, 10.0, 30.0, 1e3, 1e6, 2e9, 3e9, 1e15] {
        check_moments(&POISSON, &[lambda], lambda, lambda);
    }
}

#[test]
fn binomial_samples_hold_for_few_and_very_many_trials() {
    let trials =
        [(0.0, 0.5), (20.0, 0.0), (20.0, 1.0), (20.0, 0.3), (20.0, 0.8), (40.0, 0.5), (1e3, 0.97), (1e6, 1e-6)];
    for (n, p) in trials.into_iter().chain([(2e9, 0.4), (1e15, 1e-14), (1e15, 1e-8), (1e15, 0.4), (1e15, 0.9999999)]) {
        check_moments(&BINOMIAL, &[n, p], n * p, n * p * (1.0 - p));
    }
}

/// Pearson's statistic of the counts against the probabilities of 0, 1, …, the rest in one class.
fn chi_squared(x: &[f64], probabilities: &[f64]) -> f64 {
    let rest = 1.0 - probabilities.iter().sum::<f64>();
    let mut counts = vec![0.0; probabilities.len() + 1];
    x.iter().for_each(|x| counts[(*x as usize).min(probabilities.len())] += 1.0);
    let class = |(count, p): (&f64, &f64)| {
        let expected = p * BINS as f64;
        (count - expected) * (count - expected) / expected
    };
    counts.iter().zip(probabilities.iter().chain([&rest])).map(class).sum()
}

/// The statistic of n classes has mean n-1 and variance 2(n-1); the bound is six deviations off.
fn check_counts(entry: &'static Builtin, params: &[f64], probability: impl Fn(f64) -> f64, classes: usize) {
    let probabilities: Vec<f64> = (0..classes).map(|k| probability(k as f64)).collect();
    let found = chi_squared(&draw(BINS, entry, params), &probabilities);
    let free = classes as f64;
    assert!(found < free + 6.0 * (2.0 * free).sqrt(), "{} {params:?}: {found} for {classes} classes", entry.name);
}

#[test]
fn counts_have_the_probabilities_of_their_distribution() {
    for lambda in [2.0, 12.0, 25.0] {
        let poisson = |k: f64| libm::exp(k * libm::log(lambda) - lambda - libm::lgamma(k + 1.0));
        check_counts(&POISSON, &[lambda], poisson, lambda as usize + 3);
    }
    for (n, p) in [(12.0, 0.25), (50.0, 0.4), (30.0, 0.6)] {
        let ways = |k: f64| libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
        let binomial = |k: f64| libm::exp(ways(k) + k * libm::log(p) + (n - k) * libm::log(1.0 - p));
        check_counts(&BINOMIAL, &[n, p], binomial, (n * p) as usize + 2);
    }
}

#[test]
fn a_bin_has_its_draw_whatever_the_length() {
    for entry in [&POISSON, &EXPONENTIAL] {
        assert_eq!(draw(5, entry, &[20.0]), draw(9, entry, &[20.0])[..5]);
    }
}

#[test]
fn keys_have_draws_of_their_own() {
    let of_key = |high, low| run(grid(4), &NORMAL, &[high, low, 0.0, 1.0].map(Arg::Number));
    assert_ne!(of_key(0.0, 1.0), of_key(1.0, 0.0));
    assert_ne!(of_key(0.0, 1.0), of_key(0.0, 2.0));
}

#[test]
fn a_parameter_out_of_range_makes_sample_and_expected_value_missing() {
    let cases: [(&str, &[f64]); 8] = [
        ("uniform", &[2.0, 1.0]),
        ("poisson", &[-1.0]),
        ("normal", &[0.0, -1.0]),
        ("exponential", &[0.0]),
        ("bernoulli", &[1.5]),
        ("binomial", &[2.5, 0.5]),
        ("binomial", &[2.0, NAN]),
        ("empirical", &[1.0, -0.5]),
    ];
    for (name, params) in cases {
        let expected = params.iter().copied().map(Arg::Number).collect::<Vec<_>>();
        assert!(run(grid(1), distribution(name).unwrap(), &expected)[0].is_nan(), "{name} {params:?}");
        assert!(draw(1, sample(name).unwrap(), params)[0].is_nan(), "{name} {params:?}");
    }
}

#[test]
fn expected_values_are_the_means() {
    let cases: [(&str, &[f64], f64); 8] = [
        ("constant", &[4.0], 4.0),
        ("uniform", &[1.0, 6.0], 3.5),
        ("poisson", &[150.0], 150.0),
        ("normal", &[5.0, 0.0], 5.0),
        ("exponential", &[4.0], 0.25),
        ("bernoulli", &[0.3], 0.3),
        ("binomial", &[8.0, 0.25], 2.0),
        ("empirical", &[1.0, 0.5, 4.0, 0.25, 8.0, 0.25], 3.5),
    ];
    for (name, params, mean) in cases {
        let args: Vec<_> = params.iter().copied().map(Arg::Number).collect();
        assert_eq!(run(grid(1), distribution(name).unwrap(), &args), [mean], "{name}");
    }
}

#[test]
fn the_first_draws_are_pinned() {
    let pinned: [(&'static Builtin, &[f64], [f64; 3]); 6] = [
        (&UNIFORM, &[0.0, 1.0], [0.03583689383871114, 0.2211547820075972, 0.5196776404431459]),
        (&NORMAL, &[0.0, 1.0], [0.0655319463694481, 0.7007325602737051, -0.7524753508048319]),
        (&EXPONENTIAL, &[1.0], [0.036494801421086145, 0.24994294605965714, 0.733297818080639]),
        (&POISSON, &[4.0], [1.0, 2.0, 4.0]),
        (&POISSON, &[150.0], [116.0, 171.0, 151.0]),
        (&BINOMIAL, &[100.0, 0.4], [27.0, 48.0, 40.0]),
    ];
    for (entry, params, first) in pinned {
        assert_eq!(draw(3, entry, params), first, "{} {params:?}", entry.name);
    }
}
