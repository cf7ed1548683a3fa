//! Counts of one node against each other and against telemetry gaps: nothing served where data is missing, negative
//! counts, and more served than came in where nothing could wait.

use std::collections::{BTreeSet, HashMap, HashSet};

use flowtime::model::{NodeKind, Role, Topology, TopologyNode};

use super::{Judged, bins_where};
use crate::warnings::{Warning, at_bins, kinds};

/// The roles that count something.
const COUNTS: [Role; 4] = [Role::Arrivals, Role::Served, Role::Errors, Role::Queue];

/// The warnings about the counts of `node`.
pub(super) fn check(run: &Judged<'_>, node: &TopologyNode) -> Vec<Warning> {
    let negative = COUNTS.iter().filter_map(|role| negative(run, node, *role));
    let others = [low_throughput(run, node), served_exceeds_arrivals(run, node)];
    let all = others.into_iter().flatten().chain(negative);
    all.map(|warning| warning.of_node(&node.id.value)).collect()
}

/// Nothing was served in a gap: that tells of the gap, not of the service.
fn low_throughput(run: &Judged<'_>, node: &TopologyNode) -> Option<Warning> {
    let served = run.role(node, Role::Served)?;
    let about = |gap: &&Warning| gap.kind == kinds::DATA_GAP && gap.node.as_ref().is_none_or(|id| *id == node.id.value);
    let gaps: BTreeSet<usize> = run.gaps.iter().filter(about).flat_map(|gap| gap.bins.iter().copied()).collect();
    let bins: Vec<usize> = gaps.into_iter().filter(|bin| served.values.get(*bin) == Some(&0.0)).collect();
    let message = format!("Low throughput: served=0 {}", at_bins(&bins));
    (!bins.is_empty()).then(|| Warning::new(kinds::LOW_THROUGHPUT, bins, message).of_series(served.id))
}

fn negative(run: &Judged<'_>, node: &TopologyNode, role: Role) -> Option<Warning> {
    let column = run.role(node, role)?;
    let bins = bins_where(column.values.len(), |t| column.values[*t] < 0.0);
    let message = format!("`{}` is negative {}", column.id, at_bins(&bins));
    (!bins.is_empty()).then(|| Warning::new(kinds::NEGATIVE_VALUE, bins, message).of_series(column.id))
}

fn served_exceeds_arrivals(run: &Judged<'_>, node: &TopologyNode) -> Option<Warning> {
    let (served, arrivals) = (run.role(node, Role::Served)?, run.role(node, Role::Arrivals)?);
    let bins = bins_where(served.values.len(), |t| served.values[*t] > arrivals.values[*t]);
    if bins.is_empty() || run.waiting.contains(node.id.value.as_str()) {
        return None;
    }
    let message = format!("served more than arrived, and nothing could wait, {}", at_bins(&bins));
    Some(Warning::new(kinds::SERVED_EXCEEDS_ARRIVALS, bins, message).of_series(served.id))
}

/// The nodes with a queue, and all that lie downstream of one.
pub(super) fn where_work_can_wait(topology: &Topology) -> HashSet<&str> {
    let mut onward: HashMap<&str, Vec<&str>> = HashMap::new();
    for edge in &topology.edges {
        onward.entry(&edge.from.node.value).or_default().push(&edge.to.node.value);
    }
    let mut open: Vec<&str> =
        topology.nodes.iter().filter(|node| has_queue(node)).map(|node| node.id.value.as_str()).collect();
    let mut found = HashSet::new();
    while let Some(node) = open.pop() {
        if found.insert(node) {
            open.extend(onward.get(node).into_iter().flatten());
        }
    }
    found
}

fn has_queue(node: &TopologyNode) -> bool {
    node.kind == NodeKind::Queue || node.semantics.iter().any(|(role, _)| *role == Role::Queue)
}
