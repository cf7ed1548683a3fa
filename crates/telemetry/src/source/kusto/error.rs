//! What can go wrong between us and a cluster: each fault says what was found, whether another try may help, and what
//! the user can do. No fault ever holds a token.

use std::error::Error;
use std::time::Duration;

use super::super::SourceError;

/// Why a cluster gave no whole answer.
#[derive(Debug, thiserror::Error)]
pub enum KustoError {
    /// The source's address names no table.
    #[error("{reason}")]
    Address {
        /// What was found and what was expected.
        reason: String,
        /// What to write instead.
        help: &'static str,
    },
    /// There is no identity to ask as.
    #[error("no identity to ask with: {reason}")]
    Credential {
        /// What is missing.
        reason: String,
        /// How to give one.
        help: String,
        /// What the library or the system says.
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    /// No connection, or it broke.
    #[error("no connection to {host}: {reason}")]
    Connection {
        /// Host and port.
        host: String,
        /// What the system says, innermost.
        reason: String,
        /// What the library says.
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    /// The answer didn't come, or didn't end, in time.
    #[error("no whole answer within {} s", limit.as_secs_f64())]
    Timeout {
        /// The time it had.
        limit: Duration,
    },
    /// An answer that is no success.
    #[error("HTTP {status}: {message}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// Kusto's own message, or the status in words.
        message: String,
        /// How long the cluster wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// The answer's end is missing.
    #[error("the answer was cut off after {rows} rows")]
    Cut {
        /// The rows that came.
        rows: usize,
    },
    /// The answer says itself that it is not whole.
    #[error("the answer is not whole: {message}")]
    Partial {
        /// Kusto's own message.
        message: String,
        /// Whether Kusto says that another try won't help.
        permanent: bool,
    },
    /// An answer that is no Kusto result.
    #[error("the answer is no Kusto result but `{kind}`, beginning `{begins}`")]
    Content {
        /// Its content type.
        kind: String,
        /// Its first characters.
        begins: String,
    },
    /// An answer whose frames are not as they should be.
    #[error("the answer can't be read: {reason}")]
    Frames {
        /// What was found and what was expected.
        reason: String,
    },
    /// A value that no row of Gold can have.
    #[error("row {row}: {reason}")]
    Row {
        /// The row of the answer, from 1.
        row: usize,
        /// What was found and what was expected.
        reason: String,
    },
    /// The last of several tries.
    #[error("{fault}, tried {tries} times")]
    Tried {
        /// How many.
        tries: u32,
        /// What ended the last one.
        fault: Box<KustoError>,
    },
    /// The caller asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl KustoError {
    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            KustoError::Address { help, .. } => help,
            KustoError::Credential { help, .. } => help.as_str(),
            KustoError::Connection { .. } => "check the cluster's address and the network",
            KustoError::Timeout { .. } => "ask for a shorter window or fewer nodes, or allow more time",
            KustoError::Status { status, .. } => help_for_status(*status)?,
            KustoError::Cut { .. } => "check the network between here and the cluster",
            KustoError::Partial { .. } => "ask for a shorter window or fewer nodes",
            KustoError::Content { .. } => "check that the address is a cluster's, and no page or proxy answers for it",
            KustoError::Frames { .. } => "check that the address is a cluster's query endpoint",
            KustoError::Row { .. } => "mend the row in the table, or name another table",
            KustoError::Tried { fault, .. } => return fault.help(),
            KustoError::Interrupted => return None,
        };
        Some(help.to_owned())
    }

    /// Whether the same request may do better in a while.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            KustoError::Connection { .. } | KustoError::Timeout { .. } | KustoError::Cut { .. } => true,
            KustoError::Status { status, .. } => matches!(status, 408 | 429 | 500..),
            KustoError::Partial { permanent, .. } => !permanent,
            _ => false,
        }
    }

    /// How long the cluster wants to be left alone.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            KustoError::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The same as an error of the source `name`.
    pub(super) fn into_source_error(self, name: &str) -> SourceError {
        let (reason, help) = (self.to_string(), self.help());
        match self {
            KustoError::Interrupted => SourceError::Interrupted,
            KustoError::Row { row, reason } => SourceError::Row { place: format!("{name}, row {row}"), reason },
            fault => SourceError::Read { name: name.to_owned(), reason, help, source: fault.into_cause() },
        }
    }

    fn into_cause(self) -> Option<Box<dyn Error + Send + Sync>> {
        match self {
            KustoError::Credential { source, .. } | KustoError::Connection { source, .. } => source,
            KustoError::Tried { fault, .. } => fault.into_cause(),
            _ => None,
        }
    }
}

fn help_for_status(status: u16) -> Option<&'static str> {
    match status {
        400 => Some("check table and columns; `ftc etl emit --target kql` writes what makes them"),
        401 => Some("give a fresh token: `az account get-access-token --resource CLUSTER --query accessToken -o tsv`"),
        403 => Some("let the identity read the database: `.add database NAME viewers ('aadapp=…')`"),
        404 => Some("check the cluster's address"),
        429 => Some("try again later, or ask for a shorter window or fewer nodes"),
        300..400 => Some("give the address that the cluster itself has"),
        500.. => Some("try again later"),
        _ => None,
    }
}
