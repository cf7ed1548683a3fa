//! What a new capacity does not change, and how to let it: measured series that stay those of the base run's day though
//! `served` follows, and a `served` whose formula never reads the new capacity. A what-if that says nothing of these looks
//! better than it is. Nothing here is an error, and nothing is guessed: the advice holds only names of the model.

use std::collections::BTreeMap;

use flowtime::check::{CheckedModel, SeriesId};
use flowtime::model::{Initial, NodeKind, Role, Topology, TopologyNode};
use flowtime::syntax::print;
use serde::Serialize;

use super::cone::Cone;
use super::merge::{Merged, ServedRule};
use super::old_values::{baseline_id, mentions, renamed};
use super::roles::{id_of, role_of};
use super::spec::OverlaySpec;
use crate::stored::{ReadError, StoredRun};

/// Something that an overlay leaves as it was, though one might think that it follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// `stays_as_measured` or `capacity_not_read`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The topology node whose capacity changes.
    pub node: String,
    /// In words.
    pub message: String,
    /// What to add to the overlay, or to change, beginning with a verb.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The series that stay.
    pub series: Vec<StayingSeries>,
}

/// A series that plays a role as in the base run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StayingSeries {
    /// The topology node.
    pub node: String,
    /// `queue`, `latency_min`, …
    pub role: &'static str,
    /// The series.
    pub series: String,
}

/// What an overlay on `base` leaves as it was, in the order of the model's nodes.
pub(super) fn of(
    base: &StoredRun,
    spec: &OverlaySpec,
    merged: &Merged,
    checked: &CheckedModel,
    cone: &Cone,
) -> Result<Vec<Notice>, ReadError> {
    let before = &base.model()?.checked;
    let change = Change { before, after: checked, spec, cone, baseline: &merged.baseline };
    let nodes = before.model.topology.nodes.iter().zip(&checked.model.topology.nodes);
    let notices = nodes.filter_map(|(before, node)| {
        let rule = merged.served_rules.iter().find(|rule| rule.node == node.id.value);
        rule.map_or_else(|| change.not_read(before, node), |rule| change.as_measured(node, rule))
    });
    Ok(notices.collect())
}

/// A base run's model and that of an overlay.
struct Change<'a> {
    before: &'a CheckedModel,
    after: &'a CheckedModel,
    spec: &'a OverlaySpec,
    cone: &'a Cone,
    baseline: &'a BTreeMap<String, BTreeMap<String, String>>,
}

impl Change<'_> {
    /// `served` follows by the rule; what else of the node, before and behind it does not?
    fn as_measured(&self, node: &TopologyNode, rule: &ServedRule) -> Option<Notice> {
        let topology = &self.after.model.topology;
        let own = self.staying(node, &[Role::Queue, Role::LatencyMin, Role::Errors]);
        let waits = own.iter().any(|one| one.role != Role::Errors.name());
        let upstream = queues_before(topology, node)
            .into_iter()
            .flat_map(|node| self.staying(node, &[Role::Served, Role::Queue, Role::LatencyMin]));
        let behind = [Role::Arrivals, Role::Served, Role::Queue, Role::LatencyMin];
        let downstream = downstream(topology, node).into_iter().flat_map(|node| self.staying(node, &behind));
        let series: Vec<StayingSeries> = own.into_iter().chain(upstream).chain(downstream).collect();
        let meaning = if waits { "; queue and latency are those of the measured day, not of this what-if" } else { "" };
        let message = format!("{} as measured{meaning}", listed(&series));
        let (kind, node_id) = ("stays_as_measured", node.id.value.clone());
        let help = self.queue_rule(node, rule).filter(|_| waits);
        (!series.is_empty()).then_some(Notice { kind, node: node_id, message, help, series })
    }

    /// `served` has a formula, and that doesn't read the new capacity.
    fn not_read(&self, before: &TopologyNode, node: &TopologyNode) -> Option<Notice> {
        let id = node.id.value.as_str();
        let capacity = role_of(node, Role::Capacity)?;
        let old = role_of(before, Role::Capacity);
        let gives_served = self.spec.topology_override.nodes.iter().filter(|other| other.id == id);
        let gives_served = gives_served.into_iter().any(|node| node.semantics.contains_key(Role::Served.name()));
        if old == Some(capacity) || gives_served {
            return None;
        }
        let series = self.staying(node, &[Role::Served, Role::Queue, Role::LatencyMin]);
        let served = series.first().filter(|one| one.role == Role::Served.name())?.series.clone();
        let message = format!(
            "`{served}`, which is what `{id}` served, does not read `{capacity}`: {} as in the base run",
            listed(&series)
        );
        let help = match old.filter(|old| self.reads(&served, old)) {
            Some(old) => format!("replace the series that it reads: `--set '{}'`", self.replacement(old, capacity)),
            None => format!("say what it serves, for example with `{}`", self.served_rule(node, capacity)?),
        };
        let (kind, node) = ("capacity_not_read", id.to_owned());
        Some(Notice { kind, node, message, help: Some(help), series })
    }

    /// The series of `roles` that the change doesn't reach and that played them before.
    fn staying(&self, node: &TopologyNode, roles: &[Role]) -> Vec<StayingSeries> {
        let changed = self.baseline.get(&node.id.value);
        let stays = |role: &Role| {
            let series = role_of(node, *role)?;
            let is_reached = id_of(&self.after.model, series).is_some_and(|series| self.cone.contains(series));
            let is_other = changed.is_some_and(|roles| roles.contains_key(role.name()));
            let (node, series) = (node.id.value.clone(), series.to_owned());
            (!is_reached && !is_other).then_some(StayingSeries { node, role: role.name(), series })
        };
        roles.iter().filter_map(stays).collect()
    }

    /// The options that let queue and served follow the new capacity and what wants to be served.
    fn queue_rule(&self, node: &TopologyNode, rule: &ServedRule) -> Option<String> {
        role_of(node, Role::Queue)?;
        let capacity = print::id(role_of(node, Role::Capacity)?);
        let demand = role_of(node, Role::ExternalDemand);
        let inflow = print::id(demand.or_else(|| role_of(node, Role::Arrivals))?);
        let queue = self.free("queue_scenario", &node.id.value);
        let id = shown(&node.id.value);
        let before = format!("SHIFT({queue}, 1, {})", self.start(node));
        let queue_rule = format!("{queue}=MAX(0, {before} + {inflow} - {capacity})");
        let served_rule = format!("{}=MIN({capacity}, {before} + {inflow})", rule.series);
        let maps = [(Role::Queue, &queue), (Role::Served, &rule.series)];
        let mut maps: Vec<String> = maps
            .iter()
            .map(|(role, series)| format!("--map {}", quoted(&format!("{id}.{}={series}", role.name()))))
            .collect();
        maps.extend(demand.map(|demand| format!("--map {}", quoted(&format!("{id}.arrivals={}", shown(demand))))));
        let (queue_rule, served_rule) = (quoted(&queue_rule), quoted(&served_rule));
        Some(format!("let them follow:\n    --set {queue_rule} \\\n    --set {served_rule} \\\n    {}", maps.join(" ")))
    }

    /// What waits before bin 0.
    fn start(&self, node: &TopologyNode) -> String {
        match node.q0.as_ref().map(|start| &start.value) {
            Some(Initial::Number(number)) => number.to_string(),
            Some(Initial::Name(name)) => print::id(name),
            _ => "0".to_owned(),
        }
    }

    /// Whether the formula of `series` reads `other`, directly or not.
    fn reads(&self, series: &str, other: &str) -> bool {
        let (Some(series), Some(other)) = (id_of(&self.before.model, series), id_of(&self.before.model, other)) else {
            return false;
        };
        let mut seen = vec![false; self.before.model.series.len()];
        let mut open: Vec<SeriesId> = vec![series];
        while let Some(series) = open.pop() {
            if !std::mem::replace(&mut seen[series.index()], true) {
                open.extend(self.before.dependencies.reads[series.index()].iter().map(|read| read.to));
            }
        }
        seen[other.index()]
    }

    /// `old=formula`, where the formula is that of `new`, with what `old` was where it names that.
    fn replacement(&self, old: &str, new: &str) -> String {
        let overlay = self.spec.overlays.iter().rfind(|overlay| overlay.node_id == new);
        let formula = match overlay.map(|overlay| (&overlay.expr, overlay.value)) {
            Some((Some(expr), _)) if mentions(expr, old) => renamed(expr, old, &baseline_id(old)),
            Some((Some(expr), _)) => expr.clone(),
            Some((None, Some(value))) => value.to_string(),
            _ => print::id(new),
        };
        format!("{}={formula}", shown(old))
    }

    fn served_rule(&self, node: &TopologyNode, capacity: &str) -> Option<String> {
        let arrivals = print::id(role_of(node, Role::Arrivals)?);
        let series = self.free("served_scenario", &node.id.value);
        let rule = quoted(&format!("{series}=MIN({arrivals}, {})", print::id(capacity)));
        let map = quoted(&format!("{}.served={series}", shown(&node.id.value)));
        Some(format!("--set {rule} --map {map}"))
    }

    /// `wanted`, or with the node's name behind it where that is taken.
    fn free(&self, wanted: &str, node: &str) -> String {
        let is_taken = id_of(&self.after.model, wanted).is_some();
        if is_taken { shown(&format!("{wanted}_{node}")) } else { wanted.to_owned() }
    }
}

/// An id as an option takes it; a formula takes the same where it is no plain name.
fn shown(id: &str) -> String {
    print::id(id)
}

/// One argument of a shell.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_.=-".contains(c);
    if text.chars().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// ``queue` and `errors` of `OrderService`, `arrivals` of `Shipping` stay``
fn listed(series: &[StayingSeries]) -> String {
    let mut nodes: Vec<(&str, Vec<String>)> = Vec::new();
    for one in series {
        let role = format!("`{}`", one.role);
        match nodes.iter_mut().find(|(node, _)| *node == one.node) {
            Some((_, roles)) => roles.push(role),
            None => nodes.push((&one.node, vec![role])),
        }
    }
    let nodes: Vec<String> = nodes.iter().map(|(node, roles)| format!("{} of `{node}`", roles.join(" and "))).collect();
    let verb = if series.len() == 1 { "stays" } else { "stay" };
    format!("{} {verb}", nodes.join(", "))
}

/// The nodes that directly feed `node` and in which work waits.
fn queues_before<'t>(topology: &'t Topology, node: &TopologyNode) -> Vec<&'t TopologyNode> {
    let feeds = |other: &&TopologyNode| {
        let mut edges = topology.edges.iter();
        edges.any(|edge| edge.from.node.value == other.id.value && edge.to.node.value == node.id.value)
    };
    topology.nodes.iter().filter(|other| other.kind == NodeKind::Queue).filter(feeds).collect()
}

/// The nodes behind `node`, in the order of the model.
fn downstream<'t>(topology: &'t Topology, node: &TopologyNode) -> Vec<&'t TopologyNode> {
    let mut found: Vec<&str> = vec![&node.id.value];
    let mut at = 0;
    while let Some(node) = found.get(at).copied() {
        let onward = topology.edges.iter().filter(|edge| edge.from.node.value == node);
        for next in onward.map(|edge| edge.to.node.value.as_str()) {
            if !found.contains(&next) {
                found.push(next);
            }
        }
        at += 1;
    }
    topology.nodes.iter().filter(|other| found[1..].contains(&other.id.value.as_str())).collect()
}
