//! From a plan to machine code, by Cranelift.
//!
//! `emit` turns each region into one function over a range of bins, `lanes` is what the builtin table's entries write
//! their code with, `compile` runs Cranelift for a `target`. `kernel` holds code in memory and calls it, `object` puts
//! it into a file to be linked, `entry` is what code calls. All but `kernel` and `entry` are safe. What a value is stands
//! in the table alone: code is inline where an entry says how, else it calls the entry's scalar function.
//!
//! Without the feature `compile` there is no Cranelift: `absent` stands for all that needs it.

use thiserror::Error;

#[cfg(not(feature = "compile"))]
mod absent;
#[cfg(feature = "compile")]
mod compile;
#[cfg(feature = "compile")]
mod emit;
#[expect(unsafe_code, reason = "code hands over pointers, which become checked slices here")]
mod entry;
#[expect(unsafe_code, reason = "calls generated code")]
mod kernel;
#[cfg(feature = "compile")]
mod lanes;
#[cfg(feature = "compile")]
mod object;
#[cfg(feature = "compile")]
mod target;
#[cfg(test)]
#[cfg(feature = "compile")]
mod tests;

#[cfg(not(feature = "compile"))]
pub use absent::{Carried, Lanes, Vector};
#[cfg(not(feature = "compile"))]
pub(crate) use absent::{clif, compile, is_supported};
#[cfg(feature = "compile")]
pub(crate) use compile::{clif, compile, is_supported};
pub use kernel::Fault;
pub(crate) use kernel::{Code, Memory};
#[cfg(feature = "compile")]
pub use lanes::{Carried, Lanes, Vector};
#[cfg(feature = "compile")]
pub(crate) use object::object;

/// Why there is no code.
#[derive(Debug, Error)]
pub enum CompileError {
    /// There is no code generator for this machine.
    #[error("no code can be generated for this machine: {0}")]
    Unsupported(String),
    /// Cranelift refuses what was emitted.
    #[error("code generation failed: {0}")]
    Codegen(String),
    /// The code can't be laid down.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// How much time code generation takes for how good code; the figures are for 30 elementwise series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Effort {
    /// One pass of register allocation: three quarters of the time of `Normal`, and code that takes twice as long.
    Quick,
    /// Whole register allocation, nothing else.
    #[default]
    Normal,
    /// Cranelift's optimizations as well: half as much time again, for code that is 0–5 % faster.
    Thorough,
}
