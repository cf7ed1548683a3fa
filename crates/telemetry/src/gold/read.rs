//! Files with rows of Gold: CSV with a header, NDJSON, and Parquet (feature `parquet`). Columns come in any order; a row
//! that can't be is handed on as an error that says where it stands, and reading goes on behind it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::cells::Wrong;
use super::{GoldRow, csv, ndjson};

/// How rows are written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a header.
    Csv,
    /// A JSON object per line.
    Ndjson,
    /// Columns; only in a build with the feature `parquet`.
    Parquet,
}

impl Format {
    /// The format of a file that is called so.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "csv" => Some(Format::Csv),
            "ndjson" | "jsonl" => Some(Format::Ndjson),
            "parquet" => Some(Format::Parquet),
            _ => None,
        }
    }
}

/// Why a file, or a row in it, can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file can't be opened or read.
    #[error("can't read `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Its name doesn't tell its format.
    #[error("can't tell the format of `{}` by its name", path.display())]
    Format {
        /// The file.
        path: PathBuf,
    },
    /// Its content, or a row of it, is wrong.
    #[error("{place}: {reason}")]
    Content {
        /// The file and, where there is one, the line or row.
        place: String,
        /// What was found and what was expected.
        reason: String,
        /// What the user can do about it, beginning with a verb.
        help: Option<String>,
    },
}

impl ReadError {
    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> Option<String> {
        match self {
            ReadError::File { .. } => None,
            ReadError::Format { .. } => Some("call it `.csv`, `.ndjson` or `.parquet`".to_owned()),
            ReadError::Content { help, .. } => help.clone(),
        }
    }

    pub(super) fn content(path: &Path, line: Option<u64>, (reason, help): Wrong) -> Self {
        let line = line.map(|line| format!(":{line}")).unwrap_or_default();
        ReadError::Content { place: format!("{}{line}", path.display()), reason, help }
    }
}

/// What takes rows: a line and the row there, or what is wrong with it.
pub(super) type Take<'a, E> = &'a mut dyn FnMut(u64, Result<GoldRow, ReadError>) -> Result<(), E>;

/// Hands each row of the file at `path` to `take`, with its line; rows that don't say when they were made get `made`.
///
/// # Errors
/// The file can't be read to its end, it has no fitting header, or `take` fails.
pub fn read_rows<E: From<ReadError>>(
    path: &Path,
    made: Timestamp,
    take: &mut dyn FnMut(u64, Result<GoldRow, ReadError>) -> Result<(), E>,
) -> Result<(), E> {
    let format = Format::of(path).ok_or_else(|| ReadError::Format { path: path.to_owned() })?;
    let file = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
        true => Err(io::ErrorKind::IsADirectory.into()),
        false => Ok(file),
    });
    let file = file.map_err(|source| ReadError::File { path: path.to_owned(), source })?;
    match format {
        Format::Csv => csv::read(file, path, made, take),
        Format::Ndjson => ndjson::read(file, path, made, take),
        Format::Parquet => read_parquet(file, path, made, take),
    }
}

#[cfg(feature = "parquet")]
use super::parquet::read as read_parquet;

#[cfg(not(feature = "parquet"))]
fn read_parquet<E: From<ReadError>>(_: File, path: &Path, _: Timestamp, _: Take<'_, E>) -> Result<(), E> {
    Err(without_parquet(path).into())
}

/// A build that knows no Parquet.
#[cfg(not(feature = "parquet"))]
pub(super) fn without_parquet(path: &Path) -> ReadError {
    let reason = "this build knows CSV and NDJSON, not Parquet".to_owned();
    ReadError::content(path, None, (reason, Some("use a build with the feature `parquet`".to_owned())))
}
