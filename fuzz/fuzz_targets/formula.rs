//! Any text as one formula, through lexer, parser and formatter. Parsing never fails; what parses without an error
//! formats to a text of the same tree, and formatting that again changes nothing.

#![no_main]

use flowtime::diagnostics::{Sink, edit};
use flowtime::model::{Formula, ScalarStyle};
use flowtime::source::{FileId, ScalarMap, Span};
use flowtime::syntax::{parse, print};
use libfuzzer_sys::fuzz_target;

/// `text` as the content of a literal block, where comments are allowed.
fn formula(text: &str) -> Option<Formula> {
    let length = u32::try_from(text.len()).ok()?;
    let map = ScalarMap::verbatim(Span::new(FileId(0), 0, length));
    Some(Formula { text: text.to_owned(), map, style: ScalarStyle::Literal })
}

/// The tree of `formula` in canonical text; nothing if it has errors.
fn tree(formula: &Formula) -> Option<String> {
    let mut sink = Sink::default();
    let tree = parse::parse(formula, &mut sink);
    (!sink.has_errors()).then(|| print::expr(&tree))
}

fn format(formula: &Formula) -> String {
    edit::apply(&formula.text, &print::format(formula, &|_| None))
}

fuzz_target!(|text: &str| {
    let Some(written) = formula(text) else { return };
    let Some(meaning) = tree(&written) else { return };
    let once = format(&written);
    let Some(formatted) = formula(&once) else { return };
    assert_eq!(tree(&formatted).as_ref(), Some(&meaning), "formatting {text:?} changed its tree");
    assert_eq!(format(&formatted), once, "formatting {text:?} is not stable");
});
