//! Reads `columns.bin` by positioned reads: the header at once, then exactly the values asked for. A file that is cut
//! off, too long or contradicts itself is refused when it is opened, so that every later read lies within it.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::{ColumnKind, MAGIC, VERSION};
use crate::stored::ReadError;

/// Bytes before the first label.
const HEAD: usize = 32;
/// Bytes of all values up to which one read of everything beats a read for each column.
const SMALL: u64 = 1 << 18;

/// The columns of a run on the disk, open for reading.
#[derive(Debug)]
pub struct ColumnFile {
    file: File,
    path: PathBuf,
    bins: usize,
    offset: u64,
    labels: Vec<Label>,
    places: HashMap<(ColumnKind, String), usize>,
}

/// What a column is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// What it is to the run.
    pub kind: ColumnKind,
    /// The output's name, else a series' id.
    pub id: String,
}

impl ColumnFile {
    /// Opens the file at `path` and reads its header.
    ///
    /// # Errors
    /// It isn't there, can't be read, is damaged, or of a version that this program doesn't know.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let failed = |source| ReadError::file(path, source);
        let file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let head = read(&file, 0, length.min(HEAD as u64) as usize).map_err(failed)?;
        let head = Head::parse(&head, path)?;
        head.check_length(length, path)?;
        let names = read(&file, HEAD as u64, head.offset as usize - HEAD).map_err(failed)?;
        let labels = parse_labels(&names, head.columns).ok_or_else(|| damaged(path, "its header makes no sense"))?;
        let places = labels.iter().enumerate().map(|(at, label)| ((label.kind, label.id.clone()), at)).collect();
        let bins = usize::try_from(head.bins).map_err(|_| damaged(path, "it has too many bins"))?;
        Ok(Self { file, path: path.to_owned(), bins, offset: head.offset, labels, places })
    }

    /// How many values each column has.
    pub fn bins(&self) -> usize {
        self.bins
    }

    /// The columns in the order of the file; a column's place here is its number for the other functions.
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// The number of the column of this kind and name.
    pub fn find(&self, kind: ColumnKind, id: &str) -> Option<usize> {
        self.places.get(&(kind, id.to_owned())).copied()
    }

    /// The values of all columns at `bin`, missing ones NaN; other bins are not read.
    ///
    /// # Errors
    /// There is no such bin, or the system can't read.
    pub fn bin(&self, bin: usize) -> Result<Vec<f64>, ReadError> {
        let columns: Vec<usize> = (0..self.labels.len()).collect();
        self.bin_of(&columns, bin)
    }

    /// The values of these columns at `bin`, in their order, missing ones NaN.
    ///
    /// # Errors
    /// There is no such column or bin, or the system can't read.
    pub fn bin_of(&self, columns: &[usize], bin: usize) -> Result<Vec<f64>, ReadError> {
        if self.values_length() > SMALL {
            let value = |column: &usize| Ok(self.slice(*column, bin..bin + 1)?[0]);
            return columns.iter().map(value).collect();
        }
        let all = self.values(0, self.labels.len() * self.bins)?;
        let value = |column: &usize| {
            self.check(*column, &(bin..bin + 1))?;
            Ok(all[column * self.bins + bin])
        };
        columns.iter().map(value).collect()
    }

    /// The values of a column in `bins`, missing ones NaN.
    ///
    /// # Errors
    /// There is no such column or bin, or the system can't read.
    pub fn slice(&self, column: usize, bins: Range<usize>) -> Result<Vec<f64>, ReadError> {
        self.check(column, &bins)?;
        self.values(column * self.bins + bins.start, bins.len())
    }

    /// All values of a column, missing ones NaN.
    ///
    /// # Errors
    /// There is no such column, or the system can't read.
    pub fn column(&self, column: usize) -> Result<Vec<f64>, ReadError> {
        self.slice(column, 0..self.bins)
    }

    fn check(&self, column: usize, bins: &Range<usize>) -> Result<(), ReadError> {
        if column >= self.labels.len() {
            return Err(ReadError::NoColumn { column, columns: self.labels.len() });
        }
        let bin = bins.end.saturating_sub(1).max(bins.start);
        let inside = bins.start <= bins.end && bins.end <= self.bins;
        inside.then_some(()).ok_or(ReadError::NoBin { bin, bins: self.bins })
    }

    fn values_length(&self) -> u64 {
        8 * self.bins as u64 * self.labels.len() as u64
    }

    /// `count` values from the one numbered `first` over all columns.
    fn values(&self, first: usize, count: usize) -> Result<Vec<f64>, ReadError> {
        let bytes = read(&self.file, self.offset + 8 * first as u64, 8 * count);
        let bytes = bytes.map_err(|source| ReadError::file(&self.path, source))?;
        let (cells, _) = bytes.as_chunks::<8>();
        Ok(cells.iter().map(|cell| f64::from_le_bytes(*cell)).collect())
    }
}

/// The numbers at the head of the file.
struct Head {
    columns: u32,
    bins: u64,
    offset: u64,
}

impl Head {
    fn parse(bytes: &[u8], path: &Path) -> Result<Self, ReadError> {
        let mut rest = bytes;
        let magic = rest.split_off(..MAGIC.len());
        if magic != Some(MAGIC.as_slice()) {
            return Err(damaged(path, "it does not begin with `FLOWCOLS`"));
        }
        let version = take_u32(&mut rest);
        if let Some(found) = version.filter(|version| *version != VERSION) {
            return Err(ReadError::Version { path: path.to_owned(), found, known: VERSION });
        }
        let head = version.and_then(|_| {
            Some(Self { columns: take_u32(&mut rest)?, bins: take_u64(&mut rest)?, offset: take_u64(&mut rest)? })
        });
        head.ok_or_else(|| damaged(path, "it ends within its header"))
    }

    /// The values follow the header and fill the file.
    fn check_length(&self, length: u64, path: &Path) -> Result<(), ReadError> {
        let values = u64::from(self.columns).checked_mul(self.bins).and_then(|values| values.checked_mul(8));
        let expected = values.and_then(|values| values.checked_add(self.offset));
        match expected {
            Some(expected) if expected == length && self.offset >= HEAD as u64 => Ok(()),
            Some(expected) => Err(damaged(path, &format!("it has {length} bytes, expected {expected}"))),
            None => Err(damaged(path, "its header makes no sense")),
        }
    }
}

fn parse_labels(mut bytes: &[u8], count: u32) -> Option<Vec<Label>> {
    let mut labels = Vec::new();
    for _ in 0..count {
        let kind = take_u32(&mut bytes)?;
        let kind = ColumnKind::ALL.into_iter().find(|known| *known as u32 == kind)?;
        let length = take_u32(&mut bytes)? as usize;
        let id = std::str::from_utf8(bytes.split_off(..length)?).ok()?.to_owned();
        labels.push(Label { kind, id });
    }
    Some(labels)
}

fn take_u32(bytes: &mut &[u8]) -> Option<u32> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*number))
}

fn take_u64(bytes: &mut &[u8]) -> Option<u64> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u64::from_le_bytes(*number))
}

fn damaged(path: &Path, problem: &str) -> ReadError {
    ReadError::Damaged { path: path.to_owned(), problem: problem.to_owned() }
}

/// `count` bytes of the file from `offset` on; nobody's position in it changes.
fn read(file: &File, offset: u64, count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    read_exact_at(file, &mut bytes, offset)?;
    Ok(bytes)
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                bytes = &mut bytes[read..];
                offset += read as u64;
            }
        }
    }
    Ok(())
}
