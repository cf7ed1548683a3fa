//! `ftc template` with the real binary: what it prints where, what it ends with, what it writes.
#![expect(clippy::unwrap_used, reason = "a test that can't set up its folder has failed")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// What `ftc template` did.
struct Done {
    out: String,
    err: String,
}

/// Runs `ftc template` and compares its exit code.
fn check_exit(folder: &Path, args: &[&str], code: i32) -> Done {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ftc"));
    command.arg("template").args(args).current_dir(folder).env_remove("CLICOLOR_FORCE");
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let done = Done { out: text(stdout), err: text(stderr) };
    assert_eq!(status.code(), Some(code), "{args:?}\n{}\n{}", done.out, done.err);
    done
}

fn json(done: &Done) -> Value {
    serde_json::from_str(&done.out).unwrap()
}

/// A folder with telemetry of the order service: arrivals and served, two bins each.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("telemetry")).unwrap();
    for metric in ["arrivals", "served"] {
        let path = folder.path().join(format!("telemetry/OrderService_{metric}.csv"));
        fs::write(path, "bin_index,value\n0,5\n1,4\n").unwrap();
    }
    folder
}

const WINDOW: [&str; 4] = ["--start", "2025-10-07T00:00:00Z", "--bins", "2"];

#[test]
fn list_and_show_tell_what_there_is() {
    let folder = folder();
    let list = check_exit(folder.path(), &["list"], 0).out;
    assert!(list.starts_with("name ") && list.contains("\norder-system    telemetry   1.0      "), "{list}");
    let listed = json(&check_exit(folder.path(), &["list", "--json"], 0));
    assert_eq!(listed["templates"].as_array().map(Vec::len), Some(5));
    let shown = check_exit(folder.path(), &["show", "order-system"], 0).out;
    assert!(shown.contains("\nq0 ") && shown.contains("OrderQueue.queue"), "{shown}");
    let shown = json(&check_exit(folder.path(), &["show", "retail-flow", "--json"], 0));
    assert_eq!(shown["parameters"][5]["allowed"], serde_json::json!([8, 16, 24]));
    let unknown = check_exit(folder.path(), &["show", "order-sytem"], 1);
    assert_eq!(unknown.err, "error: there is no template `order-sytem`\nhelp: use `order-system`\n");
}

#[test]
fn instantiate_writes_a_model_that_runs_with_the_telemetry_there_is() {
    let folder = folder();
    let args = [&["instantiate", "order-system", "-o", "model.yaml"][..], &WINDOW].concat();
    check_exit(folder.path(), &args, 0);
    let model = fs::read_to_string(folder.path().join("model.yaml")).unwrap();
    assert!(model.contains("(orders_served, orders_arrivals, null)") && !model.contains("orders_demand"), "{model}");
    let run = Command::new(env!("CARGO_BIN_EXE_ftc")).args(["run", "model.yaml"]).current_dir(folder.path()).output();
    assert_eq!(run.unwrap().status.code(), Some(0));
}

#[test]
fn the_length_of_a_bin_is_a_duration_or_a_number_of_units() {
    let folder = folder();
    let grid = |args: &[&str]| {
        let args = [&["instantiate", "order-system", "--start", "2025-10-07", "--bins", "2"][..], args].concat();
        let model = check_exit(folder.path(), &args, 0).out;
        model[model.find("grid:").unwrap()..].lines().take(4).collect::<Vec<_>>().join("")
    };
    let hours = grid(&["--bin-size", "1h"]);
    assert!(hours.contains("binSize: 1") && hours.contains("hours"), "{hours}");
    assert_eq!(grid(&["--bin", "1h"]), hours);
    assert_eq!(grid(&["--bin-size", "1", "--bin-unit", "hours"]), hours);
    let both = ["instantiate", "order-system", "--bin-size", "1h", "--bin-unit", "hours"];
    let both = check_exit(folder.path(), &both, 2).err;
    assert_eq!(both, "error: `--bin-size 1h` has its unit, found `--bin-unit hours` too\nhelp: remove `--bin-unit`\n");
}

#[test]
fn a_grid_that_nobody_says_is_asked_for_by_option() {
    let folder = folder();
    fs::write(folder.path().join("t.yaml"), "templateType: simulation\nversion: \"1.0\"\n").unwrap();
    let err = check_exit(folder.path(), &["instantiate", "t.yaml"], 1).err;
    assert!(err.contains("\nhelp: give it with an option, like `--bins 288`\n"), "{err}");
    assert!(err.contains("\nhelp: give it with an option, like `--bin-size 5m`\n"), "{err}");
}

#[test]
fn a_model_that_cannot_be_made_is_not_written() {
    let folder = folder();
    let args = ["instantiate", "order-system", "-o", "model.yaml", "--param", "q0=zero", "--json"];
    let refused = json(&check_exit(folder.path(), &[&args[..], &WINDOW].concat(), 1));
    assert_eq!(refused["error"], "parameter_type_mismatch");
    let args = ["instantiate", "order-system", "-o", "model.yaml", "--telemetry-dir", "elsewhere"];
    let unreadable = check_exit(folder.path(), &[&args[..], &WINDOW].concat(), 1);
    assert!(unreadable.err.contains("templates/telemetry/order-system.yaml:"), "{}", unreadable.err);
    assert!(unreadable.err.contains("help: name the folder with the telemetry with `--telemetry-dir`"));
    assert!(!folder.path().join("model.yaml").exists());
}

#[test]
fn a_simulation_runs_at_once_and_leaves_artifacts() {
    let folder = folder();
    let args = ["run", "microservices", "--bins", "4", "--param", "demand=160", "--json", "--out", "runs"];
    let record = json(&check_exit(folder.path(), &args, 0));
    let provenance = &record["provenance"]["model"];
    assert_eq!(provenance["template"]["name"], "microservices");
    assert_eq!(provenance["parameters"]["demand"], 160);
    let run = folder.path().join("runs").join(record["runId"].as_str().unwrap());
    assert!(run.join("series/gateway_served.csv").is_file());
    let text = "templateType: simulation\nversion: \"2.0\"\n";
    fs::write(folder.path().join("new.yaml"), text).unwrap();
    let newer = check_exit(folder.path(), &["run", "new.yaml"], 1);
    assert!(newer.err.starts_with("error[FT0607]: "), "{}", newer.err);
}

#[test]
fn check_finds_what_is_wrong_in_a_folder() {
    let folder = folder();
    assert_eq!(check_exit(folder.path(), &["check"], 0).err, "checked 5 templates: no problems\n");
    let templates = folder.path().join("templates");
    fs::create_dir_all(templates.join("shared")).unwrap();
    let text = "templateType: simulation\nversion: \"1.0\"\nincludes: [ { path: shared/a.yaml } ]\n\
        grid: { bins: 1, binSize: 5, binUnit: minutes }\n";
    fs::write(templates.join("shop.yaml"), text).unwrap();
    fs::write(templates.join("shared/a.yaml"), "expressions:\n  - { id: a, kind: expr, expr: oops }\n").unwrap();
    for args in [&["check", "--templates", "templates"][..], &["check", "templates/shop.yaml"]] {
        let done = check_exit(folder.path(), args, 1);
        assert!(done.out.contains("templates/shared/a.yaml:2:32"), "{}", done.out);
        assert_eq!(done.err, "checked 1 template: 1 error\n");
    }
    let missing = check_exit(folder.path(), &["list", "--templates", "nowhere"], 2);
    assert!(missing.err.contains("no such file or folder"), "{}", missing.err);
}

#[test]
fn a_template_and_a_model_are_told_from_each_other() {
    let folder = folder();
    let template = "templateType: simulation\nversion: \"1.0\"\nparameters: [ { name: q0, type: number } ]\n";
    fs::write(folder.path().join("shop.yaml"), template).unwrap();
    for command in ["check", "run", "compile"] {
        let args = [command, "shop.yaml"];
        let output = Command::new(env!("CARGO_BIN_EXE_ftc")).args(args).current_dir(folder.path()).output().unwrap();
        let shown = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(shown.starts_with("error[FT0611]: this is a template, not a model\n"), "{shown}");
        assert!(shown.contains("help: check it with `ftc template check`") && shown.contains(": 1 error\n"), "{shown}");
    }
    fs::write(folder.path().join("model.yaml"), "schemaVersion: 1\nnodes: []\n").unwrap();
    let done = check_exit(folder.path(), &["run", "model.yaml"], 1);
    assert!(done.err.starts_with("error[FT0611]: this is a model, not a template\n"), "{}", done.err);
    assert!(done.err.ends_with("checked 1 template: 1 error\n"), "{}", done.err);
}
