//! An entry of `nodes`: a series with its data, its formula or its distribution.

use super::fields::{Fields, decode_choice};
use super::numbers::decode_values;
use super::value::{decode_formula, decode_id, decode_number, decode_start, decode_text};
use super::{decode_note, pmf};
use crate::diagnostics::{Sink, codes};
use crate::model::schema::SERIES_KINDS;
use crate::model::yaml::Node;
use crate::model::{ConstData, Grid, Series, SeriesKind};
use crate::source::Spanned;

/// What a series' shape depends on elsewhere in the model.
#[derive(Clone, Copy)]
pub(super) struct Context {
    /// The bins.
    pub(super) grid: Grid,
    /// Whether the model has `rng`.
    pub(super) has_seed: bool,
}

/// Decodes a series; without an id there is none.
pub(super) fn decode_series(fields: Fields<'_>, context: Context, sink: &mut Sink) -> Option<Series> {
    let id = fields.get("id").and_then(|node| decode_id(node, sink));
    let names: Vec<&str> = SERIES_KINDS.iter().map(|(name, _)| *name).collect();
    let kind = fields.get("kind").and_then(|node| decode_choice(node, "kind of series", &names, sink));
    let kind = kind.map(|at| names[at]).and_then(|kind| {
        fields.check_owned(kind, SERIES_KINDS, "series of kind", sink);
        match kind {
            "const" => decode_const(&fields, context, sink).map(SeriesKind::Const),
            "expr" => decode_expr(&fields, sink),
            _ => decode_pmf(&fields, context, sink),
        }
    });
    let unit = decode_note(&fields, "unit", sink);
    let description = decode_note(&fields, "description", sink);
    Some(Series { id: id?, kind: kind.unwrap_or(SeriesKind::Invalid), unit, description })
}

fn decode_const(fields: &Fields<'_>, context: Context, sink: &mut Sink) -> Option<ConstData> {
    let given: Vec<_> = ["source", "values", "value"]
        .into_iter()
        .filter_map(|key| Some((key, fields.get(key)?, fields.entry(key)?.key.span)))
        .collect();
    let [(key, node, first), others @ ..] = given.as_slice() else {
        let message = "a const series needs one of `source`, `values` and `value`";
        sink.emit(codes::MISSING_KEY, fields.place, message);
        return None;
    };
    for (other, _, span) in others {
        sink.emit(codes::CONFLICTING_KEYS, *span, format!("`{other}` stands beside `{key}`"))
            .label(*first, format!("`{key}` gives the data already"))
            .help("keep one of `source`, `values` and `value`");
    }
    let data = match *key {
        "source" => decode_text(node, sink).map(ConstData::Source),
        "values" => decode_inline(node, &context.grid, sink).map(ConstData::Values),
        _ => decode_number(node, sink).map(ConstData::Value),
    };
    data.filter(|_| others.is_empty())
}

fn decode_inline(node: &Node, grid: &Grid, sink: &mut Sink) -> Option<Spanned<Vec<f64>>> {
    let values = decode_values(node, sink)?;
    let (expected, found) = (grid.bins as usize, values.value.len());
    if grid.is_known() && expected != found {
        sink.emit(codes::SERIES_LENGTH, node.span, format!("Series length mismatch: expected {expected}, got {found}"))
            .label(grid.span, format!("{expected} bins"));
        return None;
    }
    Some(values)
}

fn decode_expr(fields: &Fields<'_>, sink: &mut Sink) -> Option<SeriesKind> {
    let initial = fields.get("initial").map(|node| decode_start(node, sink));
    let formula = decode_formula(fields.formula("expr", "an expr series", sink)?, sink)?;
    // A broken `initial` must not make the checker ask for one.
    match initial {
        Some(None) => None,
        initial => Some(SeriesKind::Expr { formula, initial: initial.flatten() }),
    }
}

fn decode_pmf(fields: &Fields<'_>, context: Context, sink: &mut Sink) -> Option<SeriesKind> {
    fields.check_all_present(["pmf"].into_iter(), "a pmf series", sink);
    pmf::decode_pmf(fields.get("pmf")?, context.has_seed, sink).map(SeriesKind::Pmf)
}
