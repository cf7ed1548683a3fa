//! Why a Gold store can't be opened, read or changed; [`GoldError::help`] says what to do about it. Whatever failed, the
//! store is as it was before.

use std::io;
use std::path::{Path, PathBuf};

use flowtime_files::write_help;
use jiff::Timestamp;
use rusqlite::ErrorCode;
use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;

use super::SCHEMA_VERSION;
use crate::time::BinSize;

/// Why a Gold store can't be opened, read or changed.
#[derive(Debug, thiserror::Error)]
pub enum GoldError {
    /// There is no such file.
    #[error("can't open the Gold store `{}`: there is no such file", path.display())]
    Missing {
        /// The file asked for.
        path: PathBuf,
    },
    /// The file is no SQLite database, or none that holds bins.
    #[error("`{}` is no Gold store: {reason}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// Its columns, or those of a row, have another version.
    #[error("`{}` has the schema version `{found}`, expected `{SCHEMA_VERSION}`", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// The version found.
        found: String,
    },
    /// Its bins have another length.
    #[error("`{}` has bins of {found}, not of {expected}", path.display())]
    Bin {
        /// The file.
        path: PathBuf,
        /// The length of its bins.
        found: BinSize,
        /// The length asked for.
        expected: BinSize,
    },
    /// A row to be written begins within a bin.
    #[error("{ts} is not on a boundary of {bin} bins")]
    Alignment {
        /// The row's bin start.
        ts: Timestamp,
        /// The length of the store's bins.
        bin: BinSize,
    },
    /// A row that was read has something that can't be.
    #[error("`{}`, node `{node}` at `{ts}`: {reason}", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// The row's node.
        node: String,
        /// The row's bin start, as it stands there.
        ts: String,
        /// What was found and what was expected.
        reason: String,
    },
    /// Another program holds it.
    #[error("`{}` is in use by another program", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The folder of a store to be made isn't there.
    #[error("can't make the Gold store `{}`: there is no folder `{}`", path.display(), folder.display())]
    NoFolder {
        /// The file.
        path: PathBuf,
        /// The folder it would be in.
        folder: PathBuf,
    },
    /// A store to be made can't be written.
    #[error("can't make the Gold store `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It may not be written.
    #[error("can't write the Gold store `{}`: it is read-only", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("can't use the Gold store `{}`: no space is left beside it", path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// SQLite failed.
    #[error("can't use the Gold store `{}`", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
}

impl GoldError {
    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            GoldError::Missing { .. } => Some("make one with `ftc gold import` or `ftc etl`"),
            GoldError::Foreign { .. } => Some("name the file that `ftc gold import` or `ftc etl` wrote"),
            GoldError::Version { .. } => Some("use the version of ftc that wrote it, or import its rows again"),
            GoldError::Bin { .. } => Some("write to another store, or use its bin"),
            GoldError::Alignment { .. } | GoldError::Row { .. } => Some("mend the row, or leave it out"),
            GoldError::Busy { .. } => Some("try again when the other program is done"),
            GoldError::NoFolder { .. } => Some("make the folder, or name another one"),
            GoldError::Write { source, .. } => write_help(source.kind()),
            GoldError::ReadOnly { .. } => Some("make the file and its folder writable or write to another one"),
            GoldError::Full { .. } => Some("free some space or write to another disk"),
            GoldError::Sqlite { source, .. } => sqlite_help(source),
        }
    }

    /// What a failure of SQLite at `path` means.
    pub(crate) fn new(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        if source.sqlite_error().is_some_and(|error| error.extended_code == SQLITE_IOERR_SHMSIZE) {
            return GoldError::Full { path };
        }
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => GoldError::Busy { path },
            Some(ErrorCode::ReadOnly) => GoldError::ReadOnly { path },
            Some(ErrorCode::DiskFull) => GoldError::Full { path },
            Some(ErrorCode::NotADatabase) => GoldError::Foreign { path, reason: "it is no SQLite database".to_owned() },
            _ => GoldError::Sqlite { path, source },
        }
    }
}

fn sqlite_help(source: &rusqlite::Error) -> Option<&'static str> {
    match source.sqlite_error_code()? {
        ErrorCode::SystemIoFailure => Some("check that the disk has space and the folder can be written"),
        ErrorCode::CannotOpen => Some("check that it is a file and its folder can be read and written"),
        ErrorCode::DatabaseCorrupt => Some("restore it from a copy, or import its rows again"),
        _ => None,
    }
}
