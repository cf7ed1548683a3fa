//! The worked example of the founding chapter: events and metrics of 14:00 to 14:20, extended to its counts.

use super::*;

/// The chapter's own events.
const GIVEN: [(&str, &str, &str); 6] = [
    ("14:00:05.123", "MessageReceived", "msg-001"),
    ("14:00:07.456", "MessageProcessed", "msg-001"),
    ("14:01:12.789", "MessageReceived", "msg-002"),
    ("14:01:15.234", "MessageProcessed", "msg-002"),
    ("14:02:08.567", "MessageReceived", "msg-003"),
    ("14:02:10.890", "MessageFailed", "msg-003"),
];

/// A bin's first minute, arrivals, served, external demand and depth; what isn't served has failed.
const BINS: [(u32, u32, u32, u32, u32); 4] =
    [(0, 35, 33, 38, 250), (5, 32, 30, 35, 255), (10, 0, 0, 0, 255), (15, 37, 35, 40, 260)];

fn events() -> String {
    let mut text = String::new();
    for (time, name, message) in GIVEN {
        text += &event(&format!("2025-10-07T{time}Z"), name, "OrderService", message);
    }
    for (minute, arrivals, served, ..) in BINS {
        let (given, given_served) = if minute == 0 { (3, 2) } else { (0, 0) };
        for index in given..arrivals {
            let ends = if index < served + given - given_served { "MessageProcessed" } else { "MessageFailed" };
            let message = format!("msg-{:03}", 100 * minute + index + 1);
            for (millisecond, name) in [(1, "MessageReceived"), (900, ends)] {
                let time = format!("2025-10-07T14:{:02}:{:02}.{millisecond:03}Z", minute + 3, index);
                text += &event(&time, name, "OrderService", &message);
            }
        }
    }
    text
}

/// A measurement a minute; the first bin's are those of the chapter as far as it gives them.
fn metrics() -> String {
    let mut text = "TimeGenerated,MetricName,ResourceId,Value\n".to_owned();
    for (begin, _, served, demand, depth) in BINS {
        for minute in 0..5 {
            let is_first = minute == 0;
            let rest = |all: u32, first: u32| if is_first { first } else { all.saturating_sub(first) / 4 };
            let incoming = rest(demand, demand.saturating_sub(8));
            let completed = rest(served, served.saturating_sub(served % 4 + 4));
            let around = [2, -1, 0, -1, 0][minute as usize];
            let time = format!("2025-10-07T14:{:02}:", begin + minute);
            text += &format!("{time}00Z,IncomingMessages,orders-in,{incoming}\n");
            text += &format!("{time}00Z,CompletedMessages,orders-in,{completed}\n");
            text += &format!("{time}59Z,ActiveMessageCount,orders-in,{}\n", i64::from(depth) + around);
        }
    }
    text
}

#[test]
fn the_table_of_the_chapter_comes_out_of_its_events() {
    let fixture = Fixture::new().events("events.ndjson", &events()).metrics("metrics.csv", &metrics());
    let window = fixture.window("2025-10-07T14:00:00Z", "2025-10-07T14:20:00Z");
    let orders: Vec<String> = window.rows().iter().filter(|row| row.node == "OrderService").map(line).collect();
    let expected = [
        "14:00 OrderService 35 33 2 38 250",
        "14:05 OrderService 32 30 2 35 255",
        "14:10 OrderService 0 0 0 0 255 [\"2025-10-07T14:10:00Z\"]",
        "14:15 OrderService 37 35 2 40 260",
    ];
    assert_eq!(orders, expected);
}

#[test]
fn without_a_window_the_data_say_it() {
    let fixture = Fixture::new().events("events.ndjson", &events()).metrics("metrics.csv", &metrics());
    let summary = fixture.run().unwrap();
    assert_eq!((summary.start, summary.end), (at("2025-10-07T14:00:00Z"), at("2025-10-07T14:20:00Z")));
    assert_eq!((summary.nodes, summary.bins, summary.rows), (2, 4, 8));
    assert_eq!((summary.events.read, summary.events.duplicates), (208, 0));
    assert_eq!(summary.silent, ["BillingService"]);
}

#[test]
fn a_window_is_widened_to_whole_bins() {
    let fixture = Fixture::new().events("events.ndjson", &events()).metrics("metrics.csv", &metrics());
    let summary = fixture.window("2025-10-07T14:03:00Z", "2025-10-07T14:16:00Z").run().unwrap();
    assert_eq!((summary.start, summary.end), (at("2025-10-07T14:00:00Z"), at("2025-10-07T14:20:00Z")));
}

#[test]
fn every_row_says_its_version_and_when_it_was_made() {
    let fixture = Fixture::new().events("events.ndjson", &events());
    for row in fixture.rows() {
        assert_eq!((row.schema_version.as_str(), row.extraction_ts), ("2.0", fixture.job.now));
    }
}
