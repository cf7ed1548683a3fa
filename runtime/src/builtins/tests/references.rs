//! Windows, sums and scans against a second, naive computation: the definitions of the language, whole columns at once.

use super::*;

/// Numbers of very different size with gaps, from a small generator.
fn column(length: usize) -> Vec<f64> {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let number = |next: &mut dyn FnMut() -> u64| (next() as f64 - 1e9) / [1.0, 3.0, 7e6, 1e-5][next() as usize % 4];
    (0..length).map(|_| if next() % 5 == 0 { NAN } else { number(&mut next) }).collect()
}

fn or_zero(x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| if x.is_nan() { 0.0 } else { *x }).collect()
}

/// `x[t-k]`, and +0 before bin 0.
fn back(x: &[f64], k: usize) -> Vec<f64> {
    (0..x.len()).map(|t| if t < k { 0.0 } else { x[t - k] }).collect()
}

fn add(x: &[f64], y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| x + y).collect()
}

/// Doubles the partial sums, and adds those that the window is made of.
fn rolling_sum(terms: &[f64], window: usize) -> Vec<f64> {
    let (mut partial, mut length, mut used, mut total) = (terms.to_vec(), 1, 0, None);
    while length <= window {
        if window & length != 0 {
            let part = back(&partial, used);
            total = Some(total.map_or(part.clone(), |total: Vec<f64>| add(&total, &part)));
            used += length;
        }
        partial = add(&partial, &back(&partial, length));
        length *= 2;
    }
    total.unwrap()
}

fn check_window(entry: &'static Builtin, reference: impl Fn(&[f64], usize) -> Vec<f64>) {
    let x = column(300);
    for window in (1..=40).chain([63, 64, 65, 288, 299, 300, 301, 1_000]) {
        let args = [Arg::Series(x.clone()), Arg::Number(window as f64)];
        let found = run(grid(x.len()), entry, &args);
        assert_eq!(bits(&found), bits(&reference(&x, window)), "{} window {window}", entry.name);
    }
}

/// A figure of the present values of each window.
fn each_window(x: &[f64], window: usize, figure: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let present = |t: usize| (0..=t).filter(move |bin| bin + window > t).map(|bin| x[bin]).filter(|x| !x.is_nan());
    (0..x.len()).map(|t| figure(&present(t).collect::<Vec<_>>())).collect()
}

#[test]
fn rolling_sums_add_by_powers_of_two() {
    check_window(&window::ROLLING_SUM, |x, window| rolling_sum(&or_zero(x), window));
}

#[test]
fn rolling_counts_count_present_bins() {
    check_window(&window::ROLLING_COUNT, |x, window| each_window(x, window, |present| present.len() as f64));
}

#[test]
fn rolling_extremes_are_those_of_the_present_bins() {
    let extreme = |pick: fn(f64, f64) -> f64| {
        move |x: &[f64], window| each_window(x, window, |present| present.iter().copied().reduce(pick).unwrap_or(NAN))
    };
    check_window(&window::ROLLING_MAX, extreme(f64::max));
    check_window(&window::ROLLING_MIN, extreme(f64::min));
}

fn rolling_mean(x: &[f64], window: usize) -> Vec<f64> {
    let counts = each_window(x, window, |present| present.len() as f64);
    rolling_sum(&or_zero(x), window).iter().zip(counts).map(|(sum, count)| sum / count).collect()
}

#[test]
fn rolling_means_are_sums_over_counts() {
    check_window(&window::ROLLING_MEAN, rolling_mean);
}

#[test]
fn rolling_deviations_sum_squares_in_the_order_of_the_sum() {
    check_window(&window::ROLLING_STD, |x, window| {
        let counts = each_window(x, window, |present| present.len() as f64);
        let at = |(t, mean): (usize, f64)| {
            let squares: Vec<f64> = x.iter().map(|x| (x - mean) * (x - mean)).collect();
            (rolling_sum(&or_zero(&squares), window)[t] / counts[t]).sqrt()
        };
        rolling_mean(x, window).into_iter().enumerate().map(at).collect()
    });
}

#[test]
fn sums_over_all_bins_have_eight_partials() {
    for length in [0, 1, 7, 8, 9, 300] {
        let x = column(length);
        let partial = |lane: usize| or_zero(&x).iter().skip(lane).step_by(8).fold(0.0, |sum, x| sum + x);
        let p: Vec<f64> = (0..8).map(partial).collect();
        let expected = ((p[0] + p[4]) + (p[2] + p[6])) + ((p[1] + p[5]) + (p[3] + p[7]));
        let found = run(grid(length), &reduce::SUM, &[Arg::Series(x)]);
        assert_eq!(bits(&found), bits(&vec![expected; length]), "length {length}");
    }
}

#[test]
fn convolutions_add_from_lag_0_on() {
    let (x, taps) = (column(100), [0.3, 0.0, -7.0, 1e-9, 0.1]);
    let args: Vec<_> = [Arg::Series(x.clone())].into_iter().chain(taps.map(Arg::Number)).collect();
    let lagged = |k: usize| back(&or_zero(&x), k).iter().map(|x| x * taps[k]).collect::<Vec<_>>();
    let expected = (0..taps.len()).fold(vec![0.0; x.len()], |sum, k| add(&sum, &lagged(k)));
    assert_eq!(bits(&run(grid(x.len()), &lag::CONV, &args)), bits(&expected));
}
