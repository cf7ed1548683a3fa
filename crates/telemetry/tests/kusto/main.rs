//! The Kusto source against a cluster over real HTTP: whole answers in every form give the same rows, broken ones give
//! an error that says what, where and what to do, and no rows.
#![cfg(feature = "kusto")]
#![expect(clippy::unwrap_used, reason = "a test")]

mod broken;
#[path = "../cluster/mod.rs"]
mod cluster;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use cluster::{Act, Cluster};
use flowtime_telemetry::gold::GoldRow;
use flowtime_telemetry::source::kusto::{
    Address, Credential, KustoError, KustoSettings, KustoSource, Token, credential,
};
use flowtime_telemetry::source::{Query, SourceError, TelemetrySource};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

const TOKEN: &str = "eyJ.secret.token";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A day and an hour of five-minute rows for each node, the oldest an hour before the window.
fn rows_of(nodes: &[&str]) -> Vec<GoldRow> {
    let start = at("2025-10-06T23:00:00Z");
    nodes.iter().flat_map(|node| (0..300).map(move |bin| row(node, start, bin))).collect()
}

fn row(node: &str, start: Timestamp, bin: i64) -> GoldRow {
    GoldRow {
        ts: start + SignedDuration::from_mins(5 * bin),
        node: node.to_owned(),
        arrivals: Some(100 + bin),
        served: Some(90 + bin),
        errors: (bin != 3).then_some(2),
        external_demand: Some(110 + bin),
        queue_depth: (bin % 2 == 0).then_some(bin as f64 + 0.25),
        schema_version: "2.0".to_owned(),
        extraction_ts: at("2025-10-08T01:00:00Z"),
        known_data_gaps: String::new(),
    }
}

fn day(nodes: &[&str]) -> Query {
    let nodes = nodes.iter().map(|&node| node.to_owned()).collect();
    Query { start: at("2025-10-07T00:00:00Z"), end: at("2025-10-08T00:00:00Z"), nodes }
}

fn quick() -> KustoSettings {
    KustoSettings { first_pause: Duration::from_millis(1), ..KustoSettings::default() }
}

/// Whoever the environment with only `FLOWTIME_KUSTO_TOKEN` set to `token` says.
fn identity(address: &Address, token: &str) -> Box<dyn Credential> {
    credential(address, &|name| (name == "FLOWTIME_KUSTO_TOKEN").then(|| token.to_owned())).unwrap()
}

fn source(cluster: &Cluster, settings: KustoSettings) -> KustoSource {
    source_at(&cluster.spec(), settings)
}

fn source_at(spec: &str, settings: KustoSettings) -> KustoSource {
    let address: Address = spec.parse().unwrap();
    let credential = identity(&address, TOKEN);
    KustoSource::new(address, credential, settings).unwrap()
}

/// What came of a query: the rows that were handed on, and how it ended.
fn read(source: &KustoSource, query: &Query) -> (Vec<GoldRow>, Result<(), SourceError>) {
    let mut rows = Vec::new();
    let result = source.rows(query, &mut |row| {
        rows.push(row);
        Ok(())
    });
    (rows, result)
}

fn expected(rows: &[GoldRow], query: &Query) -> Vec<GoldRow> {
    let wanted = |row: &&GoldRow| {
        let selected = query.nodes.is_empty() || query.nodes.contains(&row.node);
        selected && row.ts >= query.start && row.ts < query.end
    };
    let mut rows: Vec<GoldRow> = rows.iter().filter(wanted).cloned().collect();
    rows.sort_by(|a, b| (&a.node, a.ts).cmp(&(&b.node, b.ts)));
    rows
}

/// After `acts` the rows of the query came, all and in order; the first act answers the plan of pages.
fn check_whole(acts: Vec<Act>, nodes: &[&str]) {
    let rows = rows_of(&["Orders", "Billing", "it's \"odd\" \\ | é"]);
    let query = day(nodes);
    let cluster = Cluster::start_with(rows.clone(), acts, 500_000, Some(TOKEN));
    let (found, result) = read(&source(&cluster, quick()), &query);
    result.unwrap();
    assert_eq!(found, expected(&rows, &query));
    assert!(!found.is_empty());
}

fn check_error(cluster: &Cluster, settings: KustoSettings, message: &str, help: &str) {
    let (rows, result) = read(&source(cluster, settings), &day(&["Orders"]));
    let error = result.unwrap_err();
    assert_eq!(error.to_string().replace(&cluster.url(), "CLUSTER"), message);
    assert_eq!(error.help(), Some(help));
    assert!(rows.is_empty(), "a part was taken for the whole");
}

fn raw(status: &'static str, headers: &'static str, body: &str) -> Act {
    Act::Raw { status, headers, body: body.to_owned() }
}

fn said(status: &'static str, message: &str) -> Act {
    let body = json!({ "error": { "code": "E", "message": "no", "@message": message, "@permanent": true } });
    raw(status, "Content-Type: application/json\r\n", &body.to_string())
}

#[test]
fn whole_answers_give_the_same_rows_in_every_form() {
    for act in [Act::Plain, Act::Progressive, Act::Replacing, Act::Alphabetic] {
        check_whole(vec![act.clone(), act], &["Orders"]);
    }
    check_whole(vec![], &[]);
    check_whole(vec![], &["Orders", "it's \"odd\" \\ | é", "nobody"]);
}

#[test]
fn what_passes_is_tried_again_and_leaves_nothing_behind() {
    let late = Act::LateError { code: "Throttled", message: "throttled", permanent: false };
    let busy = raw("503 Service Unavailable", "", "");
    let faults = [late, busy, Act::Cut, Act::Unfinished, Act::HangUp, Act::Miscounted];
    for fault in faults {
        check_whole(vec![fault.clone(), fault.clone(), Act::Plain, fault.clone(), fault, Act::Plain], &["Orders"]);
    }
}

#[test]
fn values_travel_as_parameters_and_never_in_the_text() {
    let cluster = Cluster::start(rows_of(&["x'; .drop table NodeTimeBin //"]), vec![]);
    read(&source(&cluster, quick()), &day(&["x'; .drop table NodeTimeBin //"])).1.unwrap();
    let asked = cluster.asked();
    assert_eq!(asked.len(), 2);
    for asked in asked {
        assert!(!asked.csl.contains("drop") && !asked.csl.contains("2025"), "{}", asked.csl);
        let parameters = json!({
            "StartTime": "datetime(2025-10-07T00:00:00Z)", "EndTime": "datetime(2025-10-08T00:00:00Z)",
            "Nodes": r#"dynamic(["x'; .drop table NodeTimeBin //"])"#,
        });
        assert_eq!(asked.properties["Parameters"], parameters);
        assert_eq!(asked.properties["Options"], json!({ "servertimeout": "00:00:30", "request_readonly": true }));
        assert_eq!(asked.authorization.as_deref(), Some("Bearer eyJ.secret.token"));
    }
}

#[test]
fn what_is_too_much_for_one_answer_comes_in_pages() {
    let rows = rows_of(&["A", "B", "C", "D"]);
    for (page_rows, queries) in [(600, 3), (300, 5), (250, 5), (100_000, 2)] {
        let cluster = Cluster::start_with(rows.clone(), vec![], 1_152.min(page_rows.max(288)) as usize, None);
        let settings = KustoSettings { page_rows, ..quick() };
        let (found, result) = read(&source(&cluster, settings), &day(&[]));
        result.unwrap();
        assert_eq!(found, expected(&rows, &day(&[])), "{page_rows}");
        assert_eq!(cluster.asked().len(), queries, "{page_rows}");
    }
}

#[test]
fn a_node_too_large_for_a_page_comes_by_days() {
    let rows = rows_of(&["A"]);
    let query = Query { start: at("2025-10-06T00:00:00Z"), end: at("2025-10-09T00:00:00Z"), nodes: vec![] };
    let cluster = Cluster::start_with(rows.clone(), vec![], 288, None);
    let (found, result) = read(&source(&cluster, KustoSettings { page_rows: 288, ..quick() }), &query);
    result.unwrap();
    assert_eq!(found, expected(&rows, &query));
    assert_eq!(cluster.asked().len(), 3);
}

#[test]
fn a_cancelled_caller_is_not_kept_waiting() {
    let cluster = Cluster::start(rows_of(&["Orders"]), vec![Act::Plain, Act::Stall]);
    let looks = Cell::new(0);
    let cancelled = move || {
        looks.set(looks.get() + 1);
        looks.get() > 12
    };
    let source = source(&cluster, quick()).cancel_when(cancelled);
    let (rows, result) = read(&source, &day(&["Orders"]));
    assert!(matches!(result, Err(SourceError::Interrupted)), "{result:?}");
    assert!(rows.is_empty());
}

#[test]
fn no_message_holds_the_token() {
    let cluster = Cluster::start_with(vec![], vec![], 10, Some("another"));
    let error = source(&cluster, quick()).nodes().unwrap_err();
    assert!(error.to_string().ends_with("HTTP 401: the token Bearer … is not good"), "{error}");
    assert!(!format!("{error:?}").contains("secret"));
    assert_eq!(format!("{:?}", Token::new(TOKEN)), "Some(Token(…))");
}

#[test]
fn a_source_knows_its_nodes_its_bin_and_its_name() {
    let cluster = Cluster::start(rows_of(&["b", "a"]), vec![]);
    let source = source_at(&format!("{}?bin=1h", cluster.spec()), quick());
    assert_eq!(source.nodes().unwrap(), ["a", "b"]);
    assert_eq!(source.bin().unwrap().to_string(), "1h");
    assert_eq!(source.name(), format!("{}?table=NodeTimeBin", cluster.spec()));
}

#[test]
fn a_caller_that_stops_ends_the_reading() {
    let cluster = Cluster::start(rows_of(&["Orders"]), vec![]);
    let result = source(&cluster, quick()).rows(&day(&[]), &mut |_| Err(SourceError::Interrupted));
    assert!(matches!(result, Err(SourceError::Interrupted)));
}

#[test]
fn open_needs_an_address() {
    let error = KustoSource::open("kusto:https://x.kusto.windows.net", KustoSettings::default()).err().unwrap();
    assert_eq!(error.to_string(), "can't read telemetry from kusto: the address names no database");
    let error: KustoError = "kusto:ftp://x/y".parse::<Address>().unwrap_err();
    assert_eq!(error.to_string(), "scheme `ftp`, expected `https`");
}
