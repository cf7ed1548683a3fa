//! The newest present value of some bins: carried from bin to bin.

use super::{Scratch, Tile, Tiles};

/// The kernel of `HOLD`.
pub(crate) fn hold(args: &[f64]) -> Option<Box<dyn Tiles>> {
    Some(Box::new(Hold { bins: args[0] as usize }))
}

#[derive(Debug)]
struct Hold {
    bins: usize,
}

impl Tiles for Hold {
    fn reach(&self) -> usize {
        self.bins
    }

    fn fill(&self, tile: Tile<'_>, out: &mut [f64], _: &mut Scratch) {
        let (before, bins) = tile.column.split_at(tile.start);
        let newest = before.iter().rev().take(self.bins).position(|x| !x.is_nan());
        let (mut held, mut age) = newest.map_or((f64::NAN, 0), |age| (before[before.len() - 1 - age], age));
        for (out, x) in out.iter_mut().zip(bins) {
            (held, age) = if x.is_nan() { (held, age + 1) } else { (*x, 0) };
            *out = if age > self.bins { f64::NAN } else { held };
        }
    }
}
