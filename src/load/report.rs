//! What is wrong with one source, in words: at the `source` scalar of the model, with file, line and column in the
//! message. Of many bad cells the first few are told one by one, the others counted.

use std::io;

use super::{COUNTED_ROWS, Column};
use crate::diagnostics::suggest::{self, excerpt};
use crate::diagnostics::{Code, Diagnostic, Sink, codes};
use crate::source::Span;

/// How many bad cells of one file are reported one by one.
const REPORTED_CELLS: usize = 3;

/// Whose data it is, and where it comes from.
pub(super) struct Origin<'a> {
    /// The series' id.
    pub(super) series: &'a str,
    /// The file as shown to the user.
    pub(super) file: String,
    /// The `source` scalar.
    pub(super) span: Span,
}

/// Collects the problems of one source. They share a span, and those of one code are told in one diagnostic.
pub(super) struct Report<'a> {
    origin: Origin<'a>,
    sink: &'a mut Sink,
    bad_cells: Vec<String>,
    bad_cell_count: usize,
    /// A bad cell that means a number, and which.
    meant: Option<(String, String)>,
    failed: bool,
}

impl<'a> Report<'a> {
    pub(super) fn new(origin: Origin<'a>, sink: &'a mut Sink) -> Self {
        Self { origin, sink, bad_cells: Vec::new(), bad_cell_count: 0, meant: None, failed: false }
    }

    /// Whether nothing was wrong.
    pub(super) fn is_clean(&self) -> bool {
        !self.failed
    }

    /// The file can't be read to its end; the length then means nothing.
    pub(super) fn unreadable(&mut self, reason: &str) -> &mut Diagnostic {
        let message = format!("cannot read `{}` of series `{}`: {reason}", self.origin.file, self.origin.series);
        self.emit(codes::UNREADABLE_SOURCE, message)
    }

    /// The file is not laid out as a source must be.
    pub(super) fn layout(&mut self, line: usize, problem: &str) -> &mut Diagnostic {
        let message = format!("{}:{line}: {problem}", self.origin.file);
        self.emit(codes::SOURCE_HEADER, message)
    }

    /// The file has not the column that is wanted.
    #[cfg(feature = "parquet")]
    pub(super) fn schema(&mut self, problem: &str) -> &mut Diagnostic {
        let message = format!("{}: {problem}", self.origin.file);
        self.emit(codes::SOURCE_HEADER, message)
    }

    /// The time of a row is not that of its bin.
    pub(super) fn times(&mut self, row: usize, problem: &str) {
        let message = format!("{}: row {row} {problem}", self.origin.file);
        self.emit(codes::SOURCE_HEADER, message).help("give each row the time at which its bin begins");
    }

    /// A cell is no number.
    pub(super) fn bad_cell(&mut self, line: usize, column: usize, found: &str) {
        self.failed = true;
        self.bad_cell_count += 1;
        if self.bad_cells.len() < REPORTED_CELLS {
            let file = &self.origin.file;
            self.bad_cells.push(format!("{file}:{line}:{column}: expected a number, found `{}`", excerpt(found)));
            self.meant = self.meant.take().or_else(|| Some((excerpt(found), suggest::number(found)?)));
        }
    }

    /// Tells the bad cells and, of a file that was read to its end, a wrong length.
    pub(super) fn finish(&mut self, column: &Column, complete: bool) {
        self.finish_cells();
        let is_sound = !self.failed;
        if let Some(bins) = column.bins.filter(|bins| complete && *bins != column.rows) {
            let found = match column.rows {
                rows if rows > COUNTED_ROWS => format!("more than {COUNTED_ROWS}"),
                rows => rows.to_string(),
            };
            let message = format!("Series length mismatch: expected {bins}, got {found}");
            let Origin { file, series, .. } = &self.origin;
            let rows = format!("give `{file}` of series `{series}` one row for each of the {bins} bins");
            // A file without rows, or with a fault that explains its length, is no reason to change the model.
            let fits = (1..=COUNTED_ROWS).contains(&column.rows) && is_sound;
            let help = if fits { format!("{rows}, or set `bins: {found}`") } else { rows };
            self.emit(codes::SERIES_LENGTH, message).help(help);
        }
    }

    fn finish_cells(&mut self) {
        let mut cells = std::mem::take(&mut self.bad_cells);
        let more = self.bad_cell_count - cells.len();
        if more > 0 {
            cells.push(format!("{more} more"));
        }
        if !cells.is_empty() {
            let advice = match self.meant.take() {
                Some((found, number)) => format!("write `{number}` for `{found}`"),
                None => "leave a missing value empty, or write `NaN`".to_owned(),
            };
            self.emit(codes::NOT_A_NUMBER, cells.join("; ")).help(advice);
        }
    }

    fn emit(&mut self, code: &'static Code, message: String) -> &mut Diagnostic {
        self.failed = true;
        self.sink.emit(code, self.origin.span, message)
    }
}

/// Why a file could not be read or written, in the words of a message.
pub fn reason(error: &io::Error) -> String {
    let known = match error.kind() {
        _ if error.raw_os_error().is_none() => None,
        io::ErrorKind::NotFound => Some("no such file or folder"),
        io::ErrorKind::PermissionDenied => Some("permission denied"),
        io::ErrorKind::IsADirectory => Some("it is a folder"),
        io::ErrorKind::NotADirectory => Some("a part of its path is no folder"),
        io::ErrorKind::StorageFull => Some("no space left on the disk"),
        io::ErrorKind::ReadOnlyFilesystem => Some("the file system is read-only"),
        _ => None,
    };
    known.map_or_else(|| error.to_string(), str::to_owned)
}
