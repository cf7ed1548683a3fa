//! What the tests, fuzz targets and benchmarks of the backends share; nothing that is shipped depends on it.
//!
//! [`generate`] makes random programs that are always valid, [`check`] compares a backend with the interpreter on them
//! and shrinks what it finds, [`rebuild`](rebuild::Rebuild) makes programs that must leave the same bits. [`workloads`]
//! are the programs that are measured, with the same computation in native Rust and in a [`baseline`] evaluator.

pub mod baseline;
pub mod check;
mod choices;
mod data;
pub mod generate;
pub mod rebuild;
mod shrink;
pub mod workloads;

pub use choices::Choices;
