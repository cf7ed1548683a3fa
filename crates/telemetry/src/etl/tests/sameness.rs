//! Nothing matters but the content of the files: not the order of lines, how often they are there, how often the ETL
//! runs, or in which windows.

use super::*;
use std::sync::atomic::AtomicBool;

/// Three hours of two nodes: busy and quiet bins, gaps, redeliveries, sampled events.
fn day() -> (Vec<String>, Vec<String>) {
    let mut events = Vec::new();
    let mut metrics = Vec::new();
    for minute in 0..180_u32 {
        let time = format!("2025-10-07T{:02}:{:02}:", 10 + minute / 60, minute % 60);
        for (node, each, gap) in [("OrderService", 3, 40..60), ("BillingService", minute / 60, 95..100)] {
            for index in 0..if gap.contains(&minute) { 0 } else { each } {
                let message = format!("{minute}-{index}");
                events.push(event(&format!("{time}{index:02}.5Z"), "MessageReceived", node, &message));
                let again = event(&format!("{time}{:02}.5Z", index + 30), "MessageReceived", node, &message);
                events.extend((index == 1).then(|| again.replace("\"itemCount\":1", "\"itemCount\":3")));
                events.push(event(&format!("{time}{:02}.9Z", index + 30), "MessageProcessed", node, &message));
            }
        }
        metrics.push(format!("{time}00Z,orders-in,IncomingMessages,{}\n", minute % 4));
        metrics.push(format!("{time}59Z,billing-in,ActiveMessages,0.{minute}\n"));
    }
    (events, metrics)
}

fn fixture(events: &[String], metrics: &[String]) -> Fixture {
    let metrics = format!("timestamp,queue,metric,value\n{}", metrics.concat());
    Fixture::new().events("events.ndjson", &events.concat()).metrics("metrics.csv", &metrics)
}

/// An order that has nothing to do with that of `lines`, the same each time.
fn shuffled(lines: &[String]) -> Vec<String> {
    let mut keyed: Vec<(String, &String)> =
        lines.iter().map(|line| (flowtime_files::hex_digest(line.as_bytes()), line)).collect();
    keyed.sort();
    keyed.into_iter().map(|(_, line)| line.clone()).collect()
}

fn check_same(dedupe: Dedupe) {
    let (events, metrics) = day();
    let mut first = fixture(&events, &metrics);
    first.job.dedupe = dedupe;
    let expected = first.rows();
    assert!(expected.iter().any(|row| !row.known_data_gaps.is_empty()));
    let twice = [shuffled(&events), events].concat();
    let mut second = fixture(&twice, &shuffled(&[metrics.clone(), metrics].concat()));
    second.job.dedupe = dedupe;
    assert_eq!(second.rows(), expected);
}

#[test]
fn order_and_duplicates_change_nothing() {
    check_same(Dedupe::Delivery);
    check_same(Dedupe::Message);
}

#[test]
fn a_second_run_changes_nothing_but_the_time_of_extraction() {
    let (events, metrics) = day();
    let mut fixture = fixture(&events, &metrics);
    let first = fixture.rows();
    fixture.job.now = at("2025-10-08T00:00:00Z");
    let again: Vec<GoldRow> =
        fixture.rows().into_iter().map(|row| GoldRow { extraction_ts: first[0].extraction_ts, ..row }).collect();
    assert_eq!(again, first);
}

#[test]
fn windows_one_by_one_give_what_one_window_gives() {
    for dedupe in [Dedupe::Delivery, Dedupe::Message] {
        let (events, metrics) = day();
        let mut whole = fixture(&events, &metrics);
        whole.job.dedupe = dedupe;
        let expected = whole.rows();
        let mut parts = fixture(&events, &metrics);
        parts.job.dedupe = dedupe;
        for part in [2, 0, 5, 1, 4, 3, 0] {
            let start = at("2025-10-07T10:00:00Z").as_second() + 1_800 * part;
            let [from, to] = [start, start + 1_800].map(|second| Timestamp::from_second(second).ok());
            (parts.job.from, parts.job.to) = (from, to);
            parts.run().unwrap();
        }
        assert_eq!(parts.gold(), expected);
    }
}

#[test]
fn late_events_count_once_they_are_there() {
    let (events, metrics) = day();
    let expected = fixture(&events, &metrics).rows();
    let (late, early): (Vec<String>, Vec<String>) = shuffled(&events).into_iter().partition(|line| line.contains(":1"));
    let fixture = fixture(&early, &metrics);
    assert_ne!(fixture.rows(), expected);
    assert_eq!(fixture.events("late.ndjson", &late.concat()).rows(), expected);
}

#[test]
fn redeliveries_count_unless_messages_do() {
    let line = |second: u32, count: u32| {
        let line = event(&format!("2025-10-07T14:00:{second:02}.5Z"), "MessageReceived", "OrderService", "m");
        line.replace("\"itemCount\":1", &format!("\"itemCount\":{count}"))
    };
    let mut fixture = Fixture::new().events("e.ndjson", &[line(9, 4), line(7, 2), line(7, 3), line(7, 2)].concat());
    fixture.job.mapping = None;
    check_rows(&fixture, &["14:00 OrderService 7 0 0 7 -"]);
    assert_eq!(fixture.run().unwrap().events.duplicates, 2);
    fixture.job.dedupe = Dedupe::Message;
    check_rows(&fixture, &["14:00 OrderService 3 0 0 3 -"]);
    assert_eq!(fixture.run().unwrap().events.duplicates, 3);
}

#[test]
fn the_staged_counts_are_those_of_counting_by_hand() {
    let (events, metrics) = day();
    let rows = fixture(&events, &metrics).rows();
    for row in rows.iter().filter(|row| row.node == "OrderService") {
        let minute = (row.ts.as_second() - at("2025-10-07T10:00:00Z").as_second()) / 60;
        // A message a minute comes again, and then stands for three.
        let expected = if (40..60).contains(&minute) { [0, 0] } else { [5 * (3 + 3), 5 * 3] };
        assert_eq!([row.arrivals, row.served], expected.map(Some), "{minute}");
        assert_eq!(row.external_demand, Some((minute..minute + 5).map(|minute| minute % 4).sum()));
        assert_eq!(row.known_data_gaps.is_empty(), expected[0] > 0, "{minute}");
    }
}

#[test]
fn a_run_that_is_stopped_leaves_gold_as_it_was() {
    let (events, metrics) = day();
    let fixture = fixture(&events, &metrics);
    let error = run(&fixture.job, &|_| {}, Some(&AtomicBool::new(true))).unwrap_err();
    assert!(matches!(error, EtlError::Interrupted));
    assert_eq!(GoldStore::read(&fixture.job.gold).map(|_| ()).is_err(), !fixture.job.gold.exists());
    assert!(!fixture.job.gold.exists() || fixture.gold().is_empty());
}

#[test]
fn rows_of_other_nodes_stay() {
    let lines = |node: &str| event("2025-10-07T14:00:01Z", "MessageReceived", node, "m");
    let mut fixture = Fixture::new().events("a.ndjson", &lines("A"));
    fixture.job.mapping = None;
    fixture.run().unwrap();
    fixture.job.events = vec![fixture.file("b.ndjson", &lines("B"))];
    check_rows(&fixture, &["14:00 A 1 0 0 1 -", "14:00 B 1 0 0 1 -"]);
}
