//! `ftc overlay` with the real binary: the manual's what-if, the cone of a change, and what it says where there is no
//! overlay.
#![expect(clippy::unwrap_used, reason = "a test that can't set up its folder has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

const MODEL: &str = r#"schemaVersion: 1
window: { start: "2025-10-07T14:00:00Z", timezone: UTC }
grid: { bins: 3, binSize: 5, binUnit: minutes }
parameters: [ { id: growth, value: 1 } ]
topology:
  nodes:
    - id: OrderService
      kind: service
      semantics: { arrivals: arrivals, served: served_observed, capacity: capacity_inferred }
nodes:
  - { id: arrivals, kind: const, source: "file://telemetry/arrivals.csv" }
  - { id: served_observed, kind: const, values: [145, 140, 0] }
  - { id: capacity_inferred, kind: expr, expr: "200 + 0 * served_observed" }
  - { id: ratio, kind: expr, expr: "arrivals / served_observed" }
  - { id: grown, kind: expr, expr: "arrivals * growth" }
outputs: [ { series: "*", exclude: [grown] }, { series: grown, as: demand } ]
tests: [ { name: grows, expect: { grown: [150, 150, 0] } } ]
"#;

const DOUBLED: [&str; 6] = [
    "--set",
    "capacity_doubled=capacity_inferred * 2",
    "--map",
    "OrderService.capacity=capacity_doubled",
    "--scenario",
    "Capacity Doubled",
];

/// A folder with a model, and the runs made in it.
struct Place {
    folder: TempDir,
}

/// What a command printed and ended with.
struct Ended {
    out: String,
    err: String,
    code: Option<i32>,
}

impl Place {
    fn new(model: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("telemetry")).unwrap();
        fs::write(folder.path().join("telemetry/arrivals.csv"), "150\n150\n0\n").unwrap();
        fs::write(folder.path().join("m.yaml"), model).unwrap();
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn ftc(&self, args: &[&str]) -> Ended {
        let output = Command::new(env!("CARGO_BIN_EXE_ftc")).args(args).current_dir(self.path()).output().unwrap();
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        Ended { out, err, code: output.status.code() }
    }

    /// The record that a command prints.
    fn json(&self, args: &[&str]) -> Value {
        let ended = self.ftc(args);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        serde_json::from_str(&ended.out).unwrap()
    }

    /// The folder of a new run of the model `model`, relative to this one.
    fn base(&self, model: &str, root: &str) -> String {
        let record = self.json(&["run", model, "--out", root, "--json", "--quiet"]);
        format!("{root}/{}", record["runId"].as_str().unwrap())
    }

    fn overlay(&self, run: &str, args: &[&str]) -> (String, Value) {
        let record = self.json(&[&["overlay", run, "--json"], args].concat());
        let root = Path::new(run).parent().unwrap().to_str().unwrap();
        (format!("{root}/{}", record["runId"].as_str().unwrap()), record)
    }

    fn runs(&self) -> Vec<PathBuf> {
        fs::read_dir(self.path().join("runs")).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    /// A full run of the overlay's model leaves the same bytes and warnings.
    fn check_full_run(&self, overlay: &str) {
        let full = self.base(&format!("{overlay}/model.yaml"), "full");
        let columns = |run: &str| fs::read(self.path().join(run).join("series/columns.bin")).unwrap();
        assert!(columns(overlay) == columns(&full), "the columns differ");
        let record = |run: &str| -> Value {
            serde_json::from_slice(&fs::read(self.path().join(run).join("run.json")).unwrap()).unwrap()
        };
        for field in ["warnings", "series", "parameters"] {
            assert_eq!(record(overlay)[field], record(&full)[field], "{field}");
        }
    }
}

fn check_refused(args: &[&str], message: &str) {
    let place = Place::new(MODEL);
    let base = place.base("m.yaml", "runs");
    let ended = place.ftc(&[&["overlay", &base], args].concat());
    assert_eq!((ended.err.as_str(), ended.code, ended.out.as_str()), (message, Some(1), ""));
    assert_eq!(place.runs().len(), 1, "nothing is written");
}

#[test]
fn a_doubled_capacity_serves_all_arrivals_as_in_the_manual() {
    let place = Place::new(MODEL);
    let base = place.base("m.yaml", "runs");
    let (run, record) = place.overlay(&base, &DOUBLED);
    assert_eq!((&record["mode"], &record["scenario"]), (&json!("overlay"), &json!("Capacity Doubled")));
    assert_eq!(record["baseRunId"].as_str().unwrap(), base.trim_start_matches("runs/"));
    let rule = json!([{ "node": "OrderService", "series": "served_scenario", "baseline": "served_observed",
        "expr": "MIN(arrivals, capacity_doubled)" }]);
    assert_eq!(record["overlay"]["servedRules"], rule);
    let counts = json!({ "series": 7, "cone": 2, "evaluated": 2, "reused": 5 });
    assert_eq!(record["overlay"]["counts"], counts);
    fs::remove_dir_all(place.path().join(&base)).unwrap();
    let node = &place.json(&["state", &run, "--at", "14:00", "--json"])["nodes"]["OrderService"];
    assert_eq!(node["baseline"], json!({ "arrivals": 150.0, "served": 145.0, "capacity": 200.0 }));
    assert_eq!(node["scenario"], json!({ "served": 150.0, "capacity": 400.0 }));
    assert_eq!(node["delta"]["served"], 5.0);
    assert_eq!(node["derived"]["utilization"], 0.375);
    assert!((node["delta"]["utilization"].as_f64().unwrap() + 0.35).abs() < 1e-12, "{node}");
    assert_eq!((&node["coloring"]["baseline"], &node["coloring"]["scenario"]), (&json!("yellow"), &json!("green")));
    place.check_full_run(&run);
    assert_eq!(place.ftc(&["verify", &run]).code, Some(0));
}

#[test]
fn people_see_what_was_added_and_what_changed() {
    let place = Place::new(MODEL);
    let base = place.base("m.yaml", "runs");
    let ended = place.ftc(&[&["overlay", &base, "-v"], &DOUBLED[..]].concat());
    let expected = "OrderService
  served: served_observed (mean 95, max 145) → served_scenario (mean 100, max 150)
  capacity: capacity_inferred (mean 200, max 200) → capacity_doubled (mean 400, max 400)
  utilization: mean 0.475 → mean 0.25
artifacts: runs/run_20251007T140000Z_";
    assert!(ended.out.starts_with(expected), "{}", ended.out);
    for line in [
        "7 series in the model, 2 in the cone of the change, 2 evaluated, 5 reused",
        "added `served_scenario = MIN(arrivals, capacity_doubled)` as `served` of `OrderService`: \
         `served_observed` doesn't follow the new capacity",
        "warning: division by zero in `ratio` gave 0 at bin 2 (14:10-14:15 UTC)",
    ] {
        assert!(ended.err.contains(line), "{line}\n{}", ended.err);
    }
}

#[test]
fn an_overlay_of_an_overlay_compares_with_the_one_below() {
    let place = Place::new(MODEL);
    let base = place.base("m.yaml", "runs");
    let (first, _) = place.overlay(&base, &DOUBLED);
    let args = ["--set", "capacity_cut=capacity_doubled / 4", "--map", "OrderService.capacity=capacity_cut"];
    let (second, record) = place.overlay(&first, &args);
    assert_eq!(record["overlay"]["servedRules"][0]["series"], "served_scenario_OrderService");
    let node = &place.json(&["state", &second, "--at", "0", "--json"])["nodes"]["OrderService"];
    assert_eq!(node["baseline"], json!({ "arrivals": 150.0, "served": 150.0, "capacity": 400.0 }));
    assert_eq!(node["scenario"], json!({ "served": 100.0, "capacity": 100.0 }));
    place.check_full_run(&second);
}

#[test]
fn a_replaced_series_keeps_the_values_of_the_base_run_beside_the_new_ones() {
    let place = Place::new(MODEL);
    let base = place.base("m.yaml", "runs");
    let (run, record) = place.overlay(&base, &["--set", "capacity_inferred=400"]);
    let capacity = &record["overlay"]["nodes"][0]["roles"][1];
    assert_eq!(capacity["baseline"], json!({ "series": "capacity_inferred_baseline", "mean": 200.0, "max": 200.0 }));
    assert_eq!(capacity["scenario"], json!({ "series": "capacity_inferred", "mean": 400.0, "max": 400.0 }));
    place.check_full_run(&run);
}

#[test]
fn a_file_says_the_same_as_options_and_a_parameter_changes_what_reads_it() {
    let place = Place::new(MODEL);
    let base = place.base("m.yaml", "runs");
    let overlay = "overlays: [{ nodeId: limit, kind: const, values: [400, null, 100] }]
topologyOverride: { nodes: [{ id: OrderService, semantics: { capacity: limit, served: arrivals } }] }
parameters: { scenario_name: From a file, growth: 2 }
";
    fs::write(place.path().join("overlay.yaml"), overlay).unwrap();
    let (run, record) = place.overlay(&base, &["--file", "overlay.yaml"]);
    assert_eq!(record["scenario"], "From a file");
    assert_eq!(record["parameters"]["growth"], 2.0);
    assert_eq!(record["overlay"]["servedRules"], json!([]), "the overlay gives served");
    assert_eq!(record["overlay"]["counts"]["cone"], 2);
    let demand = record["series"].as_array().unwrap().iter().find(|series| series["id"] == "demand").unwrap();
    assert_eq!(demand["max"], 300.0);
    place.check_full_run(&run);
}

#[test]
fn a_small_change_of_a_large_run_is_evaluated_where_it_reaches() {
    let mut model = "schemaVersion: 1\ngrid: { bins: 10000, binSize: 5, binUnit: minutes }\nnodes:\n  \
                     - { id: s0, kind: expr, expr: \"BIN() / 7\" }\n"
        .to_owned();
    for series in 1..300 {
        let before = series - 1;
        model.push_str(&format!(
            "  - {{ id: s{series}, kind: expr, initial: {series}, \
             expr: \"MAX(0, SHIFT(s{series}, 1) * 0.5 + s{before} / 3)\" }}\n"
        ));
    }
    let place = Place::new(&model);
    let base = place.base("m.yaml", "runs");
    let (run, record) = place.overlay(&base, &["--set", "s295=s294 * 2"]);
    let counts = json!({ "series": 300, "cone": 5, "evaluated": 5, "reused": 295 });
    assert_eq!(record["overlay"]["counts"], counts);
    place.check_full_run(&run);
}

/// Truth values, series that are the same in every bin, one that was not stored, rules, starts, and both conventions.
#[test]
fn whatever_the_base_run_stored_the_result_is_that_of_a_full_run() {
    let model = r#"schemaVersion: 1
grid: { bins: 3, binSize: 5, binUnit: minutes }
parameters: [ { id: growth, value: 2 } ]
nodes:
  - { id: arrivals, kind: const, source: telemetry/arrivals.csv }
  - { id: busy, kind: expr, expr: "arrivals > 100" }
  - { id: level, kind: expr, expr: "growth * 3" }
  - { id: hidden, kind: expr, expr: "1 / arrivals + CLAMP(arrivals, 5, 1)" }
  - { id: shown, kind: expr, expr: "hidden * level" }
  - { id: queue, kind: expr, expr: "SHIFT(queue, 1) + IF(busy, arrivals, level)", initial: shown }
  - { id: gaps, kind: const, values: [1, null, 3] }
  - { id: missing, kind: expr, expr: "gaps * 2" }
validation: [ { type: custom, expr: "busy" }, { type: custom, expr: "hidden < 5" } ]
outputs: [ { series: "*", exclude: [hidden] } ]
"#;
    let place = Place::new(model);
    let base = place.base("m.yaml", "runs");
    for (args, evaluated, reused) in [
        (["--set", "more=IF(busy, queue, 0)"], 3, 6),
        (["--set", "more=hidden + 1"], 3, 6),
        (["--set", "busy=arrivals > 1000"], 4, 4),
        (["--param", "growth=3"], 4, 4),
    ] {
        let (run, record) = place.overlay(&base, &args);
        let counts = &record["overlay"]["counts"];
        assert_eq!((&counts["evaluated"], &counts["reused"]), (&json!(evaluated), &json!(reused)), "{args:?}");
        place.check_full_run(&run);
    }
}

#[test]
fn a_name_that_leads_nowhere_is_answered_with_the_nearest() {
    check_refused(
        &["--map", "OrderServce.capacity=arrivals"],
        "error: the base run has no topology node `OrderServce`\nhelp: use `OrderService`\n",
    );
    check_refused(
        &["--map", "OrderService.capacty=arrivals"],
        "error: a topology node has no role `capacty`\nhelp: use `capacity`\n",
    );
    check_refused(
        &["--map", "OrderService.capacity=arivals"],
        "error: base run and overlay have no series `arivals`\nhelp: use `arrivals`\n",
    );
    check_refused(&["--param", "xyz=2"], "error: the base run has no parameter `xyz`\n");
    check_refused(
        &[],
        "error: the overlay changes nothing\nhelp: set a series, map a role to another one, or set a parameter\n",
    );
}

#[test]
fn a_cycle_made_by_an_overlay_is_an_error_that_names_it() {
    let place = Place::new(MODEL);
    let base = place.base("m.yaml", "runs");
    let ended = place.ftc(&["overlay", &base, "--set", "a=b", "--set", "b=a", "--scenario", "Loop"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("series depend on each other within one bin: `a → b → a`"), "{}", ended.err);
    assert!(ended.err.contains(&format!("{} + Loop:", base.trim_start_matches("runs/"))), "{}", ended.err);
    assert_eq!(place.runs().len(), 1);
}

#[test]
fn a_run_has_its_name_by_whatever_path_it_is_reached() {
    let place = Place::new(MODEL);
    let base = place.base("m.yaml", "runs");
    let path = format!("{base}/series/..");
    let record = place.json(&[&["overlay", &path, "--json", "--out", "other"], &DOUBLED[..]].concat());
    assert_eq!(record["baseRunId"].as_str().unwrap(), base.trim_start_matches("runs/"));
    assert_eq!(place.json(&["state", &path, "--at", "0", "--json"])["runId"], record["baseRunId"]);
}

#[test]
fn thresholds_move_the_bounds_between_colors() {
    let place = Place::new(MODEL);
    let base = place.base("m.yaml", "runs");
    for (thresholds, color) in [
        (&[][..], "yellow"),
        (&["--threshold", "utilizationYellow=0.73"], "green"),
        (&["--threshold", "utilizationYellow=0.5", "--threshold", "utilizationRed=0.7"], "red"),
    ] {
        let state = place.json(&[&["state", &base, "--at", "0", "--json"], thresholds].concat());
        assert_eq!(state["nodes"]["OrderService"]["coloring"]["color"], color, "{thresholds:?}");
    }
    for (threshold, message) in [
        ("utilizationred=1", "error: there is no threshold `utilizationred`\nhelp: use `utilizationRed`\n"),
        (
            "utilizationRed=0.5",
            "error: `utilizationYellow` is 0.7, above `utilizationRed`, 0.5\nhelp: set both, the lower one for yellow\n",
        ),
    ] {
        let ended = place.ftc(&["state", &base, "--at", "0", "--threshold", threshold]);
        assert_eq!((ended.err.as_str(), ended.code), (message, Some(2)));
    }
}

#[test]
fn runs_of_other_bins_are_told_apart_and_not_compared() {
    let place = Place::new(MODEL);
    let first = place.base("m.yaml", "runs");
    fs::write(place.path().join("later.yaml"), MODEL.replace("T14:00", "T15:00")).unwrap();
    let second = place.base("later.yaml", "runs");
    let ended = place.ftc(&["diff", &first, &second, "--detailed-exitcode"]);
    let grid =
        "grid\n  3 bins of 5 minutes from 2025-10-07T14:00:00Z → 3 bins of 5 minutes from 2025-10-07T15:00:00Z\n";
    assert_eq!((ended.out.as_str(), ended.code), (grid, Some(3)));
    assert_eq!(ended.err, "the bins are not the same ones, so no values are compared\n");
}

#[test]
fn a_base_run_that_is_not_whole_is_no_base() {
    let place = Place::new(MODEL);
    let base = place.base("m.yaml", "runs");
    let ended = place.ftc(&["overlay", "runs/none", "--param", "growth=2"]);
    let expected = "error: there is no run at `runs/none`\nhelp: name a folder that `ftc run --out` wrote\n";
    assert_eq!((ended.err.as_str(), ended.code), (expected, Some(2)));
    fs::remove_file(place.path().join(&base).join("series/columns.bin")).unwrap();
    let ended = place.ftc(&["overlay", &base, "--param", "growth=2"]);
    let expected = format!("error: the run is not whole: `{base}/series/columns.bin` is missing\n");
    assert!(ended.err.starts_with(&expected), "{}", ended.err);
    assert_eq!(ended.code, Some(2));
}

#[test]
fn a_parameter_of_the_template_is_told_from_an_unknown_one() {
    let provenance = "provenance: { template: { name: t, version: \"1.0\" }, parameters: { retry_share: 0.6 } }\n";
    let place = Place::new(&format!("{MODEL}{provenance}"));
    let run = place.base("m.yaml", "runs");
    let refused = place.ftc(&["overlay", &run, "--param", "retry_share=0.9"]);
    let expected = "error: the base run has no parameter `retry_share`: it was filled in when the template became a \
                    model\nhelp: replay the template with `--param retry_share=…`, or change a series with `--set`\n";
    assert_eq!((refused.code, refused.err.as_str()), (Some(1), expected));
}
