//! `topology`: nodes with the roles that their kind needs, and edges that form no cycle.

use std::collections::{HashMap, HashSet};

use super::fields::{Fields, decode_choice, join};
use super::value::{
    decode_finite, decode_id, decode_non_negative, decode_number_or_id, decode_reference, decode_text, scalar,
};
use super::{decode_each, decode_note};
use crate::diagnostics::suggest::excerpt;
use crate::diagnostics::{Sink, codes};
use crate::model::schema::{self, NODE_KINDS, ROLES};
use crate::model::yaml::Node;
use crate::model::{Endpoint, Id, NodeKind, Role, Topology, TopologyEdge, TopologyNode};
use crate::source::Spanned;

/// Decodes `topology`.
pub(super) fn decode_topology(node: &Node, sink: &mut Sink) -> Topology {
    let Some(fields) = Fields::open(node, &schema::TOPOLOGY, sink) else {
        return Topology::default();
    };
    let nodes = decode_each(&fields, "nodes", &schema::NODE, sink, decode_node);
    let ids: HashSet<&str> = nodes.iter().map(|node| node.id.value.as_str()).collect();
    let edges = decode_each(&fields, "edges", &schema::EDGE, sink, |fields, sink| decode_edge(&fields, &ids, sink));
    check_acyclic(&edges, sink);
    Topology { nodes, edges }
}

fn decode_node(fields: Fields<'_>, sink: &mut Sink) -> Option<TopologyNode> {
    let id = fields.get("id").and_then(|node| decode_id(node, sink));
    let names: Vec<&str> = NODE_KINDS.iter().map(|(name, ..)| *name).collect();
    let kind = fields.get("kind").and_then(|node| decode_choice(node, "kind of node", &names, sink));
    let semantics = fields.get("semantics").and_then(|node| Fields::open(node, &schema::SEMANTICS, sink));
    if let Some(at) = kind {
        check_roles(at, semantics.as_ref(), &fields, sink);
    }
    let group = decode_note(&fields, "group", sink);
    let ui = fields.get("ui").and_then(|node| decode_ui(node, sink));
    let role = |key: &str| semantics.and_then(|semantics| semantics.get(key));
    Some(TopologyNode {
        id: id?,
        // A node whose kind is broken needs no roles and can still be named by edges.
        kind: kind.map_or(NodeKind::External, |at| NODE_KINDS[at].1),
        group,
        ui,
        semantics: decode_semantics(role, sink),
        sla_min: role("sla_min").and_then(|node| Some(Spanned::new(decode_non_negative(node, sink)?, node.span))),
        q0: role("q0").and_then(|node| decode_number_or_id(node, sink)),
    })
}

fn check_roles(kind: usize, semantics: Option<&Fields<'_>>, fields: &Fields<'_>, sink: &mut Sink) {
    let (name, _, required) = NODE_KINDS[kind];
    let is_broken = semantics.is_none() && (fields.get("semantics").is_some() || fields.is_misspelled("semantics"));
    if is_broken {
        return;
    }
    let is_missing =
        |role: &str| semantics.is_none_or(|fields| fields.get(role).is_none() && !fields.is_misspelled(role));
    let missing: Vec<String> = ROLES
        .iter()
        .filter(|(name, role)| required.contains(role) && is_missing(name))
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    if let Some(roles) = join(&missing, "and") {
        let noun = if missing.len() == 1 { "role" } else { "roles" };
        sink.emit(codes::TOPOLOGY_SHAPE, fields.place, format!("a node of kind `{name}` needs the {noun} {roles}"))
            .help(format!("name series for {roles} under `semantics`"));
    }
}

fn decode_semantics<'a>(role: impl Fn(&str) -> Option<&'a Node>, sink: &mut Sink) -> Vec<(Role, Id)> {
    let decode_one = |(name, kind): &(&str, Role)| Some((*kind, decode_reference(role(name)?, sink)?));
    ROLES.iter().filter_map(decode_one).collect()
}

fn decode_ui(node: &Node, sink: &mut Sink) -> Option<(f64, f64)> {
    let fields = Fields::open(node, &schema::UI, sink)?;
    let mut number = |key| fields.get(key).and_then(|node| decode_finite(node, sink));
    let (x, y) = (number("x"), number("y"));
    Some((x?, y?))
}

fn decode_edge(fields: &Fields<'_>, ids: &HashSet<&str>, sink: &mut Sink) -> Option<TopologyEdge> {
    let id = fields.get("id").and_then(|node| decode_id(node, sink));
    let from = fields.get("from").and_then(|node| decode_endpoint(node, ids, sink));
    let to = fields.get("to").and_then(|node| decode_endpoint(node, ids, sink));
    let weight = fields.get("weight").and_then(|node| decode_non_negative(node, sink));
    let (from, to) = (from?, to?);
    if from.node.value == to.node.value {
        sink.emit(codes::TOPOLOGY_SHAPE, to.node.span, format!("edge leads from `{}` to itself", to.node.value))
            .label(from.node.span, "begins here");
        return None;
    }
    Some(TopologyEdge { id, from, to, weight })
}

/// `Node` or `Node:port`; a node's whole id wins over a reading with a port.
fn decode_endpoint(node: &Node, ids: &HashSet<&str>, sink: &mut Sink) -> Option<Endpoint> {
    let text = decode_text(node, sink)?;
    let (name, port) = match text.value.rsplit_once(':') {
        Some((name, port)) if !ids.contains(text.value.as_str()) => (name, Some(port)),
        _ => (text.value.as_str(), None),
    };
    if name.is_empty() || port == Some("") {
        let found = excerpt(&text.value);
        sink.emit(codes::TOPOLOGY_SHAPE, node.span, format!("expected `Node` or `Node:port`, found `{found}`"));
        return None;
    }
    let span = scalar(node).map_or(node.span, |scalar| scalar.map.span(0, name.len()));
    Some(Endpoint { node: Spanned::new(name.to_owned(), span), port: port.map(str::to_owned) })
}

/// Where a walk stands: a node, and which of its edges comes next.
struct Step {
    node: usize,
    next: usize,
}

/// Reports the first cycle that is found from each node in file order.
fn check_acyclic(edges: &[TopologyEdge], sink: &mut Sink) {
    let graph = Graph::new(edges);
    let mut seen = vec![false; graph.outgoing.len()];
    for start in 0..graph.outgoing.len() {
        if let Some(cycle) = find_cycle(&graph, start, &mut seen) {
            report_cycle(&cycle, edges, sink);
        }
    }
}

struct Graph {
    /// For each node, its edges as (edge, target).
    outgoing: Vec<Vec<(usize, usize)>>,
}

impl Graph {
    fn new(edges: &[TopologyEdge]) -> Self {
        let mut places = HashMap::new();
        let mut outgoing: Vec<Vec<(usize, usize)>> = Vec::new();
        for (at, edge) in edges.iter().enumerate() {
            let [from, to] = [&edge.from, &edge.to].map(|end| {
                *places.entry(end.node.value.as_str()).or_insert_with(|| {
                    outgoing.push(Vec::new());
                    outgoing.len() - 1
                })
            });
            outgoing[from].push((at, to));
        }
        Self { outgoing }
    }
}

/// The edges of a cycle that can be reached from `start` over nodes not yet seen.
fn find_cycle(graph: &Graph, start: usize, seen: &mut [bool]) -> Option<Vec<usize>> {
    if std::mem::replace(&mut seen[start], true) {
        return None;
    }
    let mut place_on_path = HashMap::from([(start, 0)]);
    let mut path = vec![Step { node: start, next: 0 }];
    let mut walked: Vec<usize> = Vec::new();
    let mut found = None;
    while let Some(step) = path.last_mut() {
        let Some(&(edge, target)) = graph.outgoing[step.node].get(step.next) else {
            place_on_path.remove(&step.node);
            path.pop();
            walked.pop();
            continue;
        };
        step.next += 1;
        if let Some(&place) = place_on_path.get(&target) {
            found = found.or_else(|| Some(walked[place..].iter().copied().chain([edge]).collect()));
        } else if !std::mem::replace(&mut seen[target], true) {
            place_on_path.insert(target, path.len());
            path.push(Step { node: target, next: 0 });
            walked.push(edge);
        }
    }
    found
}

fn report_cycle(cycle: &[usize], edges: &[TopologyEdge], sink: &mut Sink) {
    let first_edge = cycle.iter().copied().min().unwrap_or_default();
    let turn = cycle.iter().position(|edge| *edge == first_edge).unwrap_or_default();
    let steps: Vec<&TopologyEdge> = cycle[turn..].iter().chain(&cycle[..turn]).map(|edge| &edges[*edge]).collect();
    let mut path: Vec<&str> = steps.iter().map(|edge| edge.from.node.value.as_str()).collect();
    path.push(path[0]);
    let message = format!("edges form a cycle: `{}`", path.join(" → "));
    let diagnostic = sink.emit(codes::TOPOLOGY_SHAPE, steps[0].to.node.span, message);
    diagnostic.here(format!("`{}` → `{}`", path[0], path[1]));
    for edge in &steps[1..] {
        diagnostic.label(edge.to.node.span, format!("`{}` → `{}`", edge.from.node.value, edge.to.node.value));
    }
    diagnostic.help("remove one of the edges, or leave a retry out of the topology");
}
