//! What the two files of columns have in common: numbers at their head that must agree with their length, and values of
//! eight bytes behind it. A file that is cut off, too long or contradicts itself is refused when it is opened, so that
//! every later read lies within it. Reads are positioned: nobody's place in the file changes.

use std::fs::File;
use std::io;
use std::path::Path;

use super::VERSION;
use crate::stored::ReadError;

/// Bytes before whatever follows the head.
pub(super) const HEAD: usize = 32;

/// The numbers at the head of a file.
pub(super) struct Head {
    pub(super) columns: u32,
    pub(super) bins: u64,
    /// Where the values begin.
    pub(super) offset: u64,
}

impl Head {
    /// The head as bytes.
    pub(super) fn bytes(&self, magic: &[u8; 8]) -> Vec<u8> {
        let mut bytes = magic.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(self.columns.to_le_bytes());
        bytes.extend(self.bins.to_le_bytes());
        bytes.extend(self.offset.to_le_bytes());
        bytes
    }

    /// Reads the head of `file`, which begins with `magic` and is as long as the head says.
    pub(super) fn read(file: &File, magic: &[u8; 8], path: &Path) -> Result<Self, ReadError> {
        let failed = |source| ReadError::file(path, source);
        let length = file.metadata().map_err(failed)?.len();
        let bytes = read(file, 0, length.min(HEAD as u64) as usize).map_err(failed)?;
        let head = Self::parse(&bytes, magic, path)?;
        head.check_length(length, path)?;
        Ok(head)
    }

    fn parse(bytes: &[u8], magic: &[u8; 8], path: &Path) -> Result<Self, ReadError> {
        let mut rest = bytes;
        if rest.split_off(..magic.len()) != Some(magic.as_slice()) {
            let problem = format!("it does not begin with `{}`", String::from_utf8_lossy(magic));
            return Err(damaged(path, &problem));
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

/// The next four bytes as a number.
pub(super) fn take_u32(bytes: &mut &[u8]) -> Option<u32> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*number))
}

fn take_u64(bytes: &mut &[u8]) -> Option<u64> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u64::from_le_bytes(*number))
}

/// The error for a file that contradicts itself or another one.
pub(super) fn damaged(path: &Path, problem: &str) -> ReadError {
    ReadError::Damaged { path: path.to_owned(), problem: problem.to_owned() }
}

/// `count` values from `offset` on.
pub(super) fn read_values(file: &File, offset: u64, count: usize) -> io::Result<Vec<f64>> {
    let bytes = read(file, offset, 8 * count)?;
    let (cells, _) = bytes.as_chunks::<8>();
    Ok(cells.iter().map(|cell| f64::from_le_bytes(*cell)).collect())
}

/// `count` bytes from `offset` on.
pub(super) fn read(file: &File, offset: u64, count: usize) -> io::Result<Vec<u8>> {
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
