//! The standard deviation of a window: the means of eight bins, then the squares of their distances, lane by lane.
//!
//! Each bin has its own mean and hence its own squares, so the cost per bin grows with the window; the order of addition
//! is that of [`super::sum`], with a stack of partial sums as a binary counter has digits.

use pulp::NullaryFnOnce;

use super::count::fill_counts;
use super::rows::{LANES, Row, add, row_at, store, zip};
use super::sum::{AddUp, Parts, front};
use super::{Scratch, Tile, Tiles, bins};

/// The kernel of `ROLLING_STD`.
pub(crate) fn deviation(args: &[f64]) -> Option<Box<dyn Tiles>> {
    Some(Box::new(Deviation { window: bins(args) }))
}

#[derive(Debug)]
struct Deviation {
    window: usize,
}

impl Tiles for Deviation {
    fn reach(&self) -> usize {
        self.window - 1
    }

    fn fill(&self, tile: Tile<'_>, out: &mut [f64], scratch: &mut Scratch) {
        let parts = Parts::new(self.window, tile.end());
        let [a, b, counts] = scratch.buffers(tile.gathered(front(parts)));
        tile.simd.run(Deviate { tile, parts, window: self.window, buffers: [a, b], counts, out });
    }
}

/// Sums of 8, 16, 32, … bins that wait for the next of their size.
type Digits = [Row; usize::BITS as usize];

struct Deviate<'a> {
    tile: Tile<'a>,
    parts: Parts,
    window: usize,
    buffers: [&'a mut [f64]; 2],
    counts: &'a mut [f64],
    out: &'a mut [f64],
}

impl NullaryFnOnce for Deviate<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Deviate { tile, parts, window, buffers: [a, b], counts, out } = self;
        AddUp { tile, parts, buffers: [&mut *a, &mut *b], out: &mut *out }.call();
        fill_counts(tile, window, &mut counts[..out.len()]);
        for ((mean, sum), count) in b.iter_mut().zip(&*out).zip(&*counts) {
            *mean = sum / count;
        }
        let front = front(parts);
        tile.gather(front, a, f64::NAN, |x| x);
        let mut digits = [[0.0; LANES]; usize::BITS as usize];
        for (place, out) in (0..).step_by(LANES).zip(out.chunks_mut(LANES)) {
            let counts = row_at(counts, place);
            let bins = &a[..place + front + LANES];
            let squares = Squares { bins, means: row_at(b, place) }.sum(parts, &mut digits);
            let deviations = zip(squares, counts, |squares, count| (squares / count).sqrt());
            store(deviations, out);
        }
    }
}

/// The squares around the means of one row, whose bins are the last.
#[derive(Clone, Copy)]
struct Squares<'a> {
    bins: &'a [f64],
    means: Row,
}

impl Squares<'_> {
    /// Their sum over the window; `digits` is room for one row for each bit of it.
    #[inline(always)]
    fn sum(self, parts: Parts, digits: &mut Digits) -> Row {
        let mut total = [0.0; LANES];
        for (power, lag) in parts.iter() {
            let part = match power {
                1 => self.one(lag),
                2 => self.two(lag),
                4 => self.four(lag),
                _ => self.by_eights(power / 8, lag, digits),
            };
            total = add(total, part);
        }
        total
    }

    /// Sums of eight bins as the digits of a counter: two of one size become one of the next.
    #[inline(always)]
    fn by_eights(self, eights: usize, lag: usize, digits: &mut Digits) -> Row {
        let mut sum = [0.0; LANES];
        for eight in 0..eights {
            let newest = lag + 8 * eight;
            sum = add(self.four(newest), self.four(newest + 4));
            let full = eight.trailing_ones() as usize;
            for digit in &digits[..full] {
                sum = add(*digit, sum);
            }
            digits[full] = sum;
        }
        sum
    }

    #[inline(always)]
    fn four(self, lag: usize) -> Row {
        add(self.two(lag), self.two(lag + 2))
    }

    #[inline(always)]
    fn two(self, lag: usize) -> Row {
        add(self.one(lag), self.one(lag + 1))
    }

    #[inline(always)]
    fn one(self, lag: usize) -> Row {
        let bins = row_at(self.bins, self.bins.len() - LANES - lag);
        zip(bins, self.means, square)
    }
}

#[inline(always)]
fn square(x: f64, mean: f64) -> f64 {
    if x.is_nan() { 0.0 } else { (x - mean) * (x - mean) }
}
