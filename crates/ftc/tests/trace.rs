//! `ftc trace` with the real binary: the tree that people see, its JSON, and what it says where it can't trace.
#![expect(clippy::unwrap_used, reason = "a test that can't set up its folder has failed")]

use std::fs;
use std::process::Command;

use tempfile::TempDir;

const MODEL: &str = "schemaVersion: 1
window: { start: \"2025-10-07T00:00:00Z\" }
grid: { bins: 3, binSize: 5, binUnit: minutes }
parameters: [ { id: capacity, value: 10, unit: orders } ]
nodes:
  - { id: demand, kind: const, source: demand.csv, unit: orders }
  - { id: queue, kind: expr, expr: \"MAX(0, SHIFT(queue, 1) + demand - capacity)\", initial: 0 }
outputs: [ { series: queue, as: depth } ]
";

/// What `ftc trace` prints and ends with.
fn trace(args: &[&str]) -> (String, String, Option<i32>) {
    ftc(&folder(), &[&["trace"], args].concat())
}

/// What `ftc` prints and ends with.
fn ftc(folder: &TempDir, args: &[&str]) -> (String, String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_ftc")).args(args).current_dir(folder).output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (out, err, output.status.code())
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("m.yaml"), MODEL).unwrap();
    fs::write(folder.path().join("demand.csv"), "15\n12\n3\n").unwrap();
    folder
}

#[test]
fn the_tree_leads_back_to_the_lines_of_files() {
    let expected = "\
queue @ 2025-10-07 00:05 (bin 1) = 7
│  = MAX(0, SHIFT(queue, 1) + demand - capacity)
├─ [0]
└─ SHIFT(queue, 1) + demand - capacity = 7
   ├─ queue @ 00:00 (bin 0) = 5
   │  │  = MAX(0, SHIFT(queue, 1) + demand - capacity)
   │  ├─ [0]
   │  └─ SHIFT(queue, 1) + demand - capacity = 5
   │     ├─ SHIFT(queue, 1) = 0  ← m.yaml:7
   │     │     (before bin 0)
   │     ├─ + demand = 15 orders  ← demand.csv:1
   │     └─ - capacity = 10 orders  ← m.yaml:4
   ├─ + demand = 12 orders  ← demand.csv:2
   └─ - capacity = 10 orders  ← m.yaml:4
";
    assert_eq!(trace(&["m.yaml", "queue@1"]), (expected.to_owned(), String::new(), Some(0)));
    assert_eq!(trace(&["m.yaml", "depth@00:05"]).0, expected, "an output names its series, a time its bin");
}

#[test]
fn a_set_parameter_says_what_the_model_has() {
    let (out, ..) = trace(&["m.yaml", "queue@0", "--set", "capacity=12"]);
    assert!(out.contains("- capacity = 12 orders\n         (set for this run; the model has 10)"), "{out}");
}

#[test]
fn programs_get_the_tree_as_json() {
    let (out, ..) = trace(&["m.yaml", "demand@2", "--json"]);
    let tree: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(tree["value"], 3.0);
    assert_eq!(tree["place"], "demand.csv:3");
    assert_eq!(tree["time"], "2025-10-07T00:10:00Z");
}

#[test]
fn data_of_a_run_that_lies_in_a_gap_is_said_to_be_not_measured() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "ts,node,arrivals,served,errors,schema_version,extraction_ts\n\
                2025-10-07T00:00:00Z,OrderService,5,4,0,2.0,2025-10-08T00:00:00Z\n\
                2025-10-07T00:10:00Z,OrderService,6,6,0,2.0,2025-10-08T00:00:00Z\n";
    fs::write(folder.path().join("bins.csv"), rows).unwrap();
    let replay =
        "replay order-system --source bins.csv --start 2025-10-07T00:00:00Z --bins 3 --nodes OrderService --out runs";
    ftc(&folder, &replay.split(' ').collect::<Vec<_>>());
    let run = fs::read_dir(folder.path().join("runs")).unwrap().next().unwrap().unwrap();
    let run = format!("runs/{}", run.file_name().into_string().unwrap());
    let (out, ..) = ftc(&folder, &["trace", &run, "orders_served@1"]);
    let expected = format!(
        "orders_served @ 2025-10-07 00:05 (bin 1) = 0 requests  ← {run}/telemetry/OrderService_served.csv:3\n   \
         (not measured: telemetry gap at bin 1, 00:05-00:10 UTC)\n"
    );
    assert_eq!(out, expected);
    assert!(!ftc(&folder, &["trace", &run, "orders_served@2"]).0.contains("gap"));
    let (_, err, code) = ftc(&folder, &["trace", "runs", "orders_served@1"]);
    assert_eq!((err, code), (format!("error: `runs` is a folder of runs, not a run\nhelp: use `{run}`\n"), Some(2)));
}

fn check_refused(args: &[&str], message: &str) {
    let (out, err, code) = trace(args);
    assert_eq!((out.as_str(), code), ("", Some(1)), "{err}");
    assert_eq!(err, message);
}

#[test]
fn what_names_no_value_is_refused_with_advice() {
    check_refused(&["m.yaml", "queu@1"], "error: the model has no series or output `queu`\nhelp: use `queue`\n");
    check_refused(
        &["m.yaml", "queue"],
        "error: `queue` names no bin\nhelp: write `queue@14:35`, or a bin's number after the `@`\n",
    );
    check_refused(
        &["m.yaml", "queue@3"],
        "error: `3` lies outside the model's 3 bins, 2025-10-07T00:00:00Z to 2025-10-07T00:15:00Z\n\
         help: name a bin from 0 to 2\n",
    );
}
