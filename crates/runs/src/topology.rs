//! `topology.json`: the model's services and queues with the series that play their roles, for a page to draw.

use std::collections::BTreeMap;

use flowtime::model::{Endpoint, Initial, NodeKind, Topology, TopologyEdge, TopologyNode};
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Serialize)]
struct Node<'a> {
    id: &'a str,
    kind: &'static str,
    group: Option<&'a str>,
    ui: Option<Value>,
    semantics: BTreeMap<&'static str, Value>,
}

#[derive(Serialize)]
struct Edge<'a> {
    id: Option<&'a str>,
    from: String,
    to: String,
    weight: Option<f64>,
}

/// The document for `topology`.
pub(crate) fn document(topology: &Topology) -> Value {
    json!({
        "nodes": topology.nodes.iter().map(node).collect::<Vec<_>>(),
        "edges": topology.edges.iter().map(edge).collect::<Vec<_>>(),
    })
}

fn node(node: &TopologyNode) -> Node<'_> {
    Node {
        id: &node.id.value,
        kind: kind_name(node.kind),
        group: node.group.as_deref(),
        ui: node.ui.map(|(x, y)| json!({ "x": x, "y": y })),
        semantics: semantics(node),
    }
}

fn semantics(node: &TopologyNode) -> BTreeMap<&'static str, Value> {
    let roles = node.semantics.iter().map(|(role, series)| (role.name(), json!(series.value)));
    let sla = node.sla_min.iter().map(|minutes| ("sla_min", json!(minutes.value)));
    let q0 = node.q0.iter().map(|start| ("q0", initial(&start.value)));
    roles.chain(sla).chain(q0).collect()
}

fn initial(initial: &Initial) -> Value {
    match initial {
        Initial::Number(number) => json!(number),
        Initial::Bool(truth) => json!(truth),
        Initial::Name(name) => json!(name),
    }
}

fn edge(edge: &TopologyEdge) -> Edge<'_> {
    Edge {
        id: edge.id.as_ref().map(|id| id.value.as_str()),
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
