//! What was amiss with the telemetry though it was loaded: gaps, and rows that were left out or mended. A warning has all
//! its bins in the field; its message shows a few ranges of them, with the clock times of the window.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Metric;
use crate::time::Window;

/// Ranges of bins that a message shows.
const RANGES_SHOWN: usize = 5;

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// Bins without a row, or that the source knows to be incomplete.
    DataGap,
    /// A node asked for has no rows in the window.
    MissingNode,
    /// A metric is missing in some rows and was filled.
    MissingValues,
    /// Rows outside the window were left out.
    OutsideWindow,
    /// Rows that don't begin with a bin were left out.
    OffBoundary,
    /// Of several rows for one bin the newest was taken.
    DuplicateRows,
    /// Negative numbers were taken as 0.
    NegativeValue,
    /// Rows of nodes that nobody asked for were left out.
    UnknownNode,
    /// A row's list of known gaps can't be read.
    InvalidDataGaps,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Warning,
    /// A gap longer than the threshold.
    Major,
}

/// One thing that was amiss.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Warning {
    /// What it is about.
    #[serde(rename = "type")]
    pub kind: WarningKind,
    /// How bad it is.
    pub severity: Severity,
    /// The node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The metric, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<Metric>,
    /// The bins, ascending; none where it is about rows that lie in none.
    pub bins: Vec<u32>,
    /// When the first of the bins begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Timestamp>,
    /// When the last of the bins ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
    /// How many rows or values.
    pub count: u64,
    /// In words.
    pub message: String,
}

impl Warning {
    /// A warning about `node` and no bins.
    pub(super) fn about_node(kind: WarningKind, node: &str, count: u64, message: String) -> Self {
        let (severity, node) = (Severity::Warning, Some(node.to_owned()));
        Self { kind, severity, node, metric: None, bins: Vec::new(), start: None, end: None, count, message }
    }

    /// A warning about `bins` of `node`; the message gets the bins and their times.
    pub(super) fn about_bins(
        kind: WarningKind,
        node: &str,
        count: u64,
        bins: Vec<u32>,
        window: &Window,
        message: &str,
    ) -> Self {
        let message = format!("{message} {}", at_bins(&bins, window));
        Self { kind, count, ..Self::about_node(kind, node, count, message) }.with_bins(bins, window)
    }

    /// The gap of `bins`, which follow each other.
    pub(super) fn gap(node: &str, bins: Vec<u32>, window: &Window, severity: Severity) -> Self {
        let message = match at_bins(&bins, window) {
            at if bins.len() > 1 => at.replacen("at bins", "Data gap: bins", 1),
            at => at.replacen("at bin", "Data gap: bin", 1),
        };
        let count = bins.len() as u64;
        let warning = Self::about_node(WarningKind::DataGap, node, count, message);
        Self { severity, ..warning }.with_bins(bins, window)
    }

    /// The same for one metric.
    pub(super) fn of(self, metric: Metric) -> Self {
        Self { metric: Some(metric), ..self }
    }

    fn with_bins(self, bins: Vec<u32>, window: &Window) -> Self {
        let start = bins.first().map(|bin| window.start_of(*bin));
        let end = bins.last().map(|bin| window.start_of(*bin + 1));
        Self { bins, start, end, ..self }
    }
}

/// `at bin 11 (00:55-01:00 UTC)`, `at bins 3, 12-14 (00:15-00:20, 01:00-01:15 UTC)`; of many ranges the first, and how
/// many bins more. `bins` ascend.
pub fn at_bins(bins: &[u32], window: &Window) -> String {
    let ranges: Vec<&[u32]> = bins.chunk_by(|a, b| a + 1 == *b).collect();
    let shown = &ranges[..ranges.len().min(RANGES_SHOWN)];
    let texts: Vec<String> = shown.iter().map(|range| range_text(range)).collect();
    let rest = bins.len() - shown.iter().map(|range| range.len()).sum::<usize>();
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let noun = if bins.len() == 1 { "bin" } else { "bins" };
    let all: Vec<usize> = bins.iter().map(|bin| *bin as usize).collect();
    let times = window.times().ranges(&all).unwrap_or_default();
    format!("at {noun} {}{more} ({times})", texts.join(", "))
}

fn range_text(range: &[u32]) -> String {
    match range {
        [first, .., last] => format!("{first}-{last}"),
        _ => range.iter().map(u32::to_string).collect(),
    }
}
