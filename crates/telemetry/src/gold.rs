//! Gold, the table of bins: one row for each node and bin, as contracts and stores name its columns.
//!
//! - [`GoldStore`] keeps the table in a SQLite file and changes it in one transaction or not at all.
//! - [`read_rows`] and [`RowWriter`] have the table in files, [`import`] takes files into a store.

mod cells;
mod change;
mod create;
mod csv;
mod error;
mod export;
mod import;
mod ndjson;
mod open;
#[cfg(feature = "parquet")]
mod parquet;
mod read;
mod row;
mod store;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub use change::Change;
pub use error::GoldError;
pub use export::RowWriter;
pub use import::{ImportError, ImportOptions, Imported, import};
pub use read::{Format, ReadError, read_rows};
pub use store::{GoldStore, Overview, text_of};

/// The version of the table's columns.
pub const SCHEMA_VERSION: &str = "2.0";

/// The columns of the table `NodeTimeBin`, in their order.
pub const COLUMNS: [&str; 10] = [
    "ts",
    "node",
    "arrivals",
    "served",
    "errors",
    "external_demand",
    "queue_depth",
    "schema_version",
    "extraction_ts",
    "known_data_gaps",
];

/// One row of the table `NodeTimeBin`: what a node did in a bin. A metric that nobody measured is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct GoldRow {
    /// When the bin begins.
    pub ts: Timestamp,
    /// The node.
    pub node: String,
    /// Messages that arrived.
    pub arrivals: Option<i64>,
    /// Messages that were served.
    pub served: Option<i64>,
    /// Messages that failed.
    pub errors: Option<i64>,
    /// Messages that were sent to it.
    pub external_demand: Option<i64>,
    /// Messages waiting, on average.
    pub queue_depth: Option<f64>,
    /// The version of the row's columns.
    pub schema_version: String,
    /// When the row was made.
    pub extraction_ts: Timestamp,
    /// A JSON array as text: bin starts in RFC 3339, or whole numbers for bins of the requested window; may be empty.
    pub known_data_gaps: String,
}

/// Whether rows of a version can be read: those of the same major version.
pub(crate) fn is_known_version(version: &str) -> bool {
    version == "2"
        || version
            .strip_prefix("2.")
            .is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit()))
}
