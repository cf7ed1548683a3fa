//! Numbers only: the builtin table, the program, its interpreter and fast kernels. No text, no spans, no files.

pub mod builtins;
pub mod interp;
pub mod ir;
pub mod kernels;
pub mod rng;
mod sums;
