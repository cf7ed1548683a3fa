//! The fast form of entries that read or carry other bins: columns and arguments in, columns or numbers out.
//!
//! An entry names its kernel beside its scalar function ([`crate::builtins::Builtin::fast`]), and an entry without one
//! is asked bin by bin. Whatever the instruction level and the tiles, the bits are those of the entry's own function;
//! NaNs are one value. No kernel allocates once its [`Scratch`] is warm.

pub mod reduce;
pub mod scan;
mod simd;
#[cfg(test)]
mod tests;
pub mod window;

pub use simd::{Simd, UnknownSimd};

use crate::builtins::ScanState;

/// How an entry runs over many bins at once.
#[derive(Clone, Copy, Debug)]
pub enum Fast {
    /// The kernel of a window with these arguments; none where there is no fast form for them.
    Window(fn(args: &[f64]) -> Option<Box<dyn window::Tiles>>),
    /// Fills a tile.
    Scan(ScanTile),
    /// The number over a whole column.
    Reduce(ReduceColumn),
}

/// Fills `out` with the results of a tile's bins, and leaves the state behind the last. Place 0 of `args` is the bins'.
pub type ScanTile = fn(state: &mut ScanState, bins: &[f64], args: &[f64], out: &mut [f64]);

/// The number over a column, with the arguments after it.
pub type ReduceColumn = fn(simd: Simd, column: &[f64], args: &[f64], scratch: &mut Scratch) -> f64;

/// Bytes of a cache line, where buffers begin.
const LINE: usize = 64;

/// Bins of a page, and how far beyond whole pages buffers lie apart: a load and a store at one place of their pages
/// would wait for each other.
const PAGE: usize = 512;
const APART: usize = 168;

/// Room that kernels work in; it grows to what they need and is kept for the next call, of whichever kernel.
#[derive(Debug, Default)]
pub struct Scratch(Vec<f64>);

impl Scratch {
    /// Three buffers of this length; what is in them is left from earlier calls.
    fn buffers(&mut self, len: usize) -> [&mut [f64]; 3] {
        let stride = len.next_multiple_of(PAGE) + APART;
        if self.0.len() < 3 * stride + LINE {
            self.0.resize(3 * stride + LINE, 0.0);
        }
        let first = self.0.as_ptr().align_offset(LINE).min(LINE);
        let (a, rest) = self.0[first..].split_at_mut(stride);
        let (b, c) = rest.split_at_mut(stride);
        [&mut a[..len], &mut b[..len], &mut c[..len]]
    }

    /// An empty list that keeps its room.
    fn list(&mut self) -> &mut Vec<f64> {
        self.0.clear();
        &mut self.0
    }
}
