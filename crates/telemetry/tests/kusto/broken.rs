//! Answers that are broken: each gives an error that says what, where and what to do, and no rows.

use super::*;

/// The beginning of each message of a source that can't be read.
macro_rules! cant {
    ($rest:literal) => {
        concat!("can't read telemetry from kusto:CLUSTER/Telemetry?table=NodeTimeBin: ", $rest)
    };
}

/// After a whole plan, the page that `acts` answer ends with this error, this help and no rows.
fn check_broken(acts: Vec<Act>, message: &str, help: &str) {
    let cluster = Cluster::start(rows_of(&["Orders"]), [vec![Act::Plain], acts].concat());
    check_error(&cluster, quick(), message, help);
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
fn unknown_databases_and_tables_are_told_by_kusto() {
    let cluster = Cluster::start(vec![], vec![]);
    let ask =
        |rest: &str| source_at(&format!("kusto:{}/{rest}", cluster.url()), quick()).nodes().unwrap_err().to_string();
    assert!(ask("Other").ends_with("HTTP 400: Database 'Other' could not be found"));
    let message = "HTTP 400: Semantic error: SEM0100: Failed to resolve table or column expression named '['My Bins']'";
    assert!(ask("Telemetry?table=My%20Bins").ends_with(message), "{}", ask("Telemetry?table=My%20Bins"));
}
