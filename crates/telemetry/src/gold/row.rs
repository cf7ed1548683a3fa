//! A row of the table as SQLite has it becomes a row of Gold. Other programs may have written it, so that nothing is taken
//! for granted: what can't be is named with its column.

use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::{COLUMNS, GoldRow, SCHEMA_VERSION, is_known_version};
use crate::time::parse_utc;

/// The row of a query with [`COLUMNS`] in their order, or what is wrong with it.
pub(super) fn decode(row: &Row<'_>) -> Result<GoldRow, String> {
    let schema_version = text(row, 7)?;
    if !is_known_version(schema_version) {
        return Err(format!("the schema version is `{schema_version}`, expected `{SCHEMA_VERSION}`"));
    }
    Ok(GoldRow {
        ts: time(row, 0)?,
        node: text(row, 1)?.to_owned(),
        arrivals: count(row, 2)?,
        served: count(row, 3)?,
        errors: count(row, 4)?,
        external_demand: count(row, 5)?,
        queue_depth: depth(row, 6)?,
        schema_version: schema_version.to_owned(),
        extraction_ts: time(row, 8)?,
        known_data_gaps: text(row, 9)?.to_owned(),
    })
}

fn value<'a>(row: &'a Row<'_>, column: usize) -> Result<ValueRef<'a>, String> {
    row.get_ref(column).map_err(|error| error.to_string())
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str, String> {
    let value = value(row, column)?;
    if value == ValueRef::Null && COLUMNS[column] == "known_data_gaps" {
        return Ok("");
    }
    value.as_str().map_err(|_| format!("`{}` is no text", COLUMNS[column]))
}

fn time(row: &Row<'_>, column: usize) -> Result<Timestamp, String> {
    let text = text(row, column)?;
    parse_utc(text).map_err(|error| format!("`{}`: {error}", COLUMNS[column]))
}

fn count(row: &Row<'_>, column: usize) -> Result<Option<i64>, String> {
    value(row, column)?.as_i64_or_null().map_err(|_| format!("`{}` is no whole number", COLUMNS[column]))
}

fn depth(row: &Row<'_>, column: usize) -> Result<Option<f64>, String> {
    match value(row, column)? {
        ValueRef::Integer(depth) => Ok(Some(depth as f64)),
        value => value.as_f64_or_null().map_err(|_| format!("`{}` is no number", COLUMNS[column])),
    }
}
