//! The store's rules: a change is whole or not there, the newest row of a bin stays, and what is no store is refused and
//! left as it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;
use tempfile::TempDir;

use super::{GoldError, GoldRow, GoldStore, SCHEMA_VERSION, open};
use crate::source::Query;
use crate::time::{BinSize, Window, parse_utc};

fn at(text: &str) -> Timestamp {
    parse_utc(text).unwrap()
}

fn row(node: &str, ts: &str, arrivals: i64) -> GoldRow {
    GoldRow {
        ts: at(ts),
        node: node.to_owned(),
        arrivals: Some(arrivals),
        served: Some(0),
        errors: None,
        external_demand: Some(i64::MIN),
        queue_depth: Some(0.1),
        schema_version: SCHEMA_VERSION.to_owned(),
        extraction_ts: at("2025-10-08T00:00:00.1234567Z"),
        known_data_gaps: "[\"2025-10-07T00:00:00Z\"]".to_owned(),
    }
}

fn day() -> Window {
    Window::new(at("2025-10-07T00:00:00Z"), 288, BinSize::DEFAULT).unwrap()
}

fn new_store() -> (TempDir, PathBuf, GoldStore) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gold.sqlite");
    GoldStore::update(&path, BinSize::DEFAULT, |_| Ok::<(), GoldError>(())).unwrap();
    let store = GoldStore::open(&path).unwrap();
    (folder, path, store)
}

fn rows(store: &GoldStore, window: &Window, nodes: &[&str]) -> Vec<GoldRow> {
    let nodes = nodes.iter().map(|node| (*node).to_owned()).collect();
    let query = Query { start: window.start(), end: window.end(), nodes };
    let mut rows = Vec::new();
    store
        .rows::<GoldError>(&query, &mut |row| {
            rows.push(row);
            Ok(())
        })
        .unwrap();
    rows
}

#[test]
fn rows_come_out_as_they_went_in_by_node_then_time() {
    let (_folder, path, mut store) = new_store();
    let [a, b, c] = [("B", "00:05"), ("A", "23:55"), ("B", "00:00")]
        .map(|(node, time)| row(node, &format!("2025-10-07T{time}:00Z"), 7));
    store.replace_window(&day(), &[], [&a, &b, &c]).unwrap();
    drop(store);
    let store = GoldStore::read(&path).unwrap();
    assert_eq!(rows(&store, &day(), &[]), [b.clone(), c.clone(), a.clone()]);
    assert_eq!(rows(&store, &day(), &["B", "x", "B"]), [c, a]);
    assert_eq!(store.nodes().unwrap(), ["A", "B"]);
    assert_eq!(store.overview().unwrap()[1].rows, 2);
}

#[test]
fn a_window_is_replaced_and_what_is_beside_it_stays() {
    let (_folder, _, mut store) = new_store();
    let [inside, before, other] =
        [("A", "2025-10-07T00:00:00Z"), ("A", "2025-10-06T23:55:00Z"), ("B", "2025-10-07T00:00:00Z")]
            .map(|(node, time)| row(node, time, 1));
    let wide = Window::new(at("2025-10-06T00:00:00Z"), 600, BinSize::DEFAULT).unwrap();
    store.replace_window(&wide, &[], [&inside, &before, &other]).unwrap();
    let new = row("A", "2025-10-07T00:05:00Z", 2);
    store.replace_window(&day(), &["A".to_owned()], [&new]).unwrap();
    assert_eq!(rows(&store, &wide, &[]), [before, new, other]);
}

#[test]
fn a_change_that_is_not_committed_never_was() {
    let (_folder, _, mut store) = new_store();
    let old = row("A", "2025-10-07T00:00:00Z", 1);
    store.replace_window(&day(), &[], [&old]).unwrap();
    let off = row("A", "2025-10-07T00:02:00Z", 1);
    let error = store.replace_window(&day(), &[], [&off]).unwrap_err();
    assert_eq!(error.to_string(), "2025-10-07T00:02:00Z is not on a boundary of 5m bins");
    assert_eq!(rows(&store, &day(), &[]), [old]);
}

#[test]
fn of_two_rows_for_one_bin_the_newer_stays() {
    let (_folder, _, mut store) = new_store();
    let made = ["00.5", "00", "00.49"].map(|second| GoldRow {
        extraction_ts: at(&format!("2025-10-08T00:00:{second}Z")),
        ..row("A", "2025-10-07T00:00:00Z", 1)
    });
    store.replace_window(&day(), &[], &made).unwrap();
    assert_eq!(rows(&store, &day(), &[]), made[..1]);
}

fn check_refused(path: &Path, message: &str) {
    let before = fs::read(path).ok();
    for error in [
        open::for_reading(path, Duration::ZERO).unwrap_err(),
        open::for_changes(path, Some(BinSize::DEFAULT), Duration::ZERO).unwrap_err(),
    ] {
        assert_eq!(error.to_string(), message.replace("PATH", &path.display().to_string()));
        assert!(error.help().is_some(), "{error}");
    }
    assert_eq!(fs::read(path).ok(), before);
}

#[test]
fn what_is_no_store_is_refused_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    fs::write(file("text"), "ts,node\n".repeat(200)).unwrap();
    check_refused(&file("text"), "`PATH` is no Gold store: it is no SQLite database");
    fs::create_dir(file("folder")).unwrap();
    check_refused(&file("folder"), "`PATH` is no Gold store: it is a folder");
    let make = |name: &str, sql: &str| Connection::open(file(name)).unwrap().execute_batch(sql).unwrap();
    make("other", "CREATE TABLE a (b)");
    check_refused(&file("other"), "`PATH` is no Gold store: it has no table `NodeTimeBin`");
    make("columns", "CREATE TABLE NodeTimeBin (ts, node, arrivals)");
    check_refused(&file("columns"), "`PATH` is no Gold store: its table `NodeTimeBin` has no column `served`");
    let table = "CREATE TABLE NodeTimeBin (ts, node, arrivals, served, errors, external_demand, queue_depth, \
                 schema_version, extraction_ts, known_data_gaps); CREATE TABLE GoldInfo (schema_version, bin_minutes);";
    make("empty", table);
    check_refused(&file("empty"), "`PATH` is no Gold store: its table `GoldInfo` is empty");
    make("newer", &format!("{table} INSERT INTO GoldInfo VALUES ('3.0', 5)"));
    check_refused(&file("newer"), "`PATH` has the schema version `3.0`, expected `2.0`");
    make("bin", &format!("{table} INSERT INTO GoldInfo VALUES ('2.0', -5)"));
    check_refused(&file("bin"), "`PATH` is no Gold store: its bins would have -5 minutes");
}

#[test]
fn a_store_that_is_not_there_is_not_made_by_reading() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gold.sqlite");
    let message = format!("can't open the Gold store `{}`: there is no such file", path.display());
    assert_eq!(GoldStore::read(&path).unwrap_err().to_string(), message);
    assert_eq!(GoldStore::open(&path).unwrap_err().to_string(), message);
    assert!(!path.exists());
}

fn names_in(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[test]
fn a_store_appears_with_its_first_change_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gold.sqlite");
    let put = |ts: &str| {
        let row = row("A", ts, 1);
        GoldStore::update(&path, BinSize::DEFAULT, |change| {
            assert!(!path.exists());
            change.put(&row)
        })
    };
    let error = put("2025-10-07T00:02:00Z").unwrap_err();
    assert_eq!(error.to_string(), "2025-10-07T00:02:00Z is not on a boundary of 5m bins");
    assert_eq!(names_in(folder.path()), Vec::<String>::new());
    put("2025-10-07T00:00:00Z").unwrap();
    assert_eq!(names_in(folder.path()), ["gold.sqlite"]);
    let mut store = GoldStore::open(&path).unwrap();
    let mode: String = store.connection().query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!((mode.as_str(), rows(&store, &day(), &[]).len()), ("wal", 1));
}

#[test]
fn a_store_that_cannot_appear_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no/gold.sqlite");
    let error = GoldStore::check(&path, BinSize::DEFAULT).unwrap_err();
    let [file, parent] = [&path, &folder.path().join("no")].map(|path| path.display().to_string());
    assert_eq!(error.to_string(), format!("can't make the Gold store `{file}`: there is no folder `{parent}`"));
    assert_eq!(error.help(), Some("make the folder, or name another one"));
    let path = folder.path().join("gold.sqlite");
    let second = GoldStore::update(&path, BinSize::DEFAULT, |_| GoldStore::check(&path, BinSize::DEFAULT));
    assert_eq!(second.unwrap_err().to_string(), format!("`{}` is in use by another program", path.display()));
    assert_eq!(names_in(folder.path()), Vec::<String>::new());
}

#[test]
fn bins_of_another_length_are_refused() {
    let (_folder, path, store) = new_store();
    drop(store);
    let error = GoldStore::check(&path, "1h".parse().unwrap()).unwrap_err();
    assert_eq!(error.to_string(), format!("`{}` has bins of 5m, not of 1h", path.display()));
}

#[test]
fn a_store_that_another_program_changes_can_be_read_but_not_changed() {
    let (_folder, path, mut store) = new_store();
    let _change = store.change().unwrap();
    let (mut other, _) = open::for_changes(&path, None, Duration::ZERO).unwrap();
    let error = other.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap_err();
    let error = GoldError::new(&path, error);
    assert_eq!(error.to_string(), format!("`{}` is in use by another program", path.display()));
    assert_eq!(GoldStore::read(&path).unwrap().nodes().unwrap(), Vec::<String>::new());
}

#[test]
fn a_full_disk_leaves_the_old_bins() {
    let (_folder, path, mut store) = new_store();
    let old = row("A", "2025-10-07T00:00:00Z", 1);
    store.replace_window(&day(), &[], [&old]).unwrap();
    store.connection().pragma_update_and_check(None, "max_page_count", 8, |_| Ok(())).unwrap();
    let many: Vec<GoldRow> = (0..5000).map(|node| row(&format!("N{node}"), "2025-10-07T00:00:00Z", 1)).collect();
    let error = store.replace_window(&day(), &[], &many).unwrap_err();
    assert_eq!(error.to_string(), format!("can't use the Gold store `{}`: no space is left beside it", path.display()));
    assert_eq!(rows(&store, &day(), &[]), [old]);
}

#[test]
fn a_read_only_store_can_be_read_but_not_changed() {
    let (_folder, path, mut store) = new_store();
    store.replace_window(&day(), &[], [&row("A", "2025-10-07T00:00:00Z", 1)]).unwrap();
    drop(store);
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    assert_eq!(GoldStore::read(&path).unwrap().nodes().unwrap(), ["A"]);
    let error = GoldStore::open(&path).unwrap_err();
    assert_eq!(error.to_string(), format!("can't write the Gold store `{}`: it is read-only", path.display()));
}

#[test]
fn rows_that_someone_else_wrote_are_checked() {
    let (_folder, path, mut store) = new_store();
    let damage = |store: &mut GoldStore, sql: &str| {
        store.connection().execute("DELETE FROM NodeTimeBin", []).unwrap();
        store.connection().execute(sql, []).unwrap();
        let query = Query { start: day().start(), end: day().end(), nodes: Vec::new() };
        store.rows::<GoldError>(&query, &mut |_| Ok(())).unwrap_err().to_string()
    };
    let insert = |ts: &str, version: &str| {
        format!("INSERT INTO NodeTimeBin VALUES ('{ts}', 'A', 1, 1, 1, 1, 1, '{version}', '2025-10-07T00:00:00Z', '')")
    };
    let place = |ts: &str| format!("`{}`, node `A` at `{ts}`: ", path.display());
    let time = "2025-10-07T00:00:00Z";
    let newer = damage(&mut store, &insert(time, "3.0"));
    assert_eq!(newer, place(time) + "the schema version is `3.0`, expected `2.0`");
    let time = "2025-10-07T10:00";
    let odd = damage(&mut store, &insert(time, "2.0"));
    assert_eq!(odd, place(time) + "`ts`: `2025-10-07T10:00` is no time in UTC");
}
