//! The diagnostics of one formula: ranges of its decoded text become spans of the file here, and only the first
//! [`MAX_ERRORS`] in the order of the text reach the user.

use crate::diagnostics::suggest::excerpt;
use crate::diagnostics::{Code, Diagnostic, Sink};
use crate::model::Formula;
use crate::source::Span;

/// More errors than this in one formula help nobody.
pub(super) const MAX_ERRORS: usize = 20;

/// Collects what is wrong with one formula.
#[derive(Debug)]
pub(super) struct Report<'f> {
    formula: &'f Formula,
    found: Sink,
}

impl<'f> Report<'f> {
    /// Nothing found yet.
    pub(super) fn new(formula: &'f Formula) -> Self {
        Self { formula, found: Sink::default() }
    }

    /// The formula.
    pub(super) fn formula(&self) -> &'f Formula {
        self.formula
    }

    /// The characters at a range of the decoded text.
    pub(super) fn text(&self, start: usize, end: usize) -> &'f str {
        self.formula.text.get(start..end).unwrap_or_default()
    }

    /// Where a range of the decoded text stands in the file.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        self.formula.map.span(start, end)
    }

    /// Reports a problem at a range of the decoded text.
    pub(super) fn emit(
        &mut self,
        code: &'static Code,
        (start, end): (usize, usize),
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        let span = self.span(start, end);
        self.found.emit(code, span, message)
    }

    /// Whether something was reported.
    pub(super) fn has_errors(&self) -> bool {
        self.found.has_errors()
    }

    /// Hands on what was found.
    pub(super) fn finish(self, sink: &mut Sink) {
        for found in self.found.finish().into_iter().take(MAX_ERRORS) {
            let (code, span) = (found.code, found.span);
            *sink.emit(code, span, "") = found;
        }
    }
}

/// `text` in backticks, shortened where it would fill the line; text with backticks of its own stays as it is.
pub(super) fn quote(text: &str) -> String {
    let shown = excerpt(text);
    if shown.contains('`') { shown } else { format!("`{shown}`") }
}

/// "a value", "an operator or `)`", "an operator, `,` or `)`".
pub(super) fn alternatives(groups: &[&str]) -> String {
    match groups {
        [] => "something else".to_string(),
        [only] => (*only).to_string(),
        [init @ .., last] => format!("{} or {last}", init.join(", ")),
    }
}
