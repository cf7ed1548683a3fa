//! Telemetry with the real binary: what is loaded is what a second reader finds, and however a load or an import ends,
//! the folder and the store are whole.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't set up its folder has failed")]

mod moments;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use moments::{kill_after, moments};
use tempfile::TempDir;

const LOAD: &str = "load --start 2025-10-07T00:00:00Z --bins 288 --out telemetry";

/// A day of `nodes` nodes as CSV, `arrivals` in each bin; the first node has no bins 12 and 13.
fn day(nodes: u32, arrivals: u32) -> String {
    let mut text = "ts,node,arrivals,served,errors,external_demand,queue_depth,extraction_ts\n".to_owned();
    for (node, bin) in (0..nodes).flat_map(|node| (0..288).map(move |bin| (node, bin))) {
        if node > 0 || !(12..=13).contains(&bin) {
            let time = format!("2025-10-07T{:02}:{:02}:00Z", bin / 12, bin % 12 * 5);
            let name = if node == 0 { "OrderService".to_owned() } else { format!("Node{node:04}") };
            writeln!(text, "{time},{name},{arrivals},{bin},0,,1.5,2025-10-08T00:00:00Z").unwrap();
        }
    }
    text
}

fn folder(nodes: u32) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("old.csv"), day(nodes, 1)).unwrap();
    fs::write(folder.path().join("new.csv"), day(nodes, 2)).unwrap();
    folder
}

fn ftc(folder: &Path, args: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ftc"));
    command
        .args(args.split(' '))
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs `ftc`, compares its exit code and gives its output and messages.
fn check_exit(folder: &Path, args: &str, code: i32) -> (String, String) {
    let Output { status, stdout, stderr } = ftc(folder, args).output().unwrap();
    let [out, err] = [stdout, stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(status.code(), Some(code), "{args}: {out}{err}");
    (out, err)
}

/// What a second reader makes of a loaded folder: it checks every digest and length and prints files and warnings.
const READER: &str = r#"
import csv, hashlib, json, math, os, sys
folder = sys.argv[1]
manifest = json.load(open(os.path.join(folder, "manifest.json")))
names = {"manifest.json"}
for file in manifest["files"]:
    data = open(os.path.join(folder, file["path"]), "rb").read()
    assert file["checksum"] == "sha256:" + hashlib.sha256(data).hexdigest(), file
    rows = list(csv.DictReader(data.decode().splitlines()))
    assert len(rows) == file["rows"] == manifest["grid"]["bins"], file
    assert [int(row["bin_index"]) for row in rows] == list(range(len(rows))), file
    names.add(file["path"])
    total = sum(float(row["value"] or "nan") for row in rows)
    print(file["node"], file["metric"], total)
assert names == set(os.listdir(folder)), names
for warning in manifest["warnings"]:
    print(warning["type"], warning["bins"], warning["message"])
"#;

/// Reads the folder with Python; the answer is what it printed.
fn second_reader(folder: &Path) -> String {
    let read = Command::new("python3").args(["-c", READER]).arg(folder.join("telemetry")).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    String::from_utf8(read.stdout).unwrap()
}

#[test]
fn a_day_with_a_gap_is_loaded_as_a_second_reader_finds_it() {
    let folder = folder(1);
    check_exit(folder.path(), "gold import new.csv --gold gold.sqlite", 0);
    let load = format!("{LOAD} --bin-size 5m --source gold.sqlite --nodes OrderService");
    let (out, err) = check_exit(folder.path(), &load, 0);
    assert_eq!(out, "telemetry: telemetry (4 files of 1 node, 288 bins each)\n");
    assert_eq!(err, "warning: OrderService: Data gap: bins 12-13 (01:00-01:10 UTC)\n");
    let expected = "OrderService arrivals 572.0\nOrderService served 41303.0\nOrderService errors 0.0\n\
                    OrderService queue 429.0\ndata_gap [12, 13] Data gap: bins 12-13 (01:00-01:10 UTC)\n";
    assert_eq!(second_reader(folder.path()), expected);
    let values = fs::read_to_string(folder.path().join("telemetry/OrderService_arrivals.csv")).unwrap();
    assert_eq!(values.lines().count(), 289);
    assert!(values.contains("\n11,2\n12,0\n13,0\n14,2\n"), "{values}");
}

#[test]
fn bins_are_those_of_the_source_unless_asked_for() {
    let folder = folder(1);
    fs::write(
        folder.path().join("hours.csv"),
        "ts,node,arrivals,served,errors\n2025-10-07T00:00:00Z,A,7,7,0\n2025-10-07T01:00:00Z,A,8,8,0\n",
    )
    .unwrap();
    check_exit(folder.path(), "gold import hours.csv --gold hours.sqlite --bin-size 1h", 0);
    let load = "load --source hours.sqlite --start 2025-10-07 --bins 2 --out telemetry";
    let (_, err) = check_exit(folder.path(), load, 0);
    assert!(err.contains("bins of 1h, as hours.sqlite has them\n"), "{err}");
    let read = second_reader(folder.path());
    assert!(read.starts_with("A arrivals 15.0\n"), "{read}");
    let (_, err) = check_exit(folder.path(), &format!("{load} --bin 5m"), 1);
    assert!(err.contains("bins of 5m can't be made from bins of 1h"), "{err}");
    let (_, err) = check_exit(folder.path(), &load.replace("--bins 2", "--bins 0"), 1);
    assert!(err.contains("ask for a bin at least"), "{err}");
}

#[test]
fn a_query_takes_dates_and_times_before_now() {
    let folder = folder(1);
    check_exit(folder.path(), "gold import new.csv --gold gold.sqlite", 0);
    let query = "gold query --gold gold.sqlite --node OrderService";
    let (out, _) = check_exit(folder.path(), &format!("{query} --from 2025-10-07 --to 2025-10-08"), 0);
    assert!(out.contains("2025-10-07T00:00:00Z to 2025-10-08T00:00:00Z, 288 bins of 5m"), "{out}");
    let (_, err) = check_exit(folder.path(), &format!("{query} --from -1m"), 1);
    assert!(err.contains("there are no rows of `OrderService` in that time"), "{err}");
}

#[test]
fn every_kind_of_source_gives_the_same_series() {
    let folder = folder(2);
    check_exit(folder.path(), "gold import new.csv --gold gold.sqlite", 0);
    check_exit(folder.path(), "gold export --gold gold.sqlite --out rows/day.ndjson", 2);
    fs::create_dir(folder.path().join("rows")).unwrap();
    check_exit(folder.path(), "gold export --gold gold.sqlite --out rows/day.ndjson", 0);
    let read = |source: &str| {
        check_exit(folder.path(), &format!("{LOAD} --source {source}"), 0);
        second_reader(folder.path())
    };
    let expected = read("gold.sqlite");
    assert_eq!(read("new.csv"), expected);
    assert_eq!(read("rows"), expected);
}

#[test]
fn a_store_goes_out_and_in_again_unchanged() {
    let folder = folder(2);
    check_exit(folder.path(), "gold import old.csv new.csv --gold gold.sqlite", 0);
    let (csv, _) = check_exit(folder.path(), "gold export --gold gold.sqlite", 0);
    for name in ["a.csv", "a.ndjson"] {
        check_exit(folder.path(), &format!("gold export --gold gold.sqlite --out {name}"), 0);
        let (_, err) = check_exit(folder.path(), &format!("gold import {name} --gold {name}.sqlite"), 0);
        assert_eq!(err, format!("imported 574 rows into {name}.sqlite\n"));
        assert_eq!(check_exit(folder.path(), &format!("gold export --gold {name}.sqlite"), 0).0, csv);
    }
}

#[test]
fn a_query_shows_bins_and_marks_gaps() {
    let folder = folder(1);
    check_exit(folder.path(), "gold import new.csv --gold gold.sqlite", 0);
    let query = "gold query --gold gold.sqlite --from 2025-10-07T00:50:00Z --to 2025-10-07T01:15:00Z --node";
    let (out, _) = check_exit(folder.path(), &format!("{query} OrderService"), 0);
    let expected = "\
OrderService: 2025-10-07T00:50:00Z to 2025-10-07T01:15:00Z, 5 bins of 5m, 2 gaps

arrivals         ▁▁··▁
served           ▁▃··█
errors           ▁▁··▁
external_demand  ·····
queue_depth      ▁▁··▁

ts                    arrivals  served  errors  external_demand  queue_depth
2025-10-07T00:50:00Z         2      10       0                -          1.5
2025-10-07T00:55:00Z         2      11       0                -          1.5
2025-10-07T01:00:00Z         -       -       -                -            -  gap
2025-10-07T01:05:00Z         -       -       -                -            -  gap
2025-10-07T01:10:00Z         2      14       0                -          1.5
";
    assert_eq!(out, expected);
    let (csv, _) = check_exit(folder.path(), &format!("{query} OrderService --csv"), 0);
    assert_eq!(csv.lines().count(), 4);
    let (_, err) = check_exit(folder.path(), &format!("{query} OrderServce"), 1);
    assert_eq!(err, "error: there is no node `OrderServce`\nhelp: use `OrderService`\n");
    let (info, _) = check_exit(folder.path(), "gold info --gold gold.sqlite", 0);
    assert!(info.ends_with("OrderService  2025-10-07T00:00:00Z  2025-10-07T23:55:00Z   286        2\n"), "{info}");
}

#[test]
fn what_cannot_be_loaded_ends_with_1_and_what_cannot_be_read_with_2() {
    let folder = folder(1);
    let check = |args: &str, code, message: &str| {
        let (_, err) = check_exit(folder.path(), args, code);
        assert_eq!(err, message, "{args}");
    };
    let start = "load --out telemetry --source new.csv --start";
    let off = "error: the window's start 2025-10-07T00:02:00Z is not on a boundary of 5m bins\n\
               help: begin at 2025-10-07T00:00:00Z\n";
    check(&format!("{start} 2025-10-07T00:02:00Z --bins 2"), 1, off);
    let none = "error: there is no telemetry of any node from 2025-11-07T00:00:00Z to 2025-11-07T00:10:00Z in new.csv\n\
                help: ask for another window, or for `OrderService`\n";
    check(&format!("{start} 2025-11-07T00:00:00Z --bins 2"), 1, none);
    check(
        &format!("{LOAD} --source nix.csv"),
        2,
        "error: can't read telemetry from nix.csv: there is no such file or folder\n",
    );
    let missing = "error: can't open the Gold store `nix.sqlite`: there is no such file\n\
                   help: make one with `ftc gold import` or `ftc etl`\n";
    check(&format!("{LOAD} --source nix.sqlite"), 2, missing);
    fs::write(folder.path().join("bad.csv"), "ts,node,arival\n").unwrap();
    let header = "error: bad.csv:1: unknown column `arival`\nhelp: use `arrivals`\n";
    check("gold import bad.csv --gold gold.sqlite", 1, header);
    fs::write(folder.path().join("c.yaml"), "fil: nan\n").unwrap();
    let (_, err) = check_exit(folder.path(), &format!("{LOAD} --source new.csv --config c.yaml"), 1);
    assert!(err.starts_with("error: c.yaml:1: unknown field `fil`"), "{err}");
    assert!(!folder.path().join("telemetry").exists());
}

#[test]
fn flags_for_another_kind_of_source_are_refused() {
    let folder = folder(1);
    check_exit(folder.path(), "gold import new.csv --gold gold.sqlite", 0);
    let check = |source: &str, flag: &str, help: &str| {
        let (_, err) = check_exit(folder.path(), &format!("{LOAD} --source {source} {flag}"), 2);
        let name = flag.split(' ').next().unwrap();
        assert_eq!(err, format!("error: `{name}` means nothing for the source `{source}`\nhelp: {help}\n"));
    };
    let network = "leave it out; it is for sources that begin with `kusto:`";
    check("gold.sqlite", "--query-timeout 5s", network);
    check("new.csv", "--retry-count 2", network);
    let files = "leave it out; stores tell the length of their bins, and an address of Kusto has `bin=`";
    check("gold.sqlite", "--source-bin-size 5m", files);
    fs::write(folder.path().join("c.yaml"), "queryTimeout: 5s\nretryCount: 2\n").unwrap();
    check_exit(folder.path(), &format!("{LOAD} --source gold.sqlite --config c.yaml"), 0);
}

#[test]
fn a_wrong_import_leaves_no_store() {
    let folder = folder(1);
    fs::write(folder.path().join("bad.csv"), day(1, 1).replace(",1,", ",x,")).unwrap();
    let (_, err) = check_exit(folder.path(), "gold import bad.csv --gold gold.sqlite", 1);
    assert!(err.ends_with("error: 286 rows are wrong; nothing was imported\n"), "{err}");
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(names.into_iter().all(|name| name.ends_with(".csv")));
}

#[test]
fn a_time_that_ends_before_it_begins_is_refused() {
    let folder = folder(1);
    check_exit(folder.path(), "gold import new.csv --gold gold.sqlite", 0);
    let time = "--gold gold.sqlite --from 2025-10-08T00:00:00Z --to 2025-10-07T00:00:00Z";
    for command in ["gold query --node OrderService", "gold export"] {
        let (_, err) = check_exit(folder.path(), &format!("{command} {time}"), 1);
        let message = "the time ends at 2025-10-07T00:00:00Z, which is not after its start 2025-10-08T00:00:00Z";
        assert_eq!(err, format!("error: {message}\nhelp: end later, or begin earlier\n"));
    }
}

/// Starts `args` again and again and kills it at random moments; after each, `check` looks at what is there. A run that
/// isn't killed tells how long one takes.
fn check_killed(folder: &Path, args: &str, check: &dyn Fn()) {
    let begin = Instant::now();
    check_exit(folder, args, 0);
    let length = begin.elapsed();
    for moment in moments() {
        kill_after(ftc(folder, args).spawn().unwrap(), length.mul_f64(moment));
        check();
    }
    check_exit(folder, args, 0);
    check();
}

#[test]
fn a_killed_load_leaves_the_old_folder_or_the_new_one() {
    let folder = folder(20);
    let sums = |source: &str| {
        check_exit(folder.path(), &format!("{LOAD} --source {source}"), 0);
        second_reader(folder.path())
    };
    let whole = [sums("new.csv"), sums("old.csv")];
    check_killed(folder.path(), &format!("{LOAD} --source new.csv"), &|| {
        let found = second_reader(folder.path());
        assert!(whole.contains(&found), "{found}");
        check_exit(folder.path(), &format!("{LOAD} --source old.csv"), 0);
    });
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[test]
fn a_killed_import_leaves_the_old_bins_or_the_new_ones() {
    let folder = folder(20);
    let import = |name: &str| format!("gold import {name} --gold gold.sqlite");
    let export = || check_exit(folder.path(), "gold export --gold gold.sqlite", 0).0;
    let both = ["new.csv", "old.csv"].map(|name| {
        check_exit(folder.path(), &import(name), 0);
        export()
    });
    assert_ne!(both[0], both[1]);
    check_killed(folder.path(), &import("new.csv"), &|| {
        let found = export();
        assert!(both.contains(&found), "the store has other bins than either file");
        check_exit(folder.path(), &import("old.csv"), 0);
    });
}

#[test]
fn a_store_on_a_full_disk_keeps_its_bins() {
    let folder = folder(40);
    fs::write(folder.path().join("small.csv"), day(1, 1)).unwrap();
    check_exit(folder.path(), "gold import small.csv --gold gold.sqlite", 0);
    let before = check_exit(folder.path(), "gold export --gold gold.sqlite", 0).0;
    let script = format!(
        "trap '' XFSZ; ulimit -f 200; exec '{}' gold import new.csv --gold gold.sqlite",
        env!("CARGO_BIN_EXE_ftc")
    );
    let full = Command::new("sh").args(["-c", &script]).current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&full.stderr);
    assert_eq!(full.status.code(), Some(2), "{said}");
    assert!(said.contains("gold.sqlite`") && said.contains("help: "), "{said}");
    assert_eq!(check_exit(folder.path(), "gold export --gold gold.sqlite", 0).0, before);
}
