//! Files as sources: columns in any order, and every wrong cell located with what was found and what was expected.

use std::fs;
use std::path::Path;

use jiff::Timestamp;

use super::{Query, SourceError, SourceOptions, open};
use crate::gold::{Format, GoldRow, ImportError, ImportOptions, ReadError, RowWriter, import, read_rows};
use crate::time::BinSize;

const HEADER: &str = "ts,node,arrivals,served,errors\n";

fn rows_of(path: &Path) -> Result<Vec<GoldRow>, ReadError> {
    let mut rows = Vec::new();
    read_rows::<ReadError>(path, Timestamp::UNIX_EPOCH, &mut |_, row| {
        rows.push(row?);
        Ok(())
    })?;
    Ok(rows)
}

/// Reads a file `name` with `text` and compares what is wrong and what helps; `FILE` stands for its path.
fn check_wrong(name: &str, text: &[u8], message: &str, help: Option<&str>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    let error = rows_of(&path).unwrap_err();
    assert_eq!(error.to_string().replace(&path.display().to_string(), "FILE"), message);
    assert_eq!(error.help().as_deref(), help);
    let gold = folder.path().join("gold.sqlite");
    assert!(import(&gold, BinSize::DEFAULT, &[path], &ImportOptions::default()).is_err());
    assert!(!gold.exists());
}

fn check_cell(column: usize, found: &str, message: &str) {
    let mut cells = ["2025-10-07T00:00:00Z", "A", "1", "1", "1", "1", "1", "2.0", "2025-10-07T00:00:00Z", "[]"];
    cells[column] = found;
    let header = crate::gold::COLUMNS.join(",");
    let text = format!("{header}\n{}\n", cells.map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).join(","));
    check_wrong("a.csv", text.as_bytes(), &format!("FILE:2: {message}"), None);
}

#[test]
fn a_wrong_cell_is_located_with_what_was_found_and_expected() {
    let time = "expected a time in UTC like `2025-10-07T00:00:00Z`, found";
    check_cell(0, "noon", &format!("column `ts`: {time} `noon`"));
    check_cell(0, "", &format!("column `ts`: {time} nothing"));
    check_cell(0, "2025-10-07T00:00:00+02:00", &format!("column `ts`: {time} `2025-10-07T00:00:00+02:00`"));
    check_cell(1, "", "column `node`: expected the name of a node, found nothing");
    check_cell(1, "a`", "column `node`: expected 1 to 200 bytes without control characters and backticks, found `a``");
    check_cell(2, "12x", "column `arrivals`: expected a whole number, found `12x`");
    check_cell(3, "1.5", "column `served`: expected a whole number, found `1.5`");
    check_cell(4, "9223372036854775808", "column `errors`: expected a whole number, found `9223372036854775808`");
    check_cell(6, "inf", "column `queue_depth`: expected a number, found `inf`");
    check_cell(7, "3.0", "column `schema_version`: expected the version `2.0`, found `3.0`");
    check_cell(8, "now", &format!("column `extraction_ts`: {time} `now`"));
    let array = "column `known_data_gaps`: expected a JSON array like `[\"2025-10-07T00:00:00Z\"]`, found `12`";
    check_cell(9, "12", array);
}

#[test]
fn a_wrong_header_names_the_nearest_column() {
    let check = |text: &str, message: &str, help| check_wrong("a.csv", text.as_bytes(), message, help);
    let all = "name the columns `ts`, `node`, `arrivals`, `served`, `errors`, `external_demand`, `queue_depth`, \
               `schema_version`, `extraction_ts`, `known_data_gaps`";
    check("ts,node,arival\n", "FILE:1: unknown column `arival`", Some("use `arrivals`"));
    check("ts,node,latency\n", "FILE:1: unknown column `latency`", Some(all));
    check("ts,node,served,served\n", "FILE:1: the column `served` is there twice", None);
    check("ts,node,arrivals,served\n", "FILE:1: there is no column `errors`", Some(all));
    check("", "FILE: the file is empty, expected a header", None);
    check(&format!("{HEADER}2025-10-07T00:00:00Z,A,1,1\n"), "FILE:2: expected 5 cells, found 4", None);
    let help = Some("save the file in the encoding UTF-8");
    let text = [HEADER.as_bytes(), b"2025-10-07T00:00:00Z,\xe9,1,1,1\n"].concat();
    check_wrong("a.csv", &text, "FILE:2: `\u{fffd}` is not valid UTF-8", help);
}

#[test]
fn a_wrong_object_is_located() {
    let check = |text: &str, message: &str, help| check_wrong("a.ndjson", text.as_bytes(), message, help);
    check("[]\n", "FILE:1: expected a JSON object with the columns as keys", None);
    check("\n{\"ts\": \n", "FILE:2: no JSON object: the line ends while parsing a value", None);
    check("{\"nod\": 1}\n", "FILE:1: unknown column `nod`", Some("use `node`"));
    let object = "{\"ts\": \"2025-10-07T00:00:00Z\", \"node\": \"A\", \"arrivals\": true}";
    check(object, "FILE:1: column `arrivals`: expected a whole number, found `true`", None);
}

#[test]
fn a_row_that_takes_too_much_memory_is_refused() {
    let long = "x".repeat(17 << 20);
    let help = Some("close the quote in it, or leave it out");
    check_wrong("a.csv", format!("{HEADER}a,\"{long}").as_bytes(), "FILE:2: the line is longer than 16 MiB", help);
    check_wrong(
        "a.ndjson",
        format!("{{\n{long}").as_bytes(),
        "FILE:1: no JSON object: the line ends while parsing an object",
        None,
    );
    check_wrong("a.ndjson", long.as_bytes(), "FILE:1: the line is longer than 16 MiB", None);
}

#[test]
fn columns_come_in_any_order_and_rest_is_filled_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let text = "\u{feff}node,errors,served,arrivals,ts\r\n\"A, b\",NaN,,3.0,2025-10-07T00:00:00.0000000Z";
    fs::write(&path, text).unwrap();
    let rows = rows_of(&path).unwrap();
    let found = (rows[0].node.as_str(), rows[0].errors, rows[0].served, rows[0].arrivals);
    assert_eq!((rows.len(), found), (1, ("A, b", None, None, Some(3))));
    assert_eq!((rows[0].schema_version.as_str(), rows[0].extraction_ts), ("2.0", Timestamp::UNIX_EPOCH));
}

fn check_round_trip(format: Format, name: &str) {
    let row = |node: &str, queue_depth| GoldRow {
        ts: "2025-10-07T00:00:00Z".parse().unwrap(),
        node: node.to_owned(),
        arrivals: Some(i64::MAX),
        served: None,
        errors: Some(-1),
        external_demand: Some(0),
        queue_depth,
        schema_version: "2.0".to_owned(),
        extraction_ts: "2025-10-07T00:00:00.123456789Z".parse().unwrap(),
        known_data_gaps: "[\"2025-10-07T00:00:00Z\", 12]".to_owned(),
    };
    let rows = [row("A", Some(0.1 + 0.2)), row(" \"b\", c ", None), row("é", Some(1e300)), row("d", Some(-0.0))];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let mut file = fs::File::create(&path).unwrap();
    let mut writer = RowWriter::new(&mut file, format).unwrap();
    rows.iter().for_each(|row| writer.write(row).unwrap());
    writer.finish().unwrap();
    assert_eq!(rows_of(&path).unwrap(), rows);
}

#[test]
fn what_is_written_reads_back_to_the_same_rows() {
    check_round_trip(Format::Csv, "a.csv");
    check_round_trip(Format::Ndjson, "a.ndjson");
    #[cfg(feature = "parquet")]
    check_round_trip(Format::Parquet, "a.parquet");
}

#[test]
fn one_import_names_many_wrong_rows_and_imports_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let rows = "2025-10-07T00:00:00Z,A,1,1,1\n2025-10-07T00:01:00Z,A,1,1,1\n2025-10-07T00:05:00Z,A,x,1,1\n";
    fs::write(&path, format!("{HEADER}{rows}")).unwrap();
    let gold = folder.path().join("gold.sqlite");
    let error = import(&gold, BinSize::DEFAULT, &[path], &ImportOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "2 rows are wrong; nothing was imported");
    let ImportError::Rows { errors, .. } = error else { panic!("{error}") };
    let alignment = "a.csv:3: column `ts`: 2025-10-07T00:01:00Z is not on a boundary of 5m bins";
    assert!(errors[0].to_string().ends_with(alignment), "{}", errors[0]);
    assert!(!gold.exists());
}

fn query() -> Query {
    Query {
        start: "2025-10-07T00:00:00Z".parse().unwrap(),
        end: "2025-10-08T00:00:00Z".parse().unwrap(),
        nodes: Vec::new(),
    }
}

#[test]
fn a_folder_is_all_its_files_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, row: &str| fs::write(folder.path().join(name), format!("{HEADER}{row}\n")).unwrap();
    write("2.csv", "2025-10-07T00:05:00Z,A,1,1,1");
    write("1.csv", "2025-10-07T00:10:00Z,A,2,1,1");
    write("3.csv", "2025-10-08T00:00:00Z,B,3,1,1");
    write(".hidden.csv", "x");
    fs::write(folder.path().join("notes.txt"), "x").unwrap();
    let source = open(&folder.path().display().to_string(), &SourceOptions::default()).unwrap();
    let mut found = Vec::new();
    source
        .rows(&query(), &mut |row| {
            found.push(row.arrivals);
            Ok(())
        })
        .unwrap();
    assert_eq!(found, [Some(1), Some(2)]);
    assert_eq!(source.nodes().unwrap(), ["A", "B"]);
}

fn check_source(spec: &str, message: &str) {
    let result = open(spec, &SourceOptions::default()).and_then(|source| source.nodes());
    assert_eq!(result.unwrap_err().to_string(), message);
}

#[test]
fn a_source_that_is_none_says_so() {
    check_source("nix.csv", "can't read telemetry from nix.csv: there is no such file or folder");
    check_source("nix.sqlite", "can't open the Gold store `nix.sqlite`: there is no such file");
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().display().to_string();
    check_source(&name, &format!("can't read telemetry from {name}: the folder has no CSV, NDJSON or Parquet file"));
    let path = folder.path().join("a.csv");
    fs::write(&path, "ts,node,arival\n").unwrap();
    check_source(&name, &format!("{}:1: unknown column `arival`", path.display()));
    let error = open("nix.csv", &SourceOptions::default()).and_then(|source| source.nodes()).unwrap_err();
    assert!(matches!(error, SourceError::Read { .. }), "{error}");
}
