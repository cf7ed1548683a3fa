//! Const series: is their data there and in order ([`probe`]), and what is it ([`read`]). All files are read through
//! [`SourceLoader`], so that tests, server and editor buffers can be in memory, and as streams: ten million rows need
//! no more memory than their column. What is wrong is reported at the `source` that names the file, with the place in
//! the file in the message.

mod clock;
mod csv;
mod json;
mod loaders;
mod locate;
#[cfg(feature = "parquet")]
mod parquet;
mod report;

use std::io::{self, Read};

use self::clock::Clock;
pub use self::loaders::{FileLoader, MemoryLoader};
pub use self::locate::{Place, locate};
#[cfg(feature = "parquet")]
use self::parquet::read as read_parquet;
pub use self::report::reason;
use self::report::{Origin, Report};
use crate::check::SeriesId;
use crate::diagnostics::{Sink, suggest};
use crate::model::{ConstData, Model, SeriesKind};
use crate::source::Spanned;

/// Where data comes from.
pub trait SourceLoader: Sync {
    /// Opens `source` as written in the model (`file://relative`, `file:///absolute`, or a bare path).
    ///
    /// # Errors
    /// As the system says: not found, not permitted, …
    fn open(&self, source: &str) -> io::Result<Box<dyn Read + '_>>;

    /// The path shown to the user for `source`.
    fn display(&self, source: &str) -> String;

    /// The names of the files in the folder that `source` is in, in any order; none where that can't be told.
    fn beside(&self, _source: &str) -> Vec<String> {
        Vec::new()
    }
}

/// How much of the sources a check looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourceCheck {
    /// Nothing.
    Skip,
    /// Whether each exists, is readable, and has the right header and length.
    #[default]
    Probe,
    /// Every cell.
    Content,
}

/// Looks at each source that a const series of `model` names, as closely as `check` says.
pub fn probe(model: &Model, loader: &dyn SourceLoader, check: SourceCheck, sink: &mut Sink) {
    if check == SourceCheck::Skip {
        return;
    }
    for series in &model.series {
        if let SeriesKind::Const(ConstData::Source(source)) = &series.kind {
            let cells = if check == SourceCheck::Content { Cells::Checked } else { Cells::Counted };
            read_source(model, &series.id.value, source, loader, cells, sink);
        }
    }
}

/// The columns of `series`, each one value per bin; `progress` is told of each as it begins. What can't be read is
/// reported and all missing; so is a series that is no const series, which has no data.
pub fn read(
    model: &Model,
    series: &[SeriesId],
    loader: &dyn SourceLoader,
    progress: &mut dyn FnMut(usize),
    sink: &mut Sink,
) -> Vec<Vec<f64>> {
    let mut columns = Vec::with_capacity(series.len());
    for (index, id) in series.iter().enumerate() {
        progress(index);
        columns.push(read_series(model, *id, loader, sink));
    }
    columns
}

fn read_series(model: &Model, id: SeriesId, loader: &dyn SourceLoader, sink: &mut Sink) -> Vec<f64> {
    let bins = model.grid.bins as usize;
    let missing = || vec![f64::NAN; bins];
    let Some(series) = model.series.get(id.0 as usize) else {
        return missing();
    };
    match &series.kind {
        SeriesKind::Const(ConstData::Value(value)) => vec![*value; bins],
        SeriesKind::Const(ConstData::Values(values)) => values.value.clone(),
        SeriesKind::Const(ConstData::Source(source)) => {
            read_source(model, &series.id.value, source, loader, Cells::Kept, sink).unwrap_or_else(missing)
        }
        SeriesKind::Expr { .. } | SeriesKind::Pmf(_) | SeriesKind::Invalid => missing(),
    }
}

/// What a reader does with the cells of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cells {
    /// Only how many there are.
    Counted,
    /// Each must be a number or missing.
    Checked,
    /// And they are the result.
    Kept,
}

/// The column of a source; `None` where something was wrong with it.
fn read_source(
    model: &Model,
    series: &str,
    source: &Spanned<String>,
    loader: &dyn SourceLoader,
    cells: Cells,
    sink: &mut Sink,
) -> Option<Vec<f64>> {
    let bins = model.grid.is_known().then_some(model.grid.bins as usize);
    let (file, format) = split_format(&source.value);
    let origin = Origin { series, file: loader.display(file), span: source.span };
    let mut report = Report::new(origin, sink);
    let stream = match loader.open(file) {
        Ok(stream) => stream,
        Err(error) => {
            let near = (error.kind() == io::ErrorKind::NotFound).then(|| near(file, loader)).flatten();
            let diagnostic = report.unreadable(&reason(&error));
            if let Some(near) = near {
                diagnostic.help(format!("did you mean `{near}`?"));
            }
            return None;
        }
    };
    let mut column = Column { clock: Clock::of(model), ..Column::new(bins, cells) };
    let complete = match format {
        Format::Csv => csv::read(stream, &mut column, &mut report),
        Format::Json => json::read(stream, &mut column, &mut report),
        Format::Parquet(name) => read_parquet(stream, name, &mut column, &mut report),
    };
    report.finish(&column, complete);
    report.is_clean().then_some(column.values)
}

/// How a source is read.
enum Format<'a> {
    Csv,
    Json,
    /// And which of its columns.
    Parquet(Option<&'a str>),
}

/// The file of a source and its format, by the end of its name.
fn split_format(source: &str) -> (&str, Format<'_>) {
    let ends_with = |path: &str, end: &str| path.to_ascii_lowercase().ends_with(end);
    match source.rsplit_once('#') {
        Some((file, column)) if ends_with(file, ".parquet") => (file, Format::Parquet(Some(column))),
        _ if ends_with(source, ".parquet") => (source, Format::Parquet(None)),
        _ if ends_with(source, ".json") => (source, Format::Json),
        _ => (source, Format::Csv),
    }
}

#[cfg(not(feature = "parquet"))]
fn read_parquet(_: impl Read, _: Option<&str>, _: &mut Column, report: &mut Report<'_>) -> bool {
    report.unreadable("this build reads CSV and JSON, not Parquet");
    false
}

/// The source nearest to `file` of those that lie beside it.
fn near(file: &str, loader: &dyn SourceLoader) -> Option<String> {
    let (folder, name) = file.rfind('/').map_or(("", file), |at| file.split_at(at + 1));
    let names = loader.beside(file);
    let near = suggest::nearest(name, names.iter().map(String::as_str))?;
    Some(format!("{folder}{near}"))
}

/// Rows beyond which a file that is too long is not even counted.
const COUNTED_ROWS: usize = 20_000_000;

/// The rows of a source as they come in.
struct Column {
    bins: Option<usize>,
    cells: Cells,
    rows: usize,
    values: Vec<f64>,
    /// When the bins begin, where the model says so.
    clock: Option<Clock>,
}

impl Column {
    fn new(bins: Option<usize>, cells: Cells) -> Self {
        let capacity = if cells == Cells::Kept { bins.unwrap_or_default() } else { 0 };
        Self { bins, cells, rows: 0, values: Vec::with_capacity(capacity), clock: None }
    }

    /// Takes the next row's value; beyond the grid it is only counted.
    fn push(&mut self, value: f64) {
        if self.cells == Cells::Kept && self.bins.is_none_or(|bins| self.rows < bins) {
            self.values.push(value);
        }
        self.rows += 1;
    }

    /// Whether so many rows came that counting on tells nothing.
    fn is_overfull(&self) -> bool {
        self.rows > COUNTED_ROWS
    }
}

#[cfg(test)]
mod tests;
