//! `topology.json`: the model's services and queues with the series that play their roles, for a page to draw and for
//! the state of a run. One definition writes it and reads it.

use std::collections::{BTreeMap, HashMap};

use flowtime::model::{Endpoint, Id, Initial, Model, NodeKind, Role, Topology, TopologyEdge, TopologyNode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::validate::{TOLERANCE, tolerance};
use crate::write::Lineage;

/// The topology of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopologyRecord {
    /// Services, queues and other parts, in the order of the model.
    pub nodes: Vec<NodeRecord>,
    /// The flows between them.
    pub edges: Vec<EdgeRecord>,
}

/// A service, queue or other part of a system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeRecord {
    /// Its name.
    pub id: String,
    /// `service`, `queue`, `router`, `external` or `dependency`.
    pub kind: String,
    /// A group, for people.
    pub group: Option<String>,
    /// Where a page draws it.
    pub ui: Option<PlaceRecord>,
    /// Series ids by role, and the numbers `sla_min` and `q0`; [`role`](Self::role) and its like read it.
    pub semantics: BTreeMap<String, Value>,
    /// Units by role, where the series have one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub units: BTreeMap<String, String>,
    /// Of an overlay: the series ids that played roles in the base run and now don't.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub baseline: BTreeMap<String, String>,
    /// How far the queue may be off what it should be.
    #[serde(default = "usual_tolerance")]
    pub conservation_tolerance: f64,
}

fn usual_tolerance() -> f64 {
    TOLERANCE
}

/// A place on a page.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlaceRecord {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

/// A flow from one node to another, each perhaps with a port behind a colon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EdgeRecord {
    /// Its name, if it has one.
    pub id: Option<String>,
    /// Where it begins.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// Share of the flow.
    pub weight: Option<f64>,
}

impl NodeRecord {
    /// The series that plays `role` for this node.
    pub fn role(&self, role: Role) -> Option<&str> {
        self.semantics.get(role.name())?.as_str()
    }

    /// The series that played `role` in the base run of an overlay, where that was another one.
    pub fn base_role(&self, role: Role) -> Option<&str> {
        self.baseline.get(role.name()).map(String::as_str)
    }

    /// The minutes within which work should be done.
    pub fn sla_min(&self) -> Option<f64> {
        self.semantics.get("sla_min")?.as_f64()
    }
}

/// The record of the topology of `model`.
pub(crate) fn record(model: &Model, lineage: &Lineage) -> TopologyRecord {
    let Topology { nodes, edges } = &model.topology;
    let series = model.series.iter();
    let units = series.filter_map(|series| Some((series.id.value.as_str(), series.unit.as_deref()?))).collect();
    TopologyRecord {
        nodes: nodes.iter().map(|one| node(one, model, &units, lineage)).collect(),
        edges: edges.iter().map(edge).collect(),
    }
}

fn node(node: &TopologyNode, model: &Model, units: &HashMap<&str, &str>, lineage: &Lineage) -> NodeRecord {
    let before = lineage.baseline.get(&node.id.value);
    let unit = |(role, series): &(Role, Id)| {
        let old = || units.get(before?.get(role.name())?.as_str());
        let unit = units.get(series.value.as_str()).or_else(old)?;
        Some((role.name().to_owned(), (*unit).to_owned()))
    };
    NodeRecord {
        id: node.id.value.clone(),
        kind: kind_name(node.kind).to_owned(),
        group: node.group.clone(),
        ui: node.ui.map(|(x, y)| PlaceRecord { x, y }),
        semantics: semantics(node),
        units: node.semantics.iter().filter_map(unit).collect(),
        baseline: lineage.baseline.get(&node.id.value).cloned().unwrap_or_default(),
        conservation_tolerance: tolerance(model, node),
    }
}

fn semantics(node: &TopologyNode) -> BTreeMap<String, Value> {
    let roles = node.semantics.iter().map(|(role, series)| (role.name(), json!(series.value)));
    let sla = node.sla_min.iter().map(|minutes| ("sla_min", json!(minutes.value)));
    let q0 = node.q0.iter().map(|start| ("q0", initial(&start.value)));
    roles.chain(sla).chain(q0).map(|(role, value)| (role.to_owned(), value)).collect()
}

fn initial(initial: &Initial) -> Value {
    match initial {
        Initial::Number(number) => json!(number),
        Initial::Bool(truth) => json!(truth),
        Initial::Name(name) => json!(name),
        Initial::Invalid => json!(null),
    }
}

fn edge(edge: &TopologyEdge) -> EdgeRecord {
    EdgeRecord {
        id: edge.id.as_ref().map(|id| id.value.clone()),
        from: endpoint(&edge.from),
        to: endpoint(&edge.to),
        weight: edge.weight,
    }
}

fn endpoint(endpoint: &Endpoint) -> String {
    match &endpoint.port {
        Some(port) => format!("{}:{port}", endpoint.node.value),
        None => endpoint.node.value.clone(),
    }
}

fn kind_name(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Service => "service",
        NodeKind::Queue => "queue",
        NodeKind::Router => "router",
        NodeKind::External => "external",
        NodeKind::Dependency => "dependency",
    }
}
