//! A metric of a node: sums over the source's bins that make one of the window's, and how many there are in each. Where
//! there are none stands the fill.

use super::{Fill, Metric};

/// A metric in the making.
pub(super) struct Column {
    sums: Vec<f64>,
    counts: Vec<u32>,
    /// The bins with a negative number, ascending, once for each.
    pub(super) negative: Vec<u32>,
}

impl Column {
    pub(super) fn new(bins: usize) -> Self {
        Self { sums: vec![0.0; bins], counts: vec![0; bins], negative: Vec::new() }
    }

    /// Adds what a source's bin within `bin` has, if it has something; less than nothing is nothing.
    pub(super) fn add(&mut self, bin: u32, value: Option<f64>) {
        let Some(value) = value else {
            return;
        };
        if value < 0.0 {
            self.negative.push(bin);
        }
        self.sums[bin as usize] += value.max(0.0);
        self.counts[bin as usize] += 1;
    }

    /// Whether no row has a value.
    pub(super) fn is_empty(&self) -> bool {
        self.counts.iter().all(|count| *count == 0)
    }

    /// The bins that have rows (`present` says how many), but not as many values.
    pub(super) fn missing(&self, present: &[u32]) -> Vec<u32> {
        let bins = (0..).zip(present.iter().zip(&self.counts));
        bins.filter(|(_, (present, count))| count < present).map(|(bin, _)| bin).collect()
    }

    /// A value per bin, of `parts` source's bins each. Where nothing was measured stands the fill: 0 counts as nothing
    /// more to add; a missing value makes the whole bin missing, and so does a gap.
    pub(super) fn values(&self, metric: Metric, parts: u32, gaps: &[bool], fill: Fill) -> Vec<f64> {
        let bins = self.sums.iter().zip(&self.counts).zip(gaps);
        let value = |((sum, count), gap): ((&f64, &u32), &bool)| match fill {
            Fill::Nan if *gap || *count < parts => f64::NAN,
            _ if metric == Metric::Queue && *count > 0 => sum / f64::from(*count),
            _ => *sum,
        };
        bins.map(value).collect()
    }
}
