//! Single values: what a scalar is under the YAML 1.2 core schema, and readers that report anything else at its place.
//! A reader that answers `None` has reported why.

use crate::diagnostics::suggest::{self, excerpt};
use crate::diagnostics::{Diagnostic, Sink, codes};
use crate::model::yaml::{Node, NodeKind, Scalar};
use crate::model::{Formula, Id, Initial, ScalarStyle};
use crate::source::{Span, Spanned};

/// A scalar with its type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Typed<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(&'a str),
}

/// The scalar of a node, if it is one.
pub(crate) fn scalar(node: &Node) -> Option<&Scalar> {
    match &node.kind {
        NodeKind::Scalar(scalar) => Some(scalar),
        _ => None,
    }
}

/// What the core schema makes of a node; `None` for lists and mappings.
pub(crate) fn typed(node: &Node) -> Option<Typed<'_>> {
    let scalar = scalar(node)?;
    let is_text = match scalar.tag.as_deref() {
        Some("str") => true,
        Some(_) => false,
        None => scalar.style != ScalarStyle::Plain,
    };
    Some(if is_text { Typed::Text(&scalar.text) } else { resolve(&scalar.text) })
}

/// Whether the value was left out or is `null`.
pub(crate) fn is_null(node: &Node) -> bool {
    typed(node) == Some(Typed::Null)
}

fn resolve(text: &str) -> Typed<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Typed::Null,
        "true" | "True" | "TRUE" => Typed::Bool(true),
        "false" | "False" | "FALSE" => Typed::Bool(false),
        _ => parse_number(text).map_or(Typed::Text(text), Typed::Number),
    }
}

/// A number in the spellings of the core schema.
pub(crate) fn parse_number(text: &str) -> Option<f64> {
    if let Some(value) = parse_radix(text) {
        return Some(value as f64);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Some(sign * f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" if unsigned == text => return Some(f64::NAN),
        _ => {}
    }
    // What is left of Rust's own spellings begins with a digit or a point, so `inf` and `nan` stay text.
    let begins = unsigned.strip_prefix('.').unwrap_or(unsigned).starts_with(|c: char| c.is_ascii_digit());
    begins.then(|| text.parse().ok()).flatten()
}

fn parse_radix(text: &str) -> Option<u64> {
    let digits = |prefix: &str| text.strip_prefix(prefix).filter(|rest| !rest.starts_with(['+', '-']));
    match (digits("0x"), digits("0o")) {
        (Some(hex), _) => u64::from_str_radix(hex, 16).ok(),
        (_, Some(octal)) => u64::from_str_radix(octal, 8).ok(),
        _ => None,
    }
}

/// A node in words: "text `abc`".
pub(crate) fn describe(node: &Node) -> String {
    let text = scalar(node).map_or("", |scalar| scalar.text.as_str());
    match (typed(node), &node.kind) {
        (Some(Typed::Null), _) => "nothing".to_owned(),
        (Some(Typed::Bool(_)), _) => format!("the truth value `{text}`"),
        (Some(Typed::Number(_)), _) if overflows(node) => format!("`{}`, which is too large", excerpt(text)),
        (Some(Typed::Number(_)), _) => format!("the number `{}`", excerpt(text)),
        (Some(Typed::Text(_)), _) => format!("text `{}`", excerpt(text)),
        (None, NodeKind::Sequence(_)) => "a list".to_owned(),
        (None, _) => "a mapping".to_owned(),
    }
}

/// Reports that a node is not what is `expected` there.
pub(crate) fn report_kind<'s>(node: &Node, expected: &str, sink: &'s mut Sink) -> &'s mut Diagnostic {
    let message = format!("expected {expected}, found {}", describe(node));
    sink.emit(codes::WRONG_SHAPE, node.span, message)
}

/// The number that a node holds as data, infinite ones included; one whose digits overflow is none.
pub(crate) fn number(node: &Node) -> Option<f64> {
    match typed(node)? {
        Typed::Number(value) if !overflows(node) => Some(value),
        _ => None,
    }
}

/// Whether a node is a number by its digits, but larger than any.
fn overflows(node: &Node) -> bool {
    let digits = scalar(node).is_some_and(|scalar| scalar.text.contains(|c: char| c.is_ascii_digit()));
    digits && matches!(typed(node), Some(Typed::Number(value)) if value.is_infinite())
}

/// A number, infinite ones included.
pub(crate) fn decode_number(node: &Node, sink: &mut Sink) -> Option<f64> {
    match typed(node) {
        Some(Typed::Number(value)) => Some(value),
        Some(Typed::Text(text)) if parse_number(text).is_some() => {
            report_kind(node, "a number", sink).help("remove the quotes");
            None
        }
        found => {
            let diagnostic = report_kind(node, "a number", sink);
            if let Some(Typed::Text(text)) = found {
                advise_number(text, node.span, diagnostic);
            }
            None
        }
    }
}

/// Says how to write a percentage, or a number with its digits in groups.
pub(crate) fn advise_number(text: &str, span: Span, diagnostic: &mut Diagnostic) {
    if let Some(number) = suggest::number(text) {
        let why = if text.ends_with('%') { " for the percentage" } else { "" };
        diagnostic.help(format!("write `{number}`{why}")).fix(format!("write `{number}`"), span, number);
    }
}

/// A finite number.
pub(crate) fn decode_finite(node: &Node, sink: &mut Sink) -> Option<f64> {
    let value = decode_number(node, sink)?;
    check_finite(value, node.span, sink)
}

fn check_finite(value: f64, span: Span, sink: &mut Sink) -> Option<f64> {
    if value.is_finite() {
        return Some(value);
    }
    let found = if value.is_nan() { "a missing value" } else { "one that is infinite or too large" };
    sink.emit(codes::VALUE_NOT_ALLOWED, span, format!("expected a finite number, found {found}"));
    None
}

/// A finite number that is not negative.
pub(crate) fn decode_non_negative(node: &Node, sink: &mut Sink) -> Option<f64> {
    let value = decode_finite(node, sink)?;
    if value >= 0.0 {
        return Some(value);
    }
    sink.emit(codes::VALUE_NOT_ALLOWED, node.span, format!("expected a number >= 0, found `{value}`"));
    None
}

/// A whole number in `min..=max`.
pub(crate) fn decode_whole(node: &Node, min: u64, max: u64, sink: &mut Sink) -> Option<u64> {
    let value = decode_number(node, sink)?;
    let text = scalar(node).map_or("", |scalar| scalar.text.as_str());
    // Beyond 2^53 a float has no ones place, so digits are read as digits.
    let exact = text.parse::<u64>().ok().or_else(|| parse_radix(text));
    let whole = exact.or_else(|| (value.fract() == 0.0 && value.abs() < 9e15 && value >= 0.0).then_some(value as u64));
    match whole {
        Some(whole) if (min..=max).contains(&whole) => Some(whole),
        _ => {
            let range = if max == u64::MAX {
                format!("a whole number >= {min}")
            } else {
                format!("a whole number from {min} to {max}")
            };
            sink.emit(codes::VALUE_NOT_ALLOWED, node.span, format!("expected {range}, found `{}`", excerpt(text)));
            None
        }
    }
}

/// `true` or `false`.
pub(crate) fn decode_bool(node: &Node, sink: &mut Sink) -> Option<bool> {
    match typed(node) {
        Some(Typed::Bool(value)) => Some(value),
        _ => {
            report_kind(node, "`true` or `false`", sink);
            None
        }
    }
}

/// A text.
pub(crate) fn decode_text(node: &Node, sink: &mut Sink) -> Option<Spanned<String>> {
    match typed(node) {
        Some(Typed::Text(text)) => Some(Spanned::new(text.to_owned(), node.span)),
        _ => {
            let is_scalar = scalar(node).is_some();
            let diagnostic = report_kind(node, "text", sink);
            if is_scalar {
                diagnostic.help("put it in quotes");
            }
            None
        }
    }
}

/// An id. A broken one is reported and taken all the same, so that references to it don't fail as well.
pub(crate) fn decode_id(node: &Node, sink: &mut Sink) -> Option<Id> {
    let Some(found) = scalar(node).filter(|_| !is_null(node)) else {
        report_kind(node, "an id", sink);
        return None;
    };
    if !matches!(typed(node), Some(Typed::Text(_))) {
        report_kind(node, "an id", sink).help("put it in quotes");
    } else if let Some(problem) = id_problem(&found.text) {
        sink.emit(codes::INVALID_ID, node.span, format!("id `{}` {problem}", excerpt(&found.text)))
            .help("choose an id of 1 to 200 bytes without control characters and backticks");
    }
    Some(Spanned::new(found.text.clone(), node.span))
}

/// The id of something declared elsewhere. A broken one is reported and not looked up.
pub(crate) fn decode_reference(node: &Node, sink: &mut Sink) -> Option<Id> {
    let before = sink.error_count();
    decode_id(node, sink).filter(|_| sink.error_count() == before)
}

fn id_problem(id: &str) -> Option<String> {
    match id {
        "" => Some("is empty".to_owned()),
        _ if id.len() > 200 => Some(format!("has {} bytes, more than 200", id.len())),
        _ if id.contains('`') => Some("has a backtick".to_owned()),
        _ if id.contains(char::is_control) => Some("has a control character".to_owned()),
        _ => None,
    }
}

/// A formula: the text of a scalar of any type.
pub(crate) fn decode_formula(node: &Node, sink: &mut Sink) -> Option<Formula> {
    let Some(scalar) = scalar(node) else {
        report_kind(node, "a formula", sink);
        return None;
    };
    Some(Formula { text: scalar.text.clone(), map: scalar.map.clone(), style: scalar.style })
}

/// A number, a truth value, or an id.
pub(crate) fn decode_start(node: &Node, sink: &mut Sink) -> Option<Spanned<Initial>> {
    let value = match typed(node) {
        Some(Typed::Bool(value)) => Initial::Bool(value),
        Some(Typed::Number(_)) => Initial::Number(decode_finite(node, sink)?),
        Some(Typed::Text(text)) if parse_number(text).is_none() => Initial::Name(text.to_owned()),
        Some(Typed::Text(_)) => {
            report_kind(node, "a number, a truth value or an id", sink).help("remove the quotes");
            return None;
        }
        _ => {
            report_kind(node, "a number, a truth value or an id", sink);
            return None;
        }
    };
    Some(Spanned::new(value, node.span))
}

/// A number or an id.
pub(crate) fn decode_number_or_id(node: &Node, sink: &mut Sink) -> Option<Spanned<Initial>> {
    if matches!(typed(node), Some(Typed::Bool(_))) {
        report_kind(node, "a number or an id", sink);
        return None;
    }
    decode_start(node, sink)
}
