//! Native loops that several workloads share: rolling figures and queues, over parts of columns.
//!
//! A rolling figure over any window takes as many passes as the window has binary digits: a part of twice the length is
//! made of two. For sums that is also the order in which the language adds.

use multiversion::multiversion;

use super::algebra::larger;

/// Bins in a part: a few columns of it stay in the nearest cache.
pub(super) const TILE: usize = 1024;
/// The longest window that the buffers take.
const LONGEST: usize = 288;

/// A tile with the bins before it that its windows reach.
type Buffer = [f64; TILE + LONGEST];

/// The rolling extreme of `x` from bin `start` on, as long as `result`; `combine` takes the older one first.
#[inline(always)]
pub(super) fn extreme(x: &[f64], start: usize, window: usize, result: &mut [f64], combine: impl Fn(f64, f64) -> f64) {
    let length = window + result.len();
    let (mut part, mut next) = ([f64::NAN; TILE + LONGEST], [f64::NAN; TILE + LONGEST]);
    load(x, start, window, &mut part[..length], |x| x);
    let mut reach = 1;
    while reach * 2 <= window {
        double(&part[..length], reach, &mut next[..length], &combine);
        std::mem::swap(&mut part, &mut next);
        reach *= 2;
    }
    let newest = &part[window..length];
    let oldest = &part[reach..];
    for ((result, newest), oldest) in result.iter_mut().zip(newest).zip(oldest) {
        *result = combine(*oldest, *newest);
    }
}

/// The rolling sum of the terms of `x`; bins before `start` are read, those before bin 0 are +0.
#[inline(always)]
pub(super) fn sum(x: &[f64], start: usize, window: usize, result: &mut [f64], term: impl Fn(f64) -> f64) {
    let length = window + result.len();
    let (mut part, mut next): (Buffer, Buffer) = ([0.0; TILE + LONGEST], [0.0; TILE + LONGEST]);
    load(x, start, window, &mut part[..length], term);
    let (mut reach, mut used) = (1, 0);
    while reach <= window {
        if window & reach != 0 {
            add(&part[window - used..length - used], result, used == 0);
            used += reach;
        }
        double(&part[..length], reach, &mut next[..length], |older, newer| newer + older);
        std::mem::swap(&mut part, &mut next);
        reach *= 2;
    }
}

/// Fills `part` with the terms of the `window` bins before `start` and of those from it on.
#[inline(always)]
fn load(x: &[f64], start: usize, window: usize, part: &mut [f64], term: impl Fn(f64) -> f64) {
    let before = window.min(start);
    let x = &x[start - before..];
    for (part, x) in part[window - before..].iter_mut().zip(x) {
        *part = term(*x);
    }
}

#[inline(always)]
fn double(part: &[f64], reach: usize, next: &mut [f64], combine: impl Fn(f64, f64) -> f64) {
    for ((next, newer), older) in next[reach..].iter_mut().zip(&part[reach..]).zip(part) {
        *next = combine(*older, *newer);
    }
}

#[inline(always)]
fn add(part: &[f64], result: &mut [f64], is_first: bool) {
    for (result, part) in result.iter_mut().zip(part) {
        *result = if is_first { *part } else { *result + *part };
    }
}

/// The newest of equals, and what is present before what is missing.
#[inline(always)]
pub(super) fn larger_present(older: f64, newer: f64) -> f64 {
    if older > newer || newer.is_nan() { older } else { newer }
}

/// As [`larger_present`], but the smaller.
#[inline(always)]
pub(super) fn smaller_present(older: f64, newer: f64) -> f64 {
    if older < newer || newer.is_nan() { older } else { newer }
}

/// The rolling mean: the sum over the count of present bins.
#[inline(always)]
pub(super) fn mean(x: &[f64], start: usize, window: usize, result: &mut [f64]) {
    let mut count = [0.0; TILE];
    let count = &mut count[..result.len()];
    sum(x, start, window, count, |x| f64::from(u8::from(!x.is_nan())));
    sum(x, start, window, result, |x| if x.is_nan() { 0.0 } else { x });
    for (result, count) in result.iter_mut().zip(count) {
        *result /= *count;
    }
}

/// Eight queues side by side, so that each hides the latency of the others; the state of each is carried on.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(super) fn eight_queues(arrivals: [&[f64]; 8], served: [&[f64]; 8], queues: [&mut [f64]; 8]) {
    let bins = arrivals[0].len();
    let (arrivals, served) = (arrivals.map(|column| &column[..bins]), served.map(|column| &column[..bins]));
    let queues = queues.map(|column| &mut column[..bins]);
    let mut state = [0.0; 8];
    for bin in 0..bins {
        for queue in 0..8 {
            state[queue] = larger(0.0, state[queue] + arrivals[queue][bin] - served[queue][bin]);
            queues[queue][bin] = state[queue];
        }
    }
}

/// One queue from the state that it has.
pub(super) fn queue(arrivals: &[f64], served: &[f64], state: &mut f64, queue: &mut [f64]) {
    for ((queue, arrivals), served) in queue.iter_mut().zip(arrivals).zip(served) {
        *state = larger(0.0, *state + arrivals - served);
        *queue = *state;
    }
}
