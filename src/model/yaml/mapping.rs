//! The entries of one mapping as they come in, key and value in turn. Keys are text and stand once; `<<` takes over
//! what other mappings have, where the mapping itself has no such key and the earlier of several wins.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::comma;
use super::{Entry, Node, NodeKind, Scalar, Source};
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
    pub(super) fn add(&mut self, node: Node, source: Source<'_>, sink: &mut Sink) {
        match std::mem::replace(&mut self.pending, Pending::Key) {
            Pending::Key => self.pending = self.begin(&node, source, sink),
            Pending::Value(key) => self.entries.push(Entry { key, value: node }),
            Pending::Merge(key) => self.merge(key, node, sink),
            Pending::Skip => {}
        }
    }

    /// All entries, merged ones last.
    pub(super) fn finish(self, source: Source<'_>, sink: &mut Sink) -> Vec<Entry> {
        let mut entries = comma::rejoin(&self.entries, source, sink);
        let mut known: HashSet<Arc<str>> = self.seen.into_keys().collect();
        for node in &self.merged {
            let NodeKind::Mapping(merged) = &node.kind else {
                continue;
            };
            entries.extend(merged.iter().filter(|entry| known.insert(Arc::clone(&entry.key.value))).cloned());
        }
        entries
    }

    fn begin(&mut self, node: &Node, source: Source<'_>, sink: &mut Sink) -> Pending {
        let NodeKind::Scalar(scalar) = &node.kind else {
            report_key(node, source, sink);
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

/// Reports a key that is no text: `{{name}}` without quotes is a mapping as the key of a mapping.
fn report_key(node: &Node, source: Source<'_>, sink: &mut Sink) {
    let Some((whole, name)) = unquoted_placeholder(node, source) else {
        sink.emit(codes::WRONG_SHAPE, node.span, "expected text as a key, found a list or a mapping");
        return;
    };
    let quoted = format!("\"{{{{{name}}}}}\"");
    let message = format!("`{{{{{name}}}}}` without quotes is a YAML mapping");
    let diagnostic = sink.emit(codes::UNQUOTED_PLACEHOLDER, whole, message);
    if stands_alone(whole, source) {
        diagnostic.help(format!("write `{quoted}`")).fix(format!("write `{quoted}`"), whole, quoted);
    } else {
        diagnostic.help("put the whole text in quotes");
    }
}

/// Whether nothing that belongs to the same scalar follows on the line.
fn stands_alone(span: Span, source: Source<'_>) -> bool {
    let rest = source.text[span.end as usize..].lines().next().unwrap_or_default().trim_start();
    rest.is_empty() || rest.starts_with([',', '}', ']', '#'])
}

/// The placeholder whose inner braces `node` is, and the name in it.
fn unquoted_placeholder<'a>(node: &Node, source: Source<'a>) -> Option<(Span, &'a str)> {
    let (start, end) = ((node.span.start as usize).checked_sub(1)?, node.span.end as usize + 1);
    let name = source.text.get(start..end)?.strip_prefix("{{")?.strip_suffix("}}")?.trim();
    let is_name = !name.is_empty() && !name.contains(['{', '}', '"', '\n']);
    is_name.then(|| (source.span(start, end), name))
}

fn is_merge_key(scalar: &Scalar) -> bool {
    scalar.style == ScalarStyle::Plain && scalar.text == "<<" && scalar.tag.as_deref() != Some("str")
}

fn report_duplicate(key: &str, span: Span, first: Span, sink: &mut Sink) {
    sink.emit(codes::DUPLICATE_KEY, span, format!("key `{key}` stands twice in one mapping"))
        .label(first, "first here")
        .help("remove one of the two");
}
