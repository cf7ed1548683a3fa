//! Where rows of Gold come from. The loader asks any [`TelemetrySource`] for a window and a selection of nodes and gets
//! rows in the order of (node, ts); a source gives all of them or an error, never a part for the whole.

mod files;
#[cfg(feature = "kusto")]
pub mod kusto;
mod open;
mod sqlite;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub use files::FileSource;
pub use open::{SourceKind, SourceOptions, open};

use crate::gold::{GoldError, GoldRow};
use crate::time::BinSize;

/// Which rows: those with `start <= ts < end`, of `nodes` or, without any, of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The first bin's start.
    pub start: Timestamp,
    /// The last bin's end.
    pub end: Timestamp,
    /// The nodes asked for; empty for all.
    pub nodes: Vec<String>,
}

/// Something that holds rows of Gold.
pub trait TelemetrySource {
    /// What it is called in messages and manifests: never with a secret in it.
    fn name(&self) -> String;

    /// The length of its bins.
    ///
    /// # Errors
    /// It can't be read.
    fn bin(&self) -> Result<BinSize, SourceError>;

    /// The nodes that it has rows of, whenever, ascending.
    ///
    /// # Errors
    /// It can't be read.
    fn nodes(&self) -> Result<Vec<String>, SourceError>;

    /// Hands the rows of `query` to `each`, by node, then time, and rows of one bin in any order.
    ///
    /// # Errors
    /// It can't be read to the end, or `each` said to stop.
    fn rows(&self, query: &Query, each: &mut dyn FnMut(GoldRow) -> Result<(), SourceError>) -> Result<(), SourceError>;
}

/// Why a source gave no answer, or only a part of one.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It could not be reached, opened or read.
    #[error("can't read telemetry from {name}: {reason}")]
    Read {
        /// The source.
        name: String,
        /// What went wrong, in words.
        reason: String,
        /// What the user can do about it, beginning with a verb.
        help: Option<String>,
        /// What the library or the system says.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The Gold store could not be opened or read.
    #[error(transparent)]
    Store(GoldError),
    /// A row has something that can't be.
    #[error("{place}: {reason}")]
    Row {
        /// File and line, or table and row.
        place: String,
        /// What was found and what was expected.
        reason: String,
    },
    /// The columns of a file are wrong.
    #[error("{place}: {reason}")]
    Columns {
        /// File and line.
        place: String,
        /// What was found and what was expected.
        reason: String,
        /// What the user can do about it, beginning with a verb.
        help: String,
    },
    /// The caller asked to stop.
    #[error("interrupted while telemetry was read")]
    Interrupted,
}

impl SourceError {
    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> Option<&str> {
        match self {
            SourceError::Read { help, .. } => help.as_deref(),
            SourceError::Store(error) => error.help(),
            SourceError::Columns { help, .. } => Some(help),
            SourceError::Row { .. } => Some("mend the row, or leave it out"),
            SourceError::Interrupted => None,
        }
    }
}
