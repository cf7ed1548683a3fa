//! A job that is done again and again: what is remembered of files spares reading them and changes nothing else.

use super::*;
use crate::etl::{Memory, run_again};

/// A job about 14:00 to 14:20 with files of before, of then, and of queues; files that are there now have settled.
fn fixture() -> Fixture {
    let at = |hour: u32, node: &str| event(&format!("2025-10-07T{hour:02}:01:00Z"), "MessageReceived", node, "m");
    let metrics = "timestamp,queue,metric,value\n2025-10-07T08:00:00Z,orders-in,ActiveMessages,1\n";
    let mut fixture = Fixture::new()
        .events("before.ndjson", &(at(8, "Old") + &at(9, "OrderService")))
        .events("then.ndjson", &at(14, "OrderService"))
        .metrics("metrics.csv", metrics)
        .window("2025-10-07T14:00:00Z", "2025-10-07T14:20:00Z");
    fixture.job.now = self::at("2100-01-01T00:00:00Z");
    fixture
}

/// Runs the job with what `memory` has and without; both find the same, the first with so many files unread.
fn check_again(fixture: &Fixture, memory: &mut Memory, unchanged: u64) {
    let found = run_again(&fixture.job, memory, &|_| {}, None).unwrap();
    let rows = fixture.gold();
    let expected = fixture.run().unwrap();
    assert_eq!((found.unchanged, expected.unchanged), (unchanged, 0));
    assert_eq!(Summary { unchanged: 0, ..found }, expected);
    assert_eq!(rows, fixture.gold());
}

#[test]
fn a_file_without_anything_near_the_window_is_read_once() {
    let (mut fixture, mut memory) = (fixture(), Memory::default());
    check_again(&fixture, &mut memory, 0);
    check_again(&fixture, &mut memory, 2);
    fixture = fixture.window("2025-10-07T08:00:00Z", "2025-10-07T08:20:00Z");
    check_again(&fixture, &mut memory, 1);
}

#[test]
fn a_file_that_changed_is_read_again() {
    let (fixture, mut memory) = (fixture(), Memory::default());
    check_again(&fixture, &mut memory, 0);
    fixture.file("before.ndjson", &event("2025-10-07T14:02:00Z", "MessageFailed", "New", "m"));
    check_again(&fixture, &mut memory, 1);
    assert_eq!(fixture.gold().iter().filter(|row| row.node == "New").count(), 4);
    fs::remove_file(fixture.folder.path().join("before.ndjson")).unwrap();
    fixture.file("before.ndjson", &event("2025-10-07T08:02:00Z", "MessageFailed", "New", "m"));
    check_again(&fixture, &mut memory, 1);
    check_again(&fixture, &mut memory, 2);
}

#[test]
fn another_mapping_makes_other_things_of_a_file() {
    let (fixture, mut memory) = (fixture(), Memory::default());
    check_again(&fixture, &mut memory, 0);
    fixture.file("mapping.csv", "node,inputQueue\nOld,orders-in\n");
    check_again(&fixture, &mut memory, 0);
    check_again(&fixture, &mut memory, 2);
}

#[test]
fn a_file_that_was_just_written_or_has_bad_lines_is_read_each_time() {
    let (mut fixture, mut memory) = (fixture(), Memory::default());
    fixture.job.max_rejects = 1;
    fixture.file("before.ndjson", "oops\n");
    check_again(&fixture, &mut memory, 0);
    check_again(&fixture, &mut memory, 1);
    let (mut fixture, mut memory) = (self::fixture(), Memory::default());
    fixture.job.now = Timestamp::now();
    check_again(&fixture, &mut memory, 0);
    check_again(&fixture, &mut memory, 0);
}
