//! The parts of a model, gathered from a template and its includes after substitution. Lists are joined: an entry whose
//! id an earlier file has is passed over, so the including file wins. Entries whose `enabled` is false are taken out.

use std::collections::BTreeSet;

use super::schema::TEMPLATE;
use crate::diagnostics::{Sink, codes};
use crate::model::decode::fields::{Fields, open_list};
use crate::model::decode::value::{Typed, describe, is_null, scalar, typed};
use crate::model::schema::{Section, Shape, TOPOLOGY};
use crate::model::yaml::{Entry, Node, NodeKind};
use crate::source::Span;

/// One list of the model.
#[derive(Clone, Debug, Default)]
pub(super) struct List {
    /// Its entries.
    pub(super) items: Vec<Node>,
    /// Entries that are not enabled.
    pub(super) off: Vec<Node>,
    /// Where the first of its files has it.
    pub(super) span: Option<Span>,
}

/// The parts of a model.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) rng: Option<Node>,
    pub(super) nodes: List,
    pub(super) edges: List,
    pub(super) series: List,
    pub(super) validation: List,
    pub(super) outputs: List,
    pub(super) tests: List,
}

impl Draft {
    /// Takes in the parts of one file; those taken in before win.
    pub(super) fn add(&mut self, tree: &Node, sink: &mut Sink) {
        let NodeKind::Mapping(entries) = &tree.kind else { return };
        let get = |key: &str| entries.iter().find(|entry| &*entry.key.value == key).map(|entry| &entry.value);
        self.rng = self.rng.take().or_else(|| get("rng").cloned());
        if let Some(topology) = get("topology").filter(|node| !is_null(node)) {
            self.add_topology(topology, sink);
        }
        self.series.join("expressions", get("expressions"), sink);
        self.validation.join("validation", get("validation"), sink);
        for (list, key) in [(&mut self.outputs, "outputs"), (&mut self.tests, "tests")] {
            // What is written, and how the whole is tested, the including file says alone.
            if list.span.is_none() {
                list.join(key, get(key), sink);
            }
        }
    }

    fn add_topology(&mut self, node: &Node, sink: &mut Sink) {
        let Some(fields) = Fields::open_any(node, TOPOLOGY.name, sink) else { return };
        fields.check_known(TOPOLOGY.name, || TOPOLOGY.keys.iter().map(|key| key.name), sink);
        self.nodes.join("nodes", fields.get("nodes"), sink);
        self.edges.join("edges", fields.get("edges"), sink);
    }
}

impl List {
    /// Takes in the entries of one file.
    fn join(&mut self, key: &str, node: Option<&Node>, sink: &mut Sink) {
        let Some(node) = node.filter(|node| !is_null(node)) else { return };
        self.span = self.span.or(Some(node.span));
        let known: BTreeSet<String> = self.items.iter().chain(&self.off).filter_map(identity).collect();
        for item in open_list(node, &format!("a list under `{key}`"), sink) {
            if identity(item).is_some_and(|id| known.contains(&id)) {
                continue;
            }
            let (item, on) = switched(item, sink);
            if on { self.items.push(item) } else { self.off.push(item) }
        }
    }
}

/// What tells an entry from others: its id; an edge without one, its ends.
fn identity(item: &Node) -> Option<String> {
    text_at(item, "id").map(str::to_owned).or_else(|| {
        let (from, to) = (text_at(item, "from")?, text_at(item, "to")?);
        Some(format!("{from} → {to}"))
    })
}

/// The text of a key of a mapping.
pub(super) fn text_at<'a>(item: &'a Node, key: &str) -> Option<&'a str> {
    value_at(item, key).and_then(scalar).map(|scalar| scalar.text.as_str())
}

/// The value of a key of a mapping.
pub(super) fn value_at<'a>(item: &'a Node, key: &str) -> Option<&'a Node> {
    let NodeKind::Mapping(entries) = &item.kind else { return None };
    entries.iter().find(|entry| &*entry.key.value == key).map(|entry| &entry.value)
}

/// The entry without its key `enabled`, and whether it is.
fn switched(item: &Node, sink: &mut Sink) -> (Node, bool) {
    let (NodeKind::Mapping(entries), Some(switch)) = (&item.kind, value_at(item, "enabled")) else {
        return (item.clone(), true);
    };
    let rest = entries.iter().filter(|entry| &*entry.key.value != "enabled").cloned().collect();
    (Node { kind: NodeKind::Mapping(rest), span: item.span }, is_on(switch, sink))
}

fn is_on(node: &Node, sink: &mut Sink) -> bool {
    match typed(node) {
        Some(Typed::Bool(on)) => on,
        Some(Typed::Text("true")) => true,
        Some(Typed::Text("false") | Typed::Null) => false,
        _ => {
            let message = format!("expected `enabled` to be true or false, found {}", describe(node));
            sink.emit(codes::NOT_A_CONDITION, node.span, message).help("name a boolean parameter: `\"{{flag}}\"`");
            true
        }
    }
}

/// The part of a template's tree that holds parts of a model: everything that may have placeholders.
pub(super) fn model_parts(tree: &Node) -> Vec<&Entry> {
    const OWN: [&str; 5] = ["templateType", "version", "description", "parameters", "includes"];
    let NodeKind::Mapping(entries) = &tree.kind else { return Vec::new() };
    let of_model = |entry: &&Entry| TEMPLATE.key(&entry.key.value).is_some() && !OWN.contains(&&*entry.key.value);
    entries.iter().filter(of_model).collect()
}

/// The keys of `node` in the order of `section`, those it does not know last, and so below.
pub(super) fn in_order(node: &Node, section: &Section) -> Node {
    let NodeKind::Mapping(entries) = &node.kind else { return node.clone() };
    let place =
        |entry: &Entry| section.keys.iter().position(|key| key.name == &*entry.key.value).unwrap_or(section.keys.len());
    let mut ordered: Vec<Entry> = entries.iter().map(|entry| entry_in_order(entry, section)).collect();
    ordered.sort_by_key(place);
    Node { kind: NodeKind::Mapping(ordered.into()), span: node.span }
}

fn entry_in_order(entry: &Entry, section: &Section) -> Entry {
    let value = match (section.key(&entry.key.value).map(|key| &key.shape), &entry.value.kind) {
        (Some(Shape::One(section)), _) => in_order(&entry.value, section),
        (Some(Shape::Many(section)), NodeKind::Sequence(items)) => {
            let items = items.iter().map(|item| in_order(item, section)).collect();
            Node { kind: NodeKind::Sequence(items), span: entry.value.span }
        }
        _ => entry.value.clone(),
    };
    Entry { key: entry.key.clone(), value }
}
