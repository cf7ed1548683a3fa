//! YAML text to a spanned tree. `granit-parser` is known to this module alone; it gives events with byte offsets, and
//! its own decoded text is the truth for every scalar. What leaves here has its aliases expanded (as shared subtrees)
//! and its merge keys applied, holds each key once, and is at most [`MAX_DEPTH`] deep, so walking it by recursion is
//! safe.

mod advice;
mod build;
mod comma;
mod mapping;
mod scalar;

use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Marker, Parser, ScanError};

use self::build::Builder;
use super::ScalarStyle;
use crate::diagnostics::{Sink, codes};
use crate::source::{FileId, ScalarMap, Span, Spanned};

/// The largest document in bytes.
pub const MAX_BYTES: usize = 64 << 20;
/// The deepest nesting of lists and mappings.
pub const MAX_DEPTH: usize = 64;
/// The most nodes that all aliases of a document may stand for together.
pub const MAX_ALIAS_NODES: u64 = 1_000_000;

/// A value of the document; cloning shares what is below.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it was written: a scalar's content, a collection from its first to its last character.
    pub span: Span,
}

impl Node {
    /// The key of that name, if this is a mapping that has it.
    pub fn key(&self, name: &str) -> Option<&Spanned<Arc<str>>> {
        let NodeKind::Mapping(entries) = &self.kind else { return None };
        entries.iter().map(|entry| &entry.key).find(|key| &*key.value == name)
    }
}

/// The kinds of values.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// A text in one of the five styles.
    Scalar(Arc<Scalar>),
    /// A list.
    Sequence(Arc<[Node]>),
    /// Keys and values in file order, merged ones last.
    Mapping(Arc<[Entry]>),
}

/// A scalar before its type is known.
#[derive(Debug)]
pub struct Scalar {
    /// The decoded text; empty where the value was left out.
    pub text: String,
    /// How it was written.
    pub style: ScalarStyle,
    /// A tag of the core schema (`str`, `int`, `float`, `bool`, `null`); others mean nothing here.
    pub tag: Option<String>,
    /// Decoded offsets to file offsets.
    pub map: ScalarMap,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key's text.
    pub key: Spanned<Arc<str>>,
    /// Its value.
    pub value: Node,
}

/// Parses the one document of `text`; without a tree the reason has been reported.
pub fn parse(file: FileId, text: &str, sink: &mut Sink) -> Option<Node> {
    if text.len() > MAX_BYTES {
        sink.emit(codes::LIMIT_EXCEEDED, Span::new(file, 0, 0), too_large(text.len()))
            .help("move long lists of values into CSV files and name them with `source`");
        return None;
    }
    let source = Source { file, text };
    let options = granit_parser::options! { emit_comments: false, emit_unresolved_aliases: true };
    let mut builder = Builder::new(source);
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((Event::StreamStart | Event::StreamEnd, _)) => {}
            Ok((event, span)) => builder.accept(event, span, sink)?,
            Err(error) => {
                report_scan_error(source, &error, sink);
                return None;
            }
        }
    }
    builder.finish(sink)
}

fn too_large(bytes: usize) -> String {
    format!("the document has {bytes} bytes, more than {MAX_BYTES}")
}

fn report_scan_error(source: Source<'_>, error: &ScanError, sink: &mut Sink) {
    let offset = source.offset(*error.marker());
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        build::report_depth(source.character(offset), sink);
    } else {
        advice::report(source, error.kind(), offset, sink);
    }
}

/// The file that is being parsed.
#[derive(Clone, Copy)]
struct Source<'a> {
    file: FileId,
    text: &'a str,
}

impl Source<'_> {
    fn offset(self, marker: Marker) -> usize {
        marker.byte_offset().unwrap_or(0).min(self.text.len())
    }

    fn span(self, start: usize, end: usize) -> Span {
        Span::new(self.file, start as u32, end.max(start) as u32)
    }

    /// The span of the character at `offset`, empty at the end of the text.
    fn character(self, offset: usize) -> Span {
        let start = self.text.floor_char_boundary(offset);
        let length = self.text[start..].chars().next().map_or(0, char::len_utf8);
        self.span(start, start + length)
    }

    /// The span from `start` to `end` without the white space before `end`.
    fn trimmed(self, start: usize, end: usize) -> Span {
        self.span(start, start + self.text[start..end.max(start)].trim_end().len())
    }
}

#[cfg(test)]
mod tests;
