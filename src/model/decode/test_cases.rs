//! An entry of `tests`: a model's own test, on a grid as long as its inputs.

use super::fields::{Fields, open_list};
use super::numbers::decode_values;
use super::value::{decode_finite, decode_non_negative, decode_text};
use crate::diagnostics::{Sink, codes};
use crate::model::yaml::{Entry, Node};
use crate::model::{Grid, Id, ModelTest};
use crate::source::{Span, Spanned};

/// Decodes a test; a broken one is left out.
pub(super) fn decode_test(fields: Fields<'_>, grid: &Grid, sink: &mut Sink) -> Option<ModelTest> {
    let name = fields.get("name").and_then(|node| decode_text(node, sink));
    let set = decode_map(&fields, "set", sink, decode_finite);
    let inputs = decode_map(&fields, "inputs", sink, decode_values);
    let expect = decode_map(&fields, "expect", sink, decode_values);
    let tolerance = fields.get("tolerance").map_or(Some(0.0), |node| decode_non_negative(node, sink));
    let warnings = fields.get("warnings").map(|node| decode_warnings(node, sink));
    let shape = check_lengths(inputs.as_deref(), expect.as_deref(), grid, sink);
    shape.then_some(())?;
    let inputs = inputs?.into_iter().map(|(id, values)| (id, values.value)).collect();
    Some(ModelTest { name: name?, set: set?, inputs, expect: expect?, tolerance: tolerance?, warnings })
}

/// A mapping from ids; `None` where any value is broken.
fn decode_map<T>(
    fields: &Fields<'_>,
    key: &str,
    sink: &mut Sink,
    mut decode_value: impl FnMut(&Node, &mut Sink) -> Option<T>,
) -> Option<Vec<(Id, T)>> {
    let Some(node) = fields.get(key) else {
        return Some(Vec::new());
    };
    let map = Fields::open_any(node, &format!("`{key}`"), sink)?;
    let decode_entry = |Entry { key, value }: &Entry, sink: &mut Sink| {
        let id = Spanned::new(key.value.to_string(), key.span);
        decode_value(value, sink).map(|value| (id, value))
    };
    let mut decode_entry = decode_entry;
    // Not short-circuited: each entry reports its own errors.
    let decoded: Vec<Option<(Id, T)>> = map.entries().map(|entry| decode_entry(entry, sink)).collect();
    decoded.into_iter().collect()
}

fn decode_warnings(node: &Node, sink: &mut Sink) -> Vec<Spanned<String>> {
    open_list(node, "a list of warning types", sink).iter().filter_map(|node| decode_text(node, sink)).collect()
}

type Columns = [(Id, Spanned<Vec<f64>>)];

fn check_lengths(inputs: Option<&Columns>, expect: Option<&Columns>, grid: &Grid, sink: &mut Sink) -> bool {
    let (bins, place) = match inputs {
        None => return false,
        Some([(first, values), ..]) => {
            (values.value.len(), Some((first.span, format!("`{}` has length {}", first.value, values.value.len()))))
        }
        Some([]) if grid.is_known() => (grid.bins as usize, Some((grid.span, format!("{} bins", grid.bins)))),
        Some([]) => return true,
    };
    let columns = inputs.unwrap_or_default().iter().chain(expect.unwrap_or_default());
    let mut fits = check_not_empty(bins, inputs.unwrap_or_default(), sink);
    for (id, values) in columns.filter(|(_, values)| values.value.len() != bins) {
        report_length(id, values, bins, place.as_ref(), sink);
        fits = false;
    }
    fits
}

fn check_not_empty(bins: usize, inputs: &Columns, sink: &mut Sink) -> bool {
    if bins == 0
        && let Some((id, values)) = inputs.first()
    {
        sink.emit(codes::TEST_SHAPE, values.span, format!("input `{}` has no values, expected at least one", id.value));
    }
    bins > 0
}

fn report_length(id: &Id, values: &Spanned<Vec<f64>>, bins: usize, place: Option<&(Span, String)>, sink: &mut Sink) {
    let found = values.value.len();
    let message = format!("`{}` has length {found}, expected {bins}, the grid of this test", id.value);
    let diagnostic = sink.emit(codes::TEST_SHAPE, values.span, message);
    if let Some((span, label)) = place {
        diagnostic.label(*span, label.clone());
    }
}
