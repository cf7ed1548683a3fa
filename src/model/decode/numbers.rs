//! Lists of numbers: inline values with missing ones, and plain lists.

use super::fields::open_list;
use super::value::{describe, is_null, number};
use crate::diagnostics::{Sink, codes};
use crate::model::yaml::{Node, NodeKind};
use crate::source::Spanned;

/// How many bad numbers of one list are reported one by one.
const REPORTED: usize = 3;

/// The one value of a series, in every bin.
pub(super) fn decode_value(node: &Node, sink: &mut Sink) -> Option<f64> {
    let value = number(node);
    if value.is_none() {
        let message = format!("expected a number, found {}", describe(node));
        sink.emit(codes::NOT_A_NUMBER, node.span, message).help("write it as digits, without quotes");
    }
    value
}

/// Inline values of a series: numbers, `null` and `.nan` where one is missing.
pub(super) fn decode_values(node: &Node, sink: &mut Sink) -> Option<Spanned<Vec<f64>>> {
    decode_list(node, true, sink)
}

/// A list of numbers, none missing.
pub(super) fn decode_numbers(node: &Node, sink: &mut Sink) -> Option<Spanned<Vec<f64>>> {
    decode_list(node, false, sink)
}

fn decode_list(node: &Node, missing_allowed: bool, sink: &mut Sink) -> Option<Spanned<Vec<f64>>> {
    let items = open_list(node, "a list of numbers", sink);
    if !matches!(node.kind, NodeKind::Sequence(_)) {
        return None;
    }
    let mut values = Vec::with_capacity(items.len());
    let mut bad = Vec::new();
    for item in items {
        match number(item) {
            Some(value) => values.push(value),
            None if missing_allowed && is_null(item) => values.push(f64::NAN),
            None => bad.push(item),
        }
    }
    report_bad(&bad, missing_allowed, sink);
    bad.is_empty().then(|| Spanned::new(values, node.span))
}

fn report_bad(bad: &[&Node], missing_allowed: bool, sink: &mut Sink) {
    let expected = if missing_allowed { "a number or `null`" } else { "a number" };
    let code = if missing_allowed { codes::NOT_A_NUMBER } else { codes::WRONG_SHAPE };
    for item in bad.iter().take(REPORTED) {
        sink.emit(code, item.span, format!("expected {expected}, found {}", describe(item)));
    }
    if let Some(next) = bad.get(REPORTED) {
        let more = bad.len() - REPORTED;
        let values = if more == 1 { "value" } else { "values" };
        sink.emit(
            code,
            next.span,
            format!("expected {expected}, found {more} more {values} of another kind from here"),
        );
    }
}
