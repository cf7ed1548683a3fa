//! What goes wrong outside a model, with the real binary: full disks, small stacks, Ctrl-C, files that may not be
//! changed, two writers at once. Each ends with its exit code and leaves nothing half done.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't set up its folder has failed")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A folder with `model.yaml`, whose outputs take more than 100 KB.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("model.yaml"), model(10_000)).unwrap();
    folder
}

fn model(bins: u32) -> String {
    format!(
        "schemaVersion: 1\ngrid: {{ bins: {bins}, binSize: 5, binUnit: minutes }}\nnodes:\n  \
         - {{ id: x, kind: const, value: 0.1 }}\n  - {{ id: y, kind: expr, expr: \"x * SHIFT(x, 1)\" }}\n"
    )
}

/// `ftc` with `args` behind the shell commands `before`.
fn ftc(folder: &Path, before: &str, args: &str) -> Command {
    let mut command = Command::new("sh");
    let script = format!("{before}\nexec '{}' {args}", env!("CARGO_BIN_EXE_ftc"));
    command.args(["-c", &script]).current_dir(folder).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs `ftc`, compares its exit code and looks for `message` in what it says.
fn check_says(folder: &Path, before: &str, args: &str, code: i32, message: &str) {
    let Output { status, stdout, stderr } = ftc(folder, before, args).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert_eq!(status.code(), Some(code), "{args}: {said}");
    assert!(said.contains(message), "{args}: {said}");
}

fn names_in(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[test]
fn a_run_that_cannot_be_written_whole_leaves_nothing() {
    let folder = folder();
    let limit = "trap '' XFSZ; ulimit -f 40";
    check_says(folder.path(), limit, "run model.yaml --out runs", 2, "error: can't write `runs/.tmp-run_nowindow_");
    assert_eq!(names_in(&folder.path().join("runs")), Vec::<String>::new());
}

#[test]
fn what_is_in_the_way_of_the_runs_is_named() {
    let folder = folder();
    check_says(folder.path(), "", "run model.yaml --out model.yaml", 2, "help: name a folder");
    check_says(folder.path(), "", "run model.yaml --out model.yaml/x", 2, "a part of its path is no folder");
    check_says(folder.path(), "", "run .", 2, "error: `.` is a folder; name a model in it\nhelp: use `./model.yaml`\n");
    check_says(folder.path(), "", "run x.yaml", 2, "error: can't read `x.yaml`: there is no such file or folder\n");
}

#[test]
fn a_read_only_file_is_not_formatted() {
    let folder = folder();
    let path = folder.path().join("model.yaml");
    let text = model(4).replace("x * S", "x*S");
    fs::write(&path, &text).unwrap();
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    check_says(folder.path(), "", "fmt", 2, "error: can't write `./model.yaml`: it is read-only\n");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert_eq!(names_in(folder.path()), ["model.yaml"]);
}

#[test]
fn folders_of_runs_are_not_searched_unless_named() {
    let folder = folder();
    check_says(folder.path(), "", "run model.yaml --out runs", 0, "artifacts: runs/");
    check_says(folder.path(), "", "check", 0, "checked 1 model: ");
    check_says(folder.path(), "", "check runs/*", 0, "checked 1 model: ");
}

#[test]
fn the_main_thread_needs_no_more_than_512_kib_of_stack() {
    let folder = folder();
    let formulas = [
        ("(".repeat(20_000), "FT0108"),
        ("a[".repeat(20_000), "FT0104"),
        ("- ".repeat(20_000) + "x", "FT0108"),
        ("x^".repeat(20_000) + "x", "FT0108"),
        ("x".to_owned() + &"+x".repeat(29_999), "no problems"),
        (format!("MAX({}x)", "x,".repeat(20_000)), "no problems"),
        ("x+".repeat(500_000), "FT0109"),
    ];
    for (formula, message) in formulas {
        let text = model(4).replace("x * SHIFT(x, 1)", &formula);
        fs::write(folder.path().join("hostile.yaml"), text).unwrap();
        let code = i32::from(message.starts_with("FT"));
        check_says(folder.path(), "ulimit -s 512", "check hostile.yaml", code, message);
        let message = if code == 0 { "artifacts: " } else { message };
        check_says(folder.path(), "ulimit -s 512", "run hostile.yaml --out runs", code, message);
    }
}

#[test]
fn ctrl_c_ends_with_130_and_leaves_nothing() {
    let folder = folder();
    fs::write(folder.path().join("model.yaml"), model(1_000_000)).unwrap();
    let runs = folder.path().join("runs");
    let mut child = ftc(folder.path(), "", "run model.yaml --out runs").spawn().unwrap();
    while !fs::read_dir(&runs).is_ok_and(|mut entries| entries.next().is_some()) {
        assert_eq!(child.try_wait().unwrap(), None, "the run ended before it was interrupted");
        std::thread::yield_now();
    }
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(names_in(&runs), Vec::<String>::new());
}

/// Presses Ctrl-C as soon as the program is prepared, which `--perf-map` tells.
#[cfg(target_os = "linux")]
fn check_interrupted(command: &str) {
    let folder = folder();
    let formula = "EMA(ROLLING_STD(x * SHIFT(x, 1), 500), 0.2)";
    fs::write(folder.path().join("model.yaml"), model(3_000_000).replace("x * SHIFT(x, 1)", formula)).unwrap();
    let mut child = ftc(folder.path(), "", &format!("{command} --perf-map")).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("/tmp/perf-")), "{command}");
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let begin = Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{command}");
    assert!(begin.elapsed() < Duration::from_secs(5), "{command}: {:?}", begin.elapsed());
    assert_eq!(names_in(folder.path()), ["model.yaml"]);
    fs::remove_file(format!("/tmp/perf-{}.map", child.id())).unwrap();
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_stops_an_evaluation_of_any_backend() {
    for backend in ["interp", "jit", "both"] {
        check_interrupted(&format!("run model.yaml --out runs --backend {backend}"));
    }
    check_interrupted("bench model.yaml --backend jit");
}

#[test]
fn of_writers_of_one_id_one_writes_and_the_others_find_its_run() {
    let folder = folder();
    let start = |_| ftc(folder.path(), "", "run model.yaml --out runs --deterministic-run-id").spawn().unwrap();
    let children: Vec<_> = (0..4).map(start).collect();
    let outputs: Vec<Output> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    for Output { status, stderr, .. } in &outputs {
        assert_eq!(status.code(), Some(0), "{}", String::from_utf8_lossy(stderr));
    }
    let wrote = |output: &&Output| String::from_utf8_lossy(&output.stdout).contains("\nartifacts: ");
    assert_eq!(outputs.iter().filter(wrote).count(), 1);
    assert_eq!(names_in(&folder.path().join("runs")).len(), 1);
}
