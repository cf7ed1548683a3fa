//! `provenance`: anything, kept as JSON.

use serde_json::{Map, Number, Value};

use super::value::{Typed, scalar, typed};
use crate::model::yaml::{Node, NodeKind};

/// A node as JSON; the tree is bounded in depth, so recursion is safe.
pub(super) fn to_json(node: &Node) -> Value {
    match &node.kind {
        NodeKind::Scalar(_) => scalar_to_json(node),
        NodeKind::Sequence(items) => items.iter().map(to_json).collect(),
        NodeKind::Mapping(entries) => Value::Object(
            entries.iter().map(|entry| (entry.key.value.to_string(), to_json(&entry.value))).collect::<Map<_, _>>(),
        ),
    }
}

fn scalar_to_json(node: &Node) -> Value {
    let text = scalar(node).map_or("", |scalar| scalar.text.as_str());
    match typed(node) {
        None | Some(Typed::Null) => Value::Null,
        Some(Typed::Bool(value)) => Value::Bool(value),
        // What JSON has no number for stays the text that it was.
        Some(Typed::Number(value)) => text
            .parse::<i64>()
            .map(Number::from)
            .ok()
            .or_else(|| Number::from_f64(value))
            .map_or_else(|| Value::from(text), Value::Number),
        Some(Typed::Text(text)) => Value::from(text),
    }
}
