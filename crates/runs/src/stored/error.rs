//! Why a run on the disk could not be read: each error says which file and what is wrong with it, and
//! [`ReadError::help`] says what to do about it.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use flowtime::driver::Check;

/// Why a stored run could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is nothing at this path.
    #[error("there is no run at `{}`", path.display())]
    NotFound {
        /// The path asked for.
        path: PathBuf,
    },
    /// Something is there, and it is no run.
    #[error("`{}` is no run: it has no `run.json`", path.display())]
    NoRun {
        /// The path asked for.
        path: PathBuf,
    },
    /// The folder holds runs and is none.
    #[error("`{}` is a folder of runs, not a run", path.display())]
    Root {
        /// The path asked for.
        path: PathBuf,
        /// The last run in it.
        last: PathBuf,
    },
    /// A writer was killed before the run was whole.
    #[error("`{}` is what a killed writer left, not a run", path.display())]
    Unfinished {
        /// The path asked for.
        path: PathBuf,
    },
    /// A file of the run is not there.
    #[error("the run is not whole: `{}` is missing", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The system can't read a file of the run.
    #[error("can't read `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A JSON file of the run is not what it should be.
    #[error("can't understand `{}`", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A file contradicts itself or the rest of the run.
    #[error("`{}` is damaged: {problem}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A file is of a version that this program doesn't know.
    #[error("`{}` is of version {found}, expected {known}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The version that can be read.
        known: u32,
    },
    /// The run's model has errors; they are in the check.
    #[error("the model of the run has errors: `{}`", path.display())]
    Model {
        /// The model.
        path: PathBuf,
        /// What was found, with the text to show it in.
        check: Box<Check>,
    },
    /// A bin beyond the grid was asked for.
    #[error("there is no bin {bin}, the last one is {}", bins.saturating_sub(1))]
    NoBin {
        /// The bin.
        bin: usize,
        /// How many there are.
        bins: usize,
    },
    /// A column beyond the last was asked for.
    #[error("there is no column {column}, there are {columns}")]
    NoColumn {
        /// The column.
        column: usize,
        /// How many there are.
        columns: usize,
    },
}

impl ReadError {
    /// The error for a file of a run that the system can't read.
    pub(crate) fn file(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            ErrorKind::NotFound => ReadError::Missing { path },
            ErrorKind::UnexpectedEof => ReadError::Damaged { path, problem: "it ends too early".to_owned() },
            _ => ReadError::File { path, source },
        }
    }

    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> Option<String> {
        let text = match self {
            ReadError::NotFound { .. } | ReadError::NoRun { .. } => "name a folder that `ftc run --out` wrote",
            ReadError::Root { last, .. } => return Some(format!("use `{}`", last.display())),
            ReadError::Unfinished { .. } => "remove the folder; the run has to be made again",
            ReadError::Missing { .. } | ReadError::Json { .. } | ReadError::Damaged { .. } => {
                "run its `model.yaml` again with `--out`"
            }
            ReadError::Version { .. } => "use a version of `ftc` that is as new as the one that wrote the run",
            ReadError::Model { .. } => "undo the change of the model, or run it again with `--out`",
            ReadError::File { .. } | ReadError::NoBin { .. } | ReadError::NoColumn { .. } => return None,
        };
        Some(text.to_owned())
    }
}
