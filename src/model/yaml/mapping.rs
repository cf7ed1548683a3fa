//! The entries of one mapping as they come in, key and value in turn. Keys are text and stand once; `<<` takes over
//! what other mappings have, where the mapping itself has no such key and the earlier of several wins.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Entry, Node, NodeKind, Scalar};
use crate::diagnostics::{Sink, codes};
use crate::model::ScalarStyle;
use crate::source::{Span, Spanned};

enum Pending {
    Key,
    Value(Spanned<Arc<str>>),
    Merge(Span),
    Skip,
}

/// A mapping that is not yet closed.
pub(super) struct OpenMapping {
    entries: Vec<Entry>,
    seen: HashMap<Arc<str>, Span>,
    merged: Vec<Node>,
    merge_key: Option<Span>,
    pending: Pending,
}

impl Default for OpenMapping {
    fn default() -> Self {
        Self { entries: Vec::new(), seen: HashMap::new(), merged: Vec::new(), merge_key: None, pending: Pending::Key }
    }
}

impl OpenMapping {
    /// Takes the next key or value.
    pub(super) fn add(&mut self, node: Node, sink: &mut Sink) {
        match std::mem::replace(&mut self.pending, Pending::Key) {
            Pending::Key => self.pending = self.begin(&node, sink),
            Pending::Value(key) => self.entries.push(Entry { key, value: node }),
            Pending::Merge(key) => self.merge(key, node, sink),
            Pending::Skip => {}
        }
    }

    /// All entries, merged ones last.
    pub(super) fn finish(self) -> Vec<Entry> {
        let mut entries = self.entries;
        let mut known: HashSet<Arc<str>> = self.seen.into_keys().collect();
        for node in &self.merged {
            let NodeKind::Mapping(merged) = &node.kind else {
                continue;
            };
            entries.extend(merged.iter().filter(|entry| known.insert(Arc::clone(&entry.key.value))).cloned());
        }
        entries
    }

    fn begin(&mut self, node: &Node, sink: &mut Sink) -> Pending {
        let NodeKind::Scalar(scalar) = &node.kind else {
            sink.emit(codes::WRONG_SHAPE, node.span, "expected text as a key, found a list or a mapping")
                .help("write `\"{{name}}\"` in quotes where a placeholder was meant");
            return Pending::Skip;
        };
        if is_merge_key(scalar) {
            return self.begin_merge(node.span, sink);
        }
        let key: Arc<str> = scalar.text.as_str().into();
        if let Some(first) = self.seen.get(&key) {
            report_duplicate(&key, node.span, *first, sink);
            return Pending::Skip;
        }
        self.seen.insert(Arc::clone(&key), node.span);
        Pending::Value(Spanned::new(key, node.span))
    }

    fn begin_merge(&mut self, span: Span, sink: &mut Sink) -> Pending {
        if let Some(first) = self.merge_key {
            report_duplicate("<<", span, first, sink);
            return Pending::Skip;
        }
        self.merge_key = Some(span);
        Pending::Merge(span)
    }

    fn merge(&mut self, key: Span, node: Node, sink: &mut Sink) {
        let nodes = match &node.kind {
            NodeKind::Sequence(items) => items.to_vec(),
            _ => vec![node],
        };
        for node in nodes {
            if matches!(node.kind, NodeKind::Mapping(_)) {
                self.merged.push(node);
            } else {
                sink.emit(codes::WRONG_SHAPE, node.span, "expected a mapping to merge, found another kind of value")
                    .label(key, "`<<` takes a mapping or a list of mappings");
            }
        }
    }
}

fn is_merge_key(scalar: &Scalar) -> bool {
    scalar.style == ScalarStyle::Plain && scalar.text == "<<" && scalar.tag.as_deref() != Some("str")
}

fn report_duplicate(key: &str, span: Span, first: Span, sink: &mut Sink) {
    sink.emit(codes::DUPLICATE_KEY, span, format!("key `{key}` stands twice in one mapping"))
        .label(first, "first here")
        .help("remove one of the two");
}
