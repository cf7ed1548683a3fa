//! Where the value of a const series at one bin was written: for whoever asks where a number comes from.

use super::report::{Origin, Report};
use super::{Format, SourceLoader, csv, split_format};
use crate::check::SeriesId;
use crate::diagnostics::Sink;
use crate::model::{ConstData, Model, SeriesKind};
use crate::source::Span;

/// The place of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a file with lines.
    Line {
        /// The file as shown to the user.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// In a file with rows or elements.
    Row {
        /// The file as shown to the user.
        file: String,
        /// The row, from 0.
        row: usize,
    },
    /// In the model.
    Model(Span),
}

/// Where the value of the const series `id` at `bin` stands; `None` for a series that is no const series. The series
/// was read before without an error.
pub fn locate(model: &Model, id: SeriesId, bin: usize, loader: &dyn SourceLoader) -> Option<Place> {
    let series = model.series.get(id.index())?;
    match &series.kind {
        SeriesKind::Const(ConstData::Source(source)) => {
            let (path, format) = split_format(&source.value);
            let file = loader.display(path);
            Some(match format {
                Format::Csv => Place::Line { line: bin + 1 + header_lines(path, source.span, loader), file },
                Format::Json | Format::Parquet(_) => Place::Row { file, row: bin },
            })
        }
        SeriesKind::Const(ConstData::Values(values)) => Some(Place::Model(values.span)),
        SeriesKind::Const(ConstData::Value(_)) => Some(Place::Model(series.id.span)),
        SeriesKind::Expr { .. } | SeriesKind::Pmf(_) | SeriesKind::Invalid => None,
    }
}

/// How many lines stand before the first value.
fn header_lines(path: &str, span: Span, loader: &dyn SourceLoader) -> usize {
    let mut unheard = Sink::default();
    let mut report = Report::new(Origin { series: "", file: String::new(), span }, &mut unheard);
    loader.open(path).map_or(0, |stream| usize::from(csv::has_header(stream, &mut report)))
}
