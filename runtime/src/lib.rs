//! Numbers only: the builtin table, the program and its interpreter. No text, no spans, no files.

#![forbid(unsafe_code)]

pub mod builtins;
pub mod interp;
pub mod ir;
pub mod rng;
mod sums;
