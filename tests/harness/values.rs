//! Expected columns: a header of output names, one row per bin, an empty cell is missing. Values are compared bit for
//! bit, but that all NaNs are one value.

use flowtime::driver::OutputColumn;

/// One column by name.
#[derive(Debug)]
pub(crate) struct Column {
    name: String,
    values: Vec<f64>,
}

/// The columns of a `csv expect` block.
pub(crate) fn parse(text: &str) -> Result<Vec<Column>, String> {
    let mut lines = text.lines();
    let header = lines.next().unwrap_or_default().split(',');
    let mut columns: Vec<Column> =
        header.map(|name| Column { name: name.trim().to_owned(), values: Vec::new() }).collect();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        if cells.len() != columns.len() {
            return Err(format!("expected {} cells, found `{line}`", columns.len()));
        }
        for (column, cell) in columns.iter_mut().zip(cells) {
            column.values.push(parse_cell(cell.trim())?);
        }
    }
    Ok(columns)
}

fn parse_cell(cell: &str) -> Result<f64, String> {
    match cell {
        "" => Ok(f64::NAN),
        _ => cell.parse().map_err(|_| format!("`{cell}` is no number")),
    }
}

/// What differs, if anything does; outputs that `expected` does not name must not be there if `only`.
pub(crate) fn compare(expected: &[Column], found: &[OutputColumn], only: bool) -> Result<(), String> {
    let mut problems: Vec<String> = expected.iter().filter_map(|column| compare_column(column, found)).collect();
    let surplus = found.iter().filter(|output| only && !expected.iter().any(|column| column.name == output.name));
    problems.extend(surplus.map(|output| format!("there is an output `{}` too", output.name)));
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

fn compare_column(expected: &Column, found: &[OutputColumn]) -> Option<String> {
    let name = &expected.name;
    let Some(found) = found.iter().find(|output| output.name == *name) else {
        return Some(format!("there is no output `{name}`"));
    };
    if found.values.len() != expected.values.len() {
        return Some(format!("`{name}`: expected {} bins, found {}", expected.values.len(), found.values.len()));
    }
    let differs = |t: &usize| !same(expected.values[*t], found.values[*t]);
    let t = (0..found.values.len()).find(differs)?;
    let (left, right) = (expected.values[t], found.values[t]);
    Some(format!(
        "`{name}` at bin {t}: expected {left:?}, found {right:?} ({:016x}, {:016x})\n  expected {:?}\n  found    {:?}",
        left.to_bits(),
        right.to_bits(),
        expected.values,
        found.values
    ))
}

/// Whether two values are one to the language.
pub(crate) fn same(left: f64, right: f64) -> bool {
    left.to_bits() == right.to_bits() || (left.is_nan() && right.is_nan())
}

/// The block `text` with its columns' values replaced by those found.
pub(crate) fn print(text: &str, found: &[OutputColumn]) -> String {
    let header = text.lines().next().unwrap_or_default();
    let find = |name: &str| found.iter().find(|output| output.name == name.trim());
    let columns: Vec<&OutputColumn> = header.split(',').filter_map(find).collect();
    let bins = columns.first().map_or(0, |column| column.values.len());
    let row = |t: usize| columns.iter().map(|column| print_cell(column.values[t])).collect::<Vec<_>>().join(",");
    let rows: String = (0..bins).map(|t| row(t) + "\n").collect();
    format!("{header}\n{rows}")
}

fn print_cell(value: f64) -> String {
    if value.is_nan() {
        return String::new();
    }
    let text = format!("{value:?}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}
