//! Scans by tiles: one column's bins in order in, the results out, the state carried from tile to tile.
//!
//! A scan's fast form is a loop over the entry's own function, so it can't have other bits; what it saves is a call for
//! each bin, and keeping the state in memory.

use super::{Fast, ScanTile};
use crate::builtins::{Builtin, Meaning, ScanState};

/// The state before bin 0.
pub const UNSEEN: ScanState = ScanState { value: f64::NAN, seen: false };

/// Arguments of a scan, its column among them, that a tile's loop keeps at hand.
const MAX_ARGS: usize = 4;

/// A scan entry with the arguments after its column, each the same at every bin.
#[derive(Debug)]
pub struct Kernel {
    eval: fn(&mut ScanState, &[f64]) -> f64,
    tile: Option<ScanTile>,
    /// The argument at place 0 is the column's.
    args: Box<[f64]>,
}

impl Kernel {
    /// The kernel of a scan entry with the arguments after its column; none for an entry of another meaning.
    pub fn new(builtin: &'static Builtin, args: &[f64]) -> Option<Self> {
        let Meaning::Scan(eval) = builtin.meaning else {
            return None;
        };
        let tile = match builtin.fast {
            Some(Fast::Scan(tile)) if args.len() < MAX_ARGS => Some(tile),
            _ => None,
        };
        Some(Kernel { eval, tile, args: std::iter::once(f64::NAN).chain(args.iter().copied()).collect() })
    }

    /// Fills `out` with the results of the next bins, as far as both reach; the state before bin 0 is [`UNSEEN`].
    pub fn run(&self, state: &mut ScanState, bins: &[f64], out: &mut [f64]) {
        match self.tile {
            Some(tile) => tile(state, bins, &self.args, out),
            None => bin_by_bin(self.eval, state, &mut self.args.to_vec(), bins, out),
        }
    }
}

/// The fast form of the entry with this function: the loop of a tile around it.
#[inline(always)]
pub(crate) fn tile(
    eval: impl Fn(&mut ScanState, &[f64]) -> f64,
    state: &mut ScanState,
    bins: &[f64],
    args: &[f64],
    out: &mut [f64],
) {
    let mut at_hand = [f64::NAN; MAX_ARGS];
    at_hand[..args.len()].copy_from_slice(args);
    bin_by_bin(eval, state, &mut at_hand[..args.len()], bins, out);
}

#[inline(always)]
fn bin_by_bin(
    eval: impl Fn(&mut ScanState, &[f64]) -> f64,
    state: &mut ScanState,
    args: &mut [f64],
    bins: &[f64],
    out: &mut [f64],
) {
    let mut carried = *state;
    for (out, x) in out.iter_mut().zip(bins) {
        args[0] = *x;
        *out = eval(&mut carried, args);
    }
    *state = carried;
}
