//! Any text as one formula, through lexer, parser and formatter. Parsing never fails; what parses without an error
//! formats to a text that parses without an error, and formatting that again changes nothing.

#![no_main]

use flowtime::diagnostics::Sink;
use flowtime::model::{Formula, ScalarStyle};
use flowtime::source::{FileId, ScalarMap, Span};
use flowtime::syntax::{parse, print};
use libfuzzer_sys::fuzz_target;

fn formula(text: &str) -> Option<Formula> {
    let length = u32::try_from(text.len()).ok()?;
    let map = ScalarMap::verbatim(Span::new(FileId(0), 0, length));
    Some(Formula { text: text.to_owned(), map, style: ScalarStyle::Literal })
}

/// The canonical form of `text`; nothing if it is no formula.
fn format(text: &str) -> Option<String> {
    let formula = formula(text)?;
    let mut sink = Sink::default();
    let expr = parse::parse(&formula, &mut sink);
    (!sink.has_errors()).then(|| print::print(&expr))
}

fuzz_target!(|text: &str| {
    if let Some(once) = format(text) {
        assert_eq!(format(&once).as_ref(), Some(&once), "formatting is not stable for {text:?}");
    }
});
