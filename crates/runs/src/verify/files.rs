//! A series file against its digest and against the column it was written from. Files are read as streams.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::path::Path;

use flowtime_files::hex;
use sha2::{Digest, Sha256};

use super::Mismatch;
use crate::columns::{ColumnFile, ColumnKind};
use crate::record::SeriesRecord;
use crate::stored::{ReadError, StoredRun};

/// What is wrong with the file of `series`.
pub(super) fn check(run: &StoredRun, columns: &ColumnFile, series: &SeriesRecord) -> Result<Vec<Mismatch>, ReadError> {
    let (Some(path), Some(expected)) = (series.path.clone(), series.sha256.clone()) else { return Ok(Vec::new()) };
    let file = run.path().join(&path);
    let found = match digest(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(vec![Mismatch::NoFile { path }]),
        found => found.map_err(|source| ReadError::file(&file, source))?,
    };
    let mut mismatches = Vec::new();
    if let Some(at) = columns.find(ColumnKind::Output, &series.id) {
        let first = first_difference(&file, &columns.column(at)?).map_err(|source| ReadError::file(&file, source))?;
        mismatches.extend(first.map(|bin| Mismatch::File { path: path.clone(), bin }));
    }
    if found != expected {
        mismatches.push(Mismatch::Digest { path, expected, found });
    }
    Ok(mismatches)
}

fn digest(path: &Path) -> io::Result<String> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(hex(&hasher.finalize()))
}

/// Where the file first differs from `values` as they would be written: in a bin, or elsewhere; `None` if nowhere.
fn first_difference(path: &Path, values: &[f64]) -> io::Result<Option<Option<usize>>> {
    let mut comparison = Comparison { file: BufReader::new(File::open(path)?), lines: 0, differs: false };
    let written = flowtime_files::write_series(&mut comparison, values);
    if comparison.differs {
        return Ok(Some(comparison.lines.checked_sub(1)));
    }
    written?;
    let at_end = comparison.file.read(&mut [0])? == 0;
    Ok((!at_end).then_some(None))
}

/// Takes what should be in a file and compares it with what is, up to the first difference.
struct Comparison<R> {
    file: R,
    /// Whole lines that agree.
    lines: usize,
    differs: bool,
}

impl<R: Read> Write for Comparison<R> {
    fn write(&mut self, expected: &[u8]) -> io::Result<usize> {
        let mut found = Vec::with_capacity(expected.len());
        self.file.by_ref().take(expected.len() as u64).read_to_end(&mut found)?;
        let same = expected.iter().zip(&found).take_while(|(expected, found)| expected == found).count();
        self.lines += expected[..same].iter().filter(|byte| **byte == b'\n').count();
        self.differs = same < expected.len();
        if self.differs { Err(io::Error::other("the file differs")) } else { Ok(expected.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
