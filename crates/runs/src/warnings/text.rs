//! Bins, times and numbers in messages: few ranges of many bins, clock times where the model has a window, numbers
//! without the digits that only rounding made.

use flowtime::model::Model;
use jiff::{SignedDuration, Timestamp};

use crate::record::{GridRecord, RunIndex, RunRecord, WindowRecord};

/// Ranges of bins that a message shows.
const RANGES_SHOWN: usize = 5;

/// When the bins of a run are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    start: Option<Timestamp>,
    bin_minutes: u64,
}

impl Clock {
    /// The clock of a run of `model`.
    pub fn of_model(model: &Model) -> Self {
        Self { start: model.window.map(|window| window.start), bin_minutes: model.grid.bin_minutes() }
    }

    /// The clock of the run with this record.
    pub fn of_record(record: &RunRecord) -> Self {
        Self::new(record.window.as_ref(), &record.grid)
    }

    /// The clock of the run with this index.
    pub fn of_index(index: &RunIndex) -> Self {
        Self::new(index.window.as_ref(), &index.grid)
    }

    fn new(window: Option<&WindowRecord>, grid: &GridRecord) -> Self {
        let start = window.and_then(|window| window.start.parse().ok());
        Self { start, bin_minutes: grid.bin_minutes }
    }

    /// When `bin` begins, if the run says so.
    pub fn begin(&self, bin: usize) -> Option<Timestamp> {
        let minutes = i64::try_from(bin).ok()?.checked_mul(i64::try_from(self.bin_minutes).ok()?)?;
        self.start?.checked_add(SignedDuration::from_secs(minutes.checked_mul(60)?)).ok()
    }

    /// `01:00-01:10 UTC`: when the first of `bins` begins and the last one ends, if the run says so.
    pub fn span(&self, bins: &[usize]) -> Option<String> {
        let (begin, end) = (self.begin(*bins.first()?)?, self.begin(bins.last()? + 1)?);
        let in_one_day = end.duration_since(begin) < SignedDuration::from_hours(24) && self.bin_minutes < 24 * 60;
        let format = if in_one_day { "%H:%M" } else { "%Y-%m-%d %H:%M" };
        Some(format!("{}-{} UTC", begin.strftime(format), end.strftime(format)))
    }
}

/// `at bin 11`, `at bins 3, 12-14`; what is too much is counted.
pub fn at_bins(bins: &[usize]) -> String {
    let ranges: Vec<&[usize]> = bins.chunk_by(|a, b| a + 1 == *b).collect();
    let shown = &ranges[..ranges.len().min(RANGES_SHOWN)];
    let texts: Vec<String> = shown.iter().map(|range| range_text(range)).collect();
    let rest = bins.len() - shown.iter().map(|range| range.len()).sum::<usize>();
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let noun = if bins.len() == 1 { "bin" } else { "bins" };
    format!("at {noun} {}{more}", texts.join(", "))
}

fn range_text(range: &[usize]) -> String {
    match range {
        [first, .., last] => format!("{first}-{last}"),
        _ => range.iter().map(usize::to_string).collect(),
    }
}

/// A number for people: at most ten digits, so that `-40.00000000000001` is `-40`.
pub(crate) fn number(value: f64) -> String {
    let rounded: f64 = format!("{value:.9e}").parse().unwrap_or(value);
    if (1e-5..1e15).contains(&rounded.abs()) || rounded == 0.0 { rounded.to_string() } else { format!("{rounded:e}") }
}

/// A value as its shortest exact decimal; `missing` for NaN.
pub(crate) fn exact(value: f64) -> String {
    if value.is_nan() { "missing".to_owned() } else { value.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flowtime::model::{Grid, Window};
    use flowtime::source::Span;

    #[test]
    fn messages_show_ranges_and_count_the_rest() {
        assert_eq!(at_bins(&[11]), "at bin 11");
        assert_eq!(at_bins(&[3, 12, 13, 14]), "at bins 3, 12-14");
        let many: Vec<usize> = (0..20).map(|bin| bin * 2).collect();
        assert_eq!(at_bins(&many), "at bins 0, 2, 4, 6, 8 and 15 more");
    }

    fn check_times(bin_size: u32, bins: &[usize], expected: &str) {
        let start = "2025-10-07T00:00:00Z".parse().unwrap();
        let grid = Grid { bins: 2000, bin_size, ..Grid::default() };
        let window = Some(Window { start, span: Span::default() });
        let clock = Clock::of_model(&Model { grid, window, ..Model::default() });
        assert_eq!(clock.span(bins).as_deref(), Some(expected));
    }

    #[test]
    fn times_are_those_of_the_window() {
        check_times(5, &[12, 13], "01:00-01:10 UTC");
        check_times(5, &[12, 500], "2025-10-07 01:00-2025-10-08 17:45 UTC");
        assert_eq!(Clock::of_model(&Model::default()).span(&[12]), None);
    }

    fn check_number(value: f64, expected: &str) {
        assert_eq!(number(value), expected);
    }

    #[test]
    fn numbers_have_no_digits_that_rounding_made() {
        check_number(-40.0, "-40");
        check_number(0.1 + 0.2, "0.3");
        check_number(-40.000_000_000_000_01, "-40");
        check_number(1234.567, "1234.567");
        check_number(1e300, "1e300");
        check_number(2.5e-9, "2.5e-9");
        check_number(f64::INFINITY, "inf");
    }
}
