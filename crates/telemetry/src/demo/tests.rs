//! What the demo promises: the same bytes for a seed, and each of its incidents where people are told to look.

use std::fs;

use tempfile::TempDir;

use super::*;
use crate::etl::{Dedupe, Job, Summary, run};
use crate::gold::{GoldRow, GoldStore};
use crate::source::Query;
use crate::time::BinSize;

const DEMO: Demo = Demo { days: 1, seed: 7, events: 20_000, sampling: false, format: EventFormat::Ndjson };

fn made(demo: &Demo) -> (TempDir, Made) {
    let folder = tempfile::tempdir().unwrap();
    let made = write(&folder.path().join("demo"), demo, &|_| {}, None).unwrap();
    (folder, made)
}

/// The rows that the ETL makes of a demo.
fn gold(demo: &Demo) -> (Summary, Vec<GoldRow>) {
    let (folder, made) = made(demo);
    let path = |name: &str| folder.path().join("demo").join(name);
    let job = Job {
        events: vec![path(demo.format.file())],
        metrics: vec![path("metrics.csv")],
        mapping: Some(path("mapping.csv")),
        gold: path("gold.db"),
        rejects: path("rejects"),
        from: Some(made.start),
        to: Some(made.start + SignedDuration::from_hours(24)),
        bin: BinSize::DEFAULT,
        dedupe: Dedupe::Delivery,
        max_rejects: 0,
        growing: false,
        busy: 5,
        now: made.start,
    };
    let summary = run(&job, &|_| {}, None).unwrap();
    let mut rows = Vec::new();
    let all = Query { start: Timestamp::MIN, end: Timestamp::MAX, nodes: Vec::new() };
    let keep = &mut |row| {
        rows.push(row);
        Ok::<(), crate::gold::GoldError>(())
    };
    GoldStore::read(&job.gold).unwrap().rows(&all, keep).unwrap();
    (summary, rows)
}

#[test]
fn a_seed_gives_the_same_bytes() {
    let digests = |demo: &Demo| {
        let (folder, _) = made(demo);
        ["events.ndjson", "metrics.csv", "mapping.csv"]
            .map(|name| flowtime_files::hex_digest(&fs::read(folder.path().join("demo").join(name)).unwrap()))
    };
    let first = digests(&DEMO);
    assert_eq!(digests(&DEMO), first);
    let other = digests(&Demo { seed: 8, ..DEMO });
    assert!(other[0] != first[0] && other[1] != first[1] && other[2] == first[2]);
}

#[test]
fn about_as_many_events_are_made_as_asked_for() {
    for (days, events) in [(1, 20_000), (2, 30_000), (1, 0)] {
        let (_folder, made) = made(&Demo { days, events, ..DEMO });
        let wanted = events * u64::from(days);
        assert!(made.events.abs_diff(wanted) * 20 <= wanted, "{} of {wanted}", made.events);
        assert_eq!(made.metrics, 2 * 3 * 1_440 * u64::from(days));
    }
}

#[test]
fn the_incidents_are_where_people_are_told_to_look() {
    let (summary, rows) = gold(&Demo { events: 50_000, ..DEMO });
    assert!(summary.events.duplicates > 100);
    let gaps: Vec<(&str, &[u32])> = summary.gaps.iter().map(|gap| (gap.node.as_str(), gap.bins.as_slice())).collect();
    assert_eq!(gaps, [("OrderService", [12, 13].as_slice())]);
    let node = |name: &str| rows.iter().filter(|row| row.node == name).collect::<Vec<_>>();
    let orders = node("OrderService");
    let depth = |row: &GoldRow| row.queue_depth.unwrap();
    assert!(depth(orders[158]) > 20.0 * depth(orders[120]).max(1.0), "lunch fills the queue");
    let billing = node("BillingService");
    assert!(billing[189].errors.unwrap() > 10 * billing[180].errors.unwrap().max(1), "the storm fails");
    assert!(billing[189].arrivals > billing[189].external_demand, "and what fails comes again");
    assert_eq!(node("ShippingService")[100].queue_depth, None);
}

#[test]
fn sampled_events_stand_for_all() {
    let sum = |demo: &Demo| gold(demo).1.iter().filter_map(|row| row.arrivals).sum::<i64>();
    let demo = Demo { events: 150_000, ..DEMO };
    let (all, sampled) = (sum(&demo), sum(&Demo { sampling: true, ..demo }));
    assert!((all - sampled).abs() * 10 < all, "{all} {sampled}");
}

#[test]
fn every_event_is_of_one_of_the_days() {
    let demo = Demo { days: 2, ..DEMO };
    let mut latest = 0;
    let each = events::each(&demo, |event| {
        latest = latest.max(event.time);
        Ok::<(), ()>(())
    });
    assert_eq!(each, Ok(()));
    assert!((2 * DAY - 5..2 * DAY).contains(&(latest / 60_000)), "{latest}");
}

#[test]
fn events_as_csv_say_the_same() {
    assert_eq!(gold(&Demo { format: EventFormat::Csv, ..DEMO }).1, gold(&DEMO).1);
}

#[test]
fn a_folder_that_is_there_is_left_alone() {
    let (folder, _) = made(&Demo { events: 0, ..DEMO });
    let error = write(&folder.path().join("demo"), &DEMO, &|_| {}, None).unwrap_err();
    assert!(matches!(error, FileError::Write { source, .. } if source.kind() == io::ErrorKind::AlreadyExists));
}
