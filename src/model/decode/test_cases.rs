//! An entry of `tests`: a model's own test, on a grid as long as its inputs.

use super::fields::{Fields, open_list};
use super::numbers::decode_values;
use super::value::{decode_finite, decode_non_negative, decode_text};
use crate::diagnostics::{Sink, codes};
use crate::model::yaml::{Entry, Node};
use crate::model::{Grid, Id, ModelTest};
use crate::source::{Span, Spanned};

/// Decodes a test. Of a broken one the ids are kept, so that those that name nothing are reported too.
pub(super) fn decode_test(fields: Fields<'_>, grid: &Grid, sink: &mut Sink) -> Option<ModelTest> {
    let name = fields.get("name").and_then(|node| decode_text(node, sink));
    let set = decode_map(&fields, "set", sink, decode_finite);
    let inputs = decode_map(&fields, "inputs", sink, decode_values);
    let expect = decode_map(&fields, "expect", sink, decode_values);
    let tolerance = fields.get("tolerance").and_then(|node| decode_non_negative(node, sink));
    let warnings = fields.get("warnings").map(|node| decode_warnings(node, sink));
    check_lengths(&inputs, &expect, grid, sink);
    Some(ModelTest {
        name: name.unwrap_or_else(|| Spanned::new(String::new(), fields.place)),
        set: set.into_iter().map(|(id, value)| (id, value.unwrap_or_default())).collect(),
        inputs: inputs.into_iter().map(|(id, values)| (id, values.map_or_else(Vec::new, |one| one.value))).collect(),
        expect: expect
            .into_iter()
            .map(|(id, values)| (id.clone(), values.unwrap_or(Spanned::new(Vec::new(), id.span))))
            .collect(),
        tolerance: tolerance.unwrap_or_default(),
        warnings,
    })
}

/// A mapping from ids; a value is `None` where it is broken.
fn decode_map<T>(
    fields: &Fields<'_>,
    key: &str,
    sink: &mut Sink,
    mut decode_value: impl FnMut(&Node, &mut Sink) -> Option<T>,
) -> Vec<(Id, Option<T>)> {
    let map = fields.get(key).and_then(|node| Fields::open_any(node, &format!("`{key}`"), sink));
    let entries = map.iter().flat_map(Fields::entries);
    entries
        .map(|Entry { key, value }| (Spanned::new(key.value.to_string(), key.span), decode_value(value, sink)))
        .collect()
}

fn decode_warnings(node: &Node, sink: &mut Sink) -> Vec<Spanned<String>> {
    open_list(node, "a list of warning types", sink).iter().filter_map(|node| decode_text(node, sink)).collect()
}

type Columns = [(Id, Option<Spanned<Vec<f64>>>)];

/// The length that all columns of a test must have, and what gives it: the first input, else the model's grid.
fn expected_length(inputs: &Columns, grid: &Grid, sink: &mut Sink) -> Option<(usize, Span, String)> {
    let Some((first, values)) = inputs.first() else {
        return grid.is_known().then(|| (grid.bins as usize, grid.span, format!("{} bins", grid.bins)));
    };
    let values = values.as_ref()?;
    let bins = values.value.len();
    if bins == 0 {
        let message = format!("input `{}` has no values, expected at least one", first.value);
        sink.emit(codes::TEST_SHAPE, values.span, message);
        return None;
    }
    Some((bins, first.span, format!("`{}` has length {bins}", first.value)))
}

fn check_lengths(inputs: &Columns, expect: &Columns, grid: &Grid, sink: &mut Sink) {
    let Some((bins, place, label)) = expected_length(inputs, grid, sink) else { return };
    for (id, values) in inputs.iter().chain(expect) {
        let Some(values) = values.as_ref().filter(|values| values.value.len() != bins) else { continue };
        let found = values.value.len();
        let message = format!("`{}` has length {found}, expected {bins}, the grid of this test", id.value);
        sink.emit(codes::TEST_SHAPE, values.span, message).label(place, label.clone());
    }
}
