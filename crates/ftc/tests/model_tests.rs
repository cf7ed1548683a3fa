//! `ftc test` and `ftc verify` as a user meets them: what they print, what they end with, what they leave.
#![expect(clippy::unwrap_used, reason = "a test that can't set up its folder has failed")]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

const MODEL: &str = "schemaVersion: 1
grid: { bins: 3, binSize: 5, binUnit: minutes }
nodes:
  - { id: x, kind: const, source: \"file://x.csv\" }
  - { id: y, kind: expr, expr: \"x + 1\" }
";
const TESTS: &str = "tests:
  - { name: one more, inputs: { x: [1, 2] }, expect: { y: [2, 3] } }
  - { name: two more, inputs: { x: [1, 2] }, expect: { y: [2, 4] } }
";

/// A folder with a model of two tests, of which the second fails, one without tests, and their data.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), format!("{MODEL}{TESTS}")).unwrap();
    fs::write(folder.path().join("none.yaml"), MODEL).unwrap();
    fs::write(folder.path().join("x.csv"), "1\n2\n3\n").unwrap();
    folder
}

/// Runs `ftc` and compares its exit code; the answer is what it wrote to standard output and to standard error.
fn check_exit(folder: &Path, args: &[&str], code: i32) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ftc")).args(args).current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert_eq!(output.status.code(), Some(code), "{args:?}\n{out}\n{err}");
    (out, err)
}

#[test]
fn a_failed_test_is_shown_with_its_first_differing_bin() {
    let folder = folder();
    let (out, err) = check_exit(folder.path(), &["test"], 1);
    assert!(out.starts_with("running 2 tests of ./a.yaml\ntest one more ... ok ("), "{out}");
    assert!(out.contains("\ntest two more ... FAILED ("), "{out}");
    assert!(out.contains("\n---- ./a.yaml: two more ----\n`y` at bin 1: expected 4, found 3\n"), "{out}");
    assert!(out.contains("\ntest result: FAILED. 1 passed; 1 failed; 0 filtered out; finished in "), "{out}");
    assert_eq!(err, "`./none.yaml` has no tests\n");
}

#[test]
fn tests_are_filtered_by_name_and_run_without_the_data_they_replace() {
    let folder = folder();
    fs::remove_file(folder.path().join("x.csv")).unwrap();
    let args = ["test", "a.yaml", "--filter", "one", "--backend", "both"];
    let (out, _) = check_exit(folder.path(), &args, 0);
    assert!(out.contains("test result: ok. 1 passed; 0 failed; 1 filtered out; "), "{out}");
}

#[test]
fn a_filter_that_leaves_no_test_is_told_with_what_there_is() {
    let folder = folder();
    let (out, err) = check_exit(folder.path(), &["test", "a.yaml", "--filter", "mroe"], 0);
    assert!(out.contains("test result: ok. 0 passed; 0 failed; 2 filtered out; "), "{out}");
    assert_eq!(err, "warning: no test's name contains `mroe`\nhelp: did you mean `one more`?\n");
    let (_, err) = check_exit(folder.path(), &["test", "a.yaml", "--filter", "queue"], 0);
    assert!(err.ends_with("help: choose from `one more`, `two more`\n"), "{err}");
}

#[test]
fn a_model_with_errors_fails_and_is_shown() {
    let folder = folder();
    fs::write(folder.path().join("a.yaml"), MODEL.replace("x + 1", "oops")).unwrap();
    let (out, err) = check_exit(folder.path(), &["test", "a.yaml"], 1);
    assert!(out.contains("FAILED. 0 passed; 0 failed; 0 filtered out; 1 model with errors; "), "{out}");
    assert!(err.starts_with("error[FT0301]: ") && err.contains("the tests of `a.yaml` can't run"), "{err}");
}

#[test]
fn a_report_that_can_not_be_written_costs_no_result() {
    let folder = folder();
    let (out, err) = check_exit(folder.path(), &["test", "a.yaml", "--junit", "gone/report.xml"], 2);
    assert!(out.contains("`y` at bin 1: expected 4, found 3\n\ntest result: FAILED."), "{out}");
    assert!(err.contains("can't write `gone/report.xml`"), "{err}");
}

#[test]
fn a_report_has_what_is_wrong_with_a_model_that_no_test_could_run_of() {
    let folder = folder();
    fs::write(folder.path().join("a.yaml"), "schemaVersion: 1\nnodes: [").unwrap();
    fs::write(folder.path().join("t.yaml"), "templateType: simulations\nversion: \"1.0\"\n").unwrap();
    let (out, err) = check_exit(folder.path(), &["test", "--json", "--junit", "report.xml"], 1);
    let report = fs::read_to_string(folder.path().join("report.xml")).unwrap();
    assert!(report.contains("<error message=\"the model has errors\">error[FT0001]: "), "{report}");
    assert!(report.contains("<error message=\"the model has errors\">error[FT0008]: "), "{report}");
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(document["models"][0]["error"].as_str().unwrap().starts_with("error[FT0001]: "), "{out}");
    assert!(err.contains("the tests of `./t.yaml` can't run: it has errors"), "{err}");
}

#[test]
fn results_are_written_for_machines() {
    let folder = folder();
    let (out, _) = check_exit(folder.path(), &["test", "--json", "--junit", "report.xml"], 1);
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&document["passed"], &document["failed"]), (&1.into(), &1.into()));
    let problem = &document["models"][0]["tests"][1]["problems"][0];
    let expected = serde_json::json!({ "message": "`y` at bin 1: expected 4, found 3", "series": "y", "bin": 1,
                                       "expected": 4.0, "found": 3.0, "differing": 1 });
    assert_eq!(*problem, expected);
    let report = fs::read_to_string(folder.path().join("report.xml")).unwrap();
    assert!(report.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ftc test\" tests=\"2\" failures=\"1\" errors=\"0\" "), "{report}");
    assert!(report.contains("<failure message=\"`y` at bin 1: expected 4, found 3\">"), "{report}");
}

/// Runs the model in `folder` and answers with the run's path.
fn run(folder: &Path) -> String {
    check_exit(folder, &["run", "none.yaml", "--out", "runs"], 0);
    let entry = fs::read_dir(folder.join("runs")).unwrap().next().unwrap().unwrap();
    format!("runs/{}", entry.file_name().into_string().unwrap())
}

#[test]
fn a_run_that_was_not_touched_is_verified_and_a_changed_one_is_not() {
    let folder = folder();
    let run = run(folder.path());
    let (out, _) = check_exit(folder.path(), &["verify", &run], 0);
    assert_eq!(out, format!("{run}: 2 files, 3 columns of 3 bins: no difference, interpreted and compiled\n"));
    fs::write(folder.path().join(&run).join("x.csv"), "1\n2\n4\n").unwrap();
    let (out, _) = check_exit(folder.path(), &["verify", &run], 1);
    assert!(out.contains("\n  `y` at bin 2: stored 4, interpreted 5\n"), "{out}");
    let (out, _) = check_exit(folder.path(), &["verify", "--json", &run], 1);
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["runs"][0]["holds"], false);
}

/// What can't be verified is answered like this.
fn check_refused(folder: &Path, run: &str, expected: &str) {
    let (out, err) = check_exit(folder, &["verify", run], 1);
    assert_eq!((out.as_str(), err.as_str()), ("", expected));
}

#[test]
fn what_is_no_whole_run_is_refused_with_advice() {
    let folder = folder();
    let run = run(folder.path());
    check_refused(
        folder.path(),
        "gone",
        "error: there is no run at `gone`\nhelp: name a folder that `ftc run --out` wrote\n",
    );
    check_refused(folder.path(), "runs", &format!("error: `runs` is a folder of runs, not a run\nhelp: use `{run}`\n"));
    let columns = format!("{run}/series/columns.bin");
    fs::write(folder.path().join(&columns), b"FLOW").unwrap();
    check_refused(
        folder.path(),
        &run,
        &format!(
            "error: `{columns}` is damaged: it does not begin with `FLOWCOLS`\nhelp: run its `model.yaml` again with `--out`\n"
        ),
    );
}

#[test]
fn a_template_is_tested_as_the_model_that_its_defaults_make() {
    let folder = tempfile::tempdir().unwrap();
    let template = format!(
        "templateType: simulation\nversion: \"1.0\"\ndescription: one more\n\
         parameters: [ {{ name: step, type: number, default: 1 }} ]\n\
         grid: {{ bins: 3, binSize: 5, binUnit: minutes }}\n\
         expressions:\n  - {{ id: x, kind: const, value: 0 }}\n  - {{ id: y, kind: expr, expr: \"x + {{{{step}}}}\" }}\n{TESTS}"
    );
    fs::write(folder.path().join("t.yaml"), template).unwrap();
    let (out, _) = check_exit(folder.path(), &["test"], 1);
    assert!(out.contains("test one more ... ok"), "{out}");
    assert!(out.contains("`y` at bin 1: expected 4, found 3"), "{out}");
}

#[test]
fn the_tests_of_the_shipped_templates_pass() {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates");
    let (out, _) = check_exit(&templates, &["test", "--backend", "both"], 0);
    assert!(out.contains("test result: ok. 4 passed"), "{out}");
}
