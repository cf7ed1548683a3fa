//! The largest and the smallest of a window, at a constant cost per bin.
//!
//! Missing values become the worst of all numbers, so that one comparison picks the better of two; of equals the newer.
//! Overlapping spans do no harm, so spans of 2, 4 and 8 bins come from doubling. Longer windows go row by row: each lane
//! is a column of spans of 8, and its sliding extreme is that of van Herk, Gil and Werman: blocks of `rows` spans, and
//! the better of the rest of one block and the beginning of the next. Where only the worst is left, it is looked up
//! whether it was there or nothing was.

use std::marker::PhantomData;

use pulp::NullaryFnOnce;

use super::rows::{LANES, Row, zip};
use super::{Scratch, Tile, Tiles, bins};

/// The kernel of `ROLLING_MAX`.
pub(crate) fn max(args: &[f64]) -> Option<Box<dyn Tiles>> {
    Some(Box::new(Extreme { window: bins(args), order: PhantomData::<Max> }))
}

/// The kernel of `ROLLING_MIN`.
pub(crate) fn min(args: &[f64]) -> Option<Box<dyn Tiles>> {
    Some(Box::new(Extreme { window: bins(args), order: PhantomData::<Min> }))
}

/// What is better.
trait Order: std::fmt::Debug + Send + Sync {
    const WORST: f64;

    /// The better of two; of equal ones, or if one is missing, the newer.
    fn pick(older: f64, newer: f64) -> f64;
}

#[derive(Debug)]
struct Max;

impl Order for Max {
    const WORST: f64 = f64::NEG_INFINITY;

    #[inline(always)]
    fn pick(older: f64, newer: f64) -> f64 {
        if older > newer { older } else { newer }
    }
}

#[derive(Debug)]
struct Min;

impl Order for Min {
    const WORST: f64 = f64::INFINITY;

    #[inline(always)]
    fn pick(older: f64, newer: f64) -> f64 {
        if older < newer { older } else { newer }
    }
}

#[derive(Debug)]
struct Extreme<O> {
    window: usize,
    order: PhantomData<O>,
}

impl<O: Order> Tiles for Extreme<O> {
    fn reach(&self) -> usize {
        self.window - 1
    }

    fn fill(&self, tile: Tile<'_>, out: &mut [f64], scratch: &mut Scratch) {
        let window = self.window.min(tile.end());
        let [a, b, c] = scratch.buffers(tile.gathered(window - 1));
        let any_worst = tile.simd.run(Slide { tile, window, buffers: [a, b, c], out: &mut *out, order: self.order });
        if any_worst {
            mark_missing(tile, window, out, O::WORST);
        }
    }
}

struct Slide<'a, O> {
    tile: Tile<'a>,
    window: usize,
    buffers: [&'a mut [f64]; 3],
    out: &'a mut [f64],
    order: PhantomData<O>,
}

impl<O: Order> NullaryFnOnce for Slide<'_, O> {
    /// Whether some bin is left with the worst.
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        let (window, reach, [a, b, c]) = (self.window, self.window - 1, self.buffers);
        self.tile.gather(reach, a, O::WORST, |x| O::pick(x, O::WORST));
        let (mut spans, mut other, mut span) = (a, b, 1);
        while span < LANES && 2 * span <= window {
            double::<O>(spans, other, span);
            (spans, other, span) = (other, spans, 2 * span);
        }
        if window <= 2 * span {
            return merge::<O>(&spans[reach + span - window..], &spans[reach..], self.out);
        }
        let rows = window / LANES;
        slide_rows::<O>(&spans[reach - LANES * (rows - 1)..], rows, other, c);
        merge::<O>(&spans[reach + span - window..], c, self.out)
    }
}

/// From spans that end at each bin the spans of twice the length.
#[inline(always)]
fn double<O: Order>(spans: &[f64], doubled: &mut [f64], span: usize) {
    let newer = &spans[2 * span - 1..];
    let older = &spans[span - 1..];
    for ((out, newer), older) in doubled[2 * span - 1..].iter_mut().zip(newer).zip(older) {
        *out = O::pick(*older, *newer);
    }
}

/// The better of two spans that make up the window; whether it is the worst anywhere.
#[inline(always)]
fn merge<O: Order>(older: &[f64], newer: &[f64], out: &mut [f64]) -> bool {
    let mut any_worst = false;
    for ((out, older), newer) in out.iter_mut().zip(older).zip(newer) {
        *out = O::pick(*older, *newer);
        any_worst |= *out == O::WORST;
    }
    any_worst
}

/// The extreme of each row and the `window - 1` rows before it, lane by lane, from row `window - 1` on.
#[inline(always)]
fn slide_rows<O: Order>(bins: &[f64], window: usize, rest: &mut [f64], out: &mut [f64]) {
    let (rows, _) = bins.as_chunks::<LANES>();
    let (rest, _) = rest.as_chunks_mut::<LANES>();
    let (out, _) = out.as_chunks_mut::<LANES>();
    let (first, later) = rows.split_at(window);
    rests::<O>(first, rest);
    out[0] = rest[0];
    for (block, out) in later.chunks(window).zip(out[1..].chunks_mut(window)) {
        let mut beginning = [O::WORST; LANES];
        for ((row, rest), out) in block.iter().zip(&rest[1..]).zip(out) {
            beginning = zip(beginning, *row, O::pick);
            *out = zip(*rest, beginning, O::pick);
        }
        rests::<O>(block, rest);
    }
}

/// For each row of a block the extreme of it and the rest; nothing behind the last.
#[inline(always)]
fn rests<O: Order>(block: &[Row], rest: &mut [Row]) {
    let mut extreme = [O::WORST; LANES];
    rest[block.len()] = extreme;
    for (row, rest) in block.iter().zip(rest).rev() {
        extreme = zip(*row, extreme, O::pick);
        *rest = extreme;
    }
}

/// Makes the worst missing where no value of the window is present.
fn mark_missing(tile: Tile<'_>, window: usize, out: &mut [f64], worst: f64) {
    let oldest = tile.end() - tile.back(window - 1).len();
    let mut present = None;
    for (bin, x) in (oldest..).zip(&tile.column[oldest..]) {
        if !x.is_nan() {
            present = Some(bin);
        }
        let is_present = present.is_some_and(|present| bin - present < window);
        let place = bin.checked_sub(tile.start).and_then(|place| out.get_mut(place));
        if let Some(out) = place.filter(|out| **out == worst && !is_present) {
            *out = f64::NAN;
        }
    }
}
