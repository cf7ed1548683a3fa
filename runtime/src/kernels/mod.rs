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
    /// Fills a tile and leaves the state behind its last bin.
    Scan(fn(state: &mut ScanState, column: &[f64], args: &[f64], out: &mut [f64])),
    /// The number over a whole column.
    Reduce(fn(simd: Simd, column: &[f64], args: &[f64], scratch: &mut Scratch) -> f64),
}

/// Room that kernels work in; it grows to what they need and is kept for the next call, of whichever kernel.
#[derive(Debug, Default)]
pub struct Scratch([Vec<f64>; 3]);

impl Scratch {
    /// Three buffers of this length; what is in them is left from earlier calls.
    fn buffers(&mut self, len: usize) -> [&mut [f64]; 3] {
        self.0.each_mut().map(|buffer| {
            if buffer.len() < len {
                buffer.resize(len, 0.0);
            }
            &mut buffer[..len]
        })
    }

    /// An empty list that keeps its room.
    fn list(&mut self) -> &mut Vec<f64> {
        self.0[0].clear();
        &mut self.0[0]
    }
}

/// Whether a value is missing anywhere in `column`.
#[inline(always)]
fn has_missing(column: &[f64]) -> bool {
    column.iter().fold(false, |missing, x| missing | x.is_nan())
}
