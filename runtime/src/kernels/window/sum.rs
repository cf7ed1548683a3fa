//! Sums of a window and their means, in the order that [`crate::sums::rolling`] defines.
//!
//! A window is split into powers of two, the smallest is the newest; each is summed by halves. So sums of 1, 2, 4, …
//! bins that end at every bin are made one after the other by whole passes over the tile, and those that the window is
//! made of are added up. Windows of 8, 12 and 16 bins, and the sums that longer ones of whole 16 begin with, take one
//! pass.

use pulp::NullaryFnOnce;

use super::count::fill_counts;
use super::rows::{LANES, fill, padded};
use super::spans::{LONGEST, fill_spans, is_span};
use super::{Scratch, Tile, Tiles, bins};
use crate::sums::term;

/// The kernel of `ROLLING_SUM`.
pub(crate) fn sum(args: &[f64]) -> Option<Box<dyn Tiles>> {
    Some(Box::new(Sum { window: bins(args) }))
}

/// The kernel of `ROLLING_MEAN`.
pub(crate) fn mean(args: &[f64]) -> Option<Box<dyn Tiles>> {
    Some(Box::new(Mean { window: bins(args) }))
}

#[derive(Debug)]
struct Sum {
    window: usize,
}

impl Tiles for Sum {
    fn reach(&self) -> usize {
        self.window - 1
    }

    fn fill(&self, tile: Tile<'_>, out: &mut [f64], scratch: &mut Scratch) {
        let parts = Parts::new(self.window, tile.end());
        let [a, b, _] = scratch.buffers(tile.gathered(front(parts)));
        tile.simd.run(AddUp { tile, parts, buffers: [a, b], out });
    }
}

#[derive(Debug)]
struct Mean {
    window: usize,
}

impl Tiles for Mean {
    fn reach(&self) -> usize {
        self.window - 1
    }

    fn fill(&self, tile: Tile<'_>, out: &mut [f64], scratch: &mut Scratch) {
        let (window, parts) = (self.window, Parts::new(self.window, tile.end()));
        let [a, b, counts] = scratch.buffers(tile.gathered(front(parts)));
        let counts = &mut counts[..out.len()];
        tile.simd.run(Average { sums: AddUp { tile, parts, buffers: [a, b], out }, window, counts });
    }
}

/// The powers of two that a window is made of, as far as there are bins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    /// Their sum. A power beyond all bins is the smallest such power here: it has the same bins.
    powers: usize,
    /// Whether a sum of nothing but zeros is left out, which makes -0 to +0.
    ends_with_zero: bool,
}

impl Parts {
    /// Those of a window in a column of `bins`.
    pub(super) fn new(window: usize, bins: usize) -> Self {
        let whole = bins.next_power_of_two();
        let near = window & (whole - 1);
        let far = window - near;
        Parts { powers: near + far.min(whole), ends_with_zero: far > whole }
    }

    /// How many bins before bin t they read.
    pub(super) fn reach(self) -> usize {
        self.powers - 1
    }

    /// Each with the bins between t and its newest, the smallest first.
    #[inline(always)]
    pub(super) fn iter(self) -> impl Iterator<Item = (usize, usize)> {
        let powers = (0..usize::BITS).map(|bit| 1 << bit).filter(move |power| self.powers & power != 0);
        powers.map(move |power| (power, self.powers & (power - 1)))
    }
}

/// The sums of a tile.
pub(super) struct AddUp<'a> {
    pub(super) tile: Tile<'a>,
    pub(super) parts: Parts,
    pub(super) buffers: [&'a mut [f64]; 2],
    pub(super) out: &'a mut [f64],
}

impl NullaryFnOnce for AddUp<'_> {
    /// Whether a bin that was read is missing.
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        let (front, [terms, sums], powers) = (front(self.parts), self.buffers, self.parts.powers);
        let is_missing = self.tile.gather(front, terms, 0.0, term);
        if is_span(powers) {
            fill_spans(powers, &terms[front - LONGEST..], self.out, plus);
        } else {
            // Before bin 0 all sums are those of nothing, and made once.
            let bin_0 = front.saturating_sub(self.tile.start).max(LONGEST);
            sums[..bin_0].fill(0.0);
            add_parts(self.parts, front, bin_0, [terms, sums], self.out);
        }
        if self.parts.ends_with_zero {
            fill(self.out, [], |sum, []| sum + 0.0);
        }
        is_missing
    }
}

/// The sums of the parts, one part after the other; the first bin is at place `front` of the terms.
#[inline(always)]
fn add_parts(parts: Parts, front: usize, bin_0: usize, [mut sums, mut other]: [&mut [f64]; 2], out: &mut [f64]) {
    let mut bins = 1;
    if parts.powers.is_multiple_of(LONGEST) {
        fill_spans(LONGEST, &sums[bin_0 - LONGEST..], &mut other[bin_0..], plus);
        (sums, other, bins) = (other, sums, LONGEST);
    }
    for (power, lag) in parts.iter() {
        while 8 * bins <= power {
            quadruple(sums, other, bins, bin_0);
            (sums, other, bins) = (other, sums, 4 * bins);
        }
        while 4 * bins <= power {
            double(sums, other, bins, bin_0);
            (sums, other, bins) = (other, sums, 2 * bins);
        }
        let newest = front - lag;
        let halves = [&sums[newest..], &sums[newest - power / 2..]];
        match (lag == 0, bins == power) {
            (true, true) => fill(out, [halves[0]], |_, [part]| part),
            (true, false) => fill(out, halves, |_, [newer, older]| newer + older),
            (false, true) => fill(out, [halves[0]], |sum, [part]| sum + part),
            (false, false) => fill(out, halves, |sum, [newer, older]| sum + (newer + older)),
        }
    }
}

#[inline(always)]
fn plus(older: f64, newer: f64) -> f64 {
    newer + older
}

/// How many bins before the tile are laid out: those that the window reads and those that whole rows need.
pub(super) fn front(parts: Parts) -> usize {
    padded(parts.reach()) + 2 * LANES
}

/// From sums of `bins` bins those of twice as many, where all of them are there, from bin 0 on and in whole rows.
#[inline(always)]
fn double(sums: &[f64], doubled: &mut [f64], bins: usize, bin_0: usize) {
    let first = padded(2 * bins).max(bin_0);
    let halves = [0, 1].map(|lag| &sums[first - lag * bins..]);
    fill(&mut doubled[first..], halves, |_, [newer, older]| newer + older);
}

/// The same twice, in one pass.
#[inline(always)]
fn quadruple(sums: &[f64], quadrupled: &mut [f64], bins: usize, bin_0: usize) {
    let first = padded(4 * bins).max(bin_0);
    let quarters = [0, 1, 2, 3].map(|lag| &sums[first - lag * bins..]);
    fill(&mut quadrupled[first..], quarters, |_, [a, b, c, d]| (a + b) + (c + d));
}

struct Average<'a> {
    sums: AddUp<'a>,
    window: usize,
    counts: &'a mut [f64],
}

impl NullaryFnOnce for Average<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let AddUp { tile, parts, buffers, out } = self.sums;
        let is_missing = AddUp { tile, parts, buffers, out: &mut *out }.call();
        if is_missing {
            fill_counts(tile, self.window, self.counts);
            fill(out, [self.counts], |sum, [count]| sum / count);
        } else {
            divide_by_window(tile.start, self.window, out);
        }
    }
}

/// Sums over how many bins there are, all of which are present.
#[inline(always)]
fn divide_by_window(start: usize, window: usize, out: &mut [f64]) {
    let filling = window.saturating_sub(start + 1).min(out.len());
    let (short, full) = out.split_at_mut(filling);
    for (t, out) in (start..).zip(short) {
        *out /= (t + 1) as f64;
    }
    fill(full, [], |sum, []| sum / window as f64);
}
