//! What the compiler has to say to a person: a [`Diagnostic`] is plain data, the [`Sink`] collects them, and the files
//! beside this one turn them into text or a machine format. Phases only ever add to a sink; they never print.

pub mod codes;
pub mod edit;
pub mod github;
pub mod json;
mod place;
pub mod render;
pub mod sarif;
pub mod suggest;

pub use codes::{Code, Severity};

use crate::source::{Sources, Span};

/// What one check found, and the files it found it in: what the machine formats take, one or many.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// In the order of the file.
    pub diagnostics: &'a [Diagnostic],
    /// The files that the spans point into.
    pub sources: &'a Sources,
}

/// A second place that matters, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What it has to do with the problem.
    pub message: String,
}

/// One replacement of a span by a text; an empty span inserts.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub new_text: String,
}

/// A change that mends the problem and that a machine may apply.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// What it does, beginning with a verb.
    pub title: String,
    /// All of its edits; none overlap.
    pub edits: Vec<Edit>,
}

/// One problem, where it is and what to do about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// The entry of the catalogue.
    pub code: &'static Code,
    /// One line in plain words: lower case, no full stop, names in backticks.
    pub message: String,
    /// The place.
    pub span: Span,
    /// What stands beside the primary span's underline, where the message alone is not enough.
    pub label: Option<String>,
    /// Other places that matter.
    pub related: Vec<Label>,
    /// Advice; begins with a verb.
    pub help: Option<String>,
    /// Changes that a machine may apply.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// Adds a second place.
    pub fn label(&mut self, span: Span, message: impl Into<String>) -> &mut Self {
        self.related.push(Label { span, message: message.into() });
        self
    }

    /// Says what stands at the primary place itself.
    pub fn here(&mut self, message: impl Into<String>) -> &mut Self {
        self.label = Some(message.into());
        self
    }

    /// Adds advice.
    pub fn help(&mut self, advice: impl Into<String>) -> &mut Self {
        self.help = Some(advice.into());
        self
    }

    /// Adds a fix of one edit.
    pub fn fix(&mut self, title: impl Into<String>, span: Span, new_text: impl Into<String>) -> &mut Self {
        self.fixes.push(Fix { title: title.into(), edits: vec![Edit { span, new_text: new_text.into() }] });
        self
    }
}

/// Collects diagnostics.
#[derive(Debug, Default)]
pub struct Sink {
    diagnostics: Vec<Diagnostic>,
    errors: usize,
}

impl Sink {
    /// Reports a problem; the answer takes labels, advice and fixes.
    pub fn emit(&mut self, code: &'static Code, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        let at = self.diagnostics.len();
        self.errors += usize::from(code.severity == Severity::Error);
        self.diagnostics.push(Diagnostic {
            code,
            message: message.into(),
            span,
            label: None,
            related: Vec::new(),
            help: None,
            fixes: Vec::new(),
        });
        &mut self.diagnostics[at]
    }

    /// Whether an error was reported.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// How many errors were reported so far.
    pub fn error_count(&self) -> usize {
        self.errors
    }

    /// All of them in the order of the file, those equal in code and span once.
    pub fn finish(self) -> Vec<Diagnostic> {
        let mut all = self.diagnostics;
        all.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code.id));
        all.dedup_by_key(|diagnostic| (diagnostic.span, diagnostic.code.id));
        all
    }
}
