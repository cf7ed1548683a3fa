//! Capacity against what was served: an inferred one may be too low where nothing was saturated, or absurd; one that is
//! given may have been exceeded.

use flowtime::model::{Role, TopologyNode};

use super::plan::Inference;
use super::{Judged, RoleColumn, bins_where};
use crate::warnings::{Severity, Warning, at_bins, kinds, number};

/// An inferred capacity this many times the largest served is unrealistic.
const UNREALISTIC: f64 = 10.0;

/// The warnings about the capacity of `node`.
pub(super) fn check(run: &Judged<'_>, node: &TopologyNode) -> Vec<Warning> {
    let (Some(capacity), Some(served)) = (run.role(node, Role::Capacity), run.role(node, Role::Served)) else {
        return Vec::new();
    };
    let series = run.plan.role(node, Role::Capacity);
    let found = match series.and_then(|series| run.plan.inference(run.evaluation, series)) {
        Some(inference) => vec![underestimate(capacity, served, &inference), unrealistic(capacity, served)],
        None => vec![exceeded(capacity, served)],
    };
    found.into_iter().flatten().map(|warning| warning.of_node(&node.id.value).of_series(capacity.id)).collect()
}

/// More was served at another time, so more can be done.
fn underestimate(capacity: RoleColumn<'_>, served: RoleColumn<'_>, inference: &Inference<'_>) -> Option<Warning> {
    let largest = served.largest()?;
    let bins = bins_where(capacity.values.len(), |t| capacity.values[*t] < largest);
    let saturated = inference.saturated.contains(&1.0);
    let message = "Inferred capacity may underestimate".to_owned();
    let warning = Warning {
        severity: if saturated { Severity::Info } else { Severity::Warning },
        never_saturated: (!saturated).then_some(true),
        ..Warning::new(kinds::CAPACITY_UNDERESTIMATE, bins, message)
    };
    (!warning.bins.is_empty()).then_some(warning)
}

fn unrealistic(capacity: RoleColumn<'_>, served: RoleColumn<'_>) -> Option<Warning> {
    let largest = served.largest()?;
    let bins = bins_where(capacity.values.len(), |t| capacity.values[*t] > UNREALISTIC * largest);
    let at = at_bins(&bins);
    let message =
        format!("inferred capacity is above {UNREALISTIC} times the largest served, {}, {at}", number(largest));
    (!bins.is_empty()).then(|| Warning::new(kinds::CAPACITY_UNREALISTIC, bins, message))
}

fn exceeded(capacity: RoleColumn<'_>, served: RoleColumn<'_>) -> Option<Warning> {
    let bins = bins_where(capacity.values.len(), |t| served.values[*t] > capacity.values[*t]);
    let message = format!("served more than the capacity {}", at_bins(&bins));
    (!bins.is_empty()).then(|| Warning::new(kinds::CAPACITY_EXCEEDED, bins, message))
}
