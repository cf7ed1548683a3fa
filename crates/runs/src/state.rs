//! The state of a run at a bin: what each node did there, what follows from it, and how it looks. [`StateView`] reads a
//! stored run lazily: one bin takes a few values of `series/columns.bin`, however long the run is.
//!
//! | derived | is |
//! |---|---|
//! | `utilization` | served / capacity |
//! | `latency_min` | queue / served × minutes of a bin, unless a series plays that role |
//! | `throughput_ratio` | served / arrivals |
//! | `success_rate` | 1 - errors / arrivals |
//! | `demand_gap` | external_demand - arrivals |
//! | `queue_growth` | queue - queue one bin before |
//!
//! Each is `null` where an input is missing or the denominator is 0, and absent where no series plays the roles.

mod judge;
mod overlay;
mod quality;
mod thresholds;
mod values;
mod window;

use std::collections::{BTreeMap, BTreeSet};

use flowtime::model::Role;
use serde::Serialize;

pub use judge::{Color, Coloring};
pub use overlay::{Colorings, OverlayState};
pub use quality::{DataQuality, Gap};
pub use thresholds::{ThresholdError, Thresholds};
pub use window::{NodeMetrics, StateWindow, Worst};

use crate::stored::{ReadError, StoredRun};
use crate::topology::NodeRecord;
use quality::Gaps;
use values::{Capacity, NodeColumns};

/// The state of a run at one bin.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// The run.
    pub run_id: Option<String>,
    /// Where its model came from: `model`, `telemetry`, `simulation`, `overlay`.
    pub mode: String,
    /// The run that an overlay was laid over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_run_id: Option<String>,
    /// What an overlay is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The bin.
    pub bin: BinRecord,
    /// What the nodes did, by id.
    pub nodes: BTreeMap<String, NodeView>,
    /// Which data is missing.
    pub data_quality: DataQuality,
}

/// A bin and when it begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BinRecord {
    /// Its number.
    pub index: usize,
    /// RFC 3339, if the run has a window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_utc: Option<String>,
}

/// A node at a bin: of an overlay beside what it was in the base run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum NodeView {
    /// Of a plain run.
    Plain(NodeState),
    /// Of an overlay.
    Overlay(OverlayState),
}

/// What a node did in a bin.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NodeState {
    /// `service`, `queue`, `router`, `external` or `dependency`.
    pub kind: String,
    /// The values of the series that play roles; `null` where one is missing.
    pub metrics: BTreeMap<&'static str, Option<f64>>,
    /// The capacity, where it was inferred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inferred: Option<Inferred>,
    /// What follows from the metrics.
    pub derived: BTreeMap<&'static str, Option<f64>>,
    /// Whether the queue is what it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation: Option<Validation>,
    /// How it looks, and why.
    pub coloring: Coloring,
}

/// A capacity that nobody gave.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inferred {
    /// Its value.
    pub capacity: Option<f64>,
    /// `demand_adjusted` or `rolling_max`.
    pub capacity_method: &'static str,
    /// `high`, `medium` or `low`.
    pub capacity_confidence: &'static str,
}

/// What was validated at the bin.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Validation {
    /// What came in is served or waits.
    pub conservation: Conservation,
}

/// Whether a queue is what it should be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Conservation {
    /// The queue less what it should be.
    pub residual: f64,
    /// How much of that passes.
    pub tolerance: f64,
    /// Whether it does.
    pub valid: bool,
}

/// A stored run, ready to be asked for its state at any bin.
#[derive(Debug)]
pub struct StateView<'r> {
    run: &'r StoredRun,
    thresholds: Thresholds,
    nodes: Vec<NodeColumns<'r>>,
    gaps: Gaps,
}

/// What is known of a bin.
struct Moment<'a> {
    /// The values of the run's columns by their number, NaN where one is missing or plays no role.
    now: Vec<f64>,
    /// Those of the bin before; none at bin 0.
    before: Option<Vec<f64>>,
    /// The nodes without data; none stands for all of them.
    without_data: BTreeSet<Option<&'a str>>,
}

impl<'r> StateView<'r> {
    /// The view of `run`. Reads the topology and the header of the columns, no values.
    ///
    /// # Errors
    /// The run can't be read.
    pub fn of(run: &'r StoredRun, thresholds: Thresholds) -> Result<Self, ReadError> {
        let nodes = run.topology()?.nodes.iter().map(|node| NodeColumns::of(run, node)).collect::<Result<_, _>>()?;
        Ok(Self { run, thresholds, nodes, gaps: Gaps::of(run.index()) })
    }

    /// The state at `bin`.
    ///
    /// # Errors
    /// There is no such bin, or the columns can't be read.
    pub fn at(&self, bin: usize) -> Result<State, ReadError> {
        let moment = self.moment(bin)?;
        let index = self.run.index();
        let nodes = self.nodes.iter().map(|node| (node.node.id.clone(), self.view(node, &moment)));
        Ok(State {
            run_id: self.run.id(),
            mode: index.mode.clone(),
            base_run_id: index.base_run_id.clone(),
            scenario: index.scenario.clone(),
            bin: self.bin(bin),
            nodes: nodes.collect(),
            data_quality: self.gaps.quality(),
        })
    }

    /// What is to be known of `bin`.
    fn moment(&self, bin: usize) -> Result<Moment<'_>, ReadError> {
        let mut wanted: Vec<usize> = self.nodes.iter().flat_map(NodeColumns::all).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let columns = self.run.columns()?;
        let slices = columns.slices(&wanted, bin.saturating_sub(1)..bin.saturating_add(1))?;
        let values = |at: usize| {
            let mut values = vec![f64::NAN; columns.labels().len()];
            wanted.iter().zip(&slices).for_each(|(column, slice)| values[*column] = slice[at]);
            values
        };
        let (now, before) = if bin == 0 { (values(0), None) } else { (values(1), Some(values(0))) };
        Ok(Moment { now, before, without_data: self.gaps.nodes(bin) })
    }

    fn bin(&self, index: usize) -> BinRecord {
        let start = self.run.index().clock().begin(index);
        BinRecord { index, start_utc: start.map(|start| start.to_string()) }
    }

    fn view(&self, node: &NodeColumns<'_>, moment: &Moment<'_>) -> NodeView {
        let state = self.node(node, moment);
        match node.baseline() {
            None => NodeView::Plain(state),
            Some(baseline) => NodeView::Overlay(overlay::compare(&self.node(&baseline, moment), &state)),
        }
    }

    fn node(&self, node: &NodeColumns<'_>, moment: &Moment<'_>) -> NodeState {
        let minutes = self.run.index().grid.bin_minutes as f64;
        let derived = node.derived(&moment.now, moment.before.as_deref(), minutes);
        let is_gap = [None, Some(node.node.id.as_str())].iter().any(|id| moment.without_data.contains(id));
        NodeState {
            kind: node.node.kind.clone(),
            metrics: node.metrics(&moment.now),
            inferred: node.inferred(&moment.now),
            validation: self.conservation(node, moment),
            coloring: judge::color(&derived, node.waiting(&moment.now), node.node.sla_min(), is_gap, &self.thresholds),
            derived,
        }
    }

    /// The residual of the queue, where there is one that can be told.
    fn conservation(&self, node: &NodeColumns<'_>, moment: &Moment<'_>) -> Option<Validation> {
        let queue = node.role(Role::Queue)?;
        let value = |role| Some(moment.now[node.role(role)?]);
        let earlier = match &moment.before {
            Some(before) => before[queue],
            None => start(node.node, self.run)?,
        };
        let expected = earlier + value(Role::Arrivals)? - value(Role::Served)?;
        let residual = value(Role::Queue)? - expected;
        let tolerance = node.node.conservation_tolerance;
        let conservation = Conservation { residual, tolerance, valid: residual.abs() <= tolerance };
        (!residual.is_nan()).then_some(Validation { conservation })
    }
}

/// The queue before bin 0: a number, or a parameter of the run.
fn start(node: &NodeRecord, run: &StoredRun) -> Option<f64> {
    let q0 = node.semantics.get("q0")?;
    q0.as_f64().or_else(|| run.index().parameters.get(q0.as_str()?).copied())
}

impl Inferred {
    fn new(capacity: Capacity) -> Self {
        let capacity_confidence = ["low", "medium", "high"][capacity.confidence];
        let capacity_method = if capacity.confidence == 0 { "rolling_max" } else { "demand_adjusted" };
        Inferred { capacity: capacity.value, capacity_method, capacity_confidence }
    }
}
