//! The queries that are sent. Each is a fixed text, whose only insertion is the table's checked name; windows and nodes
//! travel beside it as values of `declare query_parameters`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::Query;
use super::address::Address;
use super::pages::Page;

/// A query and the values of its parameters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Request {
    pub(super) database: String,
    pub(super) csl: String,
    pub(super) parameters: Value,
}

const PARAMETERS: &str = "declare query_parameters(StartTime: datetime, EndTime: datetime, Nodes: dynamic);";

/// Rows and bytes for each node and day, which pages are planned by.
pub(super) fn plan(address: &Address, query: &Query) -> Request {
    let parameters = window(query.start, query.end, &query.nodes);
    request(address, plan_text(&address.entity()), parameters)
}

/// The rows of a page.
pub(super) fn page(address: &Address, page: &Page) -> Request {
    request(address, page_text(&address.entity()), window(page.start, page.end, &page.nodes))
}

/// The names of all nodes.
pub(super) fn nodes(address: &Address) -> Request {
    request(address, nodes_text(&address.entity()), json!({}))
}

/// The texts of all queries that are sent for the table `NodeTimeBin`, with names, for reading and checking.
pub fn queries() -> [(&'static str, String); 3] {
    let table = "NodeTimeBin";
    [("nodes", nodes_text(table)), ("plan", plan_text(table)), ("page", page_text(table))]
}

fn nodes_text(table: &str) -> String {
    format!("{table}\n| distinct node\n| order by node asc\n")
}

fn plan_text(table: &str) -> String {
    format!(
        "{PARAMETERS}
{table}
| where ts >= StartTime and ts < EndTime
| where array_length(Nodes) == 0 or node in (Nodes)
| summarize rows = count(), bytes = sum(estimate_data_size(*)) by node, day = startofday(ts)
| order by node asc, day asc
"
    )
}

fn page_text(table: &str) -> String {
    format!(
        "{PARAMETERS}
{table}
| where ts >= StartTime and ts < EndTime
| where node in (Nodes)
| project ts, node, arrivals, served, errors,
    external_demand = column_ifexists(\"external_demand\", long(null)),
    queue_depth = column_ifexists(\"queue_depth\", real(null)),
    schema_version = column_ifexists(\"schema_version\", \"2.0\"),
    extraction_ts = column_ifexists(\"extraction_ts\", datetime(null)),
    known_data_gaps = tostring(column_ifexists(\"known_data_gaps\", \"\"))
| order by node asc, ts asc
"
    )
}

fn request(address: &Address, csl: String, parameters: Value) -> Request {
    Request { database: address.database.clone(), csl, parameters }
}

/// Values are literals of their types, as texts; a dynamic literal is JSON.
fn window(start: Timestamp, end: Timestamp, nodes: &[String]) -> Value {
    json!({
        "StartTime": format!("datetime({start})"),
        "EndTime": format!("datetime({end})"),
        "Nodes": format!("dynamic({})", json!(nodes)),
    })
}
