//! Lines that can't be read: counted, the first of them kept for messages, all of them written to a file as lines of JSON
//! with their place, what is wrong and what stood there. The file appears when the reading is over, whole; it is removed
//! where nothing was rejected.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::error::EtlError;
use super::record::Fault;

/// Rejects that messages show.
const SHOWN: usize = 5;

/// A line that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The column's name, or the place of a character, from 1.
    pub column: String,
    /// What was found and what was expected.
    pub reason: String,
}

impl std::fmt::Display for Reject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Reject { file, line, column, reason } = self;
        write!(f, "{file}:{line}, column {column}: {reason}")
    }
}

/// A line of the file of rejects.
#[derive(Serialize)]
struct Kept<'a> {
    #[serde(flatten)]
    reject: &'a Reject,
    text: &'a str,
}

/// The rejects of a run.
#[derive(Debug)]
pub(super) struct Rejects {
    path: PathBuf,
    file: Option<(PathBuf, BufWriter<File>)>,
    /// How many there are.
    pub(super) count: u64,
    /// The first of them.
    pub(super) first: Vec<Reject>,
}

impl Rejects {
    /// None so far; they will be kept at `path`.
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), file: None, count: 0, first: Vec::new() }
    }

    /// Keeps the line `number` of `file`.
    pub(super) fn add(&mut self, file: &Path, number: u64, fault: Fault, text: &[u8]) -> Result<(), EtlError> {
        let Fault { column, reason } = fault;
        let reject = Reject { file: file.display().to_string(), line: number, column, reason };
        let text = String::from_utf8_lossy(text);
        self.write(&Kept { reject: &reject, text: &text }).map_err(|source| self.failed(source))?;
        self.count += 1;
        if self.first.len() < SHOWN {
            self.first.push(reject);
        }
        Ok(())
    }

    /// Gives the file its name, or removes the one of an earlier run.
    pub(super) fn finish(&mut self) -> Result<(), EtlError> {
        let finished = match self.file.take() {
            None => remove(&self.path),
            Some((temporary, writer)) => {
                let written = writer.into_inner().map_err(io::IntoInnerError::into_error);
                let renamed = written.and_then(|_| fs::rename(&temporary, &self.path));
                renamed.inspect_err(|_| drop(fs::remove_file(&temporary)))
            }
        };
        finished.map_err(|source| self.failed(source))
    }

    fn write(&mut self, kept: &Kept<'_>) -> io::Result<()> {
        let writer = match &mut self.file {
            Some((_, writer)) => writer,
            file => {
                let name = self.path.file_name().unwrap_or_default().to_string_lossy();
                let temporary = self.path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
                let created = File::create(&temporary)?;
                &mut file.insert((temporary, BufWriter::new(created))).1
            }
        };
        serde_json::to_writer(&mut *writer, kept)?;
        writer.write_all(b"\n")
    }

    fn failed(&self, source: io::Error) -> EtlError {
        EtlError::Write { path: self.path.clone(), source }
    }
}

impl Drop for Rejects {
    fn drop(&mut self) {
        if let Some((temporary, _)) = self.file.take() {
            // Nobody looks for it under this name.
            let _ = fs::remove_file(temporary);
        }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    if !path.exists() {
        return Ok(());
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
