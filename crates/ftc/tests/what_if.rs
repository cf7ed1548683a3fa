//! What a what-if says about the rest: measured series that do not follow a new capacity, formulas that do not read it,
//! what was there before a series was replaced, and models without a topology. With the real binary.
#![expect(clippy::unwrap_used, reason = "a test that can't set up its folder has failed")]

use std::fs;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A measured service with a queue before and one of its own, and what lies behind it.
const MEASURED: &str = r#"schemaVersion: 1
window: { start: "2025-10-07T00:00:00Z", timezone: UTC }
grid: { bins: 3, binSize: 5, binUnit: minutes }
topology:
  nodes:
    - { id: inbox, kind: queue, semantics: { arrivals: demand, served: arrivals, queue: inbox_depth } }
    - id: pay
      kind: service
      semantics: { arrivals: arrivals, served: served, external_demand: demand, queue: depth, capacity: cap, q0: 4 }
    - { id: ship, kind: service, semantics: { arrivals: served, served: shipped } }
  edges:
    - { id: a, from: inbox, to: pay }
    - { id: b, from: pay, to: ship }
nodes:
  - { id: demand, kind: const, values: [12, 4, 4], unit: requests }
  - { id: arrivals, kind: const, values: [10, 10, 4], unit: requests }
  - { id: served, kind: const, values: [10, 10, 4], unit: requests }
  - { id: depth, kind: const, values: [6, 0.5, 0], unit: requests }
  - { id: inbox_depth, kind: const, values: [2, 0, 0], unit: requests }
  - { id: shipped, kind: const, values: [10, 10, 4], unit: parcels }
  - { id: cap, kind: const, value: 10, unit: requests }
validation: [ { id: q, type: conservation, node: pay, tolerance: 100 } ]
"#;

/// A service whose `served` and queue are formulas.
const COMPUTED: &str = r#"schemaVersion: 1
grid: { bins: 3, binSize: 5, binUnit: minutes }
parameters: [ { id: pay_cap, value: 30 } ]
topology:
  nodes:
    - id: payment
      kind: service
      semantics: { arrivals: arrivals, served: pay_served, queue: pay_queue, capacity: pay_capacity }
nodes:
  - { id: arrivals, kind: const, values: [50, 50, 10] }
  - { id: pay_capacity, kind: expr, expr: pay_cap + 0 * arrivals }
  - { id: pay_served, kind: expr, expr: "MIN(pay_capacity, SHIFT(pay_queue, 1) + arrivals)" }
  - { id: pay_queue, kind: expr, expr: "SHIFT(pay_queue, 1) + arrivals - pay_served", initial: 0 }
"#;

/// A folder with a run of a model in `runs`.
struct Place {
    folder: TempDir,
    run: String,
}

impl Place {
    fn new(model: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("m.yaml"), model).unwrap();
        let mut place = Self { folder, run: String::new() };
        let record = place.json(&["run", "m.yaml", "--out", "runs", "--json"]);
        place.run = format!("runs/{}", record["runId"].as_str().unwrap());
        place
    }

    /// What a command that succeeds writes to standard output and standard error.
    fn ftc(&self, args: &[&str]) -> [String; 2] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ftc"));
        let Output { status, stdout, stderr } = command.args(args).current_dir(self.folder.path()).output().unwrap();
        let said = [stdout, stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(status.code(), Some(0), "{args:?}: {said:?}");
        said
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.ftc(args)[0]).unwrap()
    }

    fn overlay(&self, args: &[&str]) -> [String; 2] {
        self.ftc(&[&["overlay", &self.run, "--out", "what-if", "--deterministic-run-id"], args].concat())
    }

    /// The record of an overlay with `args` and the options of an advice, as a shell takes them.
    fn overlay_as_advised(&self, args: &[&str], advice: &str) -> Value {
        let script = format!("'{}' overlay {} --json --out advised {advice}", env!("CARGO_BIN_EXE_ftc"), self.run);
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{script} \"$@\""), "sh"]).args(args).current_dir(self.folder.path());
        let Output { status, stdout, stderr } = command.output().unwrap();
        assert_eq!(status.code(), Some(0), "{}", String::from_utf8_lossy(&stderr));
        serde_json::from_slice(&stdout).unwrap()
    }
}

/// The options between the advice's head and the report of nodes.
fn advised(err: &str) -> String {
    let (_, options) = err.split_once("let them follow:\n").unwrap();
    options.lines().take(3).collect::<Vec<_>>().join("\n")
}

const DOUBLED: [&str; 4] = ["--set", "cap_twice=cap * 2", "--map", "pay.capacity=cap_twice"];

#[test]
fn what_stays_as_measured_is_named_with_the_options_that_let_it_follow() {
    let place = Place::new(MEASURED);
    let [_, err] = place.overlay(&DOUBLED);
    let expected = "warning: `queue` of `pay`, `served` and `queue` of `inbox`, `arrivals` and `served` of `ship` stay as measured; \
                    queue and latency are those of the measured day, not of this what-if\n\
                    help: let them follow:\n    \
                    --set 'queue_scenario=MAX(0, SHIFT(queue_scenario, 1, 4) + demand - cap_twice)' \\\n    \
                    --set 'served_scenario=MIN(cap_twice, SHIFT(queue_scenario, 1, 4) + demand)' \\\n    \
                    --map pay.queue=queue_scenario --map pay.served=served_scenario --map pay.arrivals=demand\n";
    assert!(err.contains(expected), "{err}");
    let record = place.overlay_as_advised(&DOUBLED, &advised(&err).replace("\\\n", " "));
    let notices = record["overlay"]["notices"].as_array().unwrap();
    assert!(notices.is_empty(), "{notices:?}");
    let [state, _] = place.ftc(&["state", &format!("advised/{}", record["runId"].as_str().unwrap()), "--at", "0"]);
    assert!(state.contains("\n  queue                    6        0       -6  requests\n"), "{state}");
}

#[test]
fn the_state_of_an_overlay_shows_queue_and_latency_of_both_sides_and_what_waits() {
    let place = Place::new(MEASURED);
    let args = [&["--scenario", "Twice", "--quiet"], &DOUBLED[..]].concat();
    place.overlay(&args);
    let run = fs::read_dir(place.folder.path().join("what-if")).unwrap().next().unwrap().unwrap().path();
    let [state, _] = place.ftc(&["state", run.to_str().unwrap(), "--at", "00:05"]);
    let expected = "pay (service): red → green, Demand met, 0.5 waiting
                    base run  Twice  change
  arrivals                10     10          requests
  capacity                10     20     +10  requests
  external_demand          4      4          requests
  queue                  0.5    0.5          requests
  served                  10     10          requests
  demand_gap              -6     -6
  latency_min           0.25   0.25
  queue_growth          -5.5   -5.5
  throughput_ratio         1      1
  utilization              1    0.5    -0.5
  the queue is that of the base run: it does not follow what is served
";
    assert!(state.contains(expected), "{state}");
}

#[test]
fn the_state_of_a_run_names_its_ratio_and_the_worst_backlog_and_latency() {
    let place = Place::new(MEASURED);
    let [state, _] = place.ftc(&["state", &place.run]);
    let expected = "node   served ≥ 95 % of arrivals  most waiting                    longest latency
inbox  2 of 3 bins (66.7 %)       2 requests at 2025-10-07 00:00  1 min at 2025-10-07 00:00
pay    3 of 3 bins (100.0 %)      6 requests at 2025-10-07 00:00  3 min at 2025-10-07 00:00
ship   3 of 3 bins (100.0 %)      -                               -
";
    assert_eq!(state, expected);
    let metrics = place.json(&["state", &place.run, "--json"]);
    assert_eq!(metrics["services"][1]["worstQueue"], json!({ "bin": 0, "value": 6.0 }));
    assert_eq!(metrics["services"][1]["worstLatencyMin"], json!({ "bin": 0, "value": 3.0 }));
    let [plain, _] = place.ftc(&["state", &place.run, "--at", "0"]);
    assert!(
        plain.contains("  arrivals 10  capacity 10  external_demand 12  queue 6  served 10  (requests)\n"),
        "{plain}"
    );
}

#[test]
fn a_capacity_that_no_formula_reads_is_told_with_the_replacement_that_works() {
    let place = Place::new(COMPUTED);
    let check = |set: &str, help: &str, replacement: &str| {
        let [_, err] = place.overlay(&["--set", set, "--map", "payment.capacity=pay2"]);
        let message = "warning: `pay_served`, which is what `payment` served, does not read `pay2`: \
                       `served` and `queue` of `payment` stay as in the base run\n";
        assert!(err.contains(&format!("{message}help: {help}\n")), "{err}");
        let [out, err] = place.overlay(&["--set", replacement]);
        assert!(!err.contains("does not read") && out.contains("  queue: "), "{out}{err}");
    };
    let replace = "replace the series that it reads: `--set 'pay_capacity=";
    check(
        "pay2=pay_capacity * 2",
        &format!("{replace}pay_capacity_baseline * 2'`"),
        "pay_capacity=pay_capacity_baseline * 2",
    );
    check("pay2=60", &format!("{replace}60'`"), "pay_capacity=60");
}

#[test]
fn a_replaced_series_may_be_given_by_what_it_was() {
    let place = Place::new(COMPUTED);
    let [out, _] = place.overlay(&["--set", "pay_capacity=pay_capacity_baseline * 2"]);
    let capacity = "  capacity: pay_capacity_baseline (mean 30, max 30) → pay_capacity (mean 60, max 60)\n";
    assert!(out.contains(capacity), "{out}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_ftc"));
    let args = ["overlay", &place.run, "--set", "pay_capacity=pay_capacity * 2"];
    let output = command.args(args).current_dir(place.folder.path()).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("help: read what it was in the base run with `pay_capacity_baseline`\n"), "{err}");
}

#[test]
fn without_a_topology_there_are_no_nodes_to_show_but_outputs_that_change() {
    let begin = COMPUTED.find("topology:").unwrap();
    let end = COMPUTED.find("nodes:\n  - { id: arrivals").unwrap();
    let place = Place::new(&format!("{}{}", &COMPUTED[..begin], &COMPUTED[end..]));
    let [out, err] = place.ftc(&["state", &place.run, "--at", "0"]);
    assert_eq!((out.as_str(), err.as_str()), ("", "the run's model has no topology, so there are no nodes to show\n"));
    let [out, err] = place.overlay(&["--param", "pay_cap=60"]);
    assert!(out.contains("pay_queue: mean 26.6667, max 40 → mean 0, max 0\n"), "{out}");
    assert!(err.contains("the model has no topology, so no role of any node changes\n"), "{err}");
}

#[test]
fn a_difference_shows_changed_roles_and_folds_what_an_overlay_keeps() {
    let place = Place::new(COMPUTED);
    place.overlay(&["--param", "pay_cap=60"]);
    let run = fs::read_dir(place.folder.path().join("what-if")).unwrap().next().unwrap().unwrap().path();
    let [diff, _] = place.ftc(&["diff", &place.run, run.to_str().unwrap()]);
    assert!(diff.starts_with("parameters\n  pay_cap: 30 → 60\nseries, by largest relative change\n"), "{diff}");
    assert!(diff.ends_with(
        "what the overlay keeps of its base run: `pay_capacity_baseline`, `pay_queue_baseline`, `pay_served_baseline`\n"
    ), "{diff}");
}
