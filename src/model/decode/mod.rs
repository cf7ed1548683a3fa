//! The tree to a [`Model`]. Every error is reported at once and at its place; a part that is broken is left out or
//! marked as invalid, in a way that makes no follow-up errors. Names are not looked up here: that is the checker's.

pub(crate) mod fields;
mod grid;
mod numbers;
mod outputs;
mod pmf;
mod provenance;
mod rules;
mod series;
mod test_cases;
mod topology;
pub(crate) mod value;

#[cfg(test)]
mod tests;

use self::fields::{Fields, open_list};
use self::value::{decode_finite, decode_id, decode_text, decode_whole};
use super::schema::{self, SCHEMA_VERSIONS, Section};
use super::yaml::Node;
use super::{Model, Parameter};
use crate::diagnostics::{Sink, codes};
use crate::source::Spanned;

/// Decodes a whole model.
pub fn decode(tree: &Node, sink: &mut Sink) -> Model {
    let mut model = Model { grid: grid::unknown(), ..Model::default() };
    if let Some(key) = tree.key("templateType") {
        sink.emit(codes::MISTAKEN_KIND, key.span, "this is a template, not a model")
            .help("check it with `ftc template check`, or make a model of it with `ftc template instantiate`");
        return model;
    }
    let Some(fields) = Fields::open(tree, &schema::MODEL, sink) else {
        return model;
    };
    if let Some(node) = fields.get("schemaVersion") {
        check_version(node, sink);
    }
    if let Some(node) = fields.get("grid") {
        model.grid = grid::decode_grid(node, sink);
    }
    model.window = fields.get("window").map(|node| grid::decode_window(node, &model.grid, sink));
    model.seed = fields.get("rng").and_then(|node| decode_seed(node, sink));
    model.parameters = decode_each(&fields, "parameters", &schema::PARAMETER, sink, decode_parameter);
    if let Some(node) = fields.get("topology") {
        model.topology = topology::decode_topology(node, sink);
    }
    let context = series::Context { grid: model.grid, has_seed: fields.get("rng").is_some() };
    model.series = decode_each(&fields, "nodes", &schema::SERIES, sink, |fields, sink| {
        series::decode_series(fields, context, sink)
    });
    model.validation = decode_each(&fields, "validation", &schema::RULE, sink, rules::decode_rule);
    model.outputs = fields.get("outputs").map(|_| {
        let rules = decode_each(&fields, "outputs", &schema::OUTPUT, sink, outputs::decode_output);
        outputs::check_names(&rules, sink);
        rules
    });
    model.tests = decode_each(&fields, "tests", &schema::TEST, sink, |fields, sink| {
        test_cases::decode_test(fields, &model.grid, sink)
    });
    model.provenance = fields.get("provenance").map(provenance::to_json);
    model
}

fn check_version(node: &Node, sink: &mut Sink) {
    let supported = |value: f64| SCHEMA_VERSIONS.iter().any(|version| *version as f64 == value);
    if matches!(value::typed(node), Some(value::Typed::Number(number)) if supported(number)) {
        return;
    }
    let known: Vec<String> = SCHEMA_VERSIONS.iter().map(u64::to_string).collect();
    let message = format!("unsupported schema version, found {}", value::describe(node));
    sink.emit(codes::SCHEMA_VERSION, node.span, message).help(format!(
        "write `schemaVersion: {}`; supported: {}",
        known[known.len() - 1],
        known.join(", ")
    ));
}

fn decode_seed(node: &Node, sink: &mut Sink) -> Option<Spanned<u64>> {
    let node = Fields::open(node, &schema::RNG, sink)?.get("seed")?;
    Some(Spanned::new(decode_whole(node, 0, u64::MAX, sink)?, node.span))
}

/// Decodes each entry of the list at `key`.
fn decode_each<T>(
    fields: &Fields<'_>,
    key: &str,
    section: &Section,
    sink: &mut Sink,
    mut decode_entry: impl FnMut(Fields<'_>, &mut Sink) -> Option<T>,
) -> Vec<T> {
    let Some(node) = fields.get(key) else {
        return Vec::new();
    };
    let items = open_list(node, &format!("a list under `{key}`"), sink);
    items
        .iter()
        .filter_map(|item| Fields::open(item, section, sink).and_then(|fields| decode_entry(fields, sink)))
        .collect()
}

fn decode_parameter(fields: Fields<'_>, sink: &mut Sink) -> Option<Parameter> {
    let id = fields.get("id").and_then(|node| decode_id(node, sink));
    let mut number = |key| fields.get(key).and_then(|node| decode_finite(node, sink));
    let (value, min, max, step) = (number("value"), number("min"), number("max"), number("step"));
    if let (Some(value), Some(node)) = (value, fields.get("value")) {
        check_bounds(value, min, max, node, sink);
    }
    let span = fields.get("value").map_or(fields.place, |node| node.span);
    Some(Parameter {
        id: id?,
        // Only its bounds and its place in the namespace matter once the value is broken.
        value: Spanned::new(value.unwrap_or(0.0), span),
        min,
        max,
        step,
        unit: decode_note(&fields, "unit", sink),
        description: decode_note(&fields, "description", sink),
    })
}

fn check_bounds(value: f64, min: Option<f64>, max: Option<f64>, node: &Node, sink: &mut Sink) {
    let (low, high) = (min.unwrap_or(f64::NEG_INFINITY), max.unwrap_or(f64::INFINITY));
    if low > high {
        sink.emit(codes::VALUE_NOT_ALLOWED, node.span, format!("`min` {low} is greater than `max` {high}"));
    } else if value < low {
        sink.emit(codes::VALUE_NOT_ALLOWED, node.span, format!("value {value} is below `min` {low}"));
    } else if value > high {
        sink.emit(codes::VALUE_NOT_ALLOWED, node.span, format!("value {value} is above `max` {high}"));
    }
}

/// A text for people.
fn decode_note(fields: &Fields<'_>, key: &str, sink: &mut Sink) -> Option<String> {
    fields.get(key).and_then(|node| decode_text(node, sink)).map(|text| text.value)
}
