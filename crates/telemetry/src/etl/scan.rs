//! Reading files of events or metrics line by line: each line that can be read goes to a [`Reader`], each that can't to
//! the rejects. A file is CSV if its name or its first character says so, and lines of JSON otherwise.

use std::fs::File;
use std::io::{Chain, Cursor, ErrorKind, Read};
use std::path::Path;

use csv::StringRecord;

use super::error::EtlError;
use super::memory::Content;
use super::record::{Fault, Field, Record, Shape};
use super::rejects::Rejects;
use super::table::Header;
use super::{Progress, Step, Watch, inputs, ndjson, table};
use crate::lines::{Line, Lines, too_long};

/// Lines between two looks at the clock and at the wish to stop.
const PACE: u64 = 4_096;
/// Bytes that tell the format of a file.
const LOOKED_AT: u64 = 512;

/// What takes the lines of a file.
pub(super) trait Reader {
    /// The columns it wants.
    const SHAPE: &'static Shape;
    /// The columns without which no line of a table can be read.
    const NEEDED: &'static [Field];

    /// Takes a line.
    fn take(&mut self, record: &Record) -> Result<(), Fault>;

    /// Hands on what it has, now and then.
    fn pass_on(&mut self) -> Result<(), EtlError>;

    /// What the file had whose lines were taken.
    fn end_file(&mut self) -> Content;
}

/// A file whose beginning was looked at; a pipe can't be wound back.
type Input = Chain<Cursor<Vec<u8>>, File>;

/// What all files of a run share.
pub(super) struct Scan<'a> {
    pub(super) rejects: Rejects,
    /// Lines read so far that are not empty.
    pub(super) lines: u64,
    done: u64,
    total: u64,
    /// Whether somebody may be writing the files: a last line without an end, which can't be read, is left for later.
    growing: bool,
    watch: Watch<'a>,
}

impl<'a> Scan<'a> {
    /// A scan of files that have `total` bytes together.
    pub(super) fn new(rejects: Rejects, total: u64, growing: bool, watch: Watch<'a>) -> Self {
        Self { rejects, lines: 0, done: 0, total, growing, watch }
    }

    /// Reads the file at `path` to its end; what it has.
    pub(super) fn file<R: Reader>(&mut self, path: &Path, reader: &mut R) -> Result<Content, EtlError> {
        let mut file = inputs::open(path)?;
        let mut start = Vec::new();
        let looked = file.by_ref().take(LOOKED_AT).read_to_end(&mut start);
        looked.map_err(|source| EtlError::Read { path: path.to_owned(), source })?;
        let format = Format::told_by(path, &start);
        let file = Cursor::new(start).chain(file);
        match format {
            Format::Json => self.json(path, file, reader)?,
            Format::Csv => self.csv(path, file, reader)?,
            Format::Foreign(reason, help) => {
                return Err(EtlError::NoInput { path: path.to_owned(), reason: reason.to_owned(), help });
            }
        }
        reader.pass_on()?;
        self.done += inputs::length(path);
        Ok(reader.end_file())
    }

    fn json<R: Reader>(&mut self, path: &Path, file: Input, reader: &mut R) -> Result<(), EtlError> {
        let mut lines = Lines::new(file);
        let mut record = Record::default();
        loop {
            let (number, bytes) = (lines.number + 1, lines.bytes);
            let Some(line) = lines.next().map_err(|source| EtlError::Read { path: path.to_owned(), source })? else {
                return Ok(());
            };
            let Line { text, is_whole, is_ended } = line;
            if text.trim_ascii().is_empty() {
                continue;
            }
            let parsed =
                if is_whole { ndjson::parse(text, R::SHAPE, &mut record) } else { Err(Fault::new("1", too_long())) };
            match parsed.and_then(|()| reader.take(&record)) {
                Err(fault) if is_ended || !self.growing => self.rejects.add(path, number, fault, text)?,
                _ => {}
            }
            self.count(bytes, reader)?;
        }
    }

    fn csv<R: Reader>(&mut self, path: &Path, file: Input, reader: &mut R) -> Result<(), EtlError> {
        let mut table = table::reader(file);
        let names = table.headers().map_err(|error| header_failed(path, error))?;
        let header = Header::new(names, R::SHAPE, R::NEEDED, path)?;
        let (mut cells, mut record) = (StringRecord::new(), Record::default());
        loop {
            let begin = table.position().line();
            table.get_mut().renew();
            let (line, taken) = match table.read_record(&mut cells) {
                Ok(false) => return Ok(()),
                Ok(true) => {
                    let taken = header.parse(&cells, R::SHAPE, &mut record).and_then(|()| reader.take(&record));
                    (line_of(cells.position()), taken)
                }
                Err(error) if is_too_long(&error) => {
                    return Err(EtlError::RowTooLong { path: path.to_owned(), line: begin });
                }
                Err(error) if error.is_io_error() => return Err(csv_failed(path, error)),
                Err(error) => (line_of(error.position()), Err(bad_cell(&error))),
            };
            if let Err(fault) = taken {
                self.rejects.add(path, line, fault, join(&cells).as_bytes())?;
            }
            self.count(table.position().byte(), reader)?;
        }
    }

    /// Counts a line, `bytes` into the file, and looks up now and then.
    fn count<R: Reader>(&mut self, bytes: u64, reader: &mut R) -> Result<(), EtlError> {
        self.lines += 1;
        if !self.lines.is_multiple_of(PACE) {
            return Ok(());
        }
        self.watch.check()?;
        let (done, total, lines) = (self.done + bytes, self.total, self.lines);
        (self.watch.progress)(Progress { step: Step::Reading, done, total, lines });
        reader.pass_on()
    }
}

fn is_too_long(error: &csv::Error) -> bool {
    matches!(error.kind(), csv::ErrorKind::Io(source) if source.kind() == ErrorKind::FileTooLarge)
}

fn header_failed(path: &Path, error: csv::Error) -> EtlError {
    match error.kind() {
        _ if is_too_long(&error) => EtlError::RowTooLong { path: path.to_owned(), line: 1 },
        csv::ErrorKind::Utf8 { .. } => EtlError::NoInput {
            path: path.to_owned(),
            reason: "its first line is not valid UTF-8".to_owned(),
            help: "save it in the encoding UTF-8",
        },
        _ => csv_failed(path, error),
    }
}

fn bad_cell(error: &csv::Error) -> Fault {
    match error.kind() {
        csv::ErrorKind::Utf8 { err, .. } => Fault::new((err.field() + 1).to_string(), "the cell is not valid UTF-8"),
        _ => Fault::new("1", error.to_string()),
    }
}

fn line_of(position: Option<&csv::Position>) -> u64 {
    position.map_or(0, csv::Position::line)
}

fn csv_failed(path: &Path, error: csv::Error) -> EtlError {
    EtlError::Read { path: path.to_owned(), source: error.into() }
}

fn join(cells: &StringRecord) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let written = writer.write_record(cells).ok().and_then(|()| writer.into_inner().ok());
    String::from_utf8(written.unwrap_or_default()).unwrap_or_default().trim_end().to_owned()
}

/// What a file holds.
#[derive(Debug, PartialEq, Eq)]
enum Format {
    Json,
    Csv,
    /// Neither, and what helps.
    Foreign(&'static str, &'static str),
}

impl Format {
    /// The format of a file that is called so and begins with `start`.
    fn told_by(path: &Path, start: &[u8]) -> Self {
        if start.starts_with(&[0x1f, 0x8b]) {
            return Format::Foreign("it is compressed", "unpack it with `gunzip`");
        }
        if start.contains(&0) {
            return Format::Foreign("it is binary", "export it as lines of JSON or as CSV in UTF-8");
        }
        let start = start.strip_prefix("\u{feff}".as_bytes()).unwrap_or(start);
        match start.trim_ascii_start().first() {
            Some(b'[') => Format::Foreign("it is one JSON array", "make lines of it with `jq -c '.[]'`"),
            // A file without anything has no lines.
            Some(b'{') | None => Format::Json,
            _ if path.extension().is_some_and(|found| found.eq_ignore_ascii_case("csv")) => Format::Csv,
            Some(_) if has_json_name(path) => Format::Json,
            Some(_) => Format::Csv,
        }
    }
}

fn has_json_name(path: &Path) -> bool {
    let names = ["ndjson", "jsonl", "json"];
    path.extension().is_some_and(|found| names.iter().any(|name| found.eq_ignore_ascii_case(name)))
}
