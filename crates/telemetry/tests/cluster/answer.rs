//! Answers in frames, whole and broken.

use serde_json::{Map, Value, json};

use super::Act;
use super::evaluate::Table;
use super::http::{End, Reply};

/// The members of a frame in the order in which Kusto writes them.
const ORDER: [&str; 12] = [
    "FrameType",
    "TableId",
    "TableFragmentType",
    "TableKind",
    "TableName",
    "Columns",
    "Rows",
    "RowCount",
    "HasErrors",
    "Cancelled",
    "OneApiErrors",
    "TableProgress",
];

pub(super) fn reply(act: &Act, mut table: Table, limit: usize) -> Reply {
    if table.rows.len() > limit {
        table.rows.truncate(limit);
        let reason = format!(
            "Query result set has exceeded the internal record count limit {limit} (E_QUERY_RESULT_SET_TOO_LARGE)"
        );
        return success(&plain(&table, &[error("LimitsExceeded", &reason, true)]));
    }
    match act {
        Act::Alphabetic => Reply::json("200 OK", &plain(&table, &[])),
        Act::Plain => success(&plain(&table, &[])),
        Act::Progressive => success(&progressive(&table, false, 0)),
        Act::Replacing => success(&progressive(&table, true, 0)),
        Act::Miscounted => success(&progressive(&table, false, 1)),
        Act::LateError { code, message, permanent } => success(&plain(&table, &[error(code, message, *permanent)])),
        Act::RowError(message) => {
            table.rows.push(json!({ "OneApiErrors": [error("LimitsExceeded", message, true)] }));
            success(&plain(&table, &[]))
        }
        Act::StatusError(message) => success(&with_status(&table, message)),
        Act::Unfinished => {
            let mut frames = plain(&table, &[]);
            frames.as_array_mut().unwrap().pop();
            success(&frames)
        }
        Act::Cut => broken(&table, End::CutAfter),
        Act::Stall => broken(&table, End::StallAfter),
        Act::HangUp => broken(&table, |_| End::HangUp),
        Act::Raw { status, headers, body } => {
            Reply { status: (*status).to_owned(), headers: (*headers).to_owned(), body: body.clone(), end: End::Whole }
        }
        Act::Value(column, value) => {
            let position = table.columns.iter().position(|(name, _)| name == column).unwrap();
            table.rows[0][position] = value.clone();
            success(&plain(&table, &[]))
        }
    }
}

/// Frames as Kusto writes them.
fn success(frames: &Value) -> Reply {
    let frames: Vec<String> =
        frames.as_array().unwrap().iter().map(|frame| write_frame(frame.as_object().unwrap())).collect();
    let mut reply = Reply::json("200 OK", &Value::Null);
    reply.body = format!("[{}]", frames.join(",\n"));
    reply
}

fn write_frame(frame: &Map<String, Value>) -> String {
    let rank = |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
    let mut members: Vec<_> = frame.iter().collect();
    members.sort_by_key(|(name, _)| rank(name));
    let members: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

pub(super) fn error(code: &str, message: &str, permanent: bool) -> Value {
    json!({ "error": { "code": code, "message": "Request is invalid and cannot be executed.", "@message": message, "@permanent": permanent } })
}

fn broken(table: &Table, end: fn(usize) -> End) -> Reply {
    let mut reply = success(&plain(table, &[]));
    reply.end = end(reply.body.len() * 3 / 4);
    reply
}

fn plain(table: &Table, errors: &[Value]) -> Value {
    let result = json!({
        "FrameType": "DataTable", "TableId": 1, "TableKind": "PrimaryResult", "TableName": "PrimaryResult",
        "Columns": columns(table), "Rows": table.rows,
    });
    json!([header(false), properties(), result, status(4, "Query completed successfully"), completion(errors)])
}

fn with_status(table: &Table, message: &str) -> Value {
    let mut frames = plain(table, &[]);
    frames[3] = status(2, message);
    frames
}

/// The rows in two fragments; `replacing` sends wrong ones first, and the end counts `more` than came.
fn progressive(table: &Table, replacing: bool, more: usize) -> Value {
    let half = table.rows.len() / 2;
    let (first, second) = table.rows.split_at(half);
    let fragment = |kind: &str, rows: &[Value]| json!({ "FrameType": "TableFragment", "TableFragmentType": kind, "TableId": 1, "Rows": rows });
    let progress = json!({ "FrameType": "TableProgress", "TableId": 1, "TableProgress": 50.0 });
    let header_frame = json!({
        "FrameType": "TableHeader", "TableId": 1, "TableKind": "PrimaryResult", "TableName": "PrimaryResult", "Columns": columns(table),
    });
    let fragments = match replacing {
        true => [fragment("DataAppend", second), progress, fragment("DataReplace", &table.rows)],
        false => [fragment("DataAppend", first), progress, fragment("DataAppend", second)],
    };
    let end = json!({ "FrameType": "TableCompletion", "TableId": 1, "RowCount": table.rows.len() + more });
    let [one, two, three] = fragments;
    json!([header(true), properties(), header_frame, one, two, three, end, status(4, "done"), completion(&[])])
}

fn header(progressive: bool) -> Value {
    json!({ "FrameType": "DataSetHeader", "IsProgressive": progressive, "Version": "v2.0", "IsFragmented": false, "ErrorReportingPlacement": "EndOfDataSet" })
}

fn properties() -> Value {
    json!({
        "FrameType": "DataTable", "TableId": 0, "TableKind": "QueryProperties", "TableName": "@ExtendedProperties",
        "Columns": [{ "ColumnName": "TableId", "ColumnType": "int" }, { "ColumnName": "Key", "ColumnType": "string" }, { "ColumnName": "Value", "ColumnType": "dynamic" }],
        "Rows": [[1, "Visualization", "{}"]],
    })
}

fn status(level: i64, payload: &str) -> Value {
    json!({
        "FrameType": "DataTable", "TableId": 2, "TableKind": "QueryCompletionInformation", "TableName": "QueryCompletionInformation",
        "Columns": [{ "ColumnName": "ClientRequestId", "ColumnType": "string" }, { "ColumnName": "Level", "ColumnType": "int" }, { "ColumnName": "Payload", "ColumnType": "string" }],
        "Rows": [["FlowTime;0", level, json!({ "Count": 1, "Text": payload }).to_string()]],
    })
}

fn completion(errors: &[Value]) -> Value {
    match errors {
        [] => json!({ "FrameType": "DataSetCompletion", "HasErrors": false, "Cancelled": false }),
        errors => {
            json!({ "FrameType": "DataSetCompletion", "HasErrors": true, "Cancelled": false, "OneApiErrors": errors })
        }
    }
}

fn columns(table: &Table) -> Vec<Value> {
    table.columns.iter().map(|(name, kind)| json!({ "ColumnName": name, "ColumnType": kind })).collect()
}
