//! The causal convolution: weights in ascending order, each over whole rows whose sums stay in registers.
//!
//! Samples that don't count are 0 here. Their products, ±0, don't change a sum that began with +0; so weights must be
//! finite, and other ones are left to the entry's own function.

use pulp::NullaryFnOnce;

use super::rows::{LANES, Row, row_at, store, zip};
use super::{Scratch, Tile, Tiles};

/// The kernel of `CONV`; none for weights that are not finite.
pub(crate) fn convolve(args: &[f64]) -> Option<Box<dyn Tiles>> {
    let is_fast = args.iter().all(|tap| tap.is_finite());
    is_fast.then(|| Box::new(Convolve { taps: args.into() }) as Box<dyn Tiles>)
}

#[derive(Debug)]
struct Convolve {
    taps: Box<[f64]>,
}

impl Tiles for Convolve {
    fn reach(&self) -> usize {
        self.taps.len().saturating_sub(1)
    }

    fn fill(&self, tile: Tile<'_>, out: &mut [f64], scratch: &mut Scratch) {
        let taps = &self.taps[..self.taps.len().min(tile.end())];
        let reach = taps.len().saturating_sub(1);
        let [bins, ..] = scratch.buffers(tile.gathered(reach));
        tile.simd.run(Products { tile, taps, bins, out });
    }
}

struct Products<'a> {
    tile: Tile<'a>,
    taps: &'a [f64],
    bins: &'a mut [f64],
    out: &'a mut [f64],
}

impl NullaryFnOnce for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let reach = self.taps.len().saturating_sub(1);
        self.tile.gather(reach, self.bins, 0.0, |x| if x.is_finite() { x } else { 0.0 });
        for (place, out) in (reach..).step_by(2 * LANES).zip(self.out.chunks_mut(2 * LANES)) {
            let (low, high) = two_rows(self.taps, self.bins, place);
            let (out_low, out_high) = out.split_at_mut(out.len().min(LANES));
            store(low, out_low);
            store(high, out_high);
        }
    }
}

/// The sums of the row at `place` and of the next one, which hide each other's latency.
#[inline(always)]
fn two_rows(taps: &[f64], bins: &[f64], place: usize) -> (Row, Row) {
    let (mut low, mut high) = ([0.0; LANES], [0.0; LANES]);
    for (lag, tap) in taps.iter().enumerate().filter(|(_, tap)| **tap != 0.0) {
        let samples = &bins[place - lag..][..2 * LANES];
        low = zip(low, row_at(samples, 0), |sum, x| sum + x * tap);
        high = zip(high, row_at(samples, LANES), |sum, x| sum + x * tap);
    }
    (low, high)
}
