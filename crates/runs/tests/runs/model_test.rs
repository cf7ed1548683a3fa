//! Tests of models: what they replace, cut and leave out, and what they say where something does not hold.

use std::collections::BTreeMap;

use flowtime::driver;
use flowtime::load::{MemoryLoader, SourceCheck};
use flowtime_runs::run_test;
use flowtime_runtime::engine::{Backend, Options};

const MODEL: &str = "schemaVersion: 1
grid: { bins: 3, binSize: 5, binUnit: minutes }
parameters: [ { id: capacity, value: 10, min: 1, max: 20 } ]
nodes:
  - { id: arrivals, kind: const, source: arrivals.csv }
  - { id: extra, kind: const, values: [1, 2, null] }
  - { id: steady, kind: const, value: 3 }
  - { id: served, kind: expr, expr: \"MIN(arrivals, capacity)\" }
  - { id: total, kind: expr, expr: \"extra + steady\" }
  - { id: ramp, kind: expr, expr: \"RAMP(0, 1)\" }
  - { id: ratio, kind: expr, expr: \"1 / arrivals\" }
outputs: [ { series: served }, { series: ratio } ]
";

/// The test, written as YAML, has these problems on both backends.
fn check_test(test: &str, files: &[(&str, &str)], expected: &[&str]) {
    let text = format!("{MODEL}tests:\n  - {{ name: one, {test} }}\n");
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
    let loader = MemoryLoader::new(files.collect::<BTreeMap<_, _>>());
    let check = driver::check("model.yaml", &text, &loader, SourceCheck::Skip);
    let checked = check.model.as_ref().unwrap_or_else(|| panic!("{:?}", check.diagnostics));
    for backend in [Backend::Interp, Backend::Jit, Backend::Both] {
        let result = run_test(checked, &checked.model.tests[0], &loader, Options { backend, ..Options::default() });
        let found: Vec<String> = result.problems.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{test} on {backend:?}");
        assert_eq!(result.name, "one");
    }
}

#[test]
fn inputs_take_the_place_of_sources_which_are_not_opened() {
    check_test("inputs: { arrivals: [5, 15] }, expect: { served: [5, 10] }", &[], &[]);
    check_test("inputs: { arrivals: [5] }, expect: { served: [5], total: [4] }", &[], &[]);
}

#[test]
fn the_first_differing_bin_is_told_with_both_values() {
    let inputs = "inputs: { arrivals: [5, 15, null] }";
    let expected = ["`served` at bin 1: expected 15, found 10; 2 of 3 bins differ"];
    check_test(&format!("{inputs}, expect: {{ served: [5, 15, 0] }}"), &[], &expected);
    check_test(
        &format!("{inputs}, expect: {{ served: [5, 10, 0] }}"),
        &[],
        &["`served` at bin 2: expected 0, found missing"],
    );
    check_test(&format!("{inputs}, expect: {{ served: [5, 10, null] }}"), &[], &[]);
}

/// What helps where `total` is expected to be `expected` and is 0.3, but for rounding.
fn check_help(expected: &str, help: Option<&str>) {
    let test = format!("inputs: {{ extra: [0.1], steady: [0.2] }}, expect: {{ total: [{expected}] }}");
    let text = format!("{MODEL}tests:\n  - {{ name: one, {test} }}\n");
    let check = driver::check("model.yaml", &text, &MemoryLoader::default(), SourceCheck::Skip);
    let checked = check.model.as_ref().unwrap_or_else(|| panic!("{:?}", check.diagnostics));
    let result = run_test(checked, &checked.model.tests[0], &MemoryLoader::default(), Options::default());
    assert_eq!(result.problems[0].help().as_deref(), help, "{expected}");
}

#[test]
fn values_that_rounding_alone_sets_apart_want_a_tolerance() {
    check_help("0.3", Some("allow for rounding: give the test `tolerance: 1e-9`"));
    check_help("0.3001", None);
    check_help("0", None);
}

#[test]
fn every_series_that_differs_is_told() {
    let expected = ["`served` at bin 0: expected 6, found 5", "`total` at bin 0: expected 5, found 4"];
    check_test("inputs: { arrivals: [5] }, expect: { served: [6], total: [5] }", &[], &expected);
}

#[test]
fn values_agree_within_the_tolerance_and_without_one_to_the_bit() {
    check_test("inputs: { arrivals: [5] }, expect: { served: [5.25] }, tolerance: 0.25", &[], &[]);
    check_test(
        "inputs: { arrivals: [5] }, expect: { served: [5.5] }, tolerance: 0.25",
        &[],
        &["`served` at bin 0: expected 5.5, found 5"],
    );
    check_test(
        "inputs: { arrivals: [-0.0] }, expect: { served: [0] }",
        &[],
        &["`served` at bin 0: expected 0, found -0"],
    );
}

#[test]
fn parameters_are_set_within_their_bounds() {
    check_test("set: { capacity: 7 }, inputs: { arrivals: [9] }, expect: { served: [7] }", &[], &[]);
    check_test(
        "set: { capacity: 70 }, inputs: { arrivals: [9] }, expect: { served: [9] }",
        &[],
        &["parameter `capacity` is 70, above its `max` 20"],
    );
}

#[test]
fn other_const_series_are_cut_to_the_test_and_the_grid_follows() {
    check_test("inputs: { arrivals: [0, 0] }, expect: { total: [4, 5], ramp: [0, 1] }", &[], &[]);
    check_test("expect: { total: [4, 5, null], ramp: [0, 0.5, 1] }", &[], &[]);
    let expected = ["the test has 4 bins, `extra` has 3"];
    check_test("inputs: { arrivals: [0, 0, 0, 0] }, expect: { total: [4, 5, 0, 0] }", &[], &expected);
}

#[test]
fn sources_that_are_needed_are_read_and_cut() {
    let files = [("arrivals.csv", "8\n9\n30\n")];
    check_test("expect: { served: [8, 9, 10] }", &files, &[]);
    check_test("inputs: { extra: [0, 0] }, expect: { served: [8, 9] }", &files, &[]);
    check_test("expect: { served: [8, 9, 10] }", &[], &["the model or its data has errors"]);
}

#[test]
fn warnings_are_looked_at_where_the_test_says_so() {
    let inputs = "inputs: { arrivals: [0, 1] }";
    check_test(inputs, &[], &[]);
    check_test(&format!("{inputs}, warnings: [division_by_zero]"), &[], &[]);
    check_test(
        &format!("{inputs}, warnings: []"),
        &[],
        &["found a warning of type `division_by_zero`, expected none: division by zero in `ratio` gave 0 at bin 0"],
    );
    check_test(
        &format!("{inputs}, warnings: [division_by_zero, missing_values]"),
        &[],
        &["expected a warning of type `missing_values`, found none"],
    );
    check_test("inputs: { arrivals: [1] }, warnings: [missing_value]", &[], &["no warning is of type `missing_value`"]);
}
