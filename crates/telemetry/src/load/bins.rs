//! The bins of one node: its rows come in by time, a dense series per metric goes out, with the gaps and what was amiss.
//! Counts of the source's bins that make one of the window's are summed, depths averaged.

use jiff::Timestamp;

use super::column::Column;
use super::gaps::{self, mark_known};
use super::request::Parts;
use super::warning::{Warning, WarningKind};
use super::{LoadOptions, Metric};
use crate::gold::GoldRow;
use crate::time::Window;

/// The bins of a node in the making.
pub(super) struct NodeBins<'a> {
    /// The node.
    pub(super) node: String,
    window: &'a Window,
    parts: Parts,
    /// The row of the source's bin that is read; another one for the same bin may follow.
    pending: Option<GoldRow>,
    /// How many of the source's bins had a row, for each of the window's.
    present: Vec<u32>,
    columns: [Column; Metric::ALL.len()],
    gaps: Vec<bool>,
    /// The last list of known gaps; rows often repeat it.
    known: String,
    issues: Issues,
    newest: Option<Timestamp>,
}

/// What became of a node's rows.
pub(super) struct NodeSeries {
    /// Whether there was one in the window.
    pub(super) has_rows: bool,
    /// The values of each metric that some row has.
    pub(super) series: Vec<(Metric, Vec<f64>)>,
    /// What was amiss.
    pub(super) warnings: Vec<Warning>,
    /// When the newest row was made.
    pub(super) newest: Option<Timestamp>,
}

/// Rows that were left out or of which only a part was taken.
#[derive(Default)]
struct Issues {
    outside: Rows,
    off_boundary: Rows,
    bad_gaps: Rows,
    duplicate: Vec<u32>,
}

/// How many rows, and where the first one is.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) count: u64,
    pub(super) first: Option<Timestamp>,
}

impl<'a> NodeBins<'a> {
    pub(super) fn new(node: String, window: &'a Window, parts: Parts) -> Self {
        let bins = window.bins() as usize;
        Self {
            node,
            window,
            parts,
            pending: None,
            present: vec![0; bins],
            columns: std::array::from_fn(|_| Column::new(bins)),
            gaps: vec![false; bins],
            known: String::new(),
            issues: Issues::default(),
            newest: None,
        }
    }

    /// Takes the next row, which is not earlier than the last.
    pub(super) fn push(&mut self, row: GoldRow) {
        let Some(bin) = self.window.bin_at(row.ts) else {
            return self.issues.outside.add(row.ts);
        };
        if !self.parts.bin.is_boundary(row.ts) {
            return self.issues.off_boundary.add(row.ts);
        }
        match &mut self.pending {
            Some(pending) if pending.ts == row.ts => {
                self.issues.duplicate.push(bin);
                if row.extraction_ts >= pending.extraction_ts {
                    *pending = row;
                }
            }
            _ => {
                self.settle();
                self.pending = Some(row);
            }
        }
    }

    /// What became of the rows.
    pub(super) fn finish(mut self, options: &LoadOptions) -> NodeSeries {
        self.settle();
        let has_rows = self.present.iter().any(|present| *present > 0);
        let mut warnings = Vec::new();
        if has_rows {
            self.mark_absent();
            warnings = gaps::warnings(&self.node, &self.gaps, self.window, options.gap_warning_threshold);
        }
        self.row_warnings(&mut warnings);
        let mut series = Vec::new();
        for (metric, column) in Metric::ALL.into_iter().zip(&self.columns).filter(|(_, column)| !column.is_empty()) {
            self.value_warnings(metric, column, &mut warnings);
            series.push((metric, column.values(metric, self.parts.count, &self.gaps, options.fill)));
        }
        NodeSeries { has_rows, series, warnings, newest: self.newest }
    }

    /// Adds the pending row to its bin.
    fn settle(&mut self) {
        let Some(row) = self.pending.take() else {
            return;
        };
        let Some(bin) = self.window.bin_at(row.ts) else {
            return;
        };
        self.present[bin as usize] += 1;
        self.newest = self.newest.max(Some(row.extraction_ts));
        for (column, value) in self.columns.iter_mut().zip(values_of(&row)) {
            column.add(bin, value);
        }
        if row.known_data_gaps != self.known {
            if !mark_known(&row.known_data_gaps, self.window, &mut self.gaps) {
                self.issues.bad_gaps.add(row.ts);
            }
            self.known = row.known_data_gaps;
        }
    }

    /// A bin is a gap if any of the source's bins in it has no row.
    fn mark_absent(&mut self) {
        for (gap, present) in self.gaps.iter_mut().zip(&self.present) {
            *gap |= *present < self.parts.count;
        }
    }

    fn row_warnings(&mut self, warnings: &mut Vec<Warning>) {
        let Issues { outside, off_boundary, bad_gaps, duplicate } = std::mem::take(&mut self.issues);
        let (node, bin) = (&self.node, self.parts.bin);
        let mut warn = |kind, rows: Rows, what: &str| {
            if let Some(first) = rows.first {
                let message = format!("{} of `{node}` {what}, the first at {first}", counted(rows.count));
                warnings.push(Warning::about_node(kind, node, rows.count, message));
            }
        };
        warn(WarningKind::OutsideWindow, outside, "outside the window left out");
        warn(WarningKind::OffBoundary, off_boundary, &format!("off the boundary of {bin} bins left out"));
        warn(WarningKind::InvalidDataGaps, bad_gaps, "with `known_data_gaps` that can't be read");
        if !duplicate.is_empty() {
            let count = duplicate.len() as u64;
            let message = format!("{} of `{node}` superseded by a newer one for the same bin", counted(count));
            warnings.push(self.about_bins(WarningKind::DuplicateRows, count, duplicate, &message));
        }
    }

    fn value_warnings(&self, metric: Metric, column: &Column, warnings: &mut Vec<Warning>) {
        let node = &self.node;
        let negative = &column.negative;
        if !negative.is_empty() {
            let message = format!("negative `{metric}` of `{node}` taken as 0");
            let warning =
                self.about_bins(WarningKind::NegativeValue, negative.len() as u64, negative.clone(), &message);
            warnings.push(warning.of(metric));
        }
        let missing = column.missing(&self.present);
        if !missing.is_empty() {
            let message = format!("rows of `{node}` without `{metric}`");
            let warning = self.about_bins(WarningKind::MissingValues, missing.len() as u64, missing, &message);
            warnings.push(warning.of(metric));
        }
    }

    fn about_bins(&self, kind: WarningKind, count: u64, mut bins: Vec<u32>, message: &str) -> Warning {
        bins.dedup();
        Warning::about_bins(kind, &self.node, count, bins, self.window, message)
    }
}

impl Rows {
    pub(super) fn add(&mut self, ts: Timestamp) {
        self.count += 1;
        self.first.get_or_insert(ts);
    }
}

/// `1 row`, `2 rows`.
pub(super) fn counted(rows: u64) -> String {
    format!("{rows} row{}", if rows == 1 { "" } else { "s" })
}

/// The values of a row in the order of [`Metric::ALL`]; a depth that is no finite number is none.
fn values_of(row: &GoldRow) -> [Option<f64>; Metric::ALL.len()] {
    let count = |count: Option<i64>| count.map(|count| count as f64);
    [
        count(row.arrivals),
        count(row.served),
        count(row.errors),
        count(row.external_demand),
        row.queue_depth.filter(|depth| depth.is_finite()),
    ]
}
