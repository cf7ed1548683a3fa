//! Gold, the table of bins: one row for each node and bin, as contracts and stores name its columns.

use jiff::Timestamp;

/// The version of the table's columns.
pub const SCHEMA_VERSION: &str = "2.0";

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
