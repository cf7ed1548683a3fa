//! Gold as NDJSON: an object per line, with the columns as keys. Absent and `null` are missing; `known_data_gaps` may be
//! an array too. Written, an object has all columns and reads back to the same row.

use std::io::{self, Read, Write};
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::cells::{self, Cell, Wrong};
use super::read::{ReadError, Take};
use super::{COLUMNS, GoldRow, text_of};
use crate::lines::{Line, Lines, too_long};

/// Reads the rows of `stream`, which is called `path`.
pub(super) fn read<E: From<ReadError>>(
    stream: impl Read,
    path: &Path,
    made: Timestamp,
    take: Take<'_, E>,
) -> Result<(), E> {
    let mut lines = Lines::new(stream);
    loop {
        let number = lines.number + 1;
        let line = lines.next().map_err(|source| ReadError::File { path: path.to_owned(), source })?;
        let Some(Line { text, is_whole, .. }) = line else {
            return Ok(());
        };
        if !text.trim_ascii().is_empty() {
            let row = if is_whole { row(text, made) } else { Err((too_long(), None)) };
            take(number, row.map_err(|wrong| ReadError::content(path, Some(number), wrong)))?;
        }
    }
}

fn row(text: &[u8], made: Timestamp) -> Result<GoldRow, Wrong> {
    let object: Map<String, Value> = match serde_json::from_slice(text) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Err(("expected a JSON object with the columns as keys".to_owned(), None)),
        Err(error) => return Err((format!("no JSON object: {}", without_line(&error)), None)),
    };
    let mut found: [Cell<'_>; COLUMNS.len()] = std::array::from_fn(|_| Cell::Missing);
    for (key, value) in &object {
        found[cells::column(key)?] = cell(value);
    }
    cells::row(&found, made)
}

/// What the parser says, with the column but without the line, which is ours to say.
fn without_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let words = text.split(" at line ").next().unwrap_or_default().replace("EOF", "the line ends");
    if error.is_eof() { words } else { format!("{words} at character {}", error.column()) }
}

fn cell(value: &Value) -> Cell<'_> {
    match value {
        Value::Null => Cell::Missing,
        Value::String(text) => Cell::Text(text.into()),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Cell::Whole(whole),
            None => Cell::Number(number.as_f64().unwrap_or(f64::NAN)),
        },
        other => Cell::Text(other.to_string().into()),
    }
}

/// Writes `row` to `out`.
pub(super) fn write_row(out: &mut dyn Write, row: &GoldRow) -> io::Result<()> {
    let object = json!({
        "ts": text_of(row.ts),
        "node": row.node,
        "arrivals": row.arrivals,
        "served": row.served,
        "errors": row.errors,
        "external_demand": row.external_demand,
        "queue_depth": row.queue_depth,
        "schema_version": row.schema_version,
        "extraction_ts": text_of(row.extraction_ts),
        "known_data_gaps": row.known_data_gaps,
    });
    writeln!(out, "{object}")
}
