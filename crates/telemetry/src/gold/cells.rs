//! Rows of Gold from cells of files, whatever their format: the header says which column is where, a cell says what it
//! holds, and what can't be is named with the column, what was found and what was expected.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::Value;

use super::{COLUMNS, GoldRow, SCHEMA_VERSION, is_known_version};
use crate::load::is_node_name;
use crate::nearest::nearest;
use crate::time::parse_utc;

/// The columns that a file must have: time, node and the counts.
const REQUIRED: usize = 5;
/// The longest text that stands whole in a message, in characters.
const LONGEST_EXCERPT: usize = 40;
/// Whole numbers up to here are exact in floating point.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Missing,
    Text(Cow<'a, str>),
    Whole(i64),
    Number(f64),
}

/// Where each of [`COLUMNS`] is in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    places: [Option<usize>; COLUMNS.len()],
    /// How many columns the file has.
    pub(super) width: usize,
}

/// What is wrong, and what helps.
pub(super) type Wrong = (String, Option<String>);

impl Header {
    /// The header with `names` in their order.
    pub(super) fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, Wrong> {
        let mut header = Header { places: [None; COLUMNS.len()], width: 0 };
        for name in names {
            let column = column(name)?;
            if header.places[column].replace(header.width).is_some() {
                return Err((format!("the column `{}` is there twice", COLUMNS[column]), None));
            }
            header.width += 1;
        }
        match (0..REQUIRED).find(|column| header.places[*column].is_none()) {
            Some(column) => Err((format!("there is no column `{}`", COLUMNS[column]), Some(columns_help()))),
            None => Ok(header),
        }
    }

    /// The cells of a row in the order of [`COLUMNS`]; `cell` gives the one at a place of the file.
    pub(super) fn cells<'a>(&self, cell: impl Fn(usize) -> Cell<'a>) -> [Cell<'a>; COLUMNS.len()] {
        self.places.map(|place| place.map_or(Cell::Missing, &cell))
    }
}

/// Which of [`COLUMNS`] is called `name`.
pub(super) fn column(name: &str) -> Result<usize, Wrong> {
    let name = name.trim();
    let found = COLUMNS.iter().position(|column| *column == name);
    found.ok_or_else(|| {
        let help = match nearest(name, COLUMNS) {
            Some(near) => format!("use `{near}`"),
            None => columns_help(),
        };
        (format!("unknown column `{}`", excerpt(name)), Some(help))
    })
}

fn columns_help() -> String {
    format!("name the columns {}", COLUMNS.map(|column| format!("`{column}`")).join(", "))
}

/// The row of `cells`, in the order of [`COLUMNS`]; where they don't say when it was made, `made` does.
pub(super) fn row(cells: &[Cell<'_>; COLUMNS.len()], made: Timestamp) -> Result<GoldRow, Wrong> {
    let [ts, node, arrivals, served, errors, external_demand, queue_depth, version, extraction_ts, gaps] = cells;
    let at = |column: usize| move |expected| wrong(column, &cells[column], expected);
    Ok(GoldRow {
        ts: time(ts).map_err(at(0))?.ok_or_else(|| at(0)(TIME))?,
        node: name(node).map_err(at(1))?,
        arrivals: count(arrivals).map_err(at(2))?,
        served: count(served).map_err(at(3))?,
        errors: count(errors).map_err(at(4))?,
        external_demand: count(external_demand).map_err(at(5))?,
        queue_depth: depth(queue_depth).map_err(at(6))?,
        schema_version: schema_version(version).map_err(at(7))?,
        extraction_ts: time(extraction_ts).map_err(at(8))?.unwrap_or(made),
        known_data_gaps: known_gaps(gaps).map_err(at(9))?,
    })
}

const TIME: &str = "a time in UTC like `2025-10-07T00:00:00Z`";
const COUNT: &str = "a whole number";

fn wrong(column: usize, cell: &Cell<'_>, expected: &str) -> Wrong {
    let found = match cell {
        Cell::Missing => "nothing".to_owned(),
        Cell::Text(text) => format!("`{}`", excerpt(text)),
        Cell::Whole(number) => format!("`{number}`"),
        Cell::Number(number) => format!("`{number}`"),
    };
    (format!("column `{}`: expected {expected}, found {found}", COLUMNS[column]), None)
}

fn time(cell: &Cell<'_>) -> Result<Option<Timestamp>, &'static str> {
    match cell {
        Cell::Missing => Ok(None),
        Cell::Text(text) => parse_utc(text.trim()).map(Some).map_err(|_| TIME),
        Cell::Whole(_) | Cell::Number(_) => Err(TIME),
    }
}

fn name(cell: &Cell<'_>) -> Result<String, &'static str> {
    match cell {
        Cell::Text(text) if is_node_name(text) => Ok(text.clone().into_owned()),
        Cell::Whole(number) => Ok(number.to_string()),
        Cell::Text(_) => Err("1 to 200 bytes without control characters and backticks"),
        _ => Err("the name of a node"),
    }
}

fn count(cell: &Cell<'_>) -> Result<Option<i64>, &'static str> {
    match cell {
        Cell::Missing => Ok(None),
        Cell::Whole(number) => Ok(Some(*number)),
        Cell::Number(number) => whole(*number).map(Some).ok_or(COUNT),
        Cell::Text(text) => {
            let text = text.trim();
            let number = text.parse().ok().or_else(|| whole(text.parse().ok()?));
            number.map(Some).ok_or(COUNT)
        }
    }
}

/// Other programs write counts as `12.0` when some are missing.
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= MOST_EXACT).then_some(number as i64)
}

fn depth(cell: &Cell<'_>) -> Result<Option<f64>, &'static str> {
    let depth = match cell {
        Cell::Missing => return Ok(None),
        Cell::Whole(number) => Some(*number as f64),
        Cell::Number(number) => Some(*number),
        Cell::Text(text) => text.trim().parse().ok(),
    };
    depth.filter(|depth: &f64| depth.is_finite()).map(Some).ok_or("a number")
}

fn schema_version(cell: &Cell<'_>) -> Result<String, &'static str> {
    let version = match cell {
        Cell::Missing => return Ok(SCHEMA_VERSION.to_owned()),
        Cell::Text(text) => text.trim().to_owned(),
        Cell::Whole(number) => number.to_string(),
        // Programs that take `2.0` for a number.
        Cell::Number(number) => format!("{number:.1}"),
    };
    Some(version).filter(|version| is_known_version(version)).ok_or("the version `2.0`")
}

fn known_gaps(cell: &Cell<'_>) -> Result<String, &'static str> {
    match cell {
        Cell::Missing => Ok(String::new()),
        Cell::Text(text) if text.is_empty() || serde_json::from_str::<Vec<Value>>(text).is_ok() => {
            Ok(text.clone().into_owned())
        }
        _ => Err("a JSON array like `[\"2025-10-07T00:00:00Z\"]`"),
    }
}

/// The beginning of a text, short enough for a message and on one line.
pub(super) fn excerpt(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST_EXCERPT).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(LONGEST_EXCERPT).is_some() {
        short.push('…');
    }
    short
}
