//! How FlowTime writes files: whole or not at all, under names that are safe everywhere, with numbers that read back to
//! the same bits.
//!
//! - [`Staging`] is a folder in the making that appears, or takes the place of another, by one rename; every file in it gets a SHA-256 on the way.
//! - [`Names`] gives out file names for ids.
//! - [`write_series`] writes a series as CSV, [`push_number`] one number.
#![forbid(unsafe_code)]

mod digest;
mod error;
mod exchange;
mod names;
mod number;
mod series;
mod staging;

pub use digest::{hex, hex_digest};
pub use error::{FileError, write_help};
pub use names::{Names, encode};
pub use number::push_number;
pub use series::write_series;
pub use staging::{PREFIX, StagedFile, Staging};
