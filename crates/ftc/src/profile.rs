//! Where the time of an evaluation goes: a row for each loop and window, with the series whose formulas it computes.
//!
//! The engine tells when a part of the work is done, this looks at the clock. A part is as long as the time since the
//! one before it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use flowtime::check::CheckedModel;
use flowtime::origins::{Origins, step_name};
use flowtime_runtime::engine::{Prepared, Work};
use serde::Serialize;

/// Series that a row of the table names.
const SERIES_SHOWN: usize = 4;

/// The times of an evaluation so far.
#[derive(Debug)]
pub(crate) struct Profile {
    last: Cell<Instant>,
    times: RefCell<BTreeMap<Work, Duration>>,
    /// What each part is, once the program is prepared.
    parts: RefCell<BTreeMap<Work, Part>>,
}

/// What a part of the work is.
#[derive(Clone, Debug)]
struct Part {
    region: String,
    series: Vec<String>,
}

/// One line of a profile.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    /// `scan_3`
    region: String,
    /// Nanoseconds that it took.
    ns: u64,
    /// Of the whole, from 0 to 1.
    share: f64,
    /// The series whose formulas it computes, in the order of the model.
    series: Vec<String>,
}

impl Profile {
    /// No times yet.
    pub(crate) fn new() -> Self {
        Self { last: Cell::new(Instant::now()), times: RefCell::default(), parts: RefCell::default() }
    }

    /// Learns what the parts are; the time of the first begins now.
    pub(crate) fn begin(&self, checked: &CheckedModel, prepared: &Prepared, origins: &Origins) {
        *self.parts.borrow_mut() = parts(checked, prepared, origins);
        self.last.set(Instant::now());
    }

    /// Counts the time since the last part for this one.
    pub(crate) fn did(&self, work: Work) {
        let now = Instant::now();
        *self.times.borrow_mut().entry(work).or_default() += now - self.last.replace(now);
    }

    /// A row for each part, the longest first; setting up all stages is one.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let mut rows: BTreeMap<(String, Vec<String>), Duration> = BTreeMap::new();
        for (work, time) in self.times.borrow().iter() {
            let part = self.parts.borrow().get(work).cloned().unwrap_or_else(|| unnamed(*work));
            *rows.entry((part.region, part.series)).or_default() += *time;
        }
        let whole = rows.values().sum::<Duration>().as_secs_f64().max(f64::MIN_POSITIVE);
        let row = |((region, series), time): ((String, Vec<String>), Duration)| Row {
            region,
            ns: u64::try_from(time.as_nanos()).unwrap_or(u64::MAX),
            share: (time.as_secs_f64() / whole * 1e4).round() / 1e4,
            series,
        };
        let mut rows: Vec<Row> = rows.into_iter().map(row).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.ns));
        rows
    }
}

fn parts(checked: &CheckedModel, prepared: &Prepared, origins: &Origins) -> BTreeMap<Work, Part> {
    let plan = prepared.plan();
    let steps = plan.stages.iter().enumerate().flat_map(|(stage, steps)| {
        steps.steps.iter().enumerate().map(move |(at, step)| (Work::Step { stage, step: at }, step))
    });
    let part = |step| {
        let series = origins.of(plan.values_of(step)).into_iter().map(|series| checked.id(series).to_owned());
        Part { region: step_name(plan, step), series: series.collect() }
    };
    steps.map(|(work, step)| (work, part(step))).collect()
}

fn unnamed(work: Work) -> Part {
    let region = match work {
        Work::Load => "loading",
        Work::Setup { .. } => "setup",
        Work::Step { .. } => "step",
        Work::Interpret => "interpreter",
    };
    Part { region: region.to_owned(), series: Vec::new() }
}

/// The rows as a table for people.
pub(crate) fn render(rows: &[Row], bins: usize) -> String {
    let heading = ["region", "share", "time", "ns per bin"].map(str::to_owned);
    let cells: Vec<[String; 4]> = rows.iter().map(|row| cells(row, bins)).collect();
    let width = |column: usize| {
        let lengths = cells.iter().map(|row| row[column].chars().count());
        lengths.chain([heading[column].len()]).max().unwrap_or_default()
    };
    let widths: [usize; 4] = std::array::from_fn(width);
    let line = |cells: &[String; 4], series: &str| {
        let [region, share, time, per_bin] = cells;
        let [a, b, c, d] = widths;
        let line = format!("{region:<a$}  {share:>b$}  {time:>c$}  {per_bin:>d$}  {series}");
        line.trim_end().to_owned() + "\n"
    };
    let rows = rows.iter().zip(&cells).map(|(row, cells)| line(cells, &shown_series(&row.series)));
    line(&heading, "series") + &rows.collect::<String>()
}

fn cells(row: &Row, bins: usize) -> [String; 4] {
    let per_bin = if bins == 0 { "-".to_owned() } else { format!("{:.2}", row.ns as f64 / bins as f64) };
    [row.region.clone(), format!("{:.1} %", row.share * 100.0), duration(row.ns as f64), per_bin]
}

fn shown_series(series: &[String]) -> String {
    let first = series.iter().take(SERIES_SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match series.len().checked_sub(SERIES_SHOWN) {
        Some(more @ 1..) => format!("{first} and {more} more"),
        _ => first,
    }
}

/// A time in the unit that suits it, with four digits: `123 ns`, `1.234 ms`.
pub(crate) fn duration(nanoseconds: f64) -> String {
    let (number, unit) = match nanoseconds {
        ..1e3 => (nanoseconds, "ns"),
        ..1e6 => (nanoseconds / 1e3, "µs"),
        ..1e9 => (nanoseconds / 1e6, "ms"),
        _ => (nanoseconds / 1e9, "s"),
    };
    match number {
        ..10.0 => format!("{number:.3} {unit}"),
        ..100.0 => format!("{number:.2} {unit}"),
        _ => format!("{number:.1} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(region: &str, ns: u64, share: f64, series: &[&str]) -> Row {
        Row { region: region.to_owned(), ns, share, series: series.iter().map(|id| (*id).to_owned()).collect() }
    }

    #[test]
    fn the_table_lines_times_up_and_shortens_lists_of_series() {
        let rows = [row("scan_1", 1_234_567, 0.98, &["a", "b", "c", "d", "e", "f"]), row("setup", 250, 0.02, &[])];
        let expected = "\
region   share      time  ns per bin  series
scan_1  98.0 %  1.235 ms     1234.57  a, b, c, d and 2 more
setup    2.0 %  250.0 ns        0.25
";
        assert_eq!(render(&rows, 1_000), expected);
    }

    #[test]
    fn parts_add_up_and_the_longest_is_first() {
        let profile = Profile::new();
        for (stage, time) in [(0, 1), (1, 2), (2, 3)] {
            profile.times.borrow_mut().insert(Work::Setup { stage }, Duration::from_nanos(time));
        }
        profile.times.borrow_mut().insert(Work::Interpret, Duration::from_nanos(18));
        let rows: Vec<_> = profile.rows().into_iter().map(|row| (row.region, row.ns, row.share)).collect();
        assert_eq!(rows, [("interpreter".to_owned(), 18, 0.75), ("setup".to_owned(), 6, 0.25)]);
    }
}
