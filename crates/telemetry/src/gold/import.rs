//! Files into a store: all rows of all files in one transaction, or none. A row that can't be doesn't keep the others from
//! being looked at, so that one run names many.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;

use super::read::{ReadError, read_rows};
use super::{Change, GoldError, GoldRow, GoldStore};
use crate::time::BinSize;

/// Wrong rows that are told at most.
const ERRORS_SHOWN: usize = 20;
/// Rows between two calls of the caller's progress.
const STRIDE: u64 = 1_024;

/// How to import.
#[derive(Clone, Copy, Default)]
pub struct ImportOptions<'a> {
    /// When rows were made that don't say so.
    pub made: Timestamp,
    /// Set to stop; nothing is imported then.
    pub stop: Option<&'a AtomicBool>,
    /// Called with the rows read so far, every thousand or so.
    pub progress: Option<&'a dyn Fn(u64)>,
}

/// What was imported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Rows read.
    pub rows: u64,
    /// Those of them that are older than the row for their bin and were left out.
    pub older: u64,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Rows are wrong, or a file can't be read.
    #[error("{count} {} wrong; nothing was imported", if *count == 1 { "row is" } else { "rows are" })]
    Rows {
        /// The first of them.
        errors: Vec<ReadError>,
        /// How many there are.
        count: u64,
    },
    /// A file can't be read, or is none of ours.
    #[error(transparent)]
    File(#[from] ReadError),
    /// The store can't be changed.
    #[error(transparent)]
    Store(#[from] GoldError),
    /// The caller asked to stop.
    #[error("interrupted while rows were imported")]
    Interrupted,
}

/// Puts the rows of `files` into the store at `path`, whose bins are of `bin`; of several for one bin and node the newest
/// stays. If there is no store, one appears with the rows.
///
/// # Errors
/// A file or a row is wrong, or the store can't be changed; then it is as it was.
pub fn import(
    path: &Path,
    bin: BinSize,
    files: &[PathBuf],
    options: &ImportOptions<'_>,
) -> Result<Imported, ImportError> {
    GoldStore::update(path, bin, |change| {
        let mut import = Import { change, options, done: Imported::default(), errors: Vec::new(), wrong: 0 };
        files.iter().try_for_each(|file| import.read(file, bin))?;
        import.finish()
    })
}

struct Import<'a, 'b> {
    change: &'a mut Change<'b>,
    options: &'a ImportOptions<'a>,
    done: Imported,
    errors: Vec<ReadError>,
    wrong: u64,
}

impl Import<'_, '_> {
    fn read(&mut self, path: &Path, bin: BinSize) -> Result<(), ImportError> {
        read_rows::<ImportError>(path, self.options.made, &mut |line, row| {
            let aligned = row.and_then(|row| match bin.is_boundary(row.ts) {
                true => Ok(row),
                false => {
                    let reason = format!("column `ts`: {} is not on a boundary of {bin} bins", row.ts);
                    Err(ReadError::content(path, Some(line), (reason, None)))
                }
            });
            self.take(aligned)
        })
    }

    fn take(&mut self, row: Result<GoldRow, ReadError>) -> Result<(), ImportError> {
        if self.options.stop.is_some_and(|stop| stop.load(Ordering::Relaxed)) {
            return Err(ImportError::Interrupted);
        }
        self.done.rows += 1;
        if let Some(progress) = self.options.progress.filter(|_| self.done.rows.is_multiple_of(STRIDE)) {
            progress(self.done.rows);
        }
        match row {
            Ok(row) if self.wrong == 0 => self.done.older += u64::from(!self.change.put(&row)?),
            Ok(_) => {}
            Err(error) => {
                self.wrong += 1;
                self.errors.extend((self.errors.len() < ERRORS_SHOWN).then_some(error));
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Imported, ImportError> {
        if self.wrong > 0 {
            return Err(ImportError::Rows { errors: self.errors, count: self.wrong });
        }
        Ok(self.done)
    }
}
