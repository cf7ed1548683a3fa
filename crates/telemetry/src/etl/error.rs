//! Why the ETL gave up; [`EtlError::help`] says what to do about it. Whatever it was, Gold is as it was before.

use std::io;
use std::path::PathBuf;

use flowtime_files::write_help;
use jiff::Timestamp;

use super::rejects::Reject;
use crate::gold::GoldError;
use crate::time::TimeError;

/// Why the ETL gave up.
#[derive(Debug, thiserror::Error)]
pub enum EtlError {
    /// A path leads nowhere, or to nothing that can be read.
    #[error("can't read `{}`: {reason}", path.display())]
    NoInput {
        /// The path.
        path: PathBuf,
        /// What was found.
        reason: String,
        /// What to do about it.
        help: &'static str,
    },
    /// A file can't be opened or read on.
    #[error("can't read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file can't be written.
    #[error("can't write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A table of events or metrics lacks a column without which no line can be read.
    #[error("{}:1: there is no column `{column}` in `{found}`", path.display())]
    NoColumn {
        /// The file.
        path: PathBuf,
        /// The column.
        column: &'static str,
        /// The first line, shortened.
        found: String,
    },
    /// A row of a table takes too much memory; a quote that isn't closed makes one of all that follows.
    #[error("{}:{line}: {}", path.display(), crate::lines::too_long())]
    RowTooLong {
        /// The file.
        path: PathBuf,
        /// The line it begins in.
        line: u64,
    },
    /// The mapping has something that can't be.
    #[error("{place}: {reason}")]
    Mapping {
        /// File and line.
        place: String,
        /// What was found and what was expected.
        reason: String,
    },
    /// More lines were bad than may be.
    #[error("{count} of {lines} lines are bad, and {most} may be")]
    Rejects {
        /// How many are bad.
        count: u64,
        /// How many were read.
        lines: u64,
        /// How many may be.
        most: u64,
        /// The first of them.
        first: Vec<Reject>,
    },
    /// There is neither an event that counts nor a window.
    #[error("there is no event named `MessageReceived`, `MessageProcessed` or `MessageFailed` in {} of {}", counted(*lines, "line"), counted(*files, "file"))]
    NoEvents {
        /// How many lines were read.
        lines: u64,
        /// How many files of events they were in.
        files: u64,
    },
    /// The window ends before it begins.
    #[error("the window ends at {to}, which is not after its start {from}")]
    Window {
        /// Its start.
        from: Timestamp,
        /// Its end.
        to: Timestamp,
    },
    /// Without a window, the data reach too far for all of it to be meant.
    #[error("the data reach from {from} to {to}, which is more than {} days", super::MOST_DAYS)]
    Extent {
        /// The first bin.
        from: Timestamp,
        /// The last bin's end.
        to: Timestamp,
    },
    /// The grid has too many rows.
    #[error("{nodes} nodes in {bins} bins are more than {} rows", super::MOST_ROWS)]
    Rows {
        /// Nodes.
        nodes: usize,
        /// Bins.
        bins: u32,
    },
    /// The window is none.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// Gold can't be read or changed.
    #[error(transparent)]
    Gold(#[from] GoldError),
    /// The temporary database failed.
    #[error("can't stage the events")]
    Stage(#[from] rusqlite::Error),
    /// The caller asked to stop.
    #[error("interrupted while telemetry was read")]
    Interrupted,
}

impl EtlError {
    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            EtlError::NoInput { help, .. } => help,
            EtlError::Read { .. } | EtlError::Interrupted => return None,
            EtlError::Write { source, .. } => return write_help(source.kind()).map(str::to_owned),
            EtlError::RowTooLong { .. } => "close the quote in it, or leave it out",
            EtlError::NoColumn { .. } => "write the names of the columns in the first line, with commas between them",
            EtlError::Mapping { .. } => "write lines like `OrderService,orders-in` below the header `node,inputQueue`",
            EtlError::Rejects { .. } => "mend them, or allow more with `--max-rejects`",
            EtlError::NoEvents { .. } => "name other files, or a window with `--from` and `--to`",
            EtlError::Window { .. } => "end later, or begin earlier",
            EtlError::Extent { .. } => "name a window with `--from` and `--to`",
            EtlError::Rows { .. } => "name a shorter window with `--from` and `--to`, or longer bins",
            EtlError::Time(error) => return Some(error.help()),
            EtlError::Gold(error) => return error.help().map(str::to_owned),
            EtlError::Stage(_) => "check that the folder for temporary files, `TMPDIR`, has space",
        };
        Some(help.to_owned())
    }

    /// Whether it is the user's input that has a problem, and not our work that failed.
    pub fn is_input(&self) -> bool {
        use EtlError::{Extent, Mapping, NoColumn, NoEvents, Rejects, RowTooLong, Rows, Time, Window};
        matches!(
            self,
            NoColumn { .. }
                | Mapping { .. }
                | Rejects { .. }
                | NoEvents { .. }
                | RowTooLong { .. }
                | Window { .. }
                | Extent { .. }
                | Rows { .. }
                | Time(_)
        ) || matches!(self, EtlError::Gold(GoldError::Bin { .. }))
    }
}

/// `1 line`, `2 lines`.
fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
