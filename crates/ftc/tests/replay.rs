//! `ftc replay` with the real binary: the chapter's run with a gap, what it says of requests that don't fit, and what is
//! left when it is stopped, killed or can't write.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't set up its folder has failed")]

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// What every replay here begins with.
const REPLAY: &str = "replay order-system --source bins.csv --work-dir work --start 2025-10-07T00:00:00Z";

/// A folder with `bins.csv`: so many five-minute bins of OrderService, all but bins 12 and 13.
fn folder(bins: u32) -> TempDir {
    let mut rows = "ts,node,arrivals,served,errors,external_demand,schema_version,extraction_ts\n".to_owned();
    let start: jiff::Timestamp = "2025-10-07T00:00:00Z".parse().unwrap();
    for bin in (0..bins).filter(|bin| ![12, 13].contains(bin)) {
        let ts = start + jiff::SignedDuration::from_mins(5 * i64::from(bin));
        writeln!(rows, "{ts},OrderService,150,145,1,140,2.0,2025-10-08T00:00:00Z").unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bins.csv"), rows).unwrap();
    folder
}

/// `ftc` with `args` behind the shell commands `before`.
fn ftc(folder: &Path, before: &str, args: &str) -> Command {
    let mut command = Command::new("sh");
    let script = format!("{before}\nexec '{}' {args}", env!("CARGO_BIN_EXE_ftc"));
    command.args(["-c", &script]).current_dir(folder).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs `ftc`, compares its exit code and gives what it says on standard output and standard error.
fn check_exit(folder: &Path, before: &str, args: &str, code: i32) -> [String; 2] {
    let Output { status, stdout, stderr } = ftc(folder, before, args).output().unwrap();
    let said = [stdout, stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(status.code(), Some(code), "{args}: {said:?}");
    said
}

fn names_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The folder of the only run, which is whole.
fn only_run(folder: &Path) -> std::path::PathBuf {
    let names = names_in(&folder.join("runs"));
    assert_eq!(names.len(), 1, "{names:?}");
    folder.join("runs").join(&names[0])
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn a_replay_leaves_a_run_with_its_telemetry_and_where_all_came_from() {
    let folder = folder(288);
    let [_, err] = check_exit(folder.path(), "", &format!("{REPLAY} --bins 288 --nodes OrderService --out runs"), 0);
    assert!(err.contains("warning: OrderService: Data gap: bins 12-13 (01:00-01:10 UTC)\n"), "{err}");
    assert!(err.contains("Low throughput: served=0 at bins 12-13 (01:00-01:10 UTC)\n"), "{err}");
    let run = only_run(folder.path());
    let record = json(&run.join("run.json"));
    assert_eq!(record["mode"], "telemetry");
    assert_eq!(record["provenance"]["telemetry"]["source"], "bins.csv");
    assert_eq!(record["provenance"]["model"]["template"]["name"], "order-system");
    assert_eq!(record["provenance"]["engine"]["name"], "flowtime");
    assert_eq!(json(&run.join("telemetry/manifest.json"))["warnings"][0]["bins"], serde_json::json!([12, 13]));
    let model = fs::read_to_string(run.join("model.yaml")).unwrap();
    assert!(model.contains("file://telemetry/OrderService_arrivals.csv"), "{model}");
    assert_eq!(names_in(&folder.path().join("work")), Vec::<String>::new());
    check_exit(&run, "", "check model.yaml", 0);
}

#[test]
fn a_gap_is_gray_and_the_bins_around_it_are_not() {
    let folder = folder(288);
    check_exit(folder.path(), "", &format!("{REPLAY} --bins 288 --nodes OrderService --out runs"), 0);
    let run = only_run(folder.path());
    let [gap, _] = check_exit(&run, "", "state . --at 01:00", 0);
    assert!(gap.contains("OrderService (service): gray, Incomplete data at this timestamp\n"), "{gap}");
    let [after, _] = check_exit(&run, "", "state . --at 01:10", 0);
    assert!(!after.contains("gray"), "{after}");
}

fn check_refused(args: &str, code: i32, message: &str) {
    let folder = folder(288);
    let [_, err] = check_exit(folder.path(), "", &format!("{args} --out runs"), code);
    assert_eq!(err, message, "{args}");
    assert_eq!(names_in(&folder.path().join("runs")), Vec::<String>::new());
    assert_eq!(names_in(&folder.path().join("work")), Vec::<String>::new());
}

#[test]
fn what_does_not_fit_is_named_with_what_to_do() {
    let refused = |args: &str, message| check_refused(&format!("{REPLAY} {args}"), 1, message);
    let message = "error: there is no template `order-systm`\nhelp: use `order-system`\n";
    let start = "--start 2025-10-07T00:00:00Z --bins 288 --source bins.csv --work-dir work";
    check_refused(&format!("replay order-systm {start}"), 1, message);
    refused(
        "--bins 288 --nodes OrderServic",
        "error: the template has no node `OrderServic`\nhelp: use `OrderService`\n",
    );
    refused("--bins 288 --param q0=zero", "error: parameter `q0` is a number, found the string `zero`\n");
    refused("", "error: a replay of telemetry needs a window\nhelp: give `--start` and `--bins`\n");
    refused("--bins 288 --set x=1", "error: evaluating: the model has no parameter `x`\n");
    let elsewhere = REPLAY.replace("2025-10-07T00:00", "2026-10-07T00:00");
    check_refused(
        &format!("{elsewhere} --bins 288 --nodes OrderService"),
        1,
        "error: loading telemetry: there is no telemetry of `OrderService` from 2026-10-07T00:00:00Z to \
         2026-10-08T00:00:00Z in bins.csv\nhelp: ask for another window, or for `OrderService`\n",
    );
    check_refused(
        &format!("{} --bins 288", REPLAY.replace("00:00:00Z", "00:02:00Z")),
        1,
        "error: the window's start 2025-10-07T00:02:00Z is not on a boundary of 5m bins\n\
         help: begin at 2025-10-07T00:00:00Z\n",
    );
}

fn check_json(request: &str, code: i32, expected: &Value) {
    let folder = folder(288);
    fs::write(folder.path().join("request.json"), request).unwrap();
    let args = "replay --request request.json --source bins.csv --work-dir work --out runs --json";
    let [out, _] = check_exit(folder.path(), "", args, code);
    let found: Value = serde_json::from_str(&out).unwrap();
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&found[key], value, "{out}");
    }
}

#[test]
fn a_template_may_be_a_file() {
    let folder = folder(2);
    let text = "templateType: telemetry\nversion: \"1.0\"\ngrid: { binSize: 5, binUnit: minutes }\n\
                topology: { nodes: [ { id: OrderService, kind: service, semantics: { arrivals: a, served: s } } ] }\n\
                expressions:\n  - { id: a, kind: const, source: \"file://{{telemetry_dir}}/OrderService_arrivals.csv\" }\n  \
                - { id: s, kind: const, source: \"file://{{telemetry_dir}}/OrderService_served.csv\" }\n";
    fs::write(folder.path().join("mine.yaml"), text).unwrap();
    let args = REPLAY.replace("order-system", "mine.yaml") + " --bins 2 --out runs --json";
    let [out, _] = check_exit(folder.path(), "", &args, 0);
    let record: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(record["provenance"]["model"]["template"]["name"], "mine");
}

#[test]
fn a_request_of_the_api_is_answered_with_the_members_of_the_api() {
    let window = r#""window":{"start":"2025-10-07T00:00:00Z","bins":288,"binSize":5,"binUnit":"minutes"}"#;
    let request = |parameters: &str| format!(r#"{{"template":"order-system",{window},"parameters":{parameters}}}"#);
    check_json(&request(r#"{"q0":0}"#), 0, &serde_json::json!({ "status": "completed", "mode": "telemetry" }));
    let expected = serde_json::json!({
        "error": "parameter_type_mismatch", "parameter": "q0", "expected": "number", "actual": "string", "value": "zero"
    });
    check_json(&request(r#"{"q0":"zero"}"#), 1, &expected);
    check_json("{", 1, &serde_json::json!({ "error": "invalid_request" }));
    check_json(r#"{"template":"order-system","windw":{}}"#, 1, &serde_json::json!({ "error": "invalid_request" }));
    let other = request("{}").replace("order-system", "shop");
    check_json(&other, 1, &serde_json::json!({ "error": "template_not_found", "value": "shop" }));
}

#[test]
fn telemetry_without_a_file_that_the_model_needs_is_told_with_file_and_series() {
    let folder = folder(288);
    let rows = fs::read_to_string(folder.path().join("bins.csv")).unwrap().replace(",150,145,", ",150,,");
    fs::write(folder.path().join("bins.csv"), rows).unwrap();
    let args = format!("{REPLAY} --bins 288 --out runs");
    let [out, _] = check_exit(folder.path(), "", &format!("{args} --json"), 1);
    let body: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(body["error"], "file_not_found");
    assert_eq!(body["file"], "file://telemetry/OrderService_served.csv");
    assert_eq!(body["nodeId"], "orders_served");
    let [_, err] = check_exit(folder.path(), "", &args, 1);
    let missing =
        "error[FT0503]: there is no `served` of `OrderService` in the telemetry, for series `orders_served`\n";
    assert!(err.starts_with(missing), "{err}");
    let said = "error: checking the model: there is no telemetry `served` of `OrderService`, which `orders_served` reads\n\
                help: check that the telemetry has that metric in the window\n";
    assert!(err.ends_with(said), "{err}");
    assert_eq!(names_in(&folder.path().join("work")), Vec::<String>::new());
}

#[test]
fn two_processes_replay_into_one_folder() {
    for (id, expected) in [("", 4), ("--deterministic-run-id", 1)] {
        let folder = folder(288);
        let args = format!("{REPLAY} --bins 288 --out runs {id}");
        let children: Vec<_> = (0..4).map(|_| ftc(folder.path(), "", &args).spawn().unwrap()).collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        }
        assert_eq!(names_in(&folder.path().join("runs")).len(), expected);
        assert_eq!(names_in(&folder.path().join("work")), Vec::<String>::new());
    }
}

fn check_unwritable(before: &str, args: &str, message: &str) {
    let folder = folder(5_000);
    let [_, err] = check_exit(folder.path(), before, &format!("{REPLAY} --bins 5000 {args}"), 2);
    assert!(err.contains(message), "{err}");
    assert_eq!(names_in(&folder.path().join("runs")), Vec::<String>::new());
    assert_eq!(names_in(&folder.path().join("work")), Vec::<String>::new());
}

#[test]
fn where_a_file_cannot_be_written_whole_the_step_is_named_and_nothing_is_left() {
    // The telemetry is smaller than the columns of the run, so that either limit hits another step.
    let limit = |blocks: u32| format!("trap '' XFSZ; ulimit -f {blocks}");
    check_unwritable(&limit(40), "--out runs", "error: loading telemetry: can't write `");
    check_unwritable(&limit(160), "--out runs", "error: writing the artifacts: can't write `runs/.tmp-run_2025");
    check_unwritable("", "--out /proc/runs", "error: writing the artifacts: can't write `/proc/runs`");
    let replay = format!("{} --bins 288 --out runs", REPLAY.replace("--work-dir work", "--work-dir /proc/work"));
    let folder = folder(288);
    let [_, err] = check_exit(folder.path(), "", &replay, 2);
    assert!(err.starts_with("error: making the work folder: can't write `/proc/work/run_2025"), "{err}");
    assert_eq!(names_in(folder.path()), ["bins.csv"]);
}

/// Sends `signal` once a replay has told that `step` is done; gives the folder.
fn stop_after(step: &str, signal: &str) -> (TempDir, Option<i32>) {
    let folder = folder(10_000);
    let mut child = ftc(folder.path(), "", &format!("{REPLAY} --bins 10000 --out runs -v")).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.starts_with(step)), "{step}");
    Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    lines.for_each(drop);
    let code = child.wait().unwrap().code();
    (folder, code)
}

/// The names in the runs folder that a reader takes for runs; each is whole.
fn check_runs_are_whole(folder: &Path) -> Vec<String> {
    let runs = folder.join("runs");
    let names: Vec<_> = names_in(&runs).into_iter().filter(|name| !name.starts_with(".tmp-")).collect();
    for name in &names {
        assert_eq!(json(&runs.join(name).join("run.json"))["runId"], name.as_str());
        check_exit(&runs.join(name), "", "check model.yaml", 0);
    }
    names
}

const STEPS: [&str; 5] =
    ["reading the template", "loading telemetry", "making the model", "checking the model", "evaluating"];

#[test]
fn ctrl_c_at_any_step_leaves_a_whole_run_or_nothing() {
    for step in STEPS {
        let (folder, code) = stop_after(step, "-INT");
        let runs = check_runs_are_whole(folder.path());
        assert!(matches!((code, runs.len()), (Some(130), 0 | 1) | (Some(0), 1)), "{step}: {code:?} {runs:?}");
        assert_eq!(names_in(&folder.path().join("runs")), runs, "{step}");
        assert_eq!(names_in(&folder.path().join("work")), Vec::<String>::new(), "{step}");
    }
}

#[test]
fn what_a_killed_replay_left_the_next_one_removes() {
    for step in STEPS {
        let (folder, _) = stop_after(step, "-KILL");
        check_runs_are_whole(folder.path());
        check_exit(folder.path(), "", &format!("{REPLAY} --bins 288 --out runs"), 0);
        assert_eq!(names_in(&folder.path().join("work")), Vec::<String>::new(), "{step}");
    }
}

#[test]
fn every_telemetry_template_replays_what_the_etl_makes_of_the_demo() {
    let folder = tempfile::tempdir().unwrap();
    check_exit(folder.path(), "", "demo telemetry --out demo --events 20000 --quiet", 0);
    let inputs = "--events demo/events.ndjson --metrics demo/metrics.csv --mapping demo/mapping.csv";
    check_exit(folder.path(), "", &format!("etl {inputs} --gold gold.sqlite --quiet"), 0);
    for template in [
        "order-system",
        "billing-system",
        "http-service --param service=ShippingService",
        "http-service --param service=OrderService --param use_demand=true",
    ] {
        let window = "--source gold.sqlite --start 2025-10-07T00:00:00Z --bins 288 --out runs";
        let [_, err] = check_exit(folder.path(), "", &format!("replay {template} {window}"), 0);
        assert!(!err.contains("Conservation violated"), "{template}: {err}");
    }
}
