//! Numbers only: the builtin table, the program, its interpreter and its compiler. No text, no spans, no files.

#![deny(unsafe_code)]

pub mod builtins;
pub mod engine;
pub mod interp;
pub mod ir;
pub mod jit;
mod passes;
pub mod plan;
pub mod rng;
mod sums;
