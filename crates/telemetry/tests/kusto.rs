//! The Kusto source against a cluster over real HTTP: whole answers in every form give the same rows, broken ones give
//! an error that says what, where and what to do, and no rows.
#![cfg(feature = "kusto")]
#![expect(clippy::unwrap_used, reason = "a test")]

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

/// After a whole plan, the page that `acts` answer ends with this error, this help and no rows.
fn check_broken(acts: Vec<Act>, message: &str, help: &str) {
    let cluster = Cluster::start(rows_of(&["Orders"]), [vec![Act::Plain], acts].concat());
    check_error(&cluster, quick(), message, help);
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
fn a_truncated_answer_is_refused() {
    let cluster = Cluster::start_with(rows_of(&["Orders"]), vec![], 100, None);
    check_error(
        &cluster,
        quick(),
        "can't read telemetry from kusto:CLUSTER/Telemetry?table=NodeTimeBin: the answer is not whole: Query result set \
         has exceeded the internal record count limit 100 (E_QUERY_RESULT_SET_TOO_LARGE)",
        "ask for a shorter window or fewer nodes",
    );
}

/// The beginning of each message of a source that can't be read.
macro_rules! cant {
    ($rest:literal) => {
        concat!("can't read telemetry from kusto:CLUSTER/Telemetry?table=NodeTimeBin: ", $rest)
    };
}

#[test]
fn errors_under_a_status_of_success_are_errors() {
    let help = "ask for a shorter window or fewer nodes";
    let late = Act::LateError { code: "LimitsExceeded", message: "memory ran out", permanent: true };
    check_broken(vec![late], cant!("the answer is not whole: memory ran out"), help);
    check_broken(vec![Act::RowError("a shard is gone")], cant!("the answer is not whole: a shard is gone"), help);
    check_broken(vec![Act::StatusError("a node failed")], cant!("the answer is not whole: a node failed"), help);
    let body = r#"{"error":{"code":"Internal","@message":"bad day"}}"#;
    let whole = raw("200 OK", "Content-Type: application/json\r\n", body);
    check_broken(vec![whole], cant!("the answer is not whole: bad day"), help);
    let passing = Act::LateError { code: "Throttled", message: "busy", permanent: false };
    check_broken(vec![passing; 3], cant!("the answer is not whole: busy, tried 3 times"), help);
    check_broken(vec![Act::Miscounted; 3], cant!("the answer is not whole: 288 rows of 289 came, tried 3 times"), help);
}

#[test]
fn answers_without_an_end_are_refused() {
    let help = "check the network between here and the cluster";
    check_broken(vec![Act::Unfinished; 3], cant!("the answer was cut off after 288 rows, tried 3 times"), help);
    let cluster = Cluster::start(rows_of(&["Orders"]), vec![Act::Plain, Act::Cut, Act::Cut, Act::Cut]);
    let (rows, result) = read(&source(&cluster, quick()), &day(&["Orders"]));
    let message = result.unwrap_err().to_string();
    assert!(
        message.contains("the answer was cut off after 2") && message.ends_with("rows, tried 3 times"),
        "{message}"
    );
    assert!(rows.is_empty());
}

#[test]
fn refusals_are_told_in_kustos_words_and_not_tried_again() {
    check_broken(
        vec![said("400 Bad Request", "Semantic error: SEM0100: 'where' operator failed")],
        cant!("HTTP 400: Semantic error: SEM0100: 'where' operator failed"),
        "check table and columns; `ftc etl emit --target kql` writes what makes them",
    );
    check_broken(
        vec![raw("401 Unauthorized", "", "")],
        cant!("HTTP 401: Unauthorized"),
        "give a fresh token: `az account get-access-token --resource CLUSTER --query accessToken -o tsv`",
    );
    check_broken(
        vec![said("403 Forbidden", "Principal 'aadapp=1' is not authorized to read database 'Telemetry'")],
        cant!("HTTP 403: Principal 'aadapp=1' is not authorized to read database 'Telemetry'"),
        "let the identity read the database: `.add database NAME viewers ('aadapp=…')`",
    );
    check_broken(
        vec![raw("302 Found", "Location: https://login.example/\r\n", "")],
        cant!("HTTP 302: Found"),
        "give the address that the cluster itself has",
    );
}

#[test]
fn throttling_and_faults_of_the_cluster_are_tried_three_times() {
    check_broken(
        vec![said("429 Too Many Requests", "The request was throttled"); 3],
        cant!("HTTP 429: The request was throttled, tried 3 times"),
        "try again later, or ask for a shorter window or fewer nodes",
    );
    let busy = vec![raw("503 Service Unavailable", "", ""); 3];
    check_broken(busy, cant!("HTTP 503: Service Unavailable, tried 3 times"), "try again later");
}

#[test]
fn a_cluster_that_says_how_long_to_wait_is_obeyed() {
    let busy = raw("429 Too Many Requests", "Retry-After: 1\r\n", "");
    let cluster = Cluster::start(rows_of(&["Orders"]), vec![busy]);
    let seen = Rc::new(RefCell::new(Vec::new()));
    let log = Rc::clone(&seen);
    let source = source(&cluster, quick()).on_retry(move |retry| log.borrow_mut().push(retry.to_string()));
    read(&source, &day(&["Orders"])).1.unwrap();
    assert_eq!(*seen.borrow(), ["HTTP 429: Too Many Requests; try 2 of 3 in 1.0 s"]);
}

#[test]
fn what_is_no_kusto_answer_is_refused() {
    check_broken(
        vec![raw("200 OK", "Content-Type: text/html\r\n", "<html>\n<title>Sign in</title>")],
        cant!("the answer is no Kusto result but `text/html`, beginning `<html> <title>Sign in</title>`"),
        "check that the address is a cluster's, and no page or proxy answers for it",
    );
    let help = "check that the address is a cluster's query endpoint";
    let json = |body| raw("200 OK", "Content-Type: application/json\r\n", body);
    check_broken(
        vec![json("\"hello\"")],
        cant!(
            "the answer can't be read: invalid type: string \"hello\", expected an array of frames at line 1 column 7"
        ),
        help,
    );
    check_broken(
        vec![json(r#"[{"FrameType":"DataSetCompletion","HasErrors":false}]"#)],
        cant!("the answer can't be read: 0 tables `PrimaryResult`, expected 1"),
        help,
    );
    check_broken(
        vec![json(r#"[{"FrameType":"DataTable","TableKind":"PrimaryResult","Columns":[],"Rows":[]}]"#)],
        cant!("the answer can't be read: it has no column `ts`"),
        help,
    );
}

#[test]
fn values_that_gold_cannot_have_are_located() {
    let check = |column, value, reason: &str| {
        let cluster = Cluster::start(rows_of(&["Orders"]), vec![Act::Plain, Act::Value(column, value)]);
        let message = format!("kusto:CLUSTER/Telemetry?table=NodeTimeBin, row 1: {reason}");
        check_error(&cluster, quick(), &message, "mend the row, or leave it out");
    };
    check("arrivals", json!("many"), "`arrivals` is \"many\", expected a whole number");
    check("served", json!(1.5), "`served` is 1.5, expected a whole number");
    check("ts", json!("noon"), "`ts` is \"noon\", expected a time");
    check("node", json!(null), "`node` is null, expected a text");
    check("queue_depth", json!("Infinity"), "`queue_depth` is \"Infinity\", expected a number");
}

#[test]
fn an_answer_that_takes_too_long_is_given_up() {
    let acts = vec![Act::Plain, Act::Stall, Act::Stall];
    let cluster = Cluster::start(rows_of(&["Orders"]), acts);
    let settings = KustoSettings { query_timeout: Duration::from_millis(300), tries: 2, ..quick() };
    check_error(
        &cluster,
        settings,
        cant!("no whole answer within 0.3 s, tried 2 times"),
        "ask for a shorter window or fewer nodes, or allow more time",
    );
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
fn nobody_at_the_address_is_told_with_host_and_port() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let source = source_at(&format!("kusto:http://{free}/Telemetry"), quick());
    let error = source.nodes().unwrap_err();
    let message = format!(
        "can't read telemetry from kusto:http://{free}/Telemetry?table=NodeTimeBin: no connection to {free}: Connection \
         refused (os error 111), tried 3 times"
    );
    assert_eq!(error.to_string(), message);
    assert_eq!(error.help(), Some("check the cluster's address and the network"));
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
fn unknown_databases_and_tables_are_told_by_kusto() {
    let cluster = Cluster::start(vec![], vec![]);
    let ask =
        |rest: &str| source_at(&format!("kusto:{}/{rest}", cluster.url()), quick()).nodes().unwrap_err().to_string();
    assert!(ask("Other").ends_with("HTTP 400: Database 'Other' could not be found"));
    let message = "HTTP 400: Semantic error: SEM0100: Failed to resolve table or column expression named '['My Bins']'";
    assert!(ask("Telemetry?table=My%20Bins").ends_with(message), "{}", ask("Telemetry?table=My%20Bins"));
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
