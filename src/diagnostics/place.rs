//! Spans as people and machine formats count them. A span that reaches behind the end of its file, or into the middle
//! of a character, is cut to what is there: a slip in a phase must not keep its diagnostic from being shown.

use std::ops::Range;

use crate::source::{Position, SourceFile, Sources, Span};

/// A span's file with both of its ends in lines and columns.
pub(super) struct Place<'a> {
    pub(super) file: &'a SourceFile,
    pub(super) range: Range<usize>,
    pub(super) start: Position,
    pub(super) end: Position,
}

impl<'a> Place<'a> {
    /// Where `span` is.
    pub(super) fn new(sources: &'a Sources, span: Span) -> Self {
        let file = sources.file(span.file);
        let range = byte_range(&file.text, span);
        let position = |offset| file.lines.position(&file.text, offset);
        Self { start: position(range.start), end: position(range.end), file, range }
    }
}

/// The bytes of `span` that `text` has, on character boundaries.
pub(super) fn byte_range(text: &str, span: Span) -> Range<usize> {
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.ceil_char_boundary(span.end as usize);
    start..end.max(start)
}
