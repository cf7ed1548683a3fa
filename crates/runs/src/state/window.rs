//! Many bins at once: the series of each node over a range of bins, and how often each service kept up over the run.

use std::collections::BTreeMap;
use std::ops::Range;

use flowtime::model::Role;
use serde::Serialize;

use super::StateView;
use super::values::NodeColumns;
use crate::stored::ReadError;

/// Served over arrivals from which a bin counts as met.
const MET: f64 = 0.95;
/// Points of a service's little chart at most.
const MINI: usize = 48;

/// A range of bins of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StateWindow {
    /// The first bin.
    pub start_bin: usize,
    /// How many bins.
    pub bins: usize,
    /// When each begins, RFC 3339; empty without a window.
    pub timestamps: Vec<String>,
    /// For each node its roles' values, one per bin, missing ones `null`.
    pub nodes: BTreeMap<String, BTreeMap<&'static str, Vec<Option<f64>>>>,
}

/// How often a service kept up.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeMetrics {
    /// The node.
    pub id: String,
    /// Share of its bins that were met, in percent; `null` where none can be judged.
    pub sla_pct: Option<f64>,
    /// Bins with served / arrivals of at least 0.95; one without arrivals counts as met.
    pub bins_met: usize,
    /// Bins in which both are known.
    pub bins_total: usize,
    /// Served / arrivals in up to 48 steps over the run, for a little chart; `null` where nothing is known.
    pub mini: Vec<Option<f64>>,
    /// The bin in which most was waiting, where the queue is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worst_queue: Option<Worst>,
    /// The bin with the longest latency, in minutes, where that can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worst_latency_min: Option<Worst>,
}

/// The largest value of a node's run, and where it is; of equals the first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Worst {
    /// The bin.
    pub bin: usize,
    /// The value.
    pub value: f64,
}

impl StateView<'_> {
    /// The values of all nodes over `bins`; nothing else is read.
    ///
    /// # Errors
    /// There are no such bins, or the columns can't be read.
    pub fn window(&self, bins: Range<usize>) -> Result<StateWindow, ReadError> {
        let wanted: Vec<usize> = self.nodes.iter().flat_map(NodeColumns::roles).map(|(_, column)| column).collect();
        let mut slices = self.run.columns()?.slices(&wanted, bins.clone())?.into_iter();
        let nodes = self.nodes.iter().map(|node| {
            let values =
                |(role, _): (Role, usize)| Some((role.name(), slices.next()?.into_iter().map(known).collect()));
            (node.node.id.clone(), node.roles().filter_map(values).collect())
        });
        let nodes = nodes.collect();
        let clock = self.run.index().clock();
        let timestamps = bins.clone().filter_map(|bin| Some(clock.begin(bin)?.to_string())).collect();
        Ok(StateWindow { start_bin: bins.start, bins: bins.len(), timestamps, nodes })
    }

    /// How often each node that serves arrivals kept up.
    ///
    /// # Errors
    /// The columns can't be read.
    pub fn metrics(&self) -> Result<Vec<NodeMetrics>, ReadError> {
        let mut metrics = Vec::new();
        for node in &self.nodes {
            if let (Some(served), Some(arrivals)) = (node.role(Role::Served), node.role(Role::Arrivals)) {
                let columns = self.run.columns()?;
                let served = columns.column(served)?;
                let queue = node.role(Role::Queue).map(|queue| columns.column(queue)).transpose()?;
                let latency = match (node.role(Role::LatencyMin), &queue) {
                    (Some(latency), _) => Some(columns.column(latency)?),
                    (None, Some(queue)) => Some(self.latency(queue, &served)),
                    (None, None) => None,
                };
                metrics.push(NodeMetrics {
                    worst_queue: queue.as_deref().and_then(worst),
                    worst_latency_min: latency.as_deref().and_then(worst),
                    ..measure(&node.node.id, &served, &columns.column(arrivals)?)
                });
            }
        }
        Ok(metrics)
    }

    /// Minutes from bin to bin, by Little's law; missing where nothing was served.
    fn latency(&self, queue: &[f64], served: &[f64]) -> Vec<f64> {
        let minutes = self.run.index().grid.bin_minutes as f64;
        let latency = |(queue, served): (&f64, &f64)| if *served == 0.0 { f64::NAN } else { queue / served * minutes };
        queue.iter().zip(served).map(latency).collect()
    }
}

/// The largest of `values` that is more than nothing.
fn worst(values: &[f64]) -> Option<Worst> {
    let present = values.iter().copied().enumerate().filter(|(_, value)| *value > 0.0);
    present.reduce(|a, b| if b.1 > a.1 { b } else { a }).map(|(bin, value)| Worst { bin, value })
}

fn measure(id: &str, served: &[f64], arrivals: &[f64]) -> NodeMetrics {
    let both: Vec<(f64, f64)> = served.iter().copied().zip(arrivals.iter().copied()).collect();
    let is_known = |(served, arrivals): &&(f64, f64)| !served.is_nan() && !arrivals.is_nan();
    let bins_total = both.iter().filter(is_known).count();
    let is_met = |(served, arrivals): &&(f64, f64)| *arrivals == 0.0 || served / arrivals >= MET;
    let bins_met = both.iter().filter(is_known).filter(is_met).count();
    let sla_pct = (bins_total > 0).then(|| 100.0 * bins_met as f64 / bins_total as f64);
    let mini = both.chunks(both.len().div_ceil(MINI).max(1)).map(ratio).collect();
    NodeMetrics { id: id.to_owned(), sla_pct, bins_met, bins_total, mini, worst_queue: None, worst_latency_min: None }
}

/// What was served of what arrived in some bins.
fn ratio(bins: &[(f64, f64)]) -> Option<f64> {
    let known = bins.iter().filter(|(served, arrivals)| !served.is_nan() && !arrivals.is_nan());
    let (served, arrivals) = known.fold((0.0, 0.0), |(a, b), (served, arrivals)| (a + served, b + arrivals));
    (arrivals != 0.0).then(|| served / arrivals)
}

fn known(value: f64) -> Option<f64> {
    (!value.is_nan()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bin_is_met_from_95_percent_on_and_without_arrivals() {
        let metrics = measure("a", &[95.0, 94.0, 0.0, f64::NAN], &[100.0, 100.0, 0.0, 1.0]);
        assert_eq!((metrics.bins_met, metrics.bins_total), (2, 3));
        assert_eq!(metrics.mini, [Some(0.95), Some(0.94), None, None]);
    }
}
