//! Numbers only: the builtin table, the program, its interpreter, its compiler and fast kernels. No text, no spans, no
//! files.
//!
//! To read it from the top: [`builtins`] says what can be computed, [`ir`] holds a program of it, [`interp`] defines what
//! the program means, bin by bin. [`engine`] is what callers use; it gives a program to the passes, which leave a
//! [`plan`] (in `passes/parts.rs` a recurrence becomes a scan), and the plan to [`jit`], which makes a loop of each region
//! (`jit/emit.rs`). What loops don't compute, [`kernels`] do. [`aot`] does the same for object files.

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
