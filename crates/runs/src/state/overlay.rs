//! A node of an overlay beside what it was in the base run.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Color, NodeState};

/// What a node did in the base run and what it does in the overlay.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OverlayState {
    /// `service`, `queue`, `router`, `external` or `dependency`.
    pub kind: String,
    /// The metrics of the base run, capacity included.
    pub baseline: BTreeMap<&'static str, Option<f64>>,
    /// The metrics that the overlay changed.
    pub scenario: BTreeMap<&'static str, Option<f64>>,
    /// Scenario less baseline, for these metrics and for utilization.
    pub delta: BTreeMap<&'static str, Option<f64>>,
    /// What follows from the overlay's metrics.
    pub derived: BTreeMap<&'static str, Option<f64>>,
    /// What follows from those of the base run.
    #[serde(rename = "derivedBaseline")]
    pub derived_baseline: BTreeMap<&'static str, Option<f64>>,
    /// How it looked and how it looks.
    pub coloring: Colorings,
}

/// The colours of a node in base run and overlay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Colorings {
    /// In the base run.
    pub baseline: Color,
    /// In the overlay.
    pub scenario: Color,
    /// Why it has the overlay's colour.
    pub reason: String,
}

/// Puts the two states of a node side by side.
pub(super) fn compare(before: &NodeState, after: &NodeState) -> OverlayState {
    let (baseline, all) = (metrics(before), metrics(after));
    let changed = |(name, value): &(&&'static str, &Option<f64>)| baseline.get(*name) != Some(value);
    let scenario: BTreeMap<_, _> = all.iter().filter(changed).map(|(name, value)| (*name, *value)).collect();
    let mut delta: BTreeMap<_, _> =
        scenario.iter().map(|(name, value)| (*name, difference(*value, baseline.get(name)))).collect();
    let utilization = |state: &NodeState| state.derived.get("utilization").copied();
    if let Some(after) = utilization(after).filter(|after| utilization(before) != Some(*after)) {
        delta.insert("utilization", difference(after, utilization(before).as_ref()));
    }
    OverlayState {
        kind: after.kind.clone(),
        baseline,
        scenario,
        delta,
        derived: after.derived.clone(),
        derived_baseline: before.derived.clone(),
        coloring: Colorings {
            baseline: before.coloring.color,
            scenario: after.coloring.color,
            reason: after.coloring.reason.clone(),
        },
    }
}

/// All metrics, an inferred capacity among them.
fn metrics(state: &NodeState) -> BTreeMap<&'static str, Option<f64>> {
    let mut metrics = state.metrics.clone();
    if let Some(inferred) = &state.inferred {
        metrics.insert("capacity", inferred.capacity);
    }
    metrics
}

fn difference(after: Option<f64>, before: Option<&Option<f64>>) -> Option<f64> {
    Some(after? - before.copied().flatten()?)
}
