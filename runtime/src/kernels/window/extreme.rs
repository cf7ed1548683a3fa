//! The largest and the smallest of a window, at a constant cost per bin.
//!
//! Missing values become the worst of all numbers, so that one comparison picks the better of two; of equals the newer.
//! Overlapping spans do no harm: two of 8 bins that end at each bin make up windows of up to 16. Longer windows go row
//! by row: each lane is a column of spans of 8, and its sliding extreme is that of van Herk, Gil and Werman: the better
//! of the rest of one block of rows and the beginning of the next. Where a bin is missing and only the worst is left, it
//! is looked up whether it was there or nothing was.

use std::marker::PhantomData;

use pulp::NullaryFnOnce;

use super::rows::{LANES, Row, fill, store, zip};
use super::spans::{LONGEST, fill_spans, is_span};
use super::{Scratch, Tile, Tiles, any, bins};

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
        let buffers = scratch.buffers(tile.gathered(LONGEST + front(window)));
        let any_worst = tile.simd.run(Slide { tile, window, buffers, out: &mut *out, order: self.order });
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
    type Output = bool;

    /// Tells whether there may be a window without a present bin.
    #[inline(always)]
    fn call(self) -> bool {
        let Slide { tile, window, buffers: [bins, spans, rests], out, .. } = self;
        let front = LONGEST + front(window);
        let is_missing = tile.gather(front, bins, O::WORST, |x| if x.is_nan() { O::WORST } else { x });
        if is_span(window) {
            fill_spans(window, &bins[front - LONGEST..], out, O::pick);
        } else if window < 4 {
            join::<O>(bins, front, 1, window, out);
        } else if window < LANES {
            join::<O>(bins, LANES, 1, 4, &mut spans[LANES..]);
            join::<O>(spans, front, 4, window, out);
        } else {
            let bin_0 = front.saturating_sub(tile.start).max(LONGEST);
            spans[..bin_0].fill(O::WORST);
            fill_spans(LANES, &bins[bin_0 - LONGEST..], &mut spans[bin_0..], O::pick);
            if window < LONGEST {
                join::<O>(spans, front, LANES, window, out);
            } else {
                slide_blocks::<O>(&spans[LONGEST..], window, rests, out);
            }
        }
        is_missing && any(out, |x| x == O::WORST)
    }
}

/// How many bins before the tile have spans: a block of as many rows as a long window has.
fn front(window: usize) -> usize {
    window.max(LANES) / LANES * LANES
}

/// The extremes of the `length` bins that end at each place from `first` on, made of at most four spans of `span` bins
/// that end where they are kept.
#[inline(always)]
fn join<O: Order>(spans: &[f64], first: usize, span: usize, length: usize, out: &mut [f64]) {
    let ending = |lag: usize| &spans[first - lag..];
    let oldest = ending(length - span);
    let pick = O::pick;
    match length.div_ceil(span) {
        1 => fill(out, [oldest], |_, [all]| all),
        2 => fill(out, [oldest, ending(0)], |_, [a, b]| pick(a, b)),
        3 => fill(out, [oldest, ending(span), ending(0)], |_, [a, b, c]| pick(pick(a, b), c)),
        _ => {
            let spans = [oldest, ending(2 * span), ending(span), ending(0)];
            fill(out, spans, |_, [a, b, c, d]| pick(pick(a, b), pick(c, d)));
        }
    }
}

/// The extreme of the whole rows of spans that each window has, and of its oldest span.
#[inline(always)]
fn slide_blocks<O: Order>(spans: &[f64], window: usize, rests: &mut [f64], out: &mut [f64]) {
    let block = window / LANES;
    let (rows, _) = spans.as_chunks::<LANES>();
    let (oldest, _) = spans[front(window) + LANES - window..].as_chunks::<LANES>();
    let (rests, _) = rests.as_chunks_mut::<LANES>();
    let blocks = rows.chunks(block).zip(rows[block..].chunks(block)).zip(oldest.chunks(block));
    for (((older, newer), oldest), out) in blocks.zip(out.chunks_mut(front(window))) {
        fill_rests::<O>(older, rests);
        let mut beginning = [O::WORST; LANES];
        for (((row, rest), oldest), out) in newer.iter().zip(&rests[1..]).zip(oldest).zip(out.chunks_mut(LANES)) {
            beginning = zip(beginning, *row, O::pick);
            store(zip(*oldest, zip(*rest, beginning, O::pick), O::pick), out);
        }
    }
}

/// For each row of a block the extreme of it and the rest; nothing behind the last.
#[inline(always)]
fn fill_rests<O: Order>(block: &[Row], rests: &mut [Row]) {
    let mut extreme = [O::WORST; LANES];
    rests[block.len()] = extreme;
    for (row, rest) in block.iter().zip(rests).rev() {
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
