//! What is left of a template when some of its nodes are not wanted: those nodes go, with their edges and the series
//! that only they use, and then the rules, outputs and tests that name something that went.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{Draft, List, text_at, value_at};
use super::error::TemplateError;
use crate::model::decode::value::scalar;
use crate::model::yaml::{Entry, Node, NodeKind};
use crate::syntax::token::{Token, lex};

/// Leaves out the nodes that are not enabled or, if there is a selection, not in it.
///
/// # Errors
/// When a selected node is not there.
pub(super) fn select(draft: &mut Draft, selection: Option<&[String]>) -> Result<(), TemplateError> {
    let known: Vec<String> = ids(&draft.nodes.items).map(str::to_owned).collect();
    if let Some(node) = selection.into_iter().flatten().find(|node| !known.contains(node)) {
        let (node, off) = (node.clone(), ids(&draft.nodes.off).any(|id| id == node));
        return Err(if off {
            TemplateError::DisabledNode { node, known }
        } else {
            TemplateError::UnknownNode { node, known }
        });
    }
    let is_wanted = |id: &str| selection.is_none_or(|nodes| nodes.iter().any(|node| node == id));
    let (kept, gone): (Vec<Node>, Vec<Node>) =
        draft.nodes.items.drain(..).partition(|node| text_at(node, "id").is_none_or(is_wanted));
    let gone: Vec<&Node> = gone.iter().chain(&draft.nodes.off).collect();
    let gone_ids: BTreeSet<String> = gone.iter().filter_map(|node| text_at(node, "id")).map(str::to_owned).collect();
    let left_out = used_by_them_alone(&gone, &kept, &draft.series);
    draft.nodes.items = kept;
    draft.edges.items.retain(|edge| !["from", "to"].iter().any(|end| leads_to(edge, end, &gone_ids)));
    draft.series.items.retain(|series| text_at(series, "id").is_none_or(|id| !left_out.contains(id)));
    retain_intact(draft, &left_out, &gone_ids);
    Ok(())
}

/// The ids of entries.
fn ids(items: &[Node]) -> impl Iterator<Item = &str> {
    items.iter().filter_map(|item| text_at(item, "id"))
}

/// The series that go with the nodes `gone`, and those that are not enabled.
fn used_by_them_alone(gone: &[&Node], kept: &[Node], series: &List) -> BTreeSet<String> {
    let reads = Reads::new(&series.items);
    let used_by_gone = reads.closure(gone.iter().flat_map(|node| roles(node)));
    let free = ids(&series.items).filter(|id| !used_by_gone.contains(id));
    let used = reads.closure(kept.iter().flat_map(roles).chain(free));
    let left_out = used_by_gone.into_iter().filter(|id| !used.contains(id));
    left_out.chain(ids(&series.off)).map(str::to_owned).collect()
}

/// Takes out what names a series or a node that went.
fn retain_intact(draft: &mut Draft, series: &BTreeSet<String>, nodes: &BTreeSet<String>) {
    let is_gone = |id: &str| series.contains(id);
    draft.validation.items.retain(|rule| {
        let node_gone = text_at(rule, "node").is_some_and(|node| nodes.contains(node));
        let formula = text_at(rule, "expr").unwrap_or_default();
        !node_gone && !names_in(formula).any(is_gone)
    });
    draft.outputs.items.retain(|output| !text_at(output, "series").is_some_and(is_gone));
    draft.tests.items.retain(|test| {
        let named = ["inputs", "expect"].iter().filter_map(|key| value_at(test, key)).flat_map(keys);
        !named.into_iter().any(is_gone)
    });
    let lists = [&mut draft.nodes, &mut draft.edges, &mut draft.validation, &mut draft.outputs, &mut draft.tests];
    lists.into_iter().for_each(forget_if_empty);
}

/// A list of which nothing is left is as good as none: `outputs` that are all gone must not mean "write nothing".
fn forget_if_empty(list: &mut List) {
    if list.items.is_empty() {
        list.span = None;
    }
}

fn keys(node: &Node) -> Vec<&str> {
    match &node.kind {
        NodeKind::Mapping(entries) => entries.iter().map(|entry| &*entry.key.value).collect(),
        _ => Vec::new(),
    }
}

/// Whether an edge begins or ends at one of `nodes`.
fn leads_to(edge: &Node, end: &str, nodes: &BTreeSet<String>) -> bool {
    let Some(text) = text_at(edge, end) else { return false };
    nodes.contains(text) || text.rsplit_once(':').is_some_and(|(node, _)| nodes.contains(node))
}

/// What plays the roles of a node.
fn roles(node: &Node) -> Vec<&str> {
    match value_at(node, "semantics").map(|node| &node.kind) {
        Some(NodeKind::Mapping(entries)) => {
            entries.iter().filter_map(|entry| scalar(&entry.value)).map(|scalar| scalar.text.as_str()).collect()
        }
        _ => Vec::new(),
    }
}

/// Which series reads which.
struct Reads<'a> {
    by_series: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Reads<'a> {
    fn new(series: &'a [Node]) -> Self {
        let by_series = series.iter().filter_map(|item| Some((text_at(item, "id")?, read_by(item))));
        Self { by_series: by_series.collect() }
    }

    /// `roots` and all that they read, directly or not.
    fn closure(&self, roots: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
        let mut found = BTreeSet::new();
        let mut waiting: Vec<&str> = roots.collect();
        while let Some(id) = waiting.pop() {
            if let Some((id, reads)) = self.by_series.get_key_value(id)
                && found.insert(*id)
            {
                waiting.extend(reads);
            }
        }
        found
    }
}

/// The names in a series' formula, its start and its distribution.
fn read_by(series: &Node) -> Vec<&str> {
    let formula = text_at(series, "expr").unwrap_or_default();
    let pmf = match value_at(series, "pmf").map(|node| &node.kind) {
        Some(NodeKind::Mapping(entries)) => &**entries,
        _ => &[],
    };
    let argument = |entry: &'_ Entry| matches!(entry.value.kind, NodeKind::Scalar(_));
    let arguments = pmf
        .iter()
        .filter(|entry| argument(entry))
        .filter_map(|entry| scalar(&entry.value))
        .map(|one| one.text.as_str());
    names_in(formula).chain(text_at(series, "initial")).chain(arguments).collect()
}

/// What may be a series' name in a formula; a function's name that no series has does no harm.
fn names_in(formula: &str) -> impl Iterator<Item = &str> {
    lex(formula).into_iter().filter_map(move |lexeme| match lexeme.token {
        Token::Name | Token::T => formula.get(lexeme.start..lexeme.end),
        Token::QuotedName => formula.get(lexeme.start + 1..lexeme.end - 1),
        _ => None,
    })
}
