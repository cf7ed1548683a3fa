//! `ftc etl` and `ftc demo` with the real binary: what they print where, what they end with, and that Gold is whole
//! whenever they are killed.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't set up its folder has failed")]

mod moments;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use flowtime_telemetry::gold::{GoldError, GoldRow, GoldStore};
use flowtime_telemetry::source::Query;
use jiff::Timestamp;
use moments::{kill_after, moments};
use tempfile::TempDir;

/// What `ftc` did.
struct Done {
    code: Option<i32>,
    out: String,
    err: String,
}

fn command(folder: &Path, args: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ftc"));
    command.args(args.split(' ')).current_dir(folder).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs `ftc` and compares its exit code.
fn check_exit(folder: &Path, args: &str, code: i32) -> Done {
    let output = command(folder, args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let done = Done { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
    assert_eq!(done.code, Some(code), "{args}\n{}\n{}", done.out, done.err);
    done
}

/// A folder with the demo's telemetry of so many events in `demo`.
fn folder(events: u32) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    check_exit(folder.path(), &format!("demo telemetry --out demo --events {events}"), 0);
    folder
}

const ETL: &str =
    "etl --events demo/events.ndjson --metrics demo/metrics.csv --mapping demo/mapping.csv --gold gold.sqlite";

/// All rows of the store, but for when they were made; none for a store that isn't there.
fn rows(gold: &Path) -> Vec<GoldRow> {
    let store = match GoldStore::open(gold) {
        Err(GoldError::Missing { .. }) => return Vec::new(),
        opened => opened.unwrap(),
    };
    let mut rows = Vec::new();
    let all = Query { start: Timestamp::MIN, end: Timestamp::MAX, nodes: Vec::new() };
    let keep = &mut |row| {
        rows.push(GoldRow { extraction_ts: Timestamp::UNIX_EPOCH, ..row });
        Ok::<(), GoldError>(())
    };
    store.rows(&all, keep).unwrap();
    rows
}

#[test]
fn the_demo_says_what_to_type_next_and_that_works() {
    let folder = tempfile::tempdir().unwrap();
    let made = check_exit(folder.path(), "demo telemetry --out demo --events 5000", 0);
    assert_eq!(made.out, "");
    let next = made.err.lines().find_map(|line| line.trim().strip_prefix("ftc etl")).unwrap().trim();
    let done = check_exit(folder.path(), &format!("etl {next}"), 0);
    let said = "gold.sqlite: 864 rows, 3 nodes in 288 bins of 5m from 2025-10-07T00:00:00Z to 2025-10-08T00:00:00Z\n";
    assert!(done.err.starts_with(said), "{}", done.err);
    assert!(done.err.contains("01:00-01:10 UTC"), "{}", done.err);
    assert_eq!(rows(&folder.path().join("gold.sqlite")).len(), 864);
}

#[test]
fn the_demo_leaves_a_folder_alone() {
    let folder = folder(100);
    let done = check_exit(folder.path(), "demo telemetry --out demo", 2);
    assert!(done.err.starts_with("error: can't write `demo`: "), "{}", done.err);
    assert!(done.err.contains("help: name another folder\n"), "{}", done.err);
}

#[test]
fn json_is_all_that_goes_to_standard_output() {
    let folder = folder(5_000);
    let done =
        check_exit(folder.path(), &format!("{ETL} --json --from 2025-10-07T01:00:00Z --to 2025-10-07T02:00:00Z"), 0);
    let summary: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&summary["rows"], &summary["start"]), (&36.into(), &"2025-10-07T01:00:00Z".into()));
    assert_eq!(summary["gaps"][0]["bins"][0], 0);
    assert_eq!(check_exit(folder.path(), &format!("{ETL} --quiet"), 0).err, "");
}

#[test]
fn bad_lines_end_the_run_with_1_and_say_where_they_are() {
    let folder = folder(100);
    let events = folder.path().join("demo/events.ndjson");
    let text = fs::read_to_string(&events).unwrap();
    fs::write(&events, format!("oops\n{text}")).unwrap();
    let done = check_exit(folder.path(), ETL, 1);
    let said = "error: demo/events.ndjson:1, column 1: no JSON object: expected value\nerror: 1 of ";
    assert!(done.err.starts_with(said), "{}", done.err);
    assert!(done.err.contains("help: mend them, or allow more with `--max-rejects`\n"), "{}", done.err);
    assert!(
        done.err.ends_with("the bad lines are in `gold.sqlite.rejects.ndjson`; Gold is as it was\n"),
        "{}",
        done.err
    );
    assert!(!folder.path().join("gold.sqlite").exists());
    let allowed = check_exit(folder.path(), &format!("{ETL} --max-rejects 1"), 0);
    assert!(allowed.err.contains("warning: 1 bad line passed over"), "{}", allowed.err);
}

#[test]
fn a_command_line_that_makes_no_sense_is_refused() {
    let folder = folder(100);
    let check = |args: &str, expected: &str| {
        let done = check_exit(folder.path(), &format!("{ETL} {args}"), 2);
        assert!(done.err.contains(expected), "{}", done.err);
    };
    check("--bin 5x", "`5x` is no bin size");
    check("--from yesterday", "`yesterday` is no time in UTC");
    check("--from -5y", "`5y` is no length of time");
    check("--every 5m --from -1h", "cannot be used with");
    check("--lag 5m", "--every");
    check_exit(folder.path(), "etl --gold gold.sqlite", 2);
}

#[test]
fn a_run_that_repeats_itself_stops_when_it_is_told_to() {
    for signal in ["INT", "TERM"] {
        let folder = folder(100);
        let mut child = command(folder.path(), &format!("{ETL} --every 1h --json")).spawn().unwrap();
        // The pass is over when its line is there.
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let summary: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(summary["nodes"], 3);
        Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{signal}");
        let bins = summary["bins"].as_u64().unwrap() as usize;
        assert_eq!(rows(&folder.path().join("gold.sqlite")).len(), 3 * bins);
    }
}

#[test]
fn a_run_that_repeats_itself_begins_where_the_bins_end() {
    let folder = tempfile::tempdir().unwrap();
    let bin = |ago: i64| {
        let second = Timestamp::now().as_second() - ago * 3_600;
        Timestamp::from_second(second - second % 300).unwrap()
    };
    fs::write(folder.path().join("e.ndjson"), "").unwrap();
    fs::write(folder.path().join("m.csv"), "node,inputQueue\nA,a\n").unwrap();
    fs::write(folder.path().join("g.csv"), format!("ts,node,arrivals,served,errors\n{},A,1,1,1\n", bin(9))).unwrap();
    check_exit(folder.path(), "gold import g.csv --gold gold.sqlite", 0);
    let args = "etl --events e.ndjson --mapping m.csv --gold gold.sqlite --every 1h --overlap 0m --json";
    let mut child = command(folder.path(), args).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let summary: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert!(summary["bins"].as_u64().is_some_and(|bins| (9 * 12 - 3..=9 * 12).contains(&bins)), "{line}");
}

/// Leaves only `store`, if there is one, of a store and of what was beside it.
fn put_back(folder: &Path, store: Option<&[u8]>) {
    for name in ["gold.sqlite", "gold.sqlite-wal", "gold.sqlite-shm"] {
        let _ = fs::remove_file(folder.join(name));
    }
    store.into_iter().for_each(|store| fs::write(folder.join("gold.sqlite"), store).unwrap());
}

/// Kills the ETL at random moments, where before there was `store` with the bins `old`, or nothing.
fn check_killed(folder: &Path, store: Option<&[u8]>, old: &[GoldRow], new: &[GoldRow], length: Duration) {
    let gold = folder.join("gold.sqlite");
    for moment in moments() {
        put_back(folder, store);
        let child = command(folder, ETL).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let is_done = kill_after(child, length.mul_f64(moment));
        let found = rows(&gold);
        assert!(found == new || (found == old && !is_done), "{moment}: neither the old bins nor the new");
        assert_eq!(gold.exists(), store.is_some() || found == new, "{moment}: a store without bins");
    }
    check_exit(folder, ETL, 0);
    assert_eq!(rows(&gold), new);
    let left = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(left.filter(|name| name.starts_with('.')).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn gold_is_whole_whenever_the_etl_is_killed() {
    let folder = folder(8_000);
    let gold = folder.path().join("gold.sqlite");
    check_exit(folder.path(), ETL, 0);
    let old = rows(&gold);
    let store = fs::read(&gold).unwrap();
    // New: as if everything had been measured twice.
    let events = folder.path().join("demo/events.ndjson");
    fs::write(&events, fs::read_to_string(&events).unwrap().replace("\"itemCount\":1", "\"itemCount\":2")).unwrap();
    let begin = Instant::now();
    check_exit(folder.path(), ETL, 0);
    let length = begin.elapsed();
    let new = rows(&gold);
    assert_ne!(old, new);
    check_killed(folder.path(), Some(&store), &old, &new, length);
    check_killed(folder.path(), None, &[], &new, length);
}
