//! Texts that a comma cut in pieces: `{ expr: MIN(a, b) }` has a key `expr` with the text `MIN(a`, and a key `b)` without
//! a value. A mapping's entries come in; each such text is reported once and goes out whole, so that nothing follows
//! from its pieces.

use std::sync::Arc;

use super::{Entry, Node, NodeKind, Scalar, Source};
use crate::diagnostics::{Sink, codes};
use crate::model::ScalarStyle;
use crate::source::ScalarMap;

/// Joins the texts whose parentheses are closed in a later key.
pub(super) fn rejoin(entries: &[Entry], source: Source<'_>, sink: &mut Sink) -> Vec<Entry> {
    let mut whole: Vec<Entry> = Vec::with_capacity(entries.len());
    let mut rest = entries;
    while let [first, others @ ..] = rest {
        let count = pieces(first, others, source).unwrap_or_default();
        whole.push(match others[..count].last() {
            Some(last) => join(first, last, source, sink),
            None => first.clone(),
        });
        rest = &others[count..];
    }
    whole
}

/// How many of `others` are pieces of the text that `first` begins; none unless the last closes its parentheses.
fn pieces(first: &Entry, others: &[Entry], source: Source<'_>) -> Option<usize> {
    let mut open = depth(&plain(&first.value)?.text);
    let mut end = first.value.span.end;
    let mut count = 0;
    while open > 0 {
        let next = others.get(count)?;
        let between = source.text.get(end as usize..next.key.span.start as usize)?;
        if between.trim() != "," || !plain(&next.value)?.text.is_empty() {
            return None;
        }
        open += depth(&next.key.value);
        end = next.key.span.end;
        count += 1;
    }
    Some(count)
}

fn plain(node: &Node) -> Option<&Scalar> {
    match &node.kind {
        NodeKind::Scalar(scalar) => Some(&**scalar).filter(|scalar| scalar.style == ScalarStyle::Plain),
        _ => None,
    }
}

/// Parentheses that `text` opens less those that it closes.
fn depth(text: &str) -> isize {
    let count = |c| text.matches(c).count() as isize;
    count('(') - count(')')
}

/// The entry `first` with the text up to the key of `last`.
fn join(first: &Entry, last: &Entry, source: Source<'_>, sink: &mut Sink) -> Entry {
    let span = source.span(first.value.span.start as usize, last.key.span.end as usize);
    let text = source.text[span.start as usize..span.end as usize].to_owned();
    let comma = source.character(first.value.span.end as usize);
    let what = if &*first.key.value == "expr" { "formula" } else { "text" };
    let diagnostic = sink.emit(codes::INVALID_YAML, comma, format!("this `,` ends the {what}"));
    diagnostic
        .label(first.value.span, "all that is left of it")
        .help(format!("put the {what} in quotes: inside `{{ }}` a comma ends it"));
    if !text.contains(['"', '\\', '\n']) {
        diagnostic.fix(format!("put the {what} in quotes"), span, format!("\"{text}\""));
    }
    let map = ScalarMap::verbatim(span);
    let scalar = Scalar { text, style: ScalarStyle::Plain, tag: None, map };
    Entry { key: first.key.clone(), value: Node { kind: NodeKind::Scalar(Arc::new(scalar)), span } }
}
