//! From a plan to machine code, by Cranelift.
//!
//! `emit` turns each region into one function over a range of bins, `lanes` is what the builtin table's entries write
//! their code with, `compile` runs Cranelift, `kernel` holds the code and calls it, `entry` is what the code calls. All
//! but the last two are safe. What a value is stands in the table alone: code is inline where an entry says how, else
//! it calls the entry's scalar function.

mod compile;
mod emit;
#[expect(unsafe_code, reason = "generated code hands over pointers, which become checked slices here")]
mod entry;
#[expect(unsafe_code, reason = "calls generated code")]
mod kernel;
mod lanes;
#[cfg(test)]
mod tests;

pub use compile::{CompileError, Effort};
pub(crate) use compile::{clif, compile};
pub use kernel::Fault;
pub(crate) use kernel::{Code, Memory};
pub use lanes::{Carried, Lanes, Vector};
