//! Sums of a window and their means, in the order that [`crate::sums::rolling`] defines.
//!
//! A window is split into powers of two, the smallest is the newest; each is summed by halves. So sums of 1, 2, 4, …
//! bins that end at every bin are made one after the other by whole passes over the tile, and those that the window is
//! made of are added up.

use pulp::NullaryFnOnce;

use super::count::fill_counts;
use super::rows::{LANES, fill, padded};
use super::{Scratch, Tile, Tiles, any, bins};
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
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (front, [mut sums, mut other], out) = (front(self.parts), self.buffers, self.out);
        self.tile.gather(front, sums, 0.0, term);
        let mut bins = 1;
        for (power, lag) in self.parts.iter() {
            while 8 * bins <= power {
                quadruple(sums, other, bins);
                (sums, other, bins) = (other, sums, 4 * bins);
            }
            while 4 * bins <= power {
                double(sums, other, bins);
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
        if self.parts.ends_with_zero {
            fill(out, [], |sum, []| sum + 0.0);
        }
    }
}

/// How many bins before the tile are laid out: those that the window reads and those that whole rows need.
pub(super) fn front(parts: Parts) -> usize {
    padded(parts.reach()) + 2 * LANES
}

/// From sums of `bins` bins those of twice as many, where all of them are there and in whole rows.
#[inline(always)]
fn double(sums: &[f64], doubled: &mut [f64], bins: usize) {
    let first = padded(2 * bins);
    let halves = [0, 1].map(|lag| &sums[first - lag * bins..]);
    fill(&mut doubled[first..], halves, |_, [newer, older]| newer + older);
}

/// The same twice, in one pass.
#[inline(always)]
fn quadruple(sums: &[f64], quadrupled: &mut [f64], bins: usize) {
    let first = padded(4 * bins);
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
        AddUp { tile, parts, buffers, out: &mut *out }.call();
        if any(tile.back(self.window - 1), f64::is_nan) {
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
