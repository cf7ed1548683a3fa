//! `series/bins.bin`: the values of `columns.bin` once more, bin by bin, so that one bin of a large run is one read. It is
//! there where it saves time: where the values are too many to be read at once and the columns too many to be read one
//! by one. Runs of older versions have none.
//!
//! The head is that of `columns.bin` with the magic `FLOWBINS`; the values begin at byte 64, bin after bin, in each the
//! columns in the order of `columns.bin`. Bin t begins at `offset + 8 * columns * t`.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::head::{Head, damaged, read_values};
use super::{Column, push_value};
use crate::stored::ReadError;

/// The first eight bytes of the file.
const MAGIC: &[u8; 8] = b"FLOWBINS";
const OFFSET: usize = 64;

/// Bytes of all values up to which they are read at once, whatever is asked for.
const ONE_READ: u64 = 1 << 20;
/// Columns up to which each is read by itself.
const FEW_COLUMNS: usize = 16;
/// Bytes that are put together before they are written.
const BLOCK: usize = 1 << 20;

/// Whether all values of a run are little enough to be read at once.
pub(super) fn is_one_read(columns: usize, bins: usize) -> bool {
    8 * columns as u64 * bins as u64 <= ONE_READ
}

/// Whether a run of this size has the file.
pub(crate) fn is_kept(columns: usize, bins: usize) -> bool {
    columns > FEW_COLUMNS && !is_one_read(columns, bins)
}

/// Writes the file of `columns`, all of `bins` values.
///
/// # Errors
/// Those of `out`.
pub(crate) fn write(out: &mut dyn Write, columns: &[Column<'_>], bins: usize) -> io::Result<()> {
    let mut head = Head { columns: columns.len() as u32, bins: bins as u64, offset: OFFSET as u64 }.bytes(MAGIC);
    head.resize(OFFSET, 0);
    out.write_all(&head)?;
    let block = (BLOCK / (8 * columns.len().max(1))).max(1);
    let mut rows = Vec::new();
    for begin in (0..bins).step_by(block) {
        rows.clear();
        for bin in begin..bins.min(begin + block) {
            columns.iter().for_each(|column| push_value(&mut rows, column.values[bin]));
        }
        out.write_all(&rows)?;
    }
    Ok(())
}

/// The values of a run by bin, open for reading.
#[derive(Debug)]
pub(super) struct BinFile {
    file: File,
    path: PathBuf,
    columns: usize,
}

impl BinFile {
    /// Opens the file at `path`, which holds so many columns and bins; none if it isn't there.
    pub(super) fn open(path: PathBuf, columns: usize, bins: usize) -> Result<Option<Self>, ReadError> {
        let file = match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file.map_err(|source| ReadError::file(&path, source))?,
        };
        let head = Head::read(&file, MAGIC, &path)?;
        check_size(&head, columns, bins, &path)?;
        Ok(Some(Self { file, path, columns }))
    }

    /// All values of `bins`, which the run has, bin after bin.
    pub(super) fn read(&self, bins: Range<usize>) -> Result<Vec<f64>, ReadError> {
        let offset = OFFSET as u64 + 8 * self.columns as u64 * bins.start as u64;
        let values = read_values(&self.file, offset, self.columns * bins.len());
        values.map_err(|source| ReadError::file(&self.path, source))
    }
}

fn check_size(head: &Head, columns: usize, bins: usize, path: &Path) -> Result<(), ReadError> {
    if head.columns as usize != columns || head.bins != bins as u64 {
        let problem =
            format!("it has {} columns of {} bins, `columns.bin` has {columns} of {bins}", head.columns, head.bins);
        return Err(damaged(path, &problem));
    }
    let is_behind_head = head.offset == OFFSET as u64;
    if is_behind_head { Ok(()) } else { Err(damaged(path, "its header makes no sense")) }
}
