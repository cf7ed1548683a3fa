//! Evaluates the loader's queries: a table name and operators, one a line, over rows of Gold. What it doesn't know is an
//! error of the query, as it is in a cluster, so a query can't change without this changing with it.

use std::collections::BTreeMap;

use flowtime_telemetry::gold::GoldRow;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Asked;

pub(super) struct Table {
    pub(super) columns: Vec<(String, &'static str)>,
    pub(super) rows: Vec<Value>,
}

type Rows = Vec<Map<String, Value>>;
type Parameters = Map<String, Value>;

pub(super) fn evaluate(asked: &Asked, gold: &[GoldRow]) -> Result<Table, String> {
    let (declared, text) = match asked.csl.strip_prefix("declare query_parameters(") {
        Some(rest) => rest.split_once(");").ok_or("Syntax error: `)` expected")?,
        None => ("", asked.csl.as_str()),
    };
    let parameters = read_parameters(declared, &asked.properties["Parameters"])?;
    let mut steps = text.trim().split("\n| ");
    let table = steps.next().unwrap_or_default().trim();
    if asked.db != "Telemetry" {
        return Err(format!("Database '{}' could not be found", asked.db));
    }
    if table != "NodeTimeBin" {
        return Err(format!("Semantic error: SEM0100: Failed to resolve table or column expression named '{table}'"));
    }
    let mut rows: Rows = gold.iter().map(row_of).collect();
    let mut columns = Vec::new();
    for step in steps {
        rows = apply(step.trim(), rows, &mut columns, &parameters)?;
    }
    let values = |row: &Map<String, Value>| columns.iter().map(|(name, _)| row[name].clone()).collect();
    Ok(Table { rows: rows.iter().map(values).map(Value::Array).collect(), columns })
}

fn apply(
    step: &str,
    rows: Rows,
    columns: &mut Vec<(String, &'static str)>,
    parameters: &Parameters,
) -> Result<Rows, String> {
    let (operator, rest) = step.split_once(' ').ok_or("Syntax error: operator expected")?;
    match operator {
        "where" => rest.split(" and ").try_fold(rows, |rows, condition| keep(rows, condition, parameters)),
        "distinct" => {
            columns.push((rest.to_owned(), type_of(rest)));
            Ok(distinct(&rows, rest))
        }
        "summarize" if rest == "rows = count(), bytes = sum(estimate_data_size(*)) by node, day = startofday(ts)" => {
            columns.extend(["node", "day", "rows", "bytes"].map(|name| (name.to_owned(), type_of(name))));
            Ok(summarize(&rows))
        }
        "project" => project(&rows, rest, columns),
        "order" => order(rows, rest),
        _ => Err(format!("Syntax error: unknown operator in `{step}`")),
    }
}

fn row_of(row: &GoldRow) -> Map<String, Value> {
    let value = json!({
        "ts": row.ts.to_string(), "node": row.node, "arrivals": row.arrivals, "served": row.served, "errors": row.errors,
        "external_demand": row.external_demand, "queue_depth": row.queue_depth, "schema_version": row.schema_version,
        "extraction_ts": row.extraction_ts.to_string(), "known_data_gaps": row.known_data_gaps,
    });
    value.as_object().unwrap().clone()
}

fn type_of(column: &str) -> &'static str {
    match column {
        "ts" | "extraction_ts" | "day" => "datetime",
        "queue_depth" => "real",
        "node" | "schema_version" | "known_data_gaps" => "string",
        _ => "long",
    }
}

/// The declared parameters, each a literal of its type.
fn read_parameters(declared: &str, given: &Value) -> Result<Parameters, String> {
    let declared = declared.split(',').filter(|item| !item.trim().is_empty());
    declared.map(|item| read_parameter(item, given)).collect()
}

fn read_parameter(item: &str, given: &Value) -> Result<(String, Value), String> {
    let (name, kind) = item.trim().split_once(": ").ok_or("Syntax error: type expected")?;
    let literal = given[name].as_str().ok_or_else(|| format!("parameter '{name}' is not given"))?;
    let inner = literal.strip_prefix(kind).and_then(|rest| rest.strip_prefix('(')?.strip_suffix(')'));
    let inner = inner.ok_or_else(|| format!("parameter '{name}' is no {kind}: {literal}"))?;
    let value = if kind == "dynamic" { serde_json::from_str(inner).ok() } else { Some(json!(inner)) };
    Ok((name.to_owned(), value.ok_or_else(|| format!("parameter '{name}' is no JSON"))?))
}

fn keep(rows: Rows, condition: &str, parameters: &Parameters) -> Result<Rows, String> {
    let words: Vec<&str> = condition.split_whitespace().collect();
    let parameter = |name: &str| parameters.get(name).ok_or_else(|| format!("unknown name '{name}'"));
    let nodes = || parameter("Nodes").map(|nodes| nodes.as_array().unwrap().clone());
    match words.as_slice() {
        ["ts", ">=", name] => {
            let start = time(parameter(name)?);
            Ok(rows.into_iter().filter(|row| time(&row["ts"]) >= start).collect())
        }
        ["ts", "<", name] => {
            let end = time(parameter(name)?);
            Ok(rows.into_iter().filter(|row| time(&row["ts"]) < end).collect())
        }
        ["array_length(Nodes)", "==", "0", "or", "node", "in", "(Nodes)"] if nodes()?.is_empty() => Ok(rows),
        ["node", "in", "(Nodes)"] | [.., "or", "node", "in", "(Nodes)"] => {
            let nodes = nodes()?;
            Ok(rows.into_iter().filter(|row| nodes.contains(&row["node"])).collect())
        }
        _ => Err(format!("Syntax error: unknown condition `{condition}`")),
    }
}

fn time(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

fn distinct(rows: &Rows, column: &str) -> Rows {
    let values: BTreeMap<String, Value> =
        rows.iter().map(|row| (row[column].to_string(), row[column].clone())).collect();
    values.into_values().map(|value| Map::from_iter([(column.to_owned(), value)])).collect()
}

fn summarize(rows: &Rows) -> Rows {
    let mut cells: BTreeMap<(String, String), u64> = BTreeMap::new();
    for row in rows {
        let day = format!("{}T00:00:00Z", &row["ts"].as_str().unwrap()[..10]);
        *cells.entry((row["node"].as_str().unwrap().to_owned(), day)).or_default() += 1;
    }
    let cell = |((node, day), rows): ((String, String), u64)| {
        json!({ "node": node, "day": day, "rows": rows, "bytes": rows * 100 }).as_object().unwrap().clone()
    };
    cells.into_iter().map(cell).collect()
}

fn project(rows: &Rows, rest: &str, columns: &mut Vec<(String, &'static str)>) -> Result<Rows, String> {
    columns.clear();
    let spaced = rest.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut projected: Rows = vec![Map::new(); rows.len()];
    for item in split_items(&spaced) {
        let (name, source) = item.split_once(" = ").map_or((item, item), |(name, expr)| (name, column_of(expr)));
        columns.push((name.to_owned(), type_of(name)));
        for (row, out) in rows.iter().zip(&mut projected) {
            let value =
                row.get(source).ok_or_else(|| format!("Failed to resolve scalar expression named '{source}'"))?;
            out.insert(name.to_owned(), value.clone());
        }
    }
    Ok(projected)
}

/// The items of a list whose commas may stand in parentheses too.
fn split_items(list: &str) -> Vec<&str> {
    let mut depth = 0;
    let outside = |c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == ',' && depth == 0
    };
    list.split(outside).map(str::trim).collect()
}

/// The column in `column_ifexists("name", …)`, perhaps within `tostring(…)`.
fn column_of(expr: &str) -> &str {
    expr.split('"').nth(1).unwrap_or(expr)
}

fn order(mut rows: Rows, rest: &str) -> Result<Rows, String> {
    let keys = rest.strip_prefix("by ").ok_or("Syntax error: `by` expected")?.split(", ");
    let keys: Vec<&str> =
        keys.map(|key| key.strip_suffix(" asc").ok_or("Syntax error: `asc` expected")).collect::<Result<_, _>>()?;
    let key = |row: &Map<String, Value>| keys.iter().map(|name| row[*name].to_string()).collect::<Vec<_>>();
    rows.sort_by_key(key);
    Ok(rows)
}
