//! Why a run could not be written: each error says what failed and where, keeps its cause, and [`WriteError::help`]
//! says what to do about it.

use std::io;
use std::path::PathBuf;

use flowtime_files::FileError;

/// Why a run could not be written; nothing of it is left behind.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The runs root is a file.
    #[error("can't write runs into `{}`: it is a file, not a folder", path.display())]
    NotAFolder {
        /// The root asked for.
        path: PathBuf,
    },
    /// A file or folder of the run could not be written.
    #[error(transparent)]
    Files(#[from] FileError),
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
}

impl WriteError {
    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            WriteError::NotAFolder { .. } => Some("name a folder, or one that doesn't exist yet"),
            WriteError::Files(error) => error.help(),
            WriteError::Source { .. } => Some("check that the file is still there and readable"),
            WriteError::Existing { .. } | WriteError::IdTaken { .. } => {
                Some("remove that folder or write to another one")
            }
            WriteError::Random(_) => Some("use a deterministic run id"),
        }
    }
}
