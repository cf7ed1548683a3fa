//! `ftc compile` on the real binary: each stage of a small model, whole or for one series.
#![expect(clippy::unwrap_used, reason = "a test that can't set up its folder has failed")]

use std::fs;
use std::process::Command;

const MODEL: &str = "schemaVersion: 1
grid: { bins: 4, binSize: 5, binUnit: minutes }
parameters:
  - { id: scale, value: 2 }
nodes:
  - { id: inflow, kind: const, values: [1, 2, 3, 4] }
  - { id: load, kind: expr, expr: \"inflow * scale + 1\" }
  - { id: queue, kind: expr, expr: \"MAX(0, queue[t-1] + load)\", initial: 5 }
outputs: [ { series: queue } ]
";

/// Compares what `ftc compile --emit` prints, and its exit code.
fn check_stage(args: &[&str], expected: &str, code: i32) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("model.yaml"), MODEL).unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_ftc"))
        .args(["compile", "model.yaml", "--emit"])
        .args(args)
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&done.stdout), expected, "{args:?}");
    assert_eq!(done.status.code(), Some(code), "{args:?}");
}

#[test]
fn the_syntax_tree_keeps_what_was_written() {
    let tree = "queue
  call MAX
    number 0
    chain
      index back
        name queue
        by number 1
      + name load
";
    check_stage(&["ast", "--series", "queue"], tree, 0);
}

#[test]
fn the_typed_tree_has_rates_types_and_parameters() {
    let tree = "load
  chain: series num
    chain: series num
      series inflow: series num
      * parameter scale: uniform num
    + 1: constant num
";
    check_stage(&["typed", "--series", "load"], tree, 0);
}

#[test]
fn the_program_names_its_inputs_parameters_and_outputs() {
    let program = "# input0 is inflow
# param0 is scale
# out0 is load
grid: 4 bins of 5 minutes
v0: num series = input0
v1: num uniform = param0
v2: num series = v0 * v1
v3: num constant = 1.0
v4: num series = v2 + v3
out0 = v4
";
    check_stage(&["ir", "--series", "load"], program, 0);
}

#[test]
fn the_graph_has_lags_and_recurrences() {
    let graph = "inflow reads no series
load reads inflow at lag 0
recurrence of queue
  queue reads load at lag 0, queue at lag 1
";
    check_stage(&["dag"], graph, 0);
}

#[test]
fn an_unknown_series_is_the_users_mistake() {
    check_stage(&["ast", "--series", "qeue"], "", 1);
}
