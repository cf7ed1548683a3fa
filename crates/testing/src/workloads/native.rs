//! Native loops that several workloads share: rolling figures and queues, over parts of columns.
//!
//! A rolling figure over any window takes as many passes as the window has binary digits: a part of twice the length is
//! made of two. For sums that is also the order in which the language adds.

use multiversion::multiversion;

use super::algebra::larger;

/// Bins in a part: a few columns of it stay in the nearest cache.
pub(super) const TILE: usize = 512;
/// The longest window that the buffers take.
const LONGEST: usize = 288;

/// What rolling figures work in, made once and used for all tiles.
#[derive(Debug)]
pub(super) struct Scratch {
    /// The terms of a tile and of the bins before it that its windows reach; then sums of two, of four and so on.
    part: [f64; TILE + LONGEST],
    /// The next of them.
    next: [f64; TILE + LONGEST],
    counts: [f64; TILE],
}

impl Scratch {
    /// Scratch that holds nothing.
    pub(super) fn new() -> Self {
        Scratch { part: [0.0; TILE + LONGEST], next: [0.0; TILE + LONGEST], counts: [0.0; TILE] }
    }

    /// The rolling extreme of `x` from bin `start` on, as long as `result`; `combine` takes the older one first.
    #[inline(always)]
    pub(super) fn extreme(
        &mut self,
        x: &[f64],
        start: usize,
        window: usize,
        result: &mut [f64],
        combine: impl Fn(f64, f64) -> f64,
    ) {
        let length = window + result.len();
        let (mut part, mut next) = (&mut self.part[..length], &mut self.next[..length]);
        load(x, start, window, f64::NAN, part, |x| x);
        let mut reach = 1;
        while reach * 2 <= window {
            double(part, reach, next, &combine);
            std::mem::swap(&mut part, &mut next);
            reach *= 2;
        }
        for ((result, newest), oldest) in result.iter_mut().zip(&part[window..]).zip(&part[reach..]) {
            *result = combine(*oldest, *newest);
        }
    }

    /// The rolling sum of the terms of `x`; bins before `start` are read, those before bin 0 are +0.
    #[inline(always)]
    pub(super) fn sum(
        &mut self,
        x: &[f64],
        start: usize,
        window: usize,
        result: &mut [f64],
        term: impl Fn(f64) -> f64,
    ) {
        let length = window + result.len();
        let (mut part, mut next) = (&mut self.part[..length], &mut self.next[..length]);
        load(x, start, window, 0.0, part, term);
        let (mut reach, mut used) = (1, 0);
        while reach <= window {
            if window & reach != 0 {
                add(&part[window - used..length - used], result, used == 0);
                used += reach;
            }
            double(part, reach, next, |older, newer| newer + older);
            std::mem::swap(&mut part, &mut next);
            reach *= 2;
        }
    }

    /// The rolling mean: the sum over the count of present bins.
    #[inline(always)]
    pub(super) fn mean(&mut self, x: &[f64], start: usize, window: usize, result: &mut [f64]) {
        self.sum(x, start, window, result, |x| if x.is_nan() { 0.0 } else { 1.0 });
        self.counts[..result.len()].copy_from_slice(result);
        self.sum(x, start, window, result, |x| if x.is_nan() { 0.0 } else { x });
        for (result, count) in result.iter_mut().zip(&self.counts) {
            *result /= *count;
        }
    }
}

/// Fills `part` with the terms of the `window` bins before `start` and of those from it on.
#[inline(always)]
fn load(x: &[f64], start: usize, window: usize, nothing: f64, part: &mut [f64], term: impl Fn(f64) -> f64) {
    let before = window.min(start);
    let x = &x[start - before..];
    part[..window - before].fill(nothing);
    for (part, x) in part[window - before..].iter_mut().zip(x) {
        *part = term(*x);
    }
}

#[inline(always)]
fn double(part: &[f64], reach: usize, next: &mut [f64], combine: impl Fn(f64, f64) -> f64) {
    // What reaches back behind the part is read by no result.
    next[..reach].copy_from_slice(&part[..reach]);
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

/// Eight queues side by side, so that each hides the latency of the others; the state of each is carried on.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(super) fn eight_queues(arrivals: [&[f64]; 8], served: [&[f64]; 8], queues: [&mut [f64]; 8]) {
    side_by_side(arrivals, served, queues);
}

#[inline(always)]
fn side_by_side(arrivals: [&[f64]; 8], served: [&[f64]; 8], queues: [&mut [f64]; 8]) {
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
#[inline(always)]
pub(super) fn queue(arrivals: &[f64], served: &[f64], state: &mut f64, queue: &mut [f64]) {
    for ((queue, arrivals), served) in queue.iter_mut().zip(arrivals).zip(served) {
        *state = larger(0.0, *state + arrivals - served);
        *queue = *state;
    }
}
