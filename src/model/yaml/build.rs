//! Events to a tree, without recursion: open collections stand on a stack, finished nodes go into the one above. An
//! alias shares its target's subtree, and counts what it stands for, so that a document of a few bytes can't become
//! one of gigabytes.

use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::{Event, Tag};

use super::mapping::OpenMapping;
use super::{MAX_ALIAS_NODES, MAX_BYTES, MAX_DEPTH, Node, NodeKind, Scalar, Source, scalar};
use crate::diagnostics::{Sink, codes};
use crate::source::Span;

/// A node with what an alias of it would cost.
#[derive(Clone)]
pub(super) struct Built {
    pub(super) node: Node,
    /// Nodes in it, aliases expanded, itself included.
    pub(super) size: u64,
    /// Bytes of text in it, aliases expanded.
    pub(super) text: u64,
    /// Levels of collections in it.
    pub(super) height: usize,
}

enum Items {
    Sequence(Vec<Node>),
    Mapping(OpenMapping),
}

struct Open {
    items: Items,
    anchor: usize,
    start: usize,
    size: u64,
    text: u64,
    height: usize,
}

/// Builds the tree of one document.
pub(super) struct Builder<'a> {
    source: Source<'a>,
    open: Vec<Open>,
    anchors: HashMap<usize, Built>,
    alias_nodes: u64,
    alias_text: u64,
    documents: usize,
    unknown_alias: bool,
    root: Option<Node>,
}

/// Reports nesting beyond the limit, at the collection that crosses it.
pub(super) fn report_depth(span: Span, sink: &mut Sink) {
    sink.emit(codes::LIMIT_EXCEEDED, span, format!("lists and mappings are nested more than {MAX_DEPTH} deep"));
}

impl<'a> Builder<'a> {
    pub(super) fn new(source: Source<'a>) -> Self {
        Self {
            source,
            open: Vec::new(),
            anchors: HashMap::new(),
            alias_nodes: 0,
            alias_text: 0,
            documents: 0,
            unknown_alias: false,
            root: None,
        }
    }

    /// Takes the next event; `None` after an error that ends the parse.
    pub(super) fn accept(&mut self, event: Event<'_>, at: granit_parser::Span, sink: &mut Sink) -> Option<()> {
        match event {
            Event::DocumentStart(..) => return self.start_document(at, sink),
            Event::Scalar(text, style, anchor, tag) => {
                let raw = scalar::Raw { text: &text, style, tag: tag.as_deref().and_then(core_tag), at };
                self.add_scalar(&raw, anchor, sink);
            }
            Event::SequenceStart(_, anchor, _) => {
                return self.open(Items::Sequence(Vec::new()), anchor, at, sink);
            }
            Event::MappingStart(_, anchor, _) => {
                return self.open(Items::Mapping(OpenMapping::default()), anchor, at, sink);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(at, sink),
            Event::Alias(target) => return self.add_alias(target, at, sink),
            Event::UnresolvedAlias(name) => self.report_unknown_alias(&name, at, sink),
            _ => {}
        }
        Some(())
    }

    /// The document's root.
    pub(super) fn finish(self, sink: &mut Sink) -> Option<Node> {
        if self.unknown_alias {
            return None;
        }
        let root = self.root.filter(|root| !is_left_out(root));
        if root.is_none() {
            sink.emit(codes::INVALID_YAML, self.source.span(0, 0), "the document is empty")
                .help("begin a model with `schemaVersion: 1`, a template with `templateType: simulation`");
        }
        root
    }

    fn start_document(&mut self, at: granit_parser::Span, sink: &mut Sink) -> Option<()> {
        self.documents += 1;
        if self.documents == 1 {
            return Some(());
        }
        let span = self.span_of(at);
        sink.emit(codes::INVALID_YAML, span, "expected one document, found a second one")
            .help("keep each model in a file of its own");
        None
    }

    fn add_scalar(&mut self, raw: &scalar::Raw<'_>, anchor: usize, sink: &mut Sink) {
        let scalar: Scalar = scalar::read(self.source, raw);
        let (span, text) = (scalar.map.whole(), scalar.text.len() as u64);
        let node = Node { kind: NodeKind::Scalar(Arc::new(scalar)), span };
        self.add(Built { node, size: 1, text, height: 0 }, anchor, sink);
    }

    fn open(&mut self, items: Items, anchor: usize, at: granit_parser::Span, sink: &mut Sink) -> Option<()> {
        let start = self.source.offset(at.start);
        if self.open.len() >= MAX_DEPTH {
            report_depth(self.source.character(start), sink);
            return None;
        }
        self.open.push(Open { items, anchor, start, size: 1, text: 0, height: 1 });
        Some(())
    }

    fn close(&mut self, at: granit_parser::Span, sink: &mut Sink) {
        let Some(open) = self.open.pop() else { return };
        let span = self.source.trimmed(open.start, self.source.offset(at.end));
        let mut size = open.size;
        let kind = match open.items {
            Items::Sequence(items) => NodeKind::Sequence(items.into()),
            Items::Mapping(mapping) => {
                let entries = mapping.finish(self.source, sink);
                size = size.max(1 + entries.len() as u64);
                NodeKind::Mapping(entries.into())
            }
        };
        let node = Node { kind, span };
        self.add(Built { node, size, text: open.text, height: open.height }, open.anchor, sink);
    }

    fn add_alias(&mut self, target: usize, at: granit_parser::Span, sink: &mut Sink) -> Option<()> {
        let span = self.span_of(at);
        let Some(built) = self.anchors.get(&target).cloned() else {
            sink.emit(codes::INVALID_YAML, span, "an alias stands inside the value that it names");
            return None;
        };
        self.alias_nodes += built.size;
        self.alias_text += built.text;
        if self.alias_nodes > MAX_ALIAS_NODES || self.alias_text > MAX_BYTES as u64 {
            let message = format!("aliases expand to more than {MAX_ALIAS_NODES} nodes or {MAX_BYTES} bytes");
            sink.emit(codes::LIMIT_EXCEEDED, span, message);
            return None;
        }
        if self.open.len() + built.height > MAX_DEPTH {
            report_depth(span, sink);
            return None;
        }
        self.add(built, 0, sink);
        Some(())
    }

    fn report_unknown_alias(&mut self, name: &str, at: granit_parser::Span, sink: &mut Sink) {
        let span = self.span_of(at);
        sink.emit(codes::INVALID_YAML, span, format!("unknown alias `*{name}`: no anchor `&{name}` stands before it"));
        self.unknown_alias = true;
        let raw = scalar::Raw { text: "", style: granit_parser::ScalarStyle::Plain, tag: None, at };
        self.add_scalar(&raw, 0, sink);
    }

    fn add(&mut self, built: Built, anchor: usize, sink: &mut Sink) {
        if anchor != 0 {
            self.anchors.insert(anchor, built.clone());
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(built.node);
            return;
        };
        parent.size += built.size;
        parent.text += built.text;
        parent.height = parent.height.max(built.height + 1);
        match &mut parent.items {
            Items::Sequence(items) => items.push(built.node),
            Items::Mapping(mapping) => mapping.add(built.node, self.source, sink),
        }
    }

    fn span_of(&self, at: granit_parser::Span) -> Span {
        self.source.trimmed(self.source.offset(at.start), self.source.offset(at.end))
    }
}

fn core_tag(tag: &Tag) -> Option<&str> {
    (tag.handle() == "tag:yaml.org,2002:").then(|| tag.suffix())
}

fn is_left_out(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Scalar(scalar) if scalar.text.is_empty() && node.span.start == node.span.end)
}
