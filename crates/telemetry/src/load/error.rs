//! Why telemetry could not be loaded. Each error has a stable code for machines, says what was found and what was
//! expected, and [`LoadError::help`] what to do about it.

use std::path::PathBuf;

use flowtime_files::FileError;
use jiff::Timestamp;

use crate::source::SourceError;
use crate::time::{BinSize, TimeError};

/// Nodes that a message names at most.
const NODES_SHOWN: usize = 5;

/// Why telemetry could not be loaded; the folder is as it was.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The window is none.
    #[error(transparent)]
    Window(#[from] TimeError),
    /// The window has too many bins.
    #[error("the window has {bins} bins, at most {most} are loaded")]
    WindowTooLarge {
        /// Bins asked for.
        bins: u32,
        /// Bins allowed.
        most: u32,
    },
    /// The bins asked for can't be made from those of the source.
    #[error("bins of {requested} can't be made from bins of {source_bin}")]
    BinAlignment {
        /// The length of the source's bins.
        source_bin: BinSize,
        /// The length asked for.
        requested: BinSize,
    },
    /// No node can be called so.
    #[error("`{}` can't be the name of a node", found.escape_debug())]
    NodeName {
        /// What was given.
        found: String,
    },
    /// None of the nodes has a row in the window.
    #[error("there is no telemetry of {} from {start} to {end} in {name}", listed(nodes, "any node"))]
    NoTelemetry {
        /// The source.
        name: String,
        /// The nodes asked for; empty for all.
        nodes: Vec<String>,
        /// The window's start.
        start: Timestamp,
        /// The window's end.
        end: Timestamp,
        /// The nodes that the source has rows of, at any time.
        known: Vec<String>,
    },
    /// The source could not be read to its end.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The place of the folder is taken by a file.
    #[error("can't load into `{}`: it is a file, not a folder", path.display())]
    NotAFolder {
        /// The folder asked for.
        path: PathBuf,
    },
    /// The folder holds something that no load wrote.
    #[error("can't replace `{}`: `{found}` in it was not written by a load", path.display())]
    ForeignFolder {
        /// The folder asked for.
        path: PathBuf,
        /// The first such name.
        found: String,
    },
    /// The folder is the current one, or one that it lies in.
    #[error("can't replace `{}`: it is the current folder or holds it", path.display())]
    CurrentFolder {
        /// The folder asked for.
        path: PathBuf,
    },
    /// Another load is writing the folder.
    #[error("another load is writing `{}`", path.display())]
    Busy {
        /// The folder asked for.
        path: PathBuf,
    },
    /// A file or the folder could not be written.
    #[error(transparent)]
    Files(#[from] FileError),
}

impl LoadError {
    /// A stable name for the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            LoadError::Window(error) => error.code(),
            LoadError::WindowTooLarge { .. } => "window_too_large",
            LoadError::BinAlignment { .. } => "bin_alignment",
            LoadError::NodeName { .. } => "invalid_selection",
            LoadError::NoTelemetry { .. } => "no_telemetry",
            LoadError::Source(SourceError::Row { .. } | SourceError::Columns { .. }) => "invalid_telemetry",
            LoadError::Source(SourceError::Interrupted) | LoadError::Files(FileError::Interrupted) => "interrupted",
            LoadError::Source(SourceError::Read { .. } | SourceError::Store(_)) => "telemetry_unavailable",
            LoadError::NotAFolder { .. } | LoadError::ForeignFolder { .. } | LoadError::CurrentFolder { .. } => {
                "output_taken"
            }
            LoadError::Busy { .. } => "output_busy",
            LoadError::Files(FileError::Write { .. }) => "write_failed",
        }
    }

    /// Whether the request or the data is at fault, not the machine.
    pub fn is_users(&self) -> bool {
        matches!(
            self.code(),
            "invalid_window"
                | "bin_alignment"
                | "window_too_large"
                | "invalid_selection"
                | "no_telemetry"
                | "invalid_telemetry"
        )
    }

    /// Whether the caller asked to stop.
    pub fn is_interrupted(&self) -> bool {
        self.code() == "interrupted"
    }

    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> Option<String> {
        let words = match self {
            LoadError::Window(error) => return Some(error.help()),
            LoadError::Source(error) => return error.help().map(str::to_owned),
            LoadError::Files(error) => return error.help().map(str::to_owned),
            LoadError::BinAlignment { source_bin, requested } => {
                return Some(nearest_multiple(*source_bin, *requested));
            }
            LoadError::NoTelemetry { known, .. } if !known.is_empty() => {
                return Some(format!("ask for another window, or for {}", listed(known, "")));
            }
            LoadError::NoTelemetry { .. } => "fill the source first, for example with `ftc etl` or `ftc gold import`",
            LoadError::WindowTooLarge { .. } => "ask for fewer or longer bins, or allow more",
            LoadError::NodeName { .. } => "give 1 to 200 bytes without control characters and backticks",
            LoadError::NotAFolder { .. } | LoadError::CurrentFolder { .. } => "name a folder of its own",
            LoadError::ForeignFolder { .. } => "name another folder, or replace all that is in this one by `--force`",
            LoadError::Busy { .. } => "wait for it, or name another folder",
        };
        Some(words.to_owned())
    }
}

fn nearest_multiple(part: BinSize, requested: BinSize) -> String {
    let times = requested.minutes().div_ceil(part.minutes());
    match part.minutes().checked_mul(times).and_then(BinSize::from_minutes) {
        Some(bin) => format!("ask for a multiple of {part}, like `{bin}`"),
        None => format!("ask for a multiple of {part}"),
    }
}

/// `` `A`, `B` and 3 more``, or `none` where there is none.
fn listed(nodes: &[String], none: &str) -> String {
    let shown: Vec<String> = nodes.iter().take(NODES_SHOWN).map(|node| format!("`{node}`")).collect();
    match (shown.join(", "), nodes.len().saturating_sub(NODES_SHOWN)) {
        (shown, _) if shown.is_empty() => none.to_owned(),
        (shown, 0) => shown,
        (shown, more) => format!("{shown} and {more} more"),
    }
}
