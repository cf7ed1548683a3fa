//! The forms that exports have: what they call their columns, and how they write them.

use super::*;

const CLASSIC: &str = r#"{"timestamp":"2025-10-07T14:00:05.123Z","name":"MessageReceived","customDimensions":{"node":"A","messageId":"m1"},"itemCount":2}"#;

/// One event of node A, whatever its form, that stands for two.
fn check_event(name: &str, text: &str) {
    let mut fixture = Fixture::new().events(name, text);
    fixture.job.mapping = None;
    check_rows(&fixture, &["14:00 A 2 0 0 2 -"]);
}

#[test]
fn events_are_lines_of_json_or_csv_of_the_classic_table_or_a_workspace() {
    check_event("a.ndjson", CLASSIC);
    check_event("a.json", &format!("\u{feff}\r\n{CLASSIC}\r\n\r\n"));
    check_event("no-extension", CLASSIC);
    check_event(
        "text.ndjson",
        r#"{"time":"2025-10-07T14:00:05.1234567Z","Name":"MessageReceived","Properties":"{\"node\":\"A\",\"messageId\":\"m1\"}","ItemCount":"2"}"#,
    );
    check_event(
        "workspace.csv",
        "TimeGenerated [UTC],Name,Properties,ItemCount\n2025-10-07T14:00:05.123Z,MessageReceived,\"{\"\"node\"\":\"\"A\"\",\"\"messageId\"\":\"\"m1\"\"}\",2\n",
    );
    check_event(
        "flat.csv",
        "timestamp,eventType,node,messageId,itemCount\r\n2025-10-07T16:00:05.123+02:00,messagereceived,A,m1,2",
    );
}

#[test]
fn other_events_are_counted_and_passed_over() {
    let other = event("2025-10-07T14:01:00Z", "PageViewed", "", "");
    let mut fixture = Fixture::new().events("a.ndjson", &format!("{CLASSIC}\n{other}"));
    fixture.job.mapping = None;
    let summary = fixture.run().unwrap();
    assert_eq!((summary.events.read, summary.events.other), (2, 1));
}

/// Metrics of the queue of `OrderService`: 7 messages in, 3.5 waiting.
fn check_metrics(name: &str, text: &str) {
    let first = event("2025-10-07T14:00:01Z", "MessageReceived", "OrderService", "m");
    let fixture = Fixture::new().events("events.ndjson", &first).metrics(name, text);
    let rows = fixture.rows();
    assert_eq!(line(&rows[1]), "14:00 OrderService 1 0 0 7 3.5", "{name}");
}

#[test]
fn metrics_have_the_names_of_the_chapter_or_of_azure() {
    check_metrics(
        "chapter.csv",
        "TimeGenerated,ResourceId,MetricName,Total\n2025-10-07T14:00:00Z,orders-in,IncomingMessages,7\n\
         2025-10-07T14:00:59Z,orders-in,ActiveMessageCount,3\n2025-10-07T14:01:59Z,orders-in,ActiveMessageCount,4\n",
    );
    check_metrics(
        "azure.csv",
        "TimeGenerated,ResourceId,EntityName,MetricName,Total,Average\n\
         2025-10-07T14:00:00Z,/subscriptions/1/namespaces/shop,orders-in,IncomingMessages,7,1\n\
         2025-10-07T14:00:00Z,/subscriptions/1/namespaces/shop,ORDERS-IN,ActiveMessages,99,3.5\n\
         2025-10-07T14:00:00Z,/subscriptions/1/namespaces/shop,other,IncomingMessages,1000,1\n\
         2025-10-07T14:00:00Z,/subscriptions/1/namespaces/shop,orders-in,ServerErrors,5,1\n",
    );
    check_metrics(
        "path.ndjson",
        concat!(
            r#"{"time":"2025-10-07T14:02:00Z","resourceId":"/SUBSCRIPTIONS/1/QUEUES/ORDERS-IN","metricName":"IncomingMessages","total":7.0}"#,
            "\n",
            r#"{"timestamp":"2025-10-07T14:02:00Z","name":"ActiveMessages","dimensions":{"EntityName":"orders-in"},"average":3.5,"total":null}"#,
            "\n",
        ),
    );
}

#[test]
fn a_measurement_that_is_there_twice_counts_once() {
    let line = "2025-10-07T14:00:00Z,orders-in,IncomingMessages,7\n";
    let later =
        "2025-10-07T14:00:00Z,orders-in,IncomingMessages,6\n2025-10-07T14:00:59Z,orders-in,ActiveMessages,3.5\n";
    check_metrics("twice.csv", &format!("timestamp,queueName,metric,value\n{line}{line}{later}"));
}

#[test]
fn a_mapping_is_csv_or_yaml() {
    let events = event("2025-10-07T14:00:01Z", "MessageReceived", "OrderService", "m");
    let mappings = [
        ("a.csv", "inputqueue, Node\norders-in, OrderService\n"),
        ("b.yaml", "OrderService: orders-in\n"),
        ("c.yml", "- { node: OrderService, inputQueue: orders-in }\n"),
    ];
    for (name, text) in mappings {
        let mut fixture = Fixture::new().events("events.ndjson", &events);
        fixture.job.mapping = Some(fixture.file(name, text));
        check_rows(&fixture, &["14:00 OrderService 1 0 0 1 0"]);
    }
}

#[test]
fn what_nobody_measured_falls_back() {
    let two = event("2025-10-07T14:00:01Z", "MessageReceived", "Unmapped", "m")
        + &event("2025-10-07T14:00:02Z", "MessageProcessed", "OrderService", "m");
    let metrics = "timestamp,queue,metric,value\n2025-10-07T14:00:00Z,orders-in,IncomingMessages,7\n";
    let fixture = Fixture::new().events("events.ndjson", &two).metrics("metrics.csv", metrics);
    let expected = [
        "14:00 BillingService 0 0 0 0 0 [\"2025-10-07T14:00:00Z\"]",
        "14:00 OrderService 0 1 0 7 0",
        "14:00 Unmapped 1 0 0 1 -",
    ];
    check_rows(&fixture, &expected);
}
