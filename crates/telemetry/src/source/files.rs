//! Files with rows of Gold as a source: one, or all in a folder. They are read anew for each question, and only the rows
//! asked for are held, to bring them into order.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Query, SourceError, TelemetrySource};
use crate::gold::{Format, GoldRow, ReadError, read_rows};
use crate::time::BinSize;

/// CSV, NDJSON and Parquet files.
#[derive(Debug)]
pub struct FileSource {
    path: PathBuf,
    files: Vec<PathBuf>,
    bin: BinSize,
}

impl FileSource {
    /// The file at `path`, or those in the folder there, with bins of `bin`.
    ///
    /// # Errors
    /// The folder can't be read or has no such file.
    pub fn open(path: &Path, bin: BinSize) -> Result<Self, SourceError> {
        let files = if path.is_dir() { files_in(path)? } else { vec![path.to_owned()] };
        if files.is_empty() {
            return Err(SourceError::Read {
                name: path.display().to_string(),
                reason: "the folder has no CSV, NDJSON or Parquet file".to_owned(),
                help: Some("name a Gold store, a file or a folder with rows of Gold".to_owned()),
                source: None,
            });
        }
        Ok(Self { path: path.to_owned(), files, bin })
    }

    /// Hands over all rows, file by file.
    fn each(&self, take: &mut dyn FnMut(GoldRow) -> Result<(), SourceError>) -> Result<(), SourceError> {
        for path in &self.files {
            read_rows::<SourceError>(path, made(path), &mut |_, row| take(row?))?;
        }
        Ok(())
    }
}

impl TelemetrySource for FileSource {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn bin(&self) -> Result<BinSize, SourceError> {
        Ok(self.bin)
    }

    fn nodes(&self) -> Result<Vec<String>, SourceError> {
        let mut nodes = BTreeSet::new();
        self.each(&mut |row| {
            nodes.insert(row.node);
            Ok(())
        })?;
        Ok(nodes.into_iter().collect())
    }

    fn rows(&self, query: &Query, each: &mut dyn FnMut(GoldRow) -> Result<(), SourceError>) -> Result<(), SourceError> {
        let nodes: BTreeSet<&str> = query.nodes.iter().map(String::as_str).collect();
        let mut rows = Vec::new();
        self.each(&mut |row| {
            let is_wanted =
                (query.start..query.end).contains(&row.ts) && (nodes.is_empty() || nodes.contains(row.node.as_str()));
            rows.extend(is_wanted.then_some(row));
            Ok(())
        })?;
        rows.sort_by(|a, b| (&a.node, a.ts).cmp(&(&b.node, b.ts)));
        rows.into_iter().try_for_each(each)
    }
}

/// The files in `folder` whose names tell a format, sorted; hidden ones are passed over.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let failed = |source| ReadError::File { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
        files.extend(Some(path).filter(|path| !is_hidden && path.is_file() && Format::of(path).is_some()));
    }
    files.sort();
    Ok(files)
}

/// When rows that don't say so were made: when their file was written.
fn made(path: &Path) -> Timestamp {
    let modified = fs::metadata(path).and_then(|file| file.modified());
    modified.ok().and_then(|time| Timestamp::try_from(time).ok()).unwrap_or_default()
}

impl From<ReadError> for SourceError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Content { place, reason, help: None } => SourceError::Row { place, reason },
            ReadError::Content { place, reason, help: Some(help) } => SourceError::Columns { place, reason, help },
            ReadError::Format { path } => SourceError::Read {
                name: path.display().to_string(),
                reason: "its name doesn't tell what it is".to_owned(),
                help: Some("call it `.csv`, `.ndjson` or `.parquet`".to_owned()),
                source: None,
            },
            ReadError::File { path, source } => SourceError::Read {
                name: path.display().to_string(),
                reason: in_words(&source),
                help: None,
                source: Some(source.into()),
            },
        }
    }
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::PermissionDenied => "it may not be read".to_owned(),
        _ => error.to_string(),
    }
}
