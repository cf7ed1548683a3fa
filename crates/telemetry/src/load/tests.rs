//! The loader's rules, each with its exact words: what is filled, what is left out or mended, and what is refused.

mod folder;
mod refused;

use std::fs;

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::{Control, Fill, LoadError, LoadOptions, Loaded, Manifest, Request, Severity, load};
use crate::gold::{GoldRow, SCHEMA_VERSION};
use crate::source::{Query, SourceError, TelemetrySource};
use crate::time::{BinSize, Window, parse_utc};

const START: &str = "2025-10-07T00:00:00Z";

/// A source that hands over its rows as they are, whatever is asked for.
struct Rows {
    rows: Vec<GoldRow>,
    nodes: Vec<String>,
}

impl TelemetrySource for Rows {
    fn name(&self) -> String {
        "test".to_owned()
    }

    fn bin(&self) -> Result<BinSize, SourceError> {
        Ok(BinSize::DEFAULT)
    }

    fn nodes(&self) -> Result<Vec<String>, SourceError> {
        Ok(self.nodes.clone())
    }

    fn rows(&self, _: &Query, each: &mut dyn FnMut(GoldRow) -> Result<(), SourceError>) -> Result<(), SourceError> {
        self.rows.iter().cloned().try_for_each(each)
    }
}

fn source(rows: Vec<GoldRow>) -> Rows {
    let mut nodes: Vec<String> = rows.iter().map(|row| row.node.clone()).collect();
    nodes.sort();
    nodes.dedup();
    Rows { rows, nodes }
}

/// The row of `A` in a bin of five minutes, with 10 arrivals more than the bin's number.
fn row(bin: i64) -> GoldRow {
    let start = parse_utc(START).unwrap();
    GoldRow {
        ts: start + SignedDuration::from_mins(5 * bin),
        node: "A".to_owned(),
        arrivals: Some(10 + bin),
        served: Some(1),
        errors: Some(0),
        external_demand: None,
        queue_depth: Some(bin as f64),
        schema_version: SCHEMA_VERSION.to_owned(),
        extraction_ts: start,
        known_data_gaps: String::new(),
    }
}

fn request(bins: u32, size: &str, nodes: &[&str]) -> Request {
    let window = Window::new(parse_utc(START).unwrap(), bins, size.parse().unwrap()).unwrap();
    Request { window, nodes: nodes.iter().map(|node| (*node).to_owned()).collect() }
}

fn nan() -> LoadOptions {
    LoadOptions { fill: Fill::Nan, ..LoadOptions::default() }
}

fn try_load(rows: Vec<GoldRow>, request: &Request, options: &LoadOptions) -> (TempDir, Result<Loaded, LoadError>) {
    let folder = tempfile::tempdir().unwrap();
    let result = load(&source(rows), request, options, &folder.path().join("out"), &Control::default());
    (folder, result)
}

/// Loads `rows` of `A` and compares the values of a metric and the warnings' messages.
fn check_loaded(
    rows: Vec<GoldRow>,
    request: &Request,
    options: &LoadOptions,
    (metric, values): (&str, &str),
    messages: &[&str],
) -> Manifest {
    let (folder, loaded) = try_load(rows, request, options);
    let manifest = loaded.unwrap().manifest;
    let text = fs::read_to_string(folder.path().join(format!("out/A_{metric}.csv"))).unwrap();
    let cells: Vec<&str> = text.lines().skip(1).filter_map(|line| Some(line.split_once(',')?.1)).collect();
    assert_eq!(cells.join(" "), values);
    let found: Vec<&str> = manifest.warnings.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(found, messages);
    manifest
}

#[test]
fn missing_bins_are_filled_and_told_with_the_times_of_the_window() {
    let rows: Vec<GoldRow> = (0..288).filter(|bin| ![12, 13].contains(bin)).map(row).collect();
    let values: Vec<String> =
        (0..288).map(|bin| if [12, 13].contains(&bin) { 0 } else { 10 + bin }.to_string()).collect();
    let request = request(288, "5m", &["A"]);
    let message = "Data gap: bins 12-13 (01:00-01:10 UTC)";
    let arrivals = ("arrivals", values.join(" "));
    let manifest = check_loaded(rows, &request, &LoadOptions::default(), (arrivals.0, &arrivals.1), &[message]);
    let gap = serde_json::to_value(&manifest.warnings[0]).unwrap();
    let expected = serde_json::json!({
        "type": "data_gap", "severity": "warning", "node": "A", "bins": [12, 13], "count": 2, "message": message,
        "start": "2025-10-07T01:00:00Z", "end": "2025-10-07T01:10:00Z",
    });
    assert_eq!(gap, expected);
}

#[test]
fn gaps_are_filled_with_missing_values_on_request() {
    let request = request(4, "5m", &["A"]);
    let rows = vec![row(0), row(3)];
    check_loaded(rows, &request, &nan(), ("arrivals", "10   13"), &["Data gap: bins 1-2 (00:05-00:15 UTC)"]);
}

#[test]
fn known_gaps_are_gaps_also_where_a_row_is() {
    let known = |text: &str| vec![row(0), row(1), GoldRow { known_data_gaps: text.to_owned(), ..row(2) }];
    let request = request(3, "5m", &["A"]);
    let message = &["Data gap: bin 1 (00:05-00:10 UTC)"];
    for text in [r#"["2025-10-07T00:05:00Z"]"#, "[1]", r#"["2025-10-07T00:05:00.0000000Z", "2025-10-08T00:00:00Z", 9]"#]
    {
        check_loaded(known(text), &request, &LoadOptions::default(), ("arrivals", "10 11 12"), message);
        check_loaded(known(text), &request, &nan(), ("arrivals", "10  12"), message);
    }
    let unreadable = &["1 row of `A` with `known_data_gaps` that can't be read, the first at 2025-10-07T00:10:00Z"];
    for text in ["none", "{}", "[1.5]", "[\"noon\"]"] {
        check_loaded(known(text), &request, &LoadOptions::default(), ("arrivals", "10 11 12"), unreadable);
    }
}

#[test]
fn gaps_beyond_the_threshold_are_major() {
    let options = LoadOptions::default();
    let request = request(10, "5m", &["A"]);
    let messages = ["Data gap: bins 1-3 (00:05-00:20 UTC)", "Data gap: bins 5-8 (00:25-00:45 UTC)"];
    let rows = vec![row(0), row(4), row(9)];
    let manifest = check_loaded(rows, &request, &options, ("served", "1 0 0 0 1 0 0 0 0 1"), &messages);
    let severities: Vec<Severity> = manifest.warnings.iter().map(|warning| warning.severity).collect();
    assert_eq!(severities, [Severity::Warning, Severity::Major]);
}

#[test]
fn longer_bins_sum_counts_average_depths_and_are_gaps_where_a_part_is() {
    let rows = || (0..6).filter(|bin| *bin != 4).map(row).collect::<Vec<_>>();
    let request = request(2, "15m", &["A"]);
    let message = &["Data gap: bin 1 (00:15-00:30 UTC)"];
    check_loaded(rows(), &request, &LoadOptions::default(), ("arrivals", "33 28"), message);
    check_loaded(rows(), &request, &LoadOptions::default(), ("queue", "1 4"), message);
    check_loaded(rows(), &request, &nan(), ("queue", "1 "), message);
}

#[test]
fn rows_off_the_window_or_the_boundary_are_left_out() {
    let off = |seconds| GoldRow { ts: row(0).ts + SignedDuration::from_secs(seconds), ..row(0) };
    let rows = vec![off(-300), row(0), off(60), off(90), row(1), off(600)];
    let messages = [
        "2 rows of `A` outside the window left out, the first at 2025-10-06T23:55:00Z",
        "2 rows of `A` off the boundary of 5m bins left out, the first at 2025-10-07T00:01:00Z",
    ];
    check_loaded(rows, &request(2, "5m", &["A"]), &LoadOptions::default(), ("arrivals", "10 11"), &messages);
}

#[test]
fn of_rows_for_one_bin_the_newest_counts() {
    let made = |hour, arrivals| GoldRow {
        extraction_ts: row(0).ts + SignedDuration::from_hours(hour),
        arrivals: Some(arrivals),
        ..row(1)
    };
    let rows = vec![row(0), made(2, 20), made(3, 30), made(1, 10)];
    let message = &["2 rows of `A` superseded by a newer one for the same bin at bin 1 (00:05-00:10 UTC)"];
    check_loaded(rows, &request(2, "5m", &["A"]), &LoadOptions::default(), ("arrivals", "10 30"), message);
}

#[test]
fn negative_numbers_are_taken_as_0_and_missing_ones_filled() {
    let rows = vec![GoldRow { arrivals: Some(-5), ..row(0) }, GoldRow { arrivals: None, ..row(1) }, row(2)];
    let messages = [
        "negative `arrivals` of `A` taken as 0 at bin 0 (00:00-00:05 UTC)",
        "rows of `A` without `arrivals` at bin 1 (00:05-00:10 UTC)",
    ];
    let request = request(3, "5m", &["A"]);
    check_loaded(rows.clone(), &request, &LoadOptions::default(), ("arrivals", "0 0 12"), &messages);
    check_loaded(rows, &request, &nan(), ("arrivals", "0  12"), &messages);
}

#[test]
fn a_metric_that_no_row_has_gets_no_file() {
    let (folder, loaded) = try_load(vec![row(0)], &request(1, "5m", &[]), &LoadOptions::default());
    let paths: Vec<String> = loaded.unwrap().manifest.files.into_iter().map(|file| file.path).collect();
    assert_eq!(paths, ["A_arrivals.csv", "A_served.csv", "A_errors.csv", "A_queue.csv"]);
    assert!(!folder.path().join("out/A_demand.csv").exists());
}

#[test]
fn nodes_that_are_not_there_or_not_asked_for_are_told() {
    let rows = vec![row(0), GoldRow { node: "Orders".to_owned(), ..row(0) }];
    let messages = [
        "1 row of nodes not asked for left out, like `Orders`, the first at 2025-10-07T00:00:00Z",
        "no telemetry of `Order` in test; did you mean `Orders`?",
        "no telemetry of `X` in test",
    ];
    let request = request(1, "5m", &["X", "A", "Order"]);
    check_loaded(rows, &request, &LoadOptions::default(), ("arrivals", "10"), &messages);
}

#[test]
fn timestamps_far_off_do_no_harm() {
    let far = [Timestamp::MIN, Timestamp::MAX].map(|ts| GoldRow { ts, ..row(0) });
    let [min, max] = far;
    let message = format!("2 rows of `A` outside the window left out, the first at {}", Timestamp::MIN);
    let request = request(1, "5m", &["A"]);
    check_loaded(vec![min, row(0), max], &request, &LoadOptions::default(), ("served", "1"), &[&message]);
}
