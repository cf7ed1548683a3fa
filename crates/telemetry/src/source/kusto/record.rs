//! What a row of an answer says: a row of Gold, a cell of the plan, a node's name. Types are checked value by value,
//! because a table may have been made by anybody; what is optional may be null.

use jiff::Timestamp;
use serde_json::Value;

use super::frames::Record;
use crate::gold::{self, GoldRow};

/// How much a node has on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) node: String,
    pub(super) day: Timestamp,
    pub(super) rows: u64,
    pub(super) bytes: u64,
}

/// The name of a node.
pub(super) struct NodeName(pub(super) String);

/// The values of a row, in the order of the record's columns.
pub(super) struct Values<'v> {
    pub(super) names: &'static [&'static str],
    pub(super) values: &'v [Value],
    pub(super) positions: &'v [usize],
}

impl Record for GoldRow {
    const COLUMNS: &'static [&'static str] = &gold::COLUMNS;

    fn decode(values: &Values<'_>) -> Result<Self, String> {
        Ok(GoldRow {
            ts: values.required(0, "a time", as_time)?,
            node: values.required(1, "a text", as_text)?,
            arrivals: values.optional(2, "a whole number", as_count)?,
            served: values.optional(3, "a whole number", as_count)?,
            errors: values.optional(4, "a whole number", as_count)?,
            external_demand: values.optional(5, "a whole number", as_count)?,
            queue_depth: values.optional(6, "a number", as_number)?.filter(|depth| !depth.is_nan()),
            schema_version: values.optional(7, "a text", as_text)?.unwrap_or_default(),
            extraction_ts: values.optional(8, "a time", as_time)?.unwrap_or(Timestamp::UNIX_EPOCH),
            known_data_gaps: values.optional(9, "a text", as_text)?.unwrap_or_default(),
        })
    }
}

impl Record for Cell {
    const COLUMNS: &'static [&'static str] = &["node", "day", "rows", "bytes"];

    fn decode(values: &Values<'_>) -> Result<Self, String> {
        Ok(Cell {
            node: values.required(0, "a text", as_text)?,
            day: values.required(1, "a time", as_time)?,
            rows: values.required(2, "a count", as_size)?,
            bytes: values.optional(3, "a count", as_size)?.unwrap_or_default(),
        })
    }
}

impl Record for NodeName {
    const COLUMNS: &'static [&'static str] = &["node"];

    fn decode(values: &Values<'_>) -> Result<Self, String> {
        values.required(0, "a text", as_text).map(NodeName)
    }
}

impl Values<'_> {
    fn required<T>(&self, index: usize, expected: &str, parse: fn(&Value) -> Option<T>) -> Result<T, String> {
        let parsed = self.optional(index, expected, parse)?;
        parsed.ok_or_else(|| format!("`{}` is null, expected {expected}", self.name(index)))
    }

    fn optional<T>(&self, index: usize, expected: &str, parse: fn(&Value) -> Option<T>) -> Result<Option<T>, String> {
        let value = self.positions.get(index).and_then(|position| self.values.get(*position));
        match value.unwrap_or(&Value::Null) {
            Value::Null => Ok(None),
            value => match parse(value) {
                Some(parsed) => Ok(Some(parsed)),
                None => Err(format!("`{}` is {value}, expected {expected}", self.name(index))),
            },
        }
    }

    fn name(&self, index: usize) -> &'static str {
        self.names.get(index).copied().unwrap_or_default()
    }
}

fn as_text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A time as Kusto writes it, with or without a fraction.
fn as_time(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

/// A count: a `long`, or a `real` without a fraction.
fn as_count(value: &Value) -> Option<i64> {
    let whole = |number: f64| (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64);
    value.as_i64().or_else(|| value.as_f64().and_then(whole))
}

fn as_size(value: &Value) -> Option<u64> {
    as_count(value).and_then(|count| u64::try_from(count).ok())
}

/// A number, or `NaN`, which Kusto writes as a text.
fn as_number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| (value == "NaN").then_some(f64::NAN))
}
