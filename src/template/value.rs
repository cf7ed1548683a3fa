//! Values of parameters: from YAML and to it. A value is a JSON scalar; numbers are finite and read and print as in a
//! model file.

use std::fmt::Write as _;

use serde_json::{Number, Value};

use crate::model::decode::value::{Typed, typed};
use crate::model::yaml::Node;

/// The value that a scalar of a file is; nothing for lists, mappings and numbers that are not finite.
pub(super) fn to_value(node: &Node) -> Option<Value> {
    Some(match typed(node)? {
        Typed::Null => Value::Null,
        Typed::Bool(value) => Value::Bool(value),
        Typed::Number(value) => number(value)?,
        Typed::Text(text) => Value::from(text),
    })
}

/// A finite number as JSON: whole ones without a fraction.
pub(super) fn number(value: f64) -> Option<Value> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT && !(value == 0.0 && value.is_sign_negative()) {
        return Some(Value::from(value as i64));
    }
    Number::from_f64(value).map(Value::Number)
}

/// A number as a formula may hold it: the shortest text that reads back to the same bits.
pub(super) fn number_text(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-7..1e17).contains(&size) { format!("{value:e}") } else { value.to_string() }
}

/// A value as text: what a placeholder inside a longer scalar becomes.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), number_text),
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// What a value is, in the words of JSON.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// "`a`, `b` or `c`".
pub(super) fn listed(values: &[Value]) -> String {
    let mut list = String::new();
    for (at, value) in values.iter().enumerate() {
        let join = match at {
            0 => "",
            _ if at + 1 == values.len() => " or ",
            _ => ", ",
        };
        let _ = write!(list, "{join}`{}`", text(value));
    }
    list
}
