//! Compiled models in programs of C: `ftc compile --emit obj` on the real binary, the C compiler of this machine, the
//! library built by Cargo as users build it. What the C programs print is compared with the interpreter, bit by bit.
//!
//! Object files are for x86-64; elsewhere the command says so.
#![cfg(all(target_arch = "x86_64", unix))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't set up its folder has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use flowtime::driver::{self, Check, Evaluation, Settings};
use flowtime::load::{FileLoader, SourceCheck};
use flowtime_runtime::aot;
use flowtime_runtime::engine::{self, Backend};
use tempfile::TempDir;

/// Bins of the models here: some tiles and a part of one.
const BINS: usize = 2_500;

/// The nodes of models, by name; `a` and `b` are awkward data, `scale` and `limit` parameters.
const MODELS: &[(&str, &str)] = &[
    (
        "elementwise",
        r#"
  - { id: sums, kind: expr, expr: "a * scale + b / (a - 3) - limit" }
  - { id: calls, kind: expr, expr: "EXP(b * 0.01) + LN(ABS(a)) + POW(ABS(a), 1.3) + a % 0.7 + SQRT(b)" }
  - { id: picks, kind: expr, expr: "IF(a > b AND NOT (a == 2), MAX(a, b, limit), COALESCE(b, a, 0))" }
  - { id: rounds, kind: expr, expr: "ROUND(a) + FLOOR(b) * CEIL(a) + PULSE(7) + RAMP(0, 5) + BIN()" }"#,
    ),
    (
        "recurrences",
        r#"
  - { id: queue, kind: expr, expr: "MAX(0, queue[t-1] + a - served)", initial: 5 }
  - { id: served, kind: expr, expr: "MIN(limit + queue[t-1] * 0.2, 40) + EXP(0 - queue[t-1])" }
  - { id: far, kind: expr, expr: "COALESCE(far[t-9], 0) * 0.5 + b" , initial: 1 }
  - { id: total, kind: expr, expr: "CUMSUM(a) - CUMMAX(b) + EMA(a, 0.2)" }"#,
    ),
    (
        "windows",
        r#"
  - { id: most, kind: expr, expr: "ROLLING_MAX(a, 12) - ROLLING_MIN(b, 288) + ROLLING_MAX(a * scale, 3)" }
  - { id: mean, kind: expr, expr: "ROLLING_MEAN(a, 12) + ROLLING_SUM(b, 300) / ROLLING_COUNT(b, 5)" }
  - { id: spread, kind: expr, expr: "ROLLING_STD(a, 24)" }
  - { id: echo, kind: expr, expr: "CONV(a, [0.5, 0.25, 0, 0.125]) + HOLD(b, 3)" }
  - { id: shifts, kind: expr, expr: "a[t-1] + a[t+2] - SHIFT(b, 1500) + DELTA(b, 7)" }
  - { id: capacity, kind: expr, expr: "infer_capacity_from_saturation(a, b, mean)" }"#,
    ),
    (
        "reductions",
        r#"
  - { id: shares, kind: expr, expr: "a / SUM(a) + b / AVG(b)" }
  - { id: ranks, kind: expr, expr: "IF(a > PERCENTILE(a, 95), MAXOF(a), MINOF(b)) + PERCENTILE(b * scale, limit)" }
  - { id: uniform, kind: expr, expr: "COUNT(a > b) * scale" }
  - { id: later, kind: expr, expr: "ROLLING_SUM(a - AVG(a), 12) + later[t-1] * 0.5", initial: 0 }"#,
    ),
    (
        "samples",
        r#"
  - { id: arrivals, kind: pmf, pmf: { type: poisson, lambda: 20, sample: true } }
  - { id: noise, kind: pmf, pmf: { type: normal, mean: 0, stddev: 2, sample: true } }
  - { id: backlog, kind: expr, expr: "MAX(0, backlog[t-1] + arrivals + noise - 2 * limit)", initial: 0 }"#,
    ),
];

/// A folder for a model, its data and the programs made of it.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.csv"), data(1)).unwrap();
        fs::write(folder.path().join("b.csv"), data(2)).unwrap();
        Self { folder }
    }

    /// A place with a model of these nodes.
    fn with_model(name: &str, nodes: &str) -> Self {
        let place = Self::new();
        let text = format!(
            "schemaVersion: 1
grid: {{ bins: {BINS}, binSize: 5, binUnit: minutes }}
rng: {{ seed: 7 }}
parameters:
  - {{ id: scale, value: 2.5 }}
  - {{ id: limit, value: 11.1 }}
nodes:
  - {{ id: a, kind: const, source: a.csv }}
  - {{ id: b, kind: const, source: b.csv }}{nodes}
"
        );
        fs::write(place.path(&format!("{name}.yaml")), text).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a program in the folder.
    fn run(&self, program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> Output {
        let shown = program.as_ref().to_owned();
        let output = Command::new(program).args(args).current_dir(self.folder.path()).output();
        output.unwrap_or_else(|error| panic!("can't run {}: {error}", shown.display()))
    }

    /// Runs a program that has to end well, and gives what it printed.
    fn must_run(&self, program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> String {
        let output = self.run(program, args);
        assert!(output.status.success(), "{args:?}\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Writes `NAME.o` and its headers.
    fn compile_model(&self, model: &Path, name: &str, more: &[&str]) {
        let object = format!("{name}.o");
        let mut args = vec!["compile", model.to_str().unwrap(), "--emit", "obj", "-o", &object];
        args.extend(more);
        self.must_run(env!("CARGO_BIN_EXE_ftc"), &args);
    }

    /// Makes `program` of a source in `tests/embedding`, a model and the library.
    fn link(&self, source: &str, name: &str, flags: &[&str]) {
        self.link_with(source, name, flags, &[&format!("{name}.o"), library().to_str().unwrap()]);
    }

    fn link_with(&self, source: &str, name: &str, flags: &[&str], objects: &[&str]) {
        let source = root().join("tests/embedding").join(source);
        let macros = [
            format!("-DHEADER=\"{name}.h\""),
            format!("-DNAME={name}"),
            format!("-DUPPER={}", name.to_ascii_uppercase()),
        ];
        let strict = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I.", "-o", "program"];
        let mut args = [&strict, flags, &macros.each_ref().map(String::as_str)].concat();
        args.push(source.to_str().unwrap());
        args.extend(objects);
        args.extend(["-lpthread", "-ldl", "-lm"]);
        self.must_run("cc", &args);
    }

    /// Runs `program` over the inputs of an evaluation; what it prints must be the outputs.
    fn check_outputs(&self, check: &Check, factor: f64, context: &str) {
        self.check_printed(check, &interpret(check, self.folder.path(), factor), factor, context);
    }

    fn check_printed(&self, check: &Check, expected: &Evaluation, factor: f64, context: &str) {
        fs::write(self.path("inputs"), input_lines(check, expected)).unwrap();
        let printed = self.must_run(self.path("program"), &["inputs", &factor.to_string()]);
        let found: Vec<(&str, Vec<f64>)> = printed.lines().map(read_line).collect();
        assert_eq!(found.len(), expected.outputs.len(), "{context}");
        for (output, (name, values)) in expected.outputs.iter().zip(&found) {
            assert_eq!(output.name, *name, "{context}");
            check_bits(&output.values, values, &format!("{context}: {name}"));
        }
    }

    /// Runs `program`, which must say that it can't run the model.
    fn check_refused(&self, why: &str) {
        let output = self.run(self.path("program"), &["inputs", "1"]);
        let found = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && output.stdout.is_empty() && found.contains(why), "{why}: {found}");
    }
}

/// The folder of the whole project.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// `libflowtime_rt.a`, built as users build it, in the profile of this test.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--package", "flowtime-rt", "--locked", "--message-format=json", "--target-dir"]);
        cargo.arg(target).args((!cfg!(debug_assertions)).then_some("--release")).current_dir(root());
        let output = cargo.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let files = output.stdout.split(|&byte| byte == b'\n').filter_map(|line| library_file(line));
        files.last().unwrap_or_else(|| panic!("Cargo built no library"))
    })
}

/// The library in a message of Cargo.
fn library_file(line: &[u8]) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_slice(line).ok()?;
    let files = message.get("filenames")?.as_array()?;
    let files = files.iter().filter_map(|file| file.as_str()).map(Path::new);
    files.filter(|file| file.ends_with("libflowtime_rt.a")).map(Path::to_owned).next()
}

/// Numbers of all kinds, one a line, reproducible.
fn data(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % 1_000
    };
    let number = |random: u64| match random {
        0..60 => "NaN".to_owned(),
        60..70 => "-0".to_owned(),
        70..80 => "5e-324".to_owned(),
        80..85 => "1e-310".to_owned(),
        85..88 => "inf".to_owned(),
        88..90 => "-1e300".to_owned(),
        _ => format!("{}", random as f64 * 0.037),
    };
    (0..BINS).map(|_| number(next()) + "\n").collect()
}

/// What the interpreter makes of a model, its parameters multiplied by `factor`.
fn interpret(check: &Check, folder: &Path, factor: f64) -> Evaluation {
    let checked = check.model.as_ref().unwrap();
    let parameters = checked.model.parameters.iter();
    let parameters = parameters.map(|param| (param.id.value.clone(), param.value.value * factor)).collect();
    let engine = engine::Options { backend: Backend::Interp, ..engine::Options::default() };
    let settings = Settings { parameters, engine };
    driver::run(checked, &FileLoader::new(folder.to_owned()), &settings, &|_| ()).unwrap()
}

fn check(model: &Path) -> Check {
    let text = fs::read_to_string(model).unwrap();
    let loader = FileLoader::new(model.parent().unwrap().to_owned());
    driver::check("model.yaml", &text, &loader, SourceCheck::Probe)
}

/// The inputs as `run.c` reads them.
fn input_lines(check: &Check, evaluation: &Evaluation) -> String {
    let checked = check.model.as_ref().unwrap();
    let bits = |values: &[f64]| values.iter().map(|value| format!("{:016x} ", value.to_bits())).collect::<String>();
    evaluation.inputs.iter().map(|(id, values)| format!("{}\t{}\n", checked.id(*id), bits(values))).collect()
}

/// A line that `run.c` printed.
fn read_line(line: &str) -> (&str, Vec<f64>) {
    let (name, bits) = line.split_once('\t').unwrap();
    (name, bits.split_whitespace().map(|bits| f64::from_bits(u64::from_str_radix(bits, 16).unwrap())).collect())
}

/// The same bits, or both missing.
fn check_bits(expected: &[f64], found: &[f64], context: &str) {
    assert_eq!(expected.len(), found.len(), "{context}");
    let is_same = |a: f64, b: f64| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
    let differs = (0..expected.len()).find(|&bin| !is_same(expected[bin], found[bin]));
    assert_eq!(differs.map(|bin| (bin, expected[bin], found[bin])), None, "{context}");
}

#[test]
fn compiled_models_leave_the_bits_of_the_interpreter() {
    for (name, nodes) in MODELS {
        let place = Place::with_model(name, nodes);
        let model = place.path(&format!("{name}.yaml"));
        place.compile_model(&model, name, &[]);
        place.link("run.c", name, &[]);
        for factor in [1.0, 0.3] {
            place.check_outputs(&check(&model), factor, name);
        }
    }
}

#[test]
fn newer_instructions_leave_the_same_bits_or_are_refused() {
    let (name, nodes) = MODELS[0];
    let place = Place::with_model(name, nodes);
    let model = place.path(&format!("{name}.yaml"));
    place.compile_model(&model, name, &["--target-cpu", "x86-64-v3"]);
    place.link("run.c", name, &[]);
    if is_x86_feature_detected!("avx2") {
        place.check_outputs(&check(&model), 1.0, name);
    } else {
        let model = check(&model);
        let inputs = interpret(&model, place.folder.path(), 1.0);
        fs::write(place.path("inputs"), input_lines(&model, &inputs)).unwrap();
        place.check_refused("the processor lacks instructions");
    }
}

/// Position independent or not, the object needs no relocation in its code.
#[test]
fn objects_go_into_any_kind_of_program() {
    let (name, nodes) = MODELS[3];
    let place = Place::with_model(name, nodes);
    let model = place.path(&format!("{name}.yaml"));
    place.compile_model(&model, name, &[]);
    for flags in [&["-pie", "-fPIE", "-Wl,-z,text"][..], &["-no-pie", "-fno-pie"]] {
        place.link("run.c", name, flags);
        place.check_outputs(&check(&model), 1.0, &format!("{flags:?}"));
    }
    let (object, library) = (format!("{name}.o"), library().to_str().unwrap());
    place.must_run("cc", &["-shared", "-o", "libmodel.so", "-Wl,-z,text,-z,defs", &object, library, "-lm"]);
    place.link_with("run.c", name, &["-Wl,-rpath,$ORIGIN"], &["libmodel.so"]);
    place.check_outputs(&check(&model), 1.0, "a shared library");
}

#[test]
fn the_order_system_runs_in_a_program_of_c() {
    let place = Place::new();
    let model = root().join("examples/order-system/model.yaml");
    place.compile_model(&model, "orders", &["--name", "orders"]);
    place.link("run.c", "orders", &[]);
    let found = check(&model);
    let expected = interpret(&found, model.parent().unwrap(), 1.0);
    place.check_printed(&found, &expected, 1.0, "orders");
}

/// The record begins with its version; the digest follows 8 bytes later, the program is found by its text.
#[test]
fn an_object_of_another_version_is_refused() {
    let (name, nodes) = MODELS[0];
    let place = Place::with_model(name, nodes);
    let model = place.path(&format!("{name}.yaml"));
    place.compile_model(&model, name, &[]);
    let object = fs::read(place.path(&format!("{name}.o"))).unwrap();
    let checked = check(&model);
    let inputs = interpret(&checked, place.folder.path(), 1.0);
    fs::write(place.path("inputs"), input_lines(&checked, &inputs)).unwrap();
    let record = section(&place, name, ".data");
    let program = section(&place, name, ".rodata");
    for at in [record, record + 8, program] {
        let mut changed = object.clone();
        changed[at] ^= 0x55;
        fs::write(place.path(&format!("{name}.o")), changed).unwrap();
        place.link("run.c", name, &[]);
        place.check_refused("another version of libflowtime_rt");
    }
}

/// Where a section of an object begins in the file.
fn section(place: &Place, name: &str, section: &str) -> usize {
    let headers = place.must_run("objdump", &["-h", &format!("{name}.o")]);
    let fields = headers.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let found = fields.filter(|fields| fields.get(1) == Some(&section)).map(|fields| fields[5].to_owned()).next();
    usize::from_str_radix(&found.unwrap(), 16).unwrap()
}

#[test]
fn wrong_calls_get_a_status_and_the_thread_must_compute_by_the_standard() {
    let place = Place::new();
    let text = "schemaVersion: 1
grid: { bins: 100, binSize: 5, binUnit: minutes }
parameters: [ { id: scale, value: 2 } ]
nodes:
  - { id: x, kind: const, value: 3 }
  - { id: y, kind: expr, expr: \"x * scale\" }
outputs: [ { series: y } ]
";
    fs::write(place.path("guarded.yaml"), text).unwrap();
    place.compile_model(&place.path("guarded.yaml"), "guarded", &[]);
    place.link("misuse.c", "guarded", &[]);
    let pointer = "1, a pointer is null or not aligned to 8 bytes";
    let overlap = "3, an output overlaps another column: give each output memory of its own";
    let mode =
        "4, this thread flushes subnormal numbers to zero or does not round to nearest: build without -ffast-math";
    let expected = format!(
        "no inputs: 1
no parameters: 1
no outputs: 1
no column: {pointer}
a column between numbers: {pointer}
a bin too few: 2, the columns do not have as many bins as the model
in place: {overlap}
one bin further: {overlap}
flush to zero: {mode}
denormals are zero: {mode}
downward: {mode}
upward: {mode}
toward zero: {mode}
as it should be: 0, the outputs are computed
unknown: an unknown status
"
    );
    assert_eq!(place.must_run(place.path("program"), &[]), expected);
}

#[test]
fn threads_may_run_a_model_at_once_from_the_first_run_on() {
    let place = Place::new();
    let text = format!(
        "schemaVersion: 1
grid: {{ bins: {BINS}, binSize: 5, binUnit: minutes }}
nodes:
  - {{ id: x, kind: const, value: 3 }}
  - {{ id: y, kind: expr, expr: \"y[t-1] * 0.5 + ROLLING_MEAN(x, 12) / AVG(x)\", initial: 0 }}
outputs: [ {{ series: y }} ]
"
    );
    fs::write(place.path("shared.yaml"), text).unwrap();
    place.compile_model(&place.path("shared.yaml"), "shared", &[]);
    place.link("threads.c", "shared", &[]);
    let printed = place.must_run(place.path("program"), &[]);
    assert!(printed.starts_with("0 of 8 differ, the last number is "), "{printed}");
}

/// What a program is linked with is what `flowtime_rt.h` declares, and what objects refer to.
#[test]
fn the_library_exports_what_its_header_declares() {
    let place = Place::new();
    let symbols = place.must_run("nm", &["--defined-only", "--extern-only", library().to_str().unwrap()]);
    let names = symbols.lines().filter_map(|line| line.split_whitespace().nth(2));
    let mut found: Vec<&str> = names.filter(|name| name.starts_with("flowtime")).collect();
    found.sort_unstable();
    let for_objects = ["elementwise", "run", "scan", "source", "window"].map(|name| format!("flowtime_rt_{name}"));
    let mut expected: Vec<&str> = for_objects.iter().map(String::as_str).collect();
    assert!(aot::HEADER.contains("flowtime_rt_message(int status);"));
    expected.push("flowtime_rt_message");
    expected.sort_unstable();
    assert_eq!(found, expected);
}

/// Runs `ftc compile` with arguments that it refuses, and compares what it says.
fn check_refused(args: &[&str], expected: &str) {
    let place = Place::with_model("queue", "");
    let output = place.run(env!("CARGO_BIN_EXE_ftc"), &[&["compile", "queue.yaml"], args].concat());
    assert_eq!(String::from_utf8_lossy(&output.stderr), expected, "{args:?}");
    assert_eq!(output.status.code(), Some(2), "{args:?}");
    assert!(!place.path("flowtime_rt.h").exists());
}

#[test]
fn an_object_needs_names() {
    check_refused(&["--emit", "obj"], "error: an object file is not for standard output\nhelp: name it: `-o NAME.o`\n");
    check_refused(
        &["--emit", "ir", "--name", "queue"],
        "error: `--name` is for object files alone\nhelp: add `--emit obj`\n",
    );
    check_refused(
        &["--emit", "obj", "-o", "queue.h"],
        "error: expected the name of an object file, found that of a header, `queue.h`\n\
         help: name it: `-o NAME.o`; the header is written beside it\n",
    );
    check_refused(
        &["--emit", "obj", "-o", "queue.o", "--name", "1st"],
        "error: expected a name for C, of letters, digits and `_` behind a letter, found `1st`\n\
         help: give `--name` another one\n",
    );
    check_refused(
        &["--emit", "obj", "-o", "flowtime_rt.o"],
        "error: names of C that begin with `flowtime_rt` are the library's\nhelp: add `--name` and another one\n",
    );
}
