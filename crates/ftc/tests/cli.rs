//! The real binary: what it prints where, what it ends with, what it leaves on the disk.
#![expect(clippy::unwrap_used, reason = "a test that can't set up its folder has failed")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const GOOD: &str = "schemaVersion: 1
grid: { bins: 4, binSize: 5, binUnit: minutes }
parameters:
  - { id: scale, value: 2 }
nodes:
  - { id: x, kind: const, source: \"file://x.csv\" }
  - { id: y, kind: expr, expr: \"x * scale + 1\" }
";
const BAD: &str = "schemaVersion: 1
grid: { bins: 4, binSize: 5, binUnit: minutes }
nodes:
  - { id: x, kind: const, source: \"file://x.csv\" }
  - { id: y, kind: expr, expr: \"oops\" }
";
const DATA: &str = "bin_index,value\n0,1\n1,2\n2,\n3,4\n";

/// A folder with a good model, a bad one, a YAML file that is none, and their data.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("models")).unwrap();
    for (name, text) in [("good.yaml", GOOD), ("bad.yml", BAD), ("other.yaml", "a: 1\n"), ("x.csv", DATA)] {
        fs::write(folder.path().join("models").join(name), text).unwrap();
    }
    folder
}

/// What `ftc` did.
struct Done {
    code: Option<i32>,
    out: String,
    err: String,
}

fn ftc(folder: &Path, args: &[&str]) -> Done {
    ftc_with_input(folder, args, "")
}

fn ftc_with_input(folder: &Path, args: &[&str], input: &str) -> Done {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ftc"))
        .args(args)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails early may not read its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Done { code: status.code(), out: text(stdout), err: text(stderr) }
}

/// Runs `ftc` and compares its exit code; the answer has its output.
fn check_exit(folder: &Path, args: &[&str], code: i32) -> Done {
    let done = ftc(folder, args);
    assert_eq!(done.code, Some(code), "{args:?}\n{}\n{}", done.out, done.err);
    done
}

#[test]
fn check_ends_with_0_for_a_good_model_and_1_for_a_bad_one() {
    let folder = folder();
    let good = check_exit(folder.path(), &["check", "models/good.yaml"], 0);
    assert_eq!((good.out.as_str(), good.err.as_str()), ("", "checked 1 model: no problems\n"));
    let bad = check_exit(folder.path(), &["check", "models/bad.yml"], 1);
    assert!(bad.out.starts_with("error[FT0301]: ") && bad.out.contains("models/bad.yml:5:"), "{}", bad.out);
    assert!(!bad.out.contains('\u{1b}'));
}

#[test]
fn check_searches_folders_for_models() {
    let folder = folder();
    let done = check_exit(folder.path(), &["check"], 1);
    assert!(done.err.starts_with("checked 2 models: 1 error"), "{}", done.err);
    let named = check_exit(folder.path(), &["check", "models/other.yaml"], 1);
    assert!(named.err.starts_with("checked 1 model: "), "{}", named.err);
}

#[test]
fn check_reads_standard_input() {
    let folder = folder();
    let done = ftc_with_input(folder.path(), &["check", "--no-sources", "--output-format", "concise", "-"], BAD);
    assert_eq!(done.code, Some(1));
    assert!(done.out.starts_with("<stdin>:5:"), "{}", done.out);
}

#[test]
fn machine_formats_hold_the_whole_output() {
    let folder = folder();
    let json = check_exit(folder.path(), &["check", "--output-format", "json", "models"], 1);
    let document: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(document["version"], 1);
    assert_eq!(document["diagnostics"][0]["file"], "models/bad.yml");
    let sarif = check_exit(folder.path(), &["check", "--output-format", "sarif", "models"], 1);
    let log: serde_json::Value = serde_json::from_str(&sarif.out).unwrap();
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "FT0301");
    let github = check_exit(folder.path(), &["check", "--output-format", "github", "models"], 1);
    assert!(github.out.starts_with("::error file=models/bad.yml,line=5,"), "{}", github.out);
}

#[test]
fn colours_are_a_matter_of_the_flag_where_there_is_no_terminal() {
    let folder = folder();
    let colored = check_exit(folder.path(), &["check", "--color", "always", "models/bad.yml"], 1);
    assert!(colored.out.contains('\u{1b}'));
}

#[test]
fn quiet_says_nothing_but_results() {
    let folder = folder();
    let done = check_exit(folder.path(), &["-q", "check", "models/good.yaml"], 0);
    assert_eq!((done.out.as_str(), done.err.as_str()), ("", ""));
}

#[test]
fn what_cannot_be_read_or_understood_ends_with_2() {
    let folder = folder();
    let done = check_exit(folder.path(), &["check", "nowhere.yaml"], 2);
    assert!(done.err.starts_with("error: can't read `nowhere.yaml`: "), "{}", done.err);
    check_exit(folder.path(), &["check", "--output-format", "xml"], 2);
    check_exit(folder.path(), &["run", "models/good.yaml", "--set", "scale=fast"], 2);
    check_exit(folder.path(), &["run", "models/good.yaml", "--out", "models/x.csv"], 2);
}

#[test]
fn a_file_that_is_no_text_is_a_diagnostic() {
    let folder = folder();
    fs::write(folder.path().join("latin.yaml"), b"schemaVersion: 1\n# caf\xe9\n").unwrap();
    let done = check_exit(folder.path(), &["check", "--output-format", "concise", "latin.yaml"], 1);
    assert_eq!(done.out, "latin.yaml:2:6: error[FT0001]: the file is not valid UTF-8\n");
    fs::write(folder.path().join("wide.yaml"), b"\xff\xfes\0c\0").unwrap();
    let done = check_exit(folder.path(), &["check", "--output-format", "concise", "wide.yaml"], 1);
    assert_eq!(done.out, "wide.yaml:1:1: error[FT0001]: the file is UTF-16, expected UTF-8\n");
}

#[test]
fn run_prints_a_table_and_writes_nothing() {
    let folder = folder();
    let done = check_exit(folder.path(), &["run", "models/good.yaml"], 0);
    let lines: Vec<&str> = done.out.lines().collect();
    assert_eq!(lines.len(), 3, "{}", done.out);
    assert!(lines[0].starts_with("series") && lines[1].starts_with('x') && lines[2].starts_with('y'), "{}", done.out);
    assert!(done.err.contains("\n  1 of 4 values of `x` are missing, at bin 2\n"), "{}", done.err);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn run_writes_artifacts_and_says_where() {
    let folder = folder();
    let done = check_exit(folder.path(), &["run", "models/good.yaml", "--out", "runs"], 0);
    let path = done.out.lines().last().and_then(|line| line.strip_prefix("artifacts: ")).unwrap();
    let record: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join(path).join("run.json")).unwrap()).unwrap();
    assert_eq!(record["status"], "completed");
    assert_eq!(record["grid"]["binMinutes"], 5);
    assert_eq!(record["series"][0]["path"], "series/x.csv");
    check_exit(folder.path(), &["check", "--data", &format!("{path}/model.yaml")], 0);
}

#[test]
fn run_prints_the_record_as_json() {
    let folder = folder();
    let args = ["run", "models/good.yaml", "--json", "--set", "scale=3", "--out", "runs", "--deterministic-run-id"];
    let [first, second] = [(), ()].map(|()| check_exit(folder.path(), &args, 0).out);
    let record: serde_json::Value = serde_json::from_str(&first).unwrap();
    assert_eq!(record["parameters"]["scale"], 3.0);
    assert_eq!(first, second);
}

#[test]
fn run_names_the_nearest_parameter() {
    let folder = folder();
    let done = check_exit(folder.path(), &["run", "models/good.yaml", "--set", "scael=3"], 1);
    assert_eq!(done.err, "error: the model has no parameter `scael`\nhelp: use `scale`\n");
}

#[test]
fn run_of_a_bad_model_shows_its_errors() {
    let folder = folder();
    let done = check_exit(folder.path(), &["run", "models/bad.yml"], 1);
    assert_eq!(done.out, "");
    assert!(done.err.starts_with("error[FT0301]"), "{}", done.err);
}

#[test]
fn fmt_changes_formulas_alone_and_is_idempotent() {
    let folder = folder();
    let path = folder.path().join("models/good.yaml");
    fs::write(&path, GOOD.replace("scale + 1", "scale+1")).unwrap();
    assert_eq!(check_exit(folder.path(), &["fmt", "--check", "models/good.yaml"], 1).out, "models/good.yaml\n");
    let diff = check_exit(folder.path(), &["fmt", "--diff", "models/good.yaml"], 1).out;
    assert!(diff.contains("\n-  - { id: y") && diff.contains("\n+  - { id: y"), "{diff}");
    let colored = check_exit(folder.path(), &["--color=always", "fmt", "--diff", "models/good.yaml"], 1).out;
    assert!(colored.contains("\u{1b}[31m-  - { id: y") && colored.contains("\u{1b}[32m+  - { id: y"), "{colored}");
    check_exit(folder.path(), &["fmt", "models/good.yaml"], 0);
    assert_eq!(fs::read_to_string(&path).unwrap(), GOOD);
    check_exit(folder.path(), &["fmt", "--check", "models/good.yaml"], 0);
}

#[test]
fn fmt_formats_standard_input_to_standard_output() {
    let folder = folder();
    let done = ftc_with_input(folder.path(), &["fmt", "-"], &GOOD.replace("scale + 1", "scale+1"));
    assert_eq!((done.code, done.out.as_str()), (Some(0), GOOD));
}

#[test]
fn explain_knows_codes_and_functions_and_proposes_the_nearest() {
    let folder = folder();
    assert!(check_exit(folder.path(), &["explain", "ft0201"], 0).out.starts_with("# FT0201"));
    assert!(check_exit(folder.path(), &["explain", "max"], 0).out.starts_with("# `MAX("));
    let done = check_exit(folder.path(), &["explain", "FT02O1"], 1);
    assert!(done.err.contains("try `ftc explain FT0201`"), "{}", done.err);
    let done = check_exit(folder.path(), &["explain", "301"], 1);
    assert!(done.err.contains("try `ftc explain FT0301`"), "{}", done.err);
    let done = check_exit(folder.path(), &["explain", "FT9999"], 1);
    assert!(done.err.contains("see `ftc explain` for all codes"), "{}", done.err);
}

#[test]
fn explain_alone_lists_the_codes() {
    let folder = folder();
    let done = check_exit(folder.path(), &["explain"], 0);
    assert!(done.out.contains("\nFT0301  error    unknown name in a formula\n"), "{}", done.out);
    assert!(done.err.contains("`ftc functions`"), "{}", done.err);
}

#[test]
fn a_mistyped_path_is_answered_with_the_nearest_one() {
    let folder = folder();
    for command in ["check", "run", "fmt"] {
        let done = check_exit(folder.path(), &[command, "models/god.yaml"], 2);
        let expected = "error: can't read `models/god.yaml`: there is no such file or folder\n\
                        help: use `models/good.yaml`\n";
        assert_eq!(done.err, expected);
    }
}

#[test]
fn run_of_a_folder_names_its_models() {
    let folder = folder();
    let done = check_exit(folder.path(), &["run", "models"], 2);
    let expected = "error: `models` is a folder; name a model in it\n\
                    help: use one of `models/bad.yml`, `models/good.yaml`\n";
    assert_eq!(done.err, expected);
}

#[test]
fn a_binary_file_is_not_shown() {
    let folder = folder();
    fs::write(folder.path().join("x.yaml"), b"\x7fELF\x02\x00\x00\xff\x1b[31m").unwrap();
    let done = check_exit(folder.path(), &["check", "x.yaml"], 1);
    assert!(done.out.starts_with("error[FT0001]: the file is binary, not a text\n"), "{}", done.out);
    assert!(!done.out.contains("ELF") && !done.out.contains('\u{1b}'), "{}", done.out);
}

#[test]
fn rules_of_a_model_are_evaluated_and_shown_together() {
    let folder = folder();
    let sections = "validation:\n  - { id: a, type: custom, expr: \"x > 1\" }\n  - { id: b, type: custom, expr: \"y > 3\" }\n\
                    window: { start: \"2025-10-07T00:00:00Z\" }\n";
    fs::write(folder.path().join("models/good.yaml"), GOOD.to_owned() + sections).unwrap();
    let done = check_exit(folder.path(), &["run", "models/good.yaml"], 0);
    let expected = "warning: rules of the model, 2 times\n  \
                    rule `a` does not hold at bins 0, 2 (00:00-00:05, 00:10-00:15 UTC)\n  \
                    rule `b` does not hold at bins 0, 2 (00:00-00:05, 00:10-00:15 UTC)\n";
    assert!(done.err.starts_with(expected), "{}", done.err);
    let quiet = check_exit(folder.path(), &["-q", "run", "models/good.yaml"], 0);
    assert_eq!(quiet.err, "");
}

#[test]
fn a_discarded_division_is_warned_of_with_times_and_advice() {
    let folder = folder();
    let model = GOOD.replace("x * scale + 1", "1 / (x - 1)") + "window: { start: \"2025-10-07T00:00:00Z\" }\n";
    fs::write(
        folder.path().join("models/good.yaml"),
        model.replace("  - { id: scale, value: 2 }\n", "").replace("parameters:\n", ""),
    )
    .unwrap();
    let done = check_exit(folder.path(), &["run", "models/good.yaml"], 0);
    assert!(done.err.contains("warning: division by zero in `y` gave 0 at bin 0 (00:00-00:05 UTC)\n"), "{}", done.err);
    assert_eq!(done.err.matches("help: guard a division with `IF`").count(), 1, "{}", done.err);
}

#[test]
fn run_as_json_has_figures_and_no_id_where_nothing_is_kept() {
    let folder = folder();
    let record: serde_json::Value =
        serde_json::from_str(&check_exit(folder.path(), &["run", "models/good.yaml", "--json"], 0).out).unwrap();
    assert!(record["runId"].is_null());
    let expected =
        serde_json::json!({ "id": "y", "min": 3.0, "mean": 17.0 / 3.0, "max": 9.0, "last": 9.0, "missing": 1 });
    assert_eq!(record["series"][1], expected);
}

#[test]
fn errors_of_a_run_as_json_are_the_diagnostics() {
    let folder = folder();
    let done = check_exit(folder.path(), &["run", "models/bad.yml", "--json"], 1);
    let document: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(document["diagnostics"][0]["code"], "FT0301");
    assert_eq!(done.err, "checked 1 model: 1 error\n");
}

#[test]
fn fmt_tells_which_formulas_keep_their_line_breaks() {
    let folder = folder();
    let model = GOOD.replace(
        "  - { id: y, kind: expr, expr: \"x * scale + 1\" }",
        "  - id: y\n    kind: expr\n    expr: x\n      * scale",
    );
    fs::write(folder.path().join("models/good.yaml"), model).unwrap();
    let done = check_exit(folder.path(), &["fmt", "-vv", "models/good.yaml"], 0);
    assert!(done.err.contains("models/good.yaml:9: line breaks left as they are: "), "{}", done.err);
    assert!(!check_exit(folder.path(), &["fmt", "models/good.yaml"], 0).err.contains("line breaks"));
}

#[test]
fn check_fix_applies_fixes_and_tells_which() {
    let folder = folder();
    let path = folder.path().join("models/good.yaml");
    fs::write(&path, GOOD.replace("x * scale", "x * scael")).unwrap();
    let done = check_exit(folder.path(), &["check", "--fix", "models/good.yaml"], 0);
    assert!(done.err.contains("fixed models/good.yaml:7: "), "{}", done.err);
    assert!(done.err.contains("1 fix applied to models/good.yaml\nchecked 1 model: no problems\n"), "{}", done.err);
    assert_eq!(fs::read_to_string(&path).unwrap(), GOOD);
    assert_eq!(fs::read_dir(folder.path().join("models")).unwrap().count(), 4);
}

#[test]
fn help_has_examples_exit_codes_and_global_options_apart() {
    let folder = folder();
    for command in ["check", "run", "compile", "fmt", "replay", "trace", "test", "verify", "state", "diff", "overlay"] {
        let help = check_exit(folder.path(), &[command, "--help"], 0).out;
        for part in ["\nExamples:\n", "\nExit codes:\n", "\nGlobal options:\n"] {
            assert!(help.contains(part), "{part}{help}");
        }
    }
}

#[test]
fn the_first_help_shows_the_commands_in_groups() {
    let folder = folder();
    for flag in ["-h", "--help"] {
        let help = check_exit(folder.path(), &[flag], 0).out;
        assert!(help.contains("\nModels:\n  init         Write a small model that runs at once\n"), "{help}");
        assert!(help.contains("\nOptions:\n"), "{help}");
    }
}

#[test]
fn the_schema_is_that_of_the_manual() {
    let folder = folder();
    let schema = check_exit(folder.path(), &["schema"], 0).out;
    check_exit(folder.path(), &["init", "mine"], 0);
    assert_eq!(fs::read_to_string(folder.path().join("mine/model.schema.json")).unwrap(), schema);
}

#[test]
fn functions_are_listed_in_lines_as_page_and_as_json() {
    let folder = folder();
    let list = check_exit(folder.path(), &["functions"], 0).out;
    assert!(list.lines().any(|line| line.starts_with("  ROLLING_MAX(x, window) ")), "{list}");
    assert!(check_exit(folder.path(), &["functions", "--markdown"], 0).out.starts_with("# Functions\n"));
    let json = check_exit(folder.path(), &["functions", "--json"], 0).out;
    let list: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(list["functions"].as_array().unwrap().iter().any(|function| function["name"] == "MAX"));
}

#[test]
fn init_writes_a_model_that_runs_and_never_overwrites() {
    let folder = folder();
    let done = check_exit(folder.path(), &["init", "mine"], 0);
    for name in ["model.yaml", "model.schema.json", "telemetry/arrivals.csv"] {
        assert!(done.err.contains(&format!("mine/{name}")), "{}", done.err);
    }
    check_exit(folder.path(), &["check", "--data", "mine"], 0);
    check_exit(folder.path(), &["run", "mine/model.yaml", "--set", "capacity=60"], 0);
    fs::remove_dir_all(folder.path().join("mine/telemetry")).unwrap();
    let done = check_exit(folder.path(), &["init", "mine"], 1);
    assert_eq!(done.err, "error: `mine/model.yaml` is there already\nhelp: name another folder\n");
    assert!(!folder.path().join("mine/telemetry").exists());
}

#[test]
fn completions_are_written_for_each_shell() {
    let folder = folder();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(check_exit(folder.path(), &["completions", shell], 0).out.contains("ftc"));
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = folder();
    let mut child = Command::new(env!("CARGO_BIN_EXE_ftc"))
        .args(["completions", "bash"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!((done.status.code(), done.stderr.as_slice()), (Some(0), &b""[..]));
}
