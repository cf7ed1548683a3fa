//! Why a file or folder could not be written; [`FileError::help`] says what to do about it.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

/// Why a file or folder could not be written; nothing of it is left behind.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It could not be made, written or moved into place.
    #[error("can't write `{}`", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The caller asked to stop.
    #[error("interrupted while files were written")]
    Interrupted,
}

impl FileError {
    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            FileError::Write { source, .. } => write_help(source.kind()),
            FileError::Interrupted => None,
        }
    }
}

/// What helps where the system refused to write for the reason `kind`, beginning with a verb.
pub fn write_help(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some("free some space or write to another disk"),
        ErrorKind::PermissionDenied => Some("make the folder writable or write to another one"),
        ErrorKind::ReadOnlyFilesystem => Some("write to a folder that isn't mounted read-only"),
        ErrorKind::AlreadyExists => Some("name another folder"),
        ErrorKind::NotADirectory => Some("name a path whose parents are folders"),
        _ => None,
    }
}
