//! CSV: one value per line, or a header with the column `value` and perhaps `bin_index` or `t`. Read line by line into
//! one buffer; a line ends at LF or CRLF, and the last one may lack its end. An empty line is an empty cell.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};

use super::clock::Clock;
use super::report::{Report, reason};
use super::{Cells, Column};
use crate::diagnostics::suggest::{self, excerpt};

/// Bytes read at a time.
const BUFFER: usize = 256 << 10;
/// The longest line; a longer one is no row of numbers.
const MAX_LINE: usize = 64 << 10;

/// Reads a CSV stream into `column`; whether it came to the end.
pub(super) fn read(stream: impl Read, column: &mut Column, report: &mut Report<'_>) -> bool {
    let mut lines = Lines::new(stream);
    let mut layout = Layout::Plain;
    while lines.advance(report) {
        if lines.number == 1 {
            match Layout::of(&lines.text(), column.clock, report) {
                Some(found) => layout = found,
                None => return false,
            }
            if matches!(layout, Layout::Table { .. }) {
                continue;
            }
        }
        if column.cells == Cells::Counted {
            column.push(f64::NAN);
            return lines.count_rest(column, report);
        }
        if !layout.read_row(&lines.text(), lines.number, column, report) {
            return false;
        }
        if column.is_overfull() {
            return true;
        }
    }
    !lines.failed
}

/// Whether the first line of a CSV stream names its columns.
pub(super) fn has_header(stream: impl Read, report: &mut Report<'_>) -> bool {
    let mut lines = Lines::new(stream);
    lines.advance(report) && matches!(Layout::of(&lines.text(), None, report), Some(Layout::Table { .. }))
}

/// The lines of a stream, one at a time.
struct Lines<R> {
    reader: BufReader<R>,
    buffer: Vec<u8>,
    /// The number of the line in the buffer, from 1.
    number: usize,
    failed: bool,
}

impl<R: Read> Lines<R> {
    fn new(stream: R) -> Self {
        Self { reader: BufReader::with_capacity(BUFFER, stream), buffer: Vec::new(), number: 0, failed: false }
    }

    /// Reads the next line, without its end and without the file's byte order mark; whether there is one.
    fn advance(&mut self, report: &mut Report<'_>) -> bool {
        self.buffer.clear();
        let limit = MAX_LINE as u64 + 1;
        let read = (&mut self.reader).take(limit).read_until(b'\n', &mut self.buffer);
        if self.buffer.is_empty() && read.is_ok() {
            return false;
        }
        self.number += 1;
        let problem = match read {
            Err(error) => Some(reason(&error)),
            Ok(_) => self.problem(),
        };
        if let Some(problem) = problem {
            report.unreadable(&problem);
            self.failed = true;
            return false;
        }
        self.trim();
        true
    }

    /// Why the line in the buffer can be no row.
    fn problem(&self) -> Option<String> {
        let is_utf16 = self.buffer.starts_with(b"\xff\xfe") || self.buffer.starts_with(b"\xfe\xff");
        if self.number == 1 && is_utf16 {
            return Some("it is UTF-16, expected UTF-8".to_owned());
        }
        (self.buffer.len() > MAX_LINE).then(|| format!("line {} is longer than {MAX_LINE} bytes", self.number))
    }

    /// The line; bytes that are no UTF-8 become replacement characters, which no number has.
    fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.buffer)
    }

    fn trim(&mut self) {
        if self.buffer.last() == Some(&b'\n') {
            self.buffer.pop();
        }
        if self.buffer.last() == Some(&b'\r') {
            self.buffer.pop();
        }
        if self.number == 1 && self.buffer.starts_with(b"\xef\xbb\xbf") {
            self.buffer.drain(..3);
        }
    }

    /// Counts the lines that are left without looking into them; whether it came to the end.
    fn count_rest(&mut self, column: &mut Column, report: &mut Report<'_>) -> bool {
        let mut unfinished = false;
        while !column.is_overfull() {
            let chunk = match self.reader.fill_buf() {
                Ok([]) => break,
                Ok(chunk) => chunk,
                Err(error) => {
                    report.unreadable(&reason(&error));
                    return false;
                }
            };
            column.rows += chunk.iter().filter(|byte| **byte == b'\n').count();
            unfinished = chunk.last() != Some(&b'\n');
            let length = chunk.len();
            self.reader.consume(length);
        }
        column.rows += usize::from(unfinished);
        true
    }
}

/// How the rows of a file look.
enum Layout {
    /// One value per line.
    Plain,
    /// Columns with names.
    Table {
        width: usize,
        value: usize,
        /// The column that counts the rows, until it was found wrong.
        index: Option<(usize, &'static str)>,
        /// The column with the times of the bins, until it was found wrong.
        times: Option<(usize, Clock)>,
    },
}

impl Layout {
    /// The layout that the first line tells.
    fn of(line: &str, clock: Option<Clock>, report: &mut Report<'_>) -> Option<Self> {
        let names = split(line);
        if let [only] = names.as_slice()
            && parse_cell(&only.text).is_some()
        {
            return Some(Layout::Plain);
        }
        let place = |wanted: &str| names.iter().position(|name| name.text == wanted);
        let index = ["bin_index", "t"].into_iter().find_map(|name| Some((place(name)?, name)));
        match place("value") {
            Some(value) => {
                let times = ["time", "timestamp", "ts"].into_iter().find_map(place).zip(clock);
                Some(Layout::Table { width: names.len(), value, index, times })
            }
            None => {
                report_header(&names, report);
                None
            }
        }
    }

    /// Reads a row; whether to go on.
    fn read_row(&mut self, line: &str, number: usize, column: &mut Column, report: &mut Report<'_>) -> bool {
        if line.is_empty() {
            column.push(f64::NAN);
            return true;
        }
        match self {
            Layout::Plain => {
                if let Some(value) = parse_number(line) {
                    column.push(value);
                    return true;
                }
                let cells = split(line);
                if let [cell] = cells.as_slice() {
                    push_cell(cell, number, column, report);
                    return true;
                }
                report_width(1, &cells, number, report)
            }
            Layout::Table { width, value, index, times } => {
                let cells = split(line);
                if cells.len() != *width {
                    return report_width(*width, &cells, number, report);
                }
                if let Some((at, clock)) = times
                    && !clock.check(&cells[*at].text, column.rows, report)
                {
                    *times = None;
                }
                if index.is_some_and(|(at, name)| !check_index(&cells[at], name, column.rows, number, report)) {
                    *index = None;
                }
                push_cell(&cells[*value], number, column, report);
                true
            }
        }
    }
}

fn report_header(names: &[Cell<'_>], report: &mut Report<'_>) {
    let found: Vec<String> = names.iter().map(|name| format!("`{}`", excerpt(&name.text))).collect();
    let numbers = names.iter().all(|name| parse_cell(&name.text).is_some());
    let problem = if numbers {
        format!("expected one value per line, found {} columns without a header", names.len())
    } else {
        format!("expected a header with the column `value`, found {}", found.join(", "))
    };
    let advice = match names.first().and_then(|name| Some((&name.text, suggest::number(&name.text)?))) {
        Some((found, number)) => format!("write `{number}` for `{found}`"),
        None => "name the column with the values `value`".to_owned(),
    };
    report.layout(1, &problem).help(advice);
}

fn report_width(expected: usize, row: &[Cell<'_>], line: usize, report: &mut Report<'_>) -> bool {
    let found = row.len();
    let cells = |count: usize| {
        if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") }
    };
    let diagnostic = report.layout(line, &format!("expected {}, found {}", cells(expected), cells(found)));
    let joined: Vec<&str> = row.iter().map(|cell| &*cell.text).collect();
    if let Some(number) = suggest::number(&joined.join(",")).filter(|_| expected == 1) {
        diagnostic.help(format!("write `{number}`"));
    }
    false
}

fn check_index(cell: &Cell<'_>, name: &str, expected: usize, line: usize, report: &mut Report<'_>) -> bool {
    let fits = cell.text.parse::<usize>() == Ok(expected);
    if !fits {
        let found = excerpt(&cell.text);
        report
            .layout(line, &format!("expected {name} {expected}, found `{found}`"))
            .help(format!("number the rows 0, 1, 2, … in the column `{name}`"));
    }
    fits
}

fn push_cell(cell: &Cell<'_>, line: usize, column: &mut Column, report: &mut Report<'_>) {
    match parse_cell(&cell.text) {
        Some(value) => column.push(value),
        None => {
            report.bad_cell(line, cell.column, &cell.text);
            column.push(f64::NAN);
        }
    }
}

/// A cell without its quotes and the spaces around it.
struct Cell<'a> {
    text: Cow<'a, str>,
    /// Where it begins in its line, in characters from 1.
    column: usize,
}

/// The cells of a line.
fn split(line: &str) -> Vec<Cell<'_>> {
    let mut cells = Vec::new();
    let (mut start, mut quoted) = (0, false);
    let mut column = 1;
    for (place, (at, c)) in line.char_indices().enumerate() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => {
                cells.push(cell(&line[start..at], column));
                (start, column) = (at + 1, place + 2);
            }
            _ => {}
        }
    }
    cells.push(cell(&line[start..], column));
    cells
}

fn cell(raw: &str, column: usize) -> Cell<'_> {
    let blanks = raw.chars().take_while(|c| c.is_whitespace()).count();
    let trimmed = raw.trim();
    let text = match trimmed.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if inner.contains('"') => Cow::Owned(inner.replace("\"\"", "\"").trim().to_owned()),
        Some(inner) => Cow::Borrowed(inner.trim()),
        None => Cow::Borrowed(trimmed),
    };
    Cell { text, column: column + if trimmed.is_empty() { 0 } else { blanks } }
}

/// A number or a missing one.
fn parse_cell(text: &str) -> Option<f64> {
    if text.is_empty() { Some(f64::NAN) } else { parse_number(text) }
}

/// A number as digits, `inf` or `NaN`, signed and padded or not; one that overflows is none.
fn parse_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned.eq_ignore_ascii_case("inf") || text.eq_ignore_ascii_case("nan") {
        return text.parse().ok();
    }
    let begins = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    text.parse().ok().filter(|value: &f64| begins && value.is_finite())
}
