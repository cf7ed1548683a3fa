//! What a run should tell about its result though nothing failed: conventions that stood in for a result, and missing
//! values in the outputs. Bins are all in the field and at most a few ranges of them in the message, with the times of
//! day where the model has a window.

use flowtime::check::CheckedModel;
use flowtime::driver::{Evaluation, Flag, OutputColumn};
use flowtime::model::Model;
use flowtime_runtime::builtins::Convention;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// Something to know about a result; its type says which of the last fields it has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    /// `division_by_zero`, `missing_values`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// How much it matters.
    pub severity: Severity,
    /// The rule of the model that found it, if that has an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The topology node it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The series it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// All the bins, ascending.
    #[serde(default)]
    pub bins: Vec<usize>,
    /// For people; names the first few bins.
    pub message: String,
    /// `data_gap`: when it begins, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// `data_gap`: when it ends, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// `conservation_violation`: the largest difference of the queue from what it should be, with its sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst_residual: Option<f64>,
    /// `conservation_violation`: what the queue should be where the residual is worst.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_queue: Option<f64>,
    /// `conservation_violation`: what the queue is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual_queue: Option<f64>,
    /// `capacity_underestimate`: true where nothing was ever saturated, so that no bin shows the capacity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub never_saturated: Option<bool>,
}

/// How much a warning matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// The result may mislead.
    #[default]
    Warning,
    /// A good part of the result is not to be trusted.
    Major,
}

/// Ranges of bins that a message shows.
const RANGES_SHOWN: usize = 5;

/// The warnings of an evaluation: flags in their order, then missing values in the order of the outputs.
pub(crate) fn warnings(checked: &CheckedModel, evaluation: &Evaluation) -> Vec<Warning> {
    let model = &checked.model;
    let flags = evaluation.flags.iter().filter(|flag| !flag.bins.is_empty()).map(|flag| flag_warning(model, flag));
    flags.chain(evaluation.outputs.iter().filter_map(|output| missing_warning(model, output))).collect()
}

fn flag_warning(model: &Model, flag: &Flag) -> Warning {
    let series = model.series.get(flag.series.0 as usize).map(|series| series.id.value.clone());
    let name = series.as_deref().unwrap_or_default();
    let (kind, what) = match flag.convention {
        Convention::DivisionByZero => ("division_by_zero", format!("division by zero in `{name}` gave 0")),
        Convention::ClampBounds => {
            ("clamp_bounds", format!("a `CLAMP` in `{name}` met a lower bound above the upper one"))
        }
    };
    let message = format!("{what} {}{}", at_bins(&flag.bins), times(model, &flag.bins));
    Warning { kind: kind.to_owned(), series, bins: flag.bins.clone(), message, ..Warning::default() }
}

fn missing_warning(model: &Model, output: &OutputColumn) -> Option<Warning> {
    let present = |(bin, value): (usize, &f64)| value.is_nan().then_some(bin);
    let bins: Vec<usize> = output.values.iter().enumerate().filter_map(present).collect();
    let (name, count) = (&output.name, output.values.len());
    let at = format!("{}{}", at_bins(&bins), times(model, &bins));
    let message = format!("{} of {count} values of `{name}` are missing, {at}", bins.len());
    let (kind, series) = ("missing_values".to_owned(), Some(output.name.clone()));
    (!bins.is_empty()).then_some(Warning { kind, series, bins, message, ..Warning::default() })
}

/// `at bin 11`, `at bins 3, 12-14`; what is too much is counted.
fn at_bins(bins: &[usize]) -> String {
    let ranges: Vec<&[usize]> = bins.chunk_by(|a, b| a + 1 == *b).collect();
    let shown = &ranges[..ranges.len().min(RANGES_SHOWN)];
    let texts: Vec<String> = shown.iter().map(|range| range_text(range)).collect();
    let rest = bins.len() - shown.iter().map(|range| range.len()).sum::<usize>();
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let noun = if bins.len() == 1 { "bin" } else { "bins" };
    format!("at {noun} {}{more}", texts.join(", "))
}

/// ` (01:00-01:10 UTC)`: when the first of these bins begins and the last one ends, where the model says so.
fn times(model: &Model, bins: &[usize]) -> String {
    let edges = || Some((edge(model, *bins.first()?)?, edge(model, bins.last()? + 1)?));
    let Some((begin, end)) = edges() else {
        return String::new();
    };
    let in_one_day = end.duration_since(begin) <= SignedDuration::from_hours(24) && model.grid.bin_minutes() < 24 * 60;
    let format = if in_one_day { "%H:%M" } else { "%Y-%m-%d %H:%M" };
    format!(" ({}-{} UTC)", begin.strftime(format), end.strftime(format))
}

/// When `bin` begins.
fn edge(model: &Model, bin: usize) -> Option<jiff::Timestamp> {
    let minutes = i64::try_from(bin).ok()?.checked_mul(i64::try_from(model.grid.bin_minutes()).ok()?)?;
    model.window?.start.checked_add(SignedDuration::from_secs(minutes.checked_mul(60)?)).ok()
}

fn range_text(range: &[usize]) -> String {
    match range {
        [first, .., last] => format!("{first}-{last}"),
        _ => range.iter().map(usize::to_string).collect(),
    }
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
        assert_eq!(times(&Model { grid, window, ..Model::default() }, bins), expected);
    }

    #[test]
    fn messages_have_times_where_there_is_a_window() {
        check_times(5, &[12, 13], " (01:00-01:10 UTC)");
        check_times(5, &[12, 500], " (2025-10-07 01:00-2025-10-08 17:45 UTC)");
        assert_eq!(times(&Model::default(), &[12]), "");
    }
}
