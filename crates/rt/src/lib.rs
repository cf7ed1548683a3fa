//! The library that compiled models are linked with, `libflowtime_rt.a`: the runtime without code generation.
//!
//! What it exports to C is declared in `include/flowtime_rt.h` and defined in `runtime/src/jit/entry.rs`, where all of
//! the runtime's unsafe code is. Nothing is computed here.

#![forbid(unsafe_code)]

use flowtime_runtime as _;
