//! Compiled models in programs of C: `ftc compile --emit obj` on the real binary, the C compiler of this machine, the
//! library built by Cargo as users build it. What the C programs print is compared with the interpreter, bit by bit.
//!
//! Object files are for x86-64; elsewhere the command says so.
#![cfg(all(target_arch = "x86_64", unix))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't set up its folder has failed")]

use std::fs;

use flowtime_runtime::aot;

use crate::models::{BINS, MODELS};
use crate::place::{Place, check, interpret, library, root};

mod models;
mod place;

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
        place.check_refused(&check(&model), "the processor lacks instructions");
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

/// The record begins with its version, its digest stands 8 bytes further; the program begins with its bins.
#[test]
fn an_object_of_another_version_is_refused() {
    let (name, nodes) = MODELS[0];
    let place = Place::with_model(name, nodes);
    let model = place.path(&format!("{name}.yaml"));
    place.compile_model(&model, name, &[]);
    let object = fs::read(place.path(&format!("{name}.o"))).unwrap();
    let record = section(&place, name, ".data");
    let program = section(&place, name, ".rodata");
    for at in [record, record + 8, program] {
        let mut changed = object.clone();
        changed[at] ^= 0x55;
        fs::write(place.path(&format!("{name}.o")), changed).unwrap();
        place.link("run.c", name, &[]);
        place.check_refused(&check(&model), "another version of libflowtime_rt");
    }
}

/// Where a section of an object begins in the file.
fn section(place: &Place, name: &str, section: &str) -> usize {
    let headers = place.must_run("objdump", &["-h", &format!("{name}.o")]);
    let mut fields = headers.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let found = fields.find(|fields| fields.get(1) == Some(&section));
    usize::from_str_radix(found.unwrap()[5], 16).unwrap()
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

#[test]
fn the_program_of_the_manual_prints_what_the_manual_says() {
    let page = fs::read_to_string(root().join("docs/embedding-c.md")).unwrap();
    let place = Place::new();
    fs::write(place.path("queue.yaml"), block(&page, "yaml")).unwrap();
    fs::write(place.path("main.c"), block(&page, "c")).unwrap();
    place.compile_model(&place.path("queue.yaml"), "queue", &[]);
    let library = library().to_str().unwrap();
    place.must_run("cc", &["main.c", "queue.o", library, "-lpthread", "-ldl", "-lm", "-o", "main"]);
    assert_eq!(place.must_run(place.path("main"), &[]), block(&page, "text"));
}

/// The first block of a language on a page.
fn block<'a>(page: &'a str, language: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0
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
