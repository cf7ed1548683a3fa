//! How many values of a window are present: a difference from bin to bin, and where nothing is missing no work at all.

use pulp::NullaryFnOnce;

use super::{Scratch, Tile, Tiles, any, bins};

/// The kernel of `ROLLING_COUNT`.
pub(crate) fn count(args: &[f64]) -> Option<Box<dyn Tiles>> {
    Some(Box::new(Count { window: bins(args) }))
}

#[derive(Debug)]
struct Count {
    window: usize,
}

impl Tiles for Count {
    fn reach(&self) -> usize {
        self.window - 1
    }

    fn fill(&self, tile: Tile<'_>, out: &mut [f64], _: &mut Scratch) {
        tile.simd.run(FillCounts { tile, window: self.window, out });
    }
}

struct FillCounts<'a> {
    tile: Tile<'a>,
    window: usize,
    out: &'a mut [f64],
}

impl NullaryFnOnce for FillCounts<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        fill_counts(self.tile, self.window, self.out);
    }
}

/// The counts of the tile's bins.
#[inline(always)]
pub(super) fn fill_counts(tile: Tile<'_>, window: usize, out: &mut [f64]) {
    if any(tile.back(window - 1), f64::is_nan) {
        return count_on(tile, window, out);
    }
    let filling = window.saturating_sub(tile.start + 1).min(out.len());
    let (short, full) = out.split_at_mut(filling);
    for (t, out) in (tile.start..).zip(short) {
        *out = (t + 1) as f64;
    }
    full.fill(window as f64);
}

/// Bin by bin: what comes in is counted, what falls out no more.
#[inline(always)]
fn count_on(tile: Tile<'_>, window: usize, out: &mut [f64]) {
    let is_present = |x: &f64| usize::from(!x.is_nan());
    let (before, bins) = tile.back(window - 1).split_at((window - 1).min(tile.start));
    let filling = window.saturating_sub(tile.start + 1).min(out.len());
    let mut count: usize = before.iter().map(is_present).sum();
    let (short, full) = out.split_at_mut(filling);
    for (out, new) in short.iter_mut().zip(bins) {
        count += is_present(new);
        *out = count as f64;
    }
    let window_back = tile.back(window - 1);
    for ((out, new), old) in full.iter_mut().zip(&bins[filling..]).zip(window_back) {
        count += is_present(new);
        *out = count as f64;
        count -= is_present(old);
    }
}
