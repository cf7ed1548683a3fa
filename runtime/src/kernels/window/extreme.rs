//! The largest and the smallest of a window, at a constant cost per bin.
//!
//! Missing values become the worst of all numbers, so that one comparison picks the better of two; of equals the newer.
//! Overlapping spans do no harm: the extremes of 4 bins that end at each bin make up windows of up to 16. Longer windows
//! go row by row: each lane is a column of spans of 8, and its sliding extreme is that of van Herk, Gil and Werman: the
//! better of the rest of one block of rows and the beginning of the next. Where only the worst is left, it is looked up
//! whether it was there or nothing was.

use std::marker::PhantomData;

use pulp::NullaryFnOnce;

use super::rows::{LANES, Row, fill, padded, zip};
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
        let [a, b, c] = scratch.buffers(tile.gathered(front(window)));
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
        let (window, [a, b, c], out) = (self.window, self.buffers, self.out);
        let front = front(window);
        self.tile.gather(front, a, O::WORST, |x| if x.is_nan() { O::WORST } else { x });
        if window < 4 {
            join::<O>(a, front, 1, window, out);
        } else {
            join::<O>(a, LANES, 1, 4, &mut b[LANES..]);
            if window <= 16 {
                join::<O>(b, front, 4, window, out);
            } else {
                join::<O>(b, 2 * LANES, 4, 8, &mut a[2 * LANES..]);
                let rows = window / LANES;
                slide_rows::<O>(&a[front - LANES * (rows - 1)..], rows, b, c);
                fill(out, [&a[front + LANES - window..], c], |_, [older, newer]| O::pick(older, newer));
            }
        }
        any(out, |x| x == O::WORST)
    }
}

/// How many bins before the tile are laid out: those that the window reads and those that whole rows need.
fn front(window: usize) -> usize {
    padded(window) + 2 * LANES
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
