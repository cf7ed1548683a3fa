//! The lines of a file, one at a time and counted from 1, in a buffer that is used again. A byte order mark is passed
//! over, and a line that would take too much memory is reported instead of kept. Tables, whose rows may span lines, are
//! read through a [`Bounded`] stream.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

/// Bytes of a line at most.
pub(crate) const LONGEST: u64 = 16 << 20;
const BUFFER: usize = 1 << 18;

/// A line of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Its bytes, without its end.
    pub(crate) text: &'a [u8],
    /// Whether these are all of them; the rest of a line that is too long was passed over.
    pub(crate) is_whole: bool,
    /// Whether the file goes on after it; somebody may still be writing one that has no end.
    pub(crate) is_ended: bool,
}

/// The lines of a file.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    /// Bytes read so far.
    pub(crate) bytes: u64,
    /// The number of the last line.
    pub(crate) number: u64,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(file: R) -> Self {
        Self { reader: BufReader::with_capacity(BUFFER, file), line: Vec::new(), bytes: 0, number: 0 }
    }

    /// The next line; none at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let read = (&mut self.reader).take(LONGEST).read_until(b'\n', &mut self.line)?;
        if read == 0 {
            return Ok(None);
        }
        self.bytes += read as u64;
        self.number += 1;
        let is_whole = self.line.last() == Some(&b'\n') || (read as u64) < LONGEST;
        if !is_whole {
            self.bytes += skip_line(&mut self.reader)?;
            return Ok(Some(Line { text: &self.line[..200], is_whole, is_ended: true }));
        }
        let is_ended = self.line.last() == Some(&b'\n');
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mark = if self.number == 1 { line.strip_prefix("\u{feff}".as_bytes()) } else { None };
        Ok(Some(Line { text: mark.unwrap_or(line), is_whole, is_ended }))
    }
}

fn skip_line(reader: &mut impl BufRead) -> io::Result<u64> {
    let mut skipped = 0;
    loop {
        let part = reader.fill_buf()?;
        let end = part.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(part.len(), |end| end + 1);
        let is_last = end.is_some() || part.is_empty();
        reader.consume(taken);
        skipped += taken as u64;
        if is_last {
            return Ok(skipped);
        }
    }
}

/// A stream in which nothing that is read at once may be longer than [`LONGEST`]; more than that is an error of the kind
/// [`ErrorKind::FileTooLarge`].
#[derive(Debug)]
pub(crate) struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R> Bounded<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, left: LONGEST }
    }

    /// Says that what was read so far is done with.
    pub(crate) fn renew(&mut self) {
        self.left = LONGEST;
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(ErrorKind::FileTooLarge.into());
        }
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let read = self.inner.read(&mut buffer[..most])?;
        self.left -= read as u64;
        Ok(read)
    }
}

/// What is said of a row that is longer.
pub(crate) fn too_long() -> String {
    format!("the line is longer than {} MiB", LONGEST >> 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_any_ending_and_begin_behind_a_byte_order_mark() {
        let mut lines = Lines::new("\u{feff}a\r\nb\n\nc".as_bytes());
        let mut found = Vec::new();
        while let Some(Line { text, is_ended, .. }) = lines.next().unwrap() {
            found.push((String::from_utf8(text.to_vec()).unwrap(), is_ended));
        }
        assert_eq!(
            found,
            [("a", true), ("b", true), ("", true), ("c", false)].map(|(text, end)| (text.to_owned(), end))
        );
        assert_eq!((lines.number, lines.bytes), (4, 10));
    }

    #[test]
    fn a_line_without_end_is_passed_over() {
        let long = io::repeat(b'x').take(LONGEST + 5).chain("\nshort".as_bytes());
        let mut lines = Lines::new(long);
        assert!(!lines.next().unwrap().unwrap().is_whole);
        assert_eq!(lines.next().unwrap().unwrap().text, b"short");
        assert_eq!(lines.number, 2);
    }
}
