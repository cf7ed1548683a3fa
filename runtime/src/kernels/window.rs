//! Windows by tiles: the bins of a column up to the tile's last one in, the results of the tile's bins out.
//!
//! A kernel keeps nothing between tiles and reads back in the column what it needs, so tiles may have any length and
//! order. The cost per bin is constant as long as tiles are not much shorter than windows.

use std::ops::Range;

use super::{Fast, Scratch, Simd};
use crate::builtins::{Builtin, Meaning};

mod convolve;
mod count;
mod deviation;
mod extreme;
mod hold;
mod rows;
mod spans;
mod sum;

pub(crate) use convolve::convolve;
pub(crate) use count::count;
pub(crate) use deviation::deviation;
pub(crate) use extreme::{max, min};
pub(crate) use hold::hold;
pub(crate) use sum::{mean, sum};

/// Bins that a kernel works on at a time, so that its buffers stay in the nearest cache.
const CHUNK: usize = 1024;

/// A window entry with its arguments.
#[derive(Debug)]
pub struct Kernel(Box<dyn Tiles>);

impl Kernel {
    /// The kernel of a window entry with the arguments after its column; none for an entry of another meaning.
    pub fn new(builtin: &'static Builtin, args: &[f64]) -> Option<Self> {
        let Meaning::Window(eval) = builtin.meaning else {
            return None;
        };
        let fast = match builtin.fast {
            Some(Fast::Window(kernel)) => kernel(args),
            _ => None,
        };
        Some(Kernel(fast.unwrap_or_else(|| Box::new(BinByBin { eval, args: args.into() }))))
    }

    /// How many bins before bin t the result at bin t may depend on.
    pub fn reach(&self) -> usize {
        self.0.reach()
    }

    /// Fills `out` with the results of the bins `range`; the column is complete up to `range.end`.
    ///
    /// # Panics
    /// Where the column is shorter than that, or `out` is not as long as `range`.
    pub fn run(&self, simd: Simd, column: &[f64], range: Range<usize>, out: &mut [f64], scratch: &mut Scratch) {
        assert_eq!(out.len(), range.len(), "one result for each bin");
        let chunk = CHUNK.max(self.reach());
        for (start, out) in range.step_by(chunk).zip(out.chunks_mut(chunk)) {
            let column = &column[..start + out.len()];
            self.0.fill(Tile { simd, column, start }, out, scratch);
        }
    }
}

/// What a window kernel does, for entries to name.
pub trait Tiles: std::fmt::Debug + Send + Sync {
    /// How many bins before bin t the result at bin t may depend on.
    fn reach(&self) -> usize;

    /// The results of the tile's bins; `out` is as long as the tile and not empty.
    fn fill(&self, tile: Tile<'_>, out: &mut [f64], scratch: &mut Scratch);
}

/// Bins to compute.
#[derive(Clone, Copy, Debug)]
pub struct Tile<'a> {
    simd: Simd,
    /// Up to the last bin of the tile.
    column: &'a [f64],
    /// The first bin of the tile.
    start: usize,
}

impl<'a> Tile<'a> {
    /// The bin behind the last.
    fn end(self) -> usize {
        self.column.len()
    }

    /// The bins from `reach` before the first on, as far as there are any.
    #[inline(always)]
    fn back(self, reach: usize) -> &'a [f64] {
        &self.column[self.start.saturating_sub(reach)..]
    }

    /// How long a buffer for [`Tile::gather`] is: what is read back, the tile up to whole rows, and one row
    /// more.
    fn gathered(self, reach: usize) -> usize {
        reach + rows::padded(self.end() - self.start) + rows::LANES
    }

    /// Lays out the bins from `reach` before the first on, each as `map` sees it: the first bin of the tile comes to
    /// place `reach`. Before bin 0 and behind the tile there is `nothing`. Tells whether one of the bins is missing.
    #[inline(always)]
    fn gather(self, reach: usize, into: &mut [f64], nothing: f64, map: impl Fn(f64) -> f64) -> bool {
        let there = self.back(reach);
        let (before, rest) = into.split_at_mut(reach.saturating_sub(self.start));
        let (bins, behind) = rest.split_at_mut(there.len());
        before.fill(nothing);
        behind.fill(nothing);
        let mut missing = 0;
        for (into, x) in bins.iter_mut().zip(there) {
            *into = map(*x);
            missing += u64::from(x.is_nan());
        }
        missing != 0
    }
}

/// Whether any of the bins is like that; looks at all of them, for vectors don't stop early.
#[inline(always)]
fn any(bins: &[f64], is_so: impl Fn(f64) -> bool) -> bool {
    bins.iter().fold(0, |any, x| any | u64::from(is_so(*x))) != 0
}

/// The length of a window: the argument after the column.
fn bins(args: &[f64]) -> usize {
    (args[0] as usize).max(1)
}

/// The kernel of an entry that names none: asks for each bin.
#[derive(Debug)]
struct BinByBin {
    eval: fn(&[f64], usize, &[f64]) -> f64,
    args: Box<[f64]>,
}

impl Tiles for BinByBin {
    fn reach(&self) -> usize {
        0
    }

    fn fill(&self, tile: Tile<'_>, out: &mut [f64], _: &mut Scratch) {
        for (t, out) in (tile.start..).zip(out) {
            *out = (self.eval)(&tile.column[..=t], t, &self.args);
        }
    }
}
