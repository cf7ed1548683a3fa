//! Gold as CSV: a header with the names of the columns, in any order, and a line per row. An empty cell and `NaN` are
//! missing. Written, it has all columns and reads back to the same rows.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use ::csv::{ByteRecord, ReaderBuilder};
use flowtime_files::push_number;
use jiff::Timestamp;

use super::cells::{self, Cell, Header, Wrong};
use super::read::{ReadError, Take};
use super::{COLUMNS, GoldRow, text_of};
use crate::lines::{Bounded, too_long};

/// Reads the rows of `stream`, which is called `path`.
pub(super) fn read<E: From<ReadError>>(
    stream: impl Read,
    path: &Path,
    made: Timestamp,
    take: Take<'_, E>,
) -> Result<(), E> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(Bounded::new(stream));
    let mut record = ByteRecord::new();
    let mut header = None;
    loop {
        let begin = reader.position().line();
        reader.get_mut().renew();
        if !reader.read_byte_record(&mut record).map_err(|error| failed(path, error, begin))? {
            break;
        }
        let line = record.position().map_or(0, ::csv::Position::line);
        match &header {
            None => header = Some(header_of(&record).map_err(|wrong| ReadError::content(path, Some(line), wrong))?),
            Some(header) => {
                let row = row(&record, header, made).map_err(|wrong| ReadError::content(path, Some(line), wrong));
                take(line, row)?;
            }
        }
    }
    match header {
        Some(_) => Ok(()),
        None => Err(ReadError::content(path, None, ("the file is empty, expected a header".to_owned(), None)).into()),
    }
}

fn failed(path: &Path, error: ::csv::Error, line: u64) -> ReadError {
    let source = match error.into_kind() {
        ::csv::ErrorKind::Io(source) if source.kind() == ErrorKind::FileTooLarge => {
            let help = Some("close the quote in it, or leave it out".to_owned());
            return ReadError::content(path, Some(line), (too_long(), help));
        }
        ::csv::ErrorKind::Io(source) => source,
        kind => io::Error::other(format!("{kind:?}")),
    };
    ReadError::File { path: path.to_owned(), source }
}

fn header_of(record: &ByteRecord) -> Result<Header, Wrong> {
    let names: Vec<Cow<'_, str>> = record.iter().map(String::from_utf8_lossy).collect();
    Header::new(names.iter().map(AsRef::as_ref))
}

fn row(record: &ByteRecord, header: &Header, made: Timestamp) -> Result<GoldRow, Wrong> {
    if record.len() != header.width {
        return Err((format!("expected {} cells, found {}", header.width, record.len()), None));
    }
    if let Some(cell) = record.iter().find(|cell| std::str::from_utf8(cell).is_err()) {
        let found = cells::excerpt(&String::from_utf8_lossy(cell));
        return Err((format!("`{found}` is not valid UTF-8"), Some("save the file in the encoding UTF-8".to_owned())));
    }
    cells::row(&header.cells(|place| cell(record.get(place).unwrap_or_default())), made)
}

fn cell(bytes: &[u8]) -> Cell<'_> {
    match bytes.trim_ascii() {
        b"" | b"NaN" => Cell::Missing,
        _ => Cell::Text(String::from_utf8_lossy(bytes)),
    }
}

/// Writes the header to `out`.
pub(super) fn write_header(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", COLUMNS.join(","))
}

/// Writes `row` to `out`.
pub(super) fn write_row(out: &mut dyn Write, row: &GoldRow) -> io::Result<()> {
    let mut line = text_of(row.ts);
    push_cell(&mut line, &row.node);
    for count in [row.arrivals, row.served, row.errors, row.external_demand] {
        line.push(',');
        line.extend(count.map(|count| count.to_string()));
    }
    line.push(',');
    push_number(&mut line, row.queue_depth.unwrap_or(f64::NAN));
    push_cell(&mut line, &row.schema_version);
    push_cell(&mut line, &text_of(row.extraction_ts));
    push_cell(&mut line, &row.known_data_gaps);
    line.push('\n');
    out.write_all(line.as_bytes())
}

/// A text in quotes where it needs them.
fn push_cell(line: &mut String, text: &str) {
    line.push(',');
    if text.contains([',', '"', '\n', '\r']) || text.trim() != text {
        line.push('"');
        line.push_str(&text.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(text);
    }
}
