//! `ftc bench`, `--profile`, `--perf-map` and `--simd` on the real binary: what they print, and that they agree with the
//! machine code that `ftc compile` shows.
#![expect(clippy::unwrap_used, reason = "a test that can't set up its folder has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use flowtime_runtime::kernels::Simd;
use serde_json::Value;
use tempfile::TempDir;

const MODEL: &str = "schemaVersion: 1
grid: { bins: 3000, binSize: 5, binUnit: minutes }
nodes:
  - { id: inflow, kind: const, source: \"file://inflow.csv\" }
  - { id: load, kind: expr, expr: \"inflow * 2 + 1\" }
  - { id: queue, kind: expr, expr: \"MAX(0, queue[t-1] + load - 7)\", initial: 5 }
  - { id: peak, kind: expr, expr: \"ROLLING_MAX(queue, 3)\" }
outputs: [ { series: load }, { series: peak } ]
";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..3000).map(|bin| format!("{bin},{}\n", bin % 7)).collect();
    fs::write(folder.path().join("inflow.csv"), format!("bin_index,value\n{rows}")).unwrap();
    fs::write(folder.path().join("model.yaml"), MODEL).unwrap();
    folder
}

fn ftc(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ftc")).args(args).current_dir(folder).output().unwrap()
}

/// Runs `ftc`, compares its exit code, and gives what it printed and said.
fn check_exit(folder: &Path, args: &[&str], code: i32) -> (String, String) {
    let Output { status, stdout, stderr } = ftc(folder, args);
    let (out, err) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    assert_eq!(status.code(), Some(code), "{args:?}\n{out}\n{err}");
    (out, err)
}

#[test]
fn a_benchmark_has_the_figures_of_each_backend() {
    let (out, err) = check_exit(folder().path(), &["bench", "model.yaml", "--time", "0.01", "--json"], 0);
    assert_eq!(err, "");
    let measured: Vec<BTreeMap<String, Value>> = serde_json::from_str(&out).unwrap();
    let backends: Vec<_> = measured.iter().map(|one| one["backend"].as_str().unwrap()).collect();
    assert_eq!(backends, ["interp", "jit"]);
    for one in &measured {
        let number = |key: &str| one[key].as_f64().unwrap();
        assert_eq!([number("bins"), number("series"), number("outputs")], [3000.0, 4.0, 2.0]);
        assert!(number("prepareNs") > 0.0 && number("evalNsMin") > 0.0);
        assert!(number("evalNsMin") <= number("evalNsMedian"));
        assert!((number("nsPerSeriesBin") * 12_000.0 - number("evalNsMedian")).abs() <= 1.0);
        assert_eq!(number("codeBytes") > 0.0, one["backend"] == "jit");
        assert_eq!(one.len(), 9);
    }
}

#[test]
fn a_benchmark_for_people_has_a_row_for_each_backend_asked_for() {
    let folder = folder();
    for (backend, rows) in [("all", 2), ("interp", 1), ("jit", 1)] {
        let args = ["bench", "model.yaml", "--time", "0.01", "--backend", backend];
        let (out, _) = check_exit(folder.path(), &args, 0);
        assert!(out.starts_with("4 series, 2 outputs, 3000 bins\n\nbackend "), "{out}");
        assert_eq!(out.lines().count(), 3 + rows, "{out}");
    }
}

#[test]
fn a_model_or_data_with_problems_is_not_measured() {
    let folder = folder();
    fs::write(folder.path().join("inflow.csv"), "bin_index,value\n0,1\n").unwrap();
    let (out, err) = check_exit(folder.path(), &["bench", "model.yaml"], 1);
    assert!(out.is_empty() && err.starts_with("error[FT"), "{err}");
    fs::write(folder.path().join("bad.yaml"), MODEL.replace("inflow * 2", "inflw * 2")).unwrap();
    let (_, err) = check_exit(folder.path(), &["bench", "bad.yaml"], 1);
    assert!(err.contains("did you mean `inflow`?"), "{err}");
}

#[test]
fn a_profile_tells_each_loop_and_window_with_its_series() {
    let folder = folder();
    let (out, err) = check_exit(folder.path(), &["run", "model.yaml", "--profile"], 0);
    assert!(out.starts_with("series ") && err.starts_with("\nregion "), "{err}");
    let (out, _) = check_exit(folder.path(), &["run", "model.yaml", "--profile", "--json"], 0);
    let record: Value = serde_json::from_str(&out).unwrap();
    let rows = record["profile"].as_array().unwrap();
    let series = |region: &str| {
        let row = rows.iter().find(|row| row["region"].as_str().unwrap().starts_with(region)).unwrap();
        row["series"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((series("map_"), series("scan_"), series("window_")), (vec!["load"], vec!["queue"], vec!["peak"]));
    let share: f64 = rows.iter().map(|row| row["share"].as_f64().unwrap()).sum();
    assert!((share - 1.0).abs() < 0.01, "{share}");
    let (out, _) = check_exit(folder.path(), &["run", "model.yaml", "--json"], 0);
    assert!(!out.contains("\"profile\""));
}

#[test]
fn the_interpreter_is_one_part_of_a_profile() {
    let (_, err) = check_exit(folder().path(), &["run", "model.yaml", "--profile", "--backend", "interp"], 0);
    assert!(err.lines().any(|line| line.starts_with("interpreter")) && !err.contains("map_"), "{err}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_perf_map_names_the_machine_code_of_each_region() {
    let folder = folder();
    let (out, err) = check_exit(folder.path(), &["compile", "model.yaml", "--perf-map"], 0);
    let path = err.trim().strip_prefix("perf map: ").unwrap();
    let text = fs::read_to_string(path).unwrap();
    fs::remove_file(path).unwrap();
    let regions: Vec<(u64, u64, &str)> = text.lines().map(region).collect();
    let names: Vec<_> = regions.iter().map(|(_, _, name)| *name).collect();
    assert_eq!(names, ["flowtime::map_0[load]", "flowtime::scan_1[queue]"]);
    assert!(regions.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0), "they overlap: {text}");
    let bytes: u64 = regions.iter().map(|(_, size, _)| size).sum();
    assert!(out.contains(&format!("code          {bytes} bytes\n")), "{bytes}: {out}");
}

/// Start, size and name.
#[cfg(target_os = "linux")]
fn region(line: &str) -> (u64, u64, &str) {
    let mut parts = line.splitn(3, ' ');
    let mut number = || u64::from_str_radix(parts.next().unwrap(), 16).unwrap();
    let (start, size) = (number(), number());
    (start, size, parts.next().unwrap())
}

#[test]
fn a_level_of_instructions_changes_no_result_and_one_that_is_lacking_is_refused() {
    let folder = folder();
    let (expected, _) = check_exit(folder.path(), &["run", "model.yaml", "--backend", "interp"], 0);
    for level in Simd::ALL {
        let args = ["run", "model.yaml", "--backend", "jit", "--simd", &level.to_string()];
        if level.is_available() {
            assert_eq!(check_exit(folder.path(), &args, 0).0, expected);
        } else {
            let (_, err) = check_exit(folder.path(), &args, 2);
            assert!(err.starts_with(&format!("error: this machine lacks the instructions of `--simd {level}`")));
        }
    }
}
