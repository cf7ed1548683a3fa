//! Gold as NDJSON: an object per line, with the columns as keys. Absent and `null` are missing; `known_data_gaps` may be
//! an array too. Written, an object has all columns and reads back to the same row.

use std::io::{self, BufRead, Write};
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::cells::{self, Cell, Wrong};
use super::read::{ReadError, Take};
use super::{COLUMNS, GoldRow, text_of};

/// A line is held in memory; nobody's row is longer.
const LONGEST_LINE: u64 = 16 << 20;

/// Reads the rows of `stream`, which is called `path`.
pub(super) fn read<E: From<ReadError>>(
    mut stream: impl BufRead,
    path: &Path,
    made: Timestamp,
    take: Take<'_, E>,
) -> Result<(), E> {
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let read = io::Read::take(&mut stream, LONGEST_LINE).read_until(b'\n', &mut bytes);
        if read.map_err(|source| ReadError::File { path: path.to_owned(), source })? == 0 {
            break;
        }
        let text = if line == 1 { bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes) } else { &bytes };
        if !text.trim_ascii().is_empty() {
            take(line, row(text, made).map_err(|wrong| ReadError::content(path, Some(line), wrong)))?;
        }
    }
    Ok(())
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
    let words = text.split(" at line ").next().unwrap_or_default();
    format!("{words} at character {}", error.column())
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
