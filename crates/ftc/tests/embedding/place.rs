//! A folder in which a model becomes an object and a program of C, and what that program has to print.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use flowtime::driver::{self, Check, Evaluation, Settings};
use flowtime::load::{FileLoader, SourceCheck};
use flowtime_runtime::engine::{self, Backend};
use tempfile::TempDir;

use crate::models::{BINS, data};

/// A folder for a model, its data and the programs made of it.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.csv"), data(1)).unwrap();
        fs::write(folder.path().join("b.csv"), data(2)).unwrap();
        Self { folder }
    }

    /// A place with a model of these nodes.
    pub(crate) fn with_model(name: &str, nodes: &str) -> Self {
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

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a program in the folder.
    pub(crate) fn run(&self, program: impl AsRef<OsStr>, args: &[&str]) -> Output {
        let shown = program.as_ref().to_owned();
        let output = Command::new(program).args(args).current_dir(self.folder.path()).output();
        output.unwrap_or_else(|error| panic!("can't run {}: {error}", shown.display()))
    }

    /// Runs a program that has to end well, and gives what it printed.
    pub(crate) fn must_run(&self, program: impl AsRef<OsStr>, args: &[&str]) -> String {
        let output = self.run(program, args);
        assert!(output.status.success(), "{args:?}\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Writes `NAME.o` and its headers.
    pub(crate) fn compile_model(&self, model: &Path, name: &str, more: &[&str]) {
        let object = format!("{name}.o");
        let mut args = vec!["compile", model.to_str().unwrap(), "--emit", "obj", "-o", &object];
        args.extend(more);
        self.must_run(env!("CARGO_BIN_EXE_ftc"), &args);
    }

    /// Makes `program` of a source in `tests/embedding`, a model and the library.
    pub(crate) fn link(&self, source: &str, name: &str, flags: &[&str]) {
        self.link_with(source, name, flags, &[&format!("{name}.o"), library().to_str().unwrap()]);
    }

    /// Likewise, of these objects.
    pub(crate) fn link_with(&self, source: &str, name: &str, flags: &[&str], objects: &[&str]) {
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
    pub(crate) fn check_outputs(&self, check: &Check, factor: f64, context: &str) {
        self.check_printed(check, &interpret(check, self.folder.path(), factor), factor, context);
    }

    /// Likewise, where what is expected has been evaluated.
    pub(crate) fn check_printed(&self, check: &Check, expected: &Evaluation, factor: f64, context: &str) {
        fs::write(self.path("inputs"), input_lines(check, expected)).unwrap();
        let printed = self.must_run(self.path("program"), &["inputs", &factor.to_string()]);
        let found: Vec<(&str, Vec<f64>)> = printed.lines().map(read_line).collect();
        assert_eq!(found.len(), expected.outputs.len(), "{context}");
        for (output, (name, values)) in expected.outputs.iter().zip(&found) {
            assert_eq!(output.name, *name, "{context}");
            check_bits(&output.values, values, &format!("{context}: {name}"));
        }
    }

    /// Runs `program`, which must say why it can't run the model.
    pub(crate) fn check_refused(&self, check: &Check, why: &str) {
        let inputs = input_lines(check, &interpret(check, self.folder.path(), 1.0));
        fs::write(self.path("inputs"), inputs).unwrap();
        let output = self.run(self.path("program"), &["inputs", "1"]);
        let found = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && output.stdout.is_empty() && found.contains(why), "{why}: {found}");
    }
}

/// The folder of the whole project.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// `libflowtime_rt.a`, built as users build it, in the profile of this test.
pub(crate) fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--package", "flowtime-rt", "--locked", "--message-format=json", "--target-dir"]);
        cargo.arg(target).args((!cfg!(debug_assertions)).then_some("--release")).current_dir(root());
        let output = cargo.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut lines = output.stdout.split(|&byte| byte == b'\n');
        lines.find_map(library_file).unwrap_or_else(|| panic!("Cargo built no library"))
    })
}

/// The library in a message of Cargo.
fn library_file(line: &[u8]) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_slice(line).ok()?;
    let files = message.get("filenames")?.as_array()?;
    let mut files = files.iter().filter_map(|file| file.as_str()).map(Path::new);
    files.find(|file| file.ends_with("libflowtime_rt.a")).map(Path::to_owned)
}

/// What the interpreter makes of a model, its parameters multiplied by `factor`.
pub(crate) fn interpret(check: &Check, folder: &Path, factor: f64) -> Evaluation {
    let checked = check.model.as_ref().unwrap();
    let parameters = checked.model.parameters.iter();
    let parameters = parameters.map(|param| (param.id.value.clone(), param.value.value * factor)).collect();
    let engine = engine::Options { backend: Backend::Interp, ..engine::Options::default() };
    let settings = Settings { parameters, engine };
    driver::run(checked, &FileLoader::new(folder.to_owned()), &settings, &|_| ()).unwrap()
}

/// The model at a path, checked.
pub(crate) fn check(model: &Path) -> Check {
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
