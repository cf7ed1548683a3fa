//! What can't be read, and what is said about it. In each case Gold stays as it was.

use super::*;

const GOOD: &str =
    r#"{"timestamp":"2025-10-07T14:00:05Z","name":"MessageReceived","customDimensions":{"node":"A","messageId":"m1"}}"#;

/// A line between two good ones is rejected with `expected`, its column and reason.
fn check_line(bad: &str, expected: &str) {
    let fixture = Fixture::new().events("e.ndjson", &format!("{GOOD}\n{bad}\n{GOOD}\n"));
    fixture.check_fails(&format!("1 of 3 lines are bad, and 0 may be\ne.ndjson:2, column {expected}"));
}

#[test]
fn a_line_that_is_no_event_is_located_with_what_stands_there() {
    let expected = "expected a time like `2025-10-07T14:00:05.123Z`, found `yesterday`";
    check_line(&GOOD.replace("2025-10-07T14:00:05Z", "yesterday"), &format!("timestamp: {expected}"));
    let expected = "expected a time like `2025-10-07T14:00:05.123Z`, found `2025-10-07T14:00:05`";
    check_line(&GOOD.replace("05Z", "05"), &format!("timestamp: {expected}"));
    check_line(&GOOD.replace("timestamp", "when"), "timestamp: there is no `timestamp`");
    check_line(&GOOD.replace("\"name\"", "\"nome\""), "name: there is no `name`");
    check_line(&GOOD.replace("\"A\"", "\"\""), "node: there is no `node`");
    let expected = "expected a name of at most 200 bytes without control characters and backticks";
    check_line(&GOOD.replace("\"A\"", "\"a`b\""), &format!("node: {expected}, found `a`b`"));
    check_line(&GOOD.replace("\"A\"", "\"a\\tb\""), &format!("node: {expected}, found `a b`"));
    check_line(&GOOD.replace("messageId", "id"), "messageId: there is no `messageId`");
    let count = |text: &str| GOOD.replace("}}", &format!("}},\"itemCount\":{text}}}"));
    check_line(&count("0"), "itemCount: expected a whole number from 1, found `0`");
    check_line(&count("1.5"), "itemCount: expected a whole number from 1, found `1.5`");
    check_line(&count("\"many\""), "itemCount: expected a whole number from 1, found `many`");
}

#[test]
fn a_line_that_is_no_json_is_located_to_the_character() {
    check_line("{\"timestamp\": oops}", "15: no JSON object: expected value");
    check_line("{\"timestamp\": \"2025", "19: no JSON object: the line ends while parsing a string");
    check_line("[1, 2]", "1: no JSON object: invalid type: sequence, expected an object");
    check_line("\"text\"", "6: no JSON object: expected an object, found a text");
    check_line("null", "4: no JSON object: expected an object, found null");
    check_line(&format!("{GOOD}{GOOD}"), "111: no JSON object: trailing characters");
    check_line("{\"name\": [1]}", "10: no JSON object: invalid type: sequence, expected a text or a number");
    let nested = "{\"name\": \"x\", \"customDimensions\": \"{no}\"}";
    check_line(nested, "40: no JSON object in the text: key must be a string");
}

#[test]
fn a_cell_that_is_no_number_is_located() {
    let metrics = |text: &str| {
        let header = "timestamp,queue,metric,Total\n";
        Fixture::new().events("e.ndjson", GOOD).metrics("m.csv", &format!("{header}{text}\n"))
    };
    let check = |text: &str, expected: &str| {
        metrics(text).check_fails(&format!("1 of 2 lines are bad, and 0 may be\nm.csv:2, column {expected}"));
    };
    let expected = "Total: expected a number from 0 to 2^53, found ";
    check("2025-10-07T14:00:00Z,orders-in,IncomingMessages,-1", &format!("{expected}`-1`"));
    check("2025-10-07T14:00:00Z,orders-in,IncomingMessages,NaN", &format!("{expected}`NaN`"));
    check("2025-10-07T14:00:00Z,orders-in,IncomingMessages,1e99", &format!("{expected}`1e99`"));
    check("2025-10-07T14:00:00Z,orders-in,IncomingMessages,", "Total: there is no `Total`");
    check("2025-10-07T14:00:00Z,,IncomingMessages,1", "EntityName: there is no `EntityName`");
    check("2025-10-07T14:00:00Z,orders-in,IncomingMessages", "3: expected 4 cells, found 3");
    check("2025-10-07T14:00:00Z,orders-in,,1", "MetricName: there is no `MetricName`");
}

#[test]
fn bytes_that_are_no_text_are_located() {
    let fixture = Fixture::new().events("e.ndjson", GOOD).metrics("m.csv", "");
    let table = b"timestamp,queue,metric,Total\n2025-10-07T14:00:00Z,orders-in,\xff,1\n";
    fs::write(&fixture.job.metrics[0], table).unwrap();
    let expected = "m.csv:2, column 3: the cell is not valid UTF-8";
    fixture.check_fails(&format!("1 of 2 lines are bad, and 0 may be\n{expected}"));
    fs::write(&fixture.job.metrics[0], "").unwrap();
    fs::write(&fixture.job.events[0], b"{\"name\": \"\xff\"}").unwrap();
    let expected = "e.ndjson:1, column 11: no JSON object: invalid unicode code point";
    fixture.check_fails(&format!("1 of 1 lines are bad, and 0 may be\n{expected}"));
}

#[test]
fn half_a_line_at_the_end_of_a_file_that_grows_is_left_for_later() {
    let mut fixture = Fixture::new().events("e.ndjson", &format!("{GOOD}\n{{\"timest"));
    fixture.check_fails("1 of 2 lines are bad, and 0 may be\ne.ndjson:2, column 8: no JSON object: the line ends while parsing a string");
    fixture.job.growing = true;
    assert_eq!(fixture.run().unwrap().rejects, 0);
}

#[test]
fn bad_lines_are_kept_and_fail_the_run_only_above_their_limit() {
    let text = format!("{GOOD}\nbad one\n{}\n", GOOD.replace("05Z", "05"));
    let mut fixture = Fixture::new().events("e.ndjson", &text);
    fixture.job.max_rejects = 1;
    assert!(fixture.run().unwrap_err().to_string().starts_with("2 of 3 lines are bad, and 1 may be"));
    let kept = fs::read_to_string(&fixture.job.rejects).unwrap();
    let first: serde_json::Value = serde_json::from_str(kept.lines().next().unwrap()).unwrap();
    assert_eq!((first["line"].as_u64(), first["text"].as_str()), (Some(2), Some("bad one")));
    fixture.job.max_rejects = 2;
    assert_eq!(fixture.run().unwrap().rejects, 2);
    fixture.file("e.ndjson", GOOD);
    assert_eq!(fixture.run().unwrap().rejects, 0);
    assert!(!fixture.job.rejects.exists(), "the rejects of an earlier run are gone");
}

#[test]
fn a_file_that_is_neither_lines_of_json_nor_csv_is_refused() {
    let check = |text: &str, expected: &str| Fixture::new().events("e.json", text).check_fails(expected);
    check("[{}]", "can't read `e.json`: it is one JSON array");
    check("\u{0}", "can't read `e.json`: it is binary");
    let gzip = Fixture::new().events("e.json", "");
    fs::write(&gzip.job.events[0], [0x1f, 0x8b, 8, 0]).unwrap();
    gzip.check_fails("can't read `e.json`: it is compressed");
    let latin = Fixture::new().events("e.csv", "");
    fs::write(&latin.job.events[0], b"timestamp,na\xefme\n").unwrap();
    latin.check_fails("can't read `e.csv`: its first line is not valid UTF-8");
    let table = Fixture::new().events("e.csv", "when,name\n");
    table.check_fails("e.csv:1: there is no column `timestamp` in `when,name`");
    let metrics = Fixture::new().events("e.ndjson", GOOD).metrics("m.csv", "time,value\n");
    metrics.check_fails("m.csv:1: there is no column `MetricName` in `time,value`");
}

#[test]
fn a_row_that_takes_too_much_memory_is_refused() {
    let long = "x".repeat(17 << 20);
    let table = |text: &str| Fixture::new().events("e.csv", &format!("timestamp,name\na,b\nc,{text}\n"));
    table(&format!("\"{long}")).check_fails("e.csv:3: the line is longer than 16 MiB");
    Fixture::new().events("e.csv", &long).check_fails("e.csv:1: the line is longer than 16 MiB");
    check_line(&format!("{{{long}"), "1: the line is longer than 16 MiB");
}

#[test]
fn a_mapping_that_says_two_things_or_nothing_is_refused() {
    let check = |name: &str, text: &str, expected: &str| {
        let mut fixture = Fixture::new().events("e.ndjson", GOOD);
        fixture.job.mapping = Some(fixture.file(name, text));
        fixture.check_fails(expected);
    };
    check("m.csv", "node,inputQueue\nA,x\nA,y\n", "m.csv:3: node `A` is mapped twice, first in 2");
    check("m.csv", "node,inputQueue\nA,\n", "m.csv:2: there is no `inputQueue`");
    check("m.csv", "A,x\n", "m.csv:1: expected the header `node,inputQueue`, found `A,x`");
    check(
        "m.yaml",
        "- { node: A, inputQueue: x }\n- { node: A, inputQueue: x }\n",
        "m.yaml, entry 2: node `A` is mapped twice, first in 1",
    );
    check("m.yaml", "7\n", "m.yaml:1: expected nodes with their queues, like `OrderService: orders-in`");
}

#[test]
fn a_window_that_is_none_is_refused() {
    let empty = Fixture::new().events("e.ndjson", "");
    let names = "`MessageReceived`, `MessageProcessed` or `MessageFailed`";
    empty.check_fails(&format!("there is no event named {names} in 0 lines of 1 file"));
    let header = empty.events("h.csv", "timestamp,name\n2025-10-07T14:00:00Z,other\n");
    header.check_fails(&format!("there is no event named {names} in 1 line of 2 files"));
    let reversed = Fixture::new().events("e.ndjson", GOOD).window("2025-10-07T14:00:00Z", "2025-10-07T14:00:00Z");
    reversed.check_fails("the window ends at 2025-10-07T14:00:00Z, which is not after its start 2025-10-07T14:00:00Z");
    let far = Fixture::new().events("e.ndjson", &format!("{GOOD}\n{}", GOOD.replace("2025", "1970")));
    far.check_fails("the data reach from 1970-10-07T14:00:00Z to 2025-10-07T14:05:00Z, which is more than 400 days");
    let long = Fixture::new().events("e.ndjson", GOOD).window("0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z");
    long.check_fails("a window has 1 to 10000000 bins, not 1051687872");
}

#[test]
fn a_store_of_other_bins_is_not_touched() {
    let mut fixture = Fixture::new().events("e.ndjson", GOOD);
    let before = fixture.rows();
    fixture.job.bin = "10m".parse().unwrap();
    let error = fixture.run().unwrap_err();
    assert!(error.to_string().ends_with("gold.db` has bins of 5m, not of 10m"), "{error}");
    assert_eq!(fixture.gold(), before);
}

#[test]
fn a_path_that_leads_nowhere_is_named() {
    let mut fixture = Fixture::new().events("e.ndjson", GOOD);
    fixture.job.metrics.push(fixture.folder.path().join("m.csv"));
    fixture.check_fails("can't read `m.csv`: there is no such file or folder");
    fixture.job.metrics.clear();
    fixture.job.mapping = Some(fixture.folder.path().join("map.csv"));
    fixture.check_fails("can't read `map.csv`: there is no such file");
    fixture.job.mapping = None;
    fixture.job.gold = fixture.folder.path().join("no/gold.db");
    fixture.check_fails("can't make the Gold store `no/gold.db`: there is no folder `no`");
}
