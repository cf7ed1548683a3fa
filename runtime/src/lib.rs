//! Numbers only: the builtin table, the program, its interpreter, its compiler and fast kernels. No text, no spans, no
//! files.

#![deny(unsafe_code)]

pub mod aot;
pub mod builtins;
pub mod engine;
pub mod interp;
pub mod ir;
pub mod jit;
pub mod kernels;
mod passes;
pub mod plan;
pub mod rng;
mod sums;
