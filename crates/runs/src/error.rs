//! Why a run could not be written: each error says what failed and where, keeps its cause, and [`WriteError::help`]
//! says what to do about it.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

/// Why a run could not be written; nothing of it is left behind.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The runs root is a file.
    #[error("can't write runs into `{}`: it is a file, not a folder", path.display())]
    NotAFolder {
        /// The root asked for.
        path: PathBuf,
    },
    /// A file or folder of the run could not be made, written or moved into place.
    #[error("can't write `{}`", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A source could not be copied into the run.
    #[error("can't copy the source `{name}` into the run")]
    Source {
        /// The source as shown to the user.
        name: String,
        /// What the system says.
        source: io::Error,
    },
    /// The record of an existing run could not be read.
    #[error("can't read `{}`", path.display())]
    Existing {
        /// Its `run.json`.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// The folder of a deterministic id is there and holds something else.
    #[error("`{}` is there already and is no run of this model and data", path.display())]
    IdTaken {
        /// The folder.
        path: PathBuf,
    },
    /// The system gave no random bytes for an id.
    #[error("can't make a run id: {0}")]
    Random(getrandom::Error),
    /// The caller asked to stop.
    #[error("interrupted while the run was written")]
    Interrupted,
}

impl WriteError {
    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            WriteError::NotAFolder { .. } => Some("name a folder, or one that doesn't exist yet"),
            WriteError::Write { source, .. } => write_help(source.kind()),
            WriteError::Source { .. } => Some("check that the file is still there and readable"),
            WriteError::Existing { .. } | WriteError::IdTaken { .. } => {
                Some("remove that folder or write to another one")
            }
            WriteError::Random(_) => Some("use a deterministic run id"),
            WriteError::Interrupted => None,
        }
    }
}

fn write_help(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some("free some space or write to another disk"),
        ErrorKind::PermissionDenied => Some("make the folder writable or write to another one"),
        ErrorKind::ReadOnlyFilesystem => Some("write to a folder that isn't mounted read-only"),
        ErrorKind::NotADirectory => Some("name a path whose parents are folders"),
        _ => None,
    }
}
