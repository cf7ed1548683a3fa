//! Validation: one model for each type of warning, worked out by hand, and what it must say.

use flowtime::driver::{self, Settings, Watch};
use flowtime::load::{MemoryLoader, SourceCheck};
use flowtime_runs::warnings::kinds;
use flowtime_runs::{Severity, Warning, evaluate, validate};
use serde_json::{Value, json};

/// A model of `bins` five-minute bins from midnight, with the rest given.
fn model(bins: usize, rest: &str) -> String {
    format!(
        "schemaVersion: 1\nwindow: {{ start: \"2025-10-07T00:00:00Z\" }}\n\
         grid: {{ bins: {bins}, binSize: 5, binUnit: minutes }}\n{rest}"
    )
}

fn warnings(text: &str, settings: &Settings, gaps: &[Warning]) -> Vec<Warning> {
    let loader = MemoryLoader::default();
    let check = driver::check("model.yaml", text, &loader, SourceCheck::Skip);
    let checked = check.model.as_ref().unwrap_or_else(|| panic!("{:?}", check.diagnostics));
    let evaluation = evaluate(checked, &loader, settings, &Watch::default()).unwrap();
    validate(checked, settings, &evaluation, gaps)
}

/// The model has exactly these warnings.
fn check_warnings(bins: usize, rest: &str, gaps: &[Warning], expected: &Value) {
    let found = warnings(&model(bins, rest), &Settings::default(), gaps);
    assert_eq!(serde_json::to_value(found).unwrap(), *expected, "{rest}");
}

/// A node of this kind with const series `a`, `s` and, where values are given, `q` in its roles.
fn node(kind: &str, arrivals: &str, served: &str, more: &str, series: &str) -> String {
    format!(
        "topology: {{ nodes: [ {{ id: N, kind: {kind}, semantics: {{ arrivals: a, served: s, {more} }} }} ] }}\n\
         nodes:\n  - {{ id: a, kind: const, values: {arrivals} }}\n  - {{ id: s, kind: const, values: {served} }}\n{series}"
    )
}

fn gap(node: Option<&str>, bins: &[usize]) -> Warning {
    let warning =
        json!({ "type": "data_gap", "severity": "warning", "node": node, "bins": bins, "message": "Data gap" });
    serde_json::from_value(warning).unwrap()
}

#[test]
fn conservation_is_judged_as_the_chapter_works_it_out() {
    let queue = "  - { id: q, kind: const, values: [100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 50] }\n";
    let arrivals = "[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10]";
    let served = "[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20]";
    let expected = json!([{
        "type": "conservation_violation", "severity": "warning", "node": "N", "series": "q", "bins": [11],
        "message": "Conservation violated at bin 11: residual = -40",
        "worstResidual": -40.0, "expectedQueue": 90.0, "actualQueue": 50.0,
    }]);
    check_warnings(12, &node("queue", arrivals, served, "queue: q", queue), &[], &expected);
}

#[test]
fn conservation_in_several_bins_tells_the_count_and_the_worst() {
    let queue = "  - { id: q, kind: const, values: [0, 1, 7, 7] }\n";
    let rest = node("queue", "[0, 0, 0, 0]", "[0, 0, 0, 0]", "queue: q", queue);
    let expected = json!([{
        "type": "conservation_violation", "severity": "warning", "node": "N", "series": "q", "bins": [1, 2],
        "message": "Conservation violated in 2 bins, at bins 1-2 (00:05-00:15 UTC): worst residual = 6 at bin 2 (00:10 UTC)",
        "worstResidual": 6.0, "expectedQueue": 1.0, "actualQueue": 7.0,
    }]);
    check_warnings(4, &rest, &[], &expected);
}

/// The bins at which conservation is violated, by rule.
fn violations(rest: &str, set: &[(&str, f64)]) -> Vec<(Option<String>, Vec<usize>)> {
    let parameters = set.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    let found = warnings(&model(3, rest), &Settings { parameters, ..Settings::default() }, &[]);
    let broken = found.into_iter().filter(|warning| warning.kind == kinds::CONSERVATION_VIOLATION);
    broken.map(|warning| (warning.id, warning.bins)).collect()
}

#[test]
fn bin_0_is_judged_where_q0_is_known() {
    let queue = "  - { id: q, kind: const, values: [5, 5, 5] }\nparameters: [ { id: depth, value: 5 } ]\n";
    let with = |q0: &str| node("queue", "[0, 0, 0]", "[0, 0, 0]", &format!("queue: q{q0}"), queue);
    assert_eq!(violations(&with(""), &[]), []);
    assert_eq!(violations(&with(", q0: 5"), &[]), []);
    assert_eq!(violations(&with(", q0: 4"), &[]), [(None, vec![0])]);
    assert_eq!(violations(&with(", q0: depth"), &[]), []);
    assert_eq!(violations(&with(", q0: depth"), &[("depth", 3.0)]), [(None, vec![0])]);
}

#[test]
fn rules_take_the_place_of_the_usual_tolerance() {
    let queue = "  - { id: q, kind: const, values: [0, 0.005, 0.5] }\n";
    let rest = node("queue", "[0, 0, 0]", "[0, 0, 0]", "queue: q", queue);
    let rule =
        |id: &str, tolerance: f64| format!("  - {{ id: {id}, type: conservation, node: N, tolerance: {tolerance} }}\n");
    let id = |id: &str| Some(id.to_owned());
    assert_eq!(violations(&rest, &[]), [(None, vec![2])]);
    let rules = format!("{rest}validation:\n{}{}{}", rule("strict", 0.0), rule("lax", 0.1), rule("none", 1.0));
    assert_eq!(violations(&rules, &[]), [(id("strict"), vec![1, 2]), (id("lax"), vec![2])]);
}

#[test]
fn missing_values_violate_nothing() {
    let queue = "  - { id: q, kind: const, values: [0, null, 7] }\n";
    assert_eq!(violations(&node("queue", "[0, 0, 0]", "[0, null, 0]", "queue: q", queue), &[]), []);
}

const INFERRED: &str = "  - { id: d, kind: const, values: DEMAND }\n  - { id: c, kind: expr, \
                        expr: \"infer_capacity_from_saturation(s, d, null, 2)\" }\n";

#[test]
fn an_inferred_capacity_below_what_was_served_may_underestimate() {
    // capacity: saturated at bin 1 (195), else the largest of two bins: 200, 195, 195, 190
    let rest = node("service", "[200, 195, 190, 100]", "[200, 195, 190, 100]", "capacity: c", "");
    let with = |demand: &str| rest.clone() + &INFERRED.replace("DEMAND", demand);
    let mut expected = json!([{
        "type": "capacity_underestimate", "severity": "info", "node": "N", "series": "c", "bins": [1, 2, 3],
        "message": "Inferred capacity may underestimate",
    }]);
    check_warnings(4, &with("[200, 250, 190, 100]"), &[], &expected);
    expected[0]["severity"] = json!("warning");
    expected[0]["neverSaturated"] = json!(true);
    expected[0]["bins"] = json!([2, 3]);
    check_warnings(4, &with("[200, 195, 190, 100]"), &[], &expected);
}

#[test]
fn an_inferred_capacity_far_above_what_was_served_is_unrealistic() {
    let rest = node("service", "[1, 2]", "[1, 2]", "capacity: c", "  - { id: x, kind: const, values: [21, 20] }\n")
        + "  - { id: c, kind: expr, expr: \"infer_capacity_from_saturation(x, x, window=1)\" }\n";
    let expected = json!([{
        "type": "capacity_unrealistic", "severity": "warning", "node": "N", "series": "c", "bins": [0],
        "message": "inferred capacity is above 10 times the largest served, 2, at bin 0",
    }]);
    check_warnings(2, &rest, &[], &expected);
}

#[test]
fn a_given_capacity_can_be_exceeded() {
    let capacity = "  - { id: c, kind: const, values: [10, 10, 10] }\n";
    let expected = json!([{
        "type": "capacity_exceeded", "severity": "warning", "node": "N", "series": "c", "bins": [1],
        "message": "served more than the capacity at bin 1",
    }]);
    check_warnings(3, &node("service", "[10, 11, 9]", "[10, 11, 9]", "capacity: c", capacity), &[], &expected);
}

#[test]
fn nothing_served_in_a_gap_is_low_throughput() {
    let served = "[5, 0, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 0, 0, 0, 5]";
    let rest = node("service", served, served, "", "");
    let low = |bins: &[usize], message: &str| {
        json!({ "type": "low_throughput", "severity": "warning", "node": "N", "series": "s", "bins": bins,
                "message": message })
    };
    let one = gap(Some("N"), &[12, 13, 14]);
    let expected = low(&[12, 13, 14], "Low throughput: served=0 at bins 12-14");
    check_warnings(16, &rest, std::slice::from_ref(&one), &json!([one, expected]));
    let everywhere = gap(None, &[1, 2]);
    let expected = low(&[1], "Low throughput: served=0 at bin 1");
    check_warnings(16, &rest, std::slice::from_ref(&everywhere), &json!([everywhere, expected]));
    let other = gap(Some("other"), &[12]);
    check_warnings(16, &rest, std::slice::from_ref(&other), &json!([other]));
    let beyond = gap(None, &[99]);
    check_warnings(16, &rest, std::slice::from_ref(&beyond), &json!([beyond]));
}

#[test]
fn negative_counts_are_told_by_series() {
    let errors = "  - { id: e, kind: const, values: [0, -0, -1] }\n";
    let negative = |series: &str, bin: usize| {
        json!({ "type": "negative_value", "severity": "warning", "node": "N", "series": series, "bins": [bin],
                "message": format!("`{series}` is negative at bin {bin}") })
    };
    let rest = node("service", "[0, -1, 0]", "[-2, -1, 0]", "errors: e", errors);
    let mut bins = negative("s", 0);
    bins["bins"] = json!([0, 1]);
    bins["message"] = json!("`s` is negative at bins 0-1");
    check_warnings(3, &rest, &[], &json!([negative("a", 1), bins, negative("e", 2)]));
}

#[test]
fn more_is_served_than_came_only_where_work_can_wait() {
    let expected = json!([{
        "type": "served_exceeds_arrivals", "severity": "warning", "node": "N", "series": "s", "bins": [1],
        "message": "served more than arrived, and nothing could wait, at bin 1",
    }]);
    let rest = node("service", "[1, 1]", "[1, 2]", "", "");
    check_warnings(2, &rest, &[], &expected);
    let waiting = "  - { id: q, kind: const, values: [2, 1] }\n";
    check_warnings(2, &node("service", "[1, 1]", "[1, 2]", "queue: q", waiting), &[], &json!([]));
    let upstream = "topology:\n  nodes:\n    - { id: N, kind: service, semantics: { arrivals: a, served: s } }\n    \
                    - { id: R, kind: router, semantics: { arrivals: a, served: a } }\n    \
                    - { id: Q, kind: queue, semantics: { arrivals: a, served: a, queue: q } }\n  \
                    edges: [ { from: Q, to: R }, { from: R, to: N } ]\n";
    let series = &rest[rest.find("nodes:\n").unwrap()..];
    check_warnings(2, &format!("{upstream}{series}{}", waiting.replace("[2, 1]", "[2, 2]")), &[], &json!([]));
}

#[test]
fn rules_of_the_model_tell_where_they_do_not_hold() {
    let rest = "nodes: [ { id: x, kind: const, values: [1, 5, null, 9] } ]\nvalidation:\n  \
                - { id: low, type: custom, expr: \"x < 6\" }\n  \
                - { type: custom, expr: \"x   == SHIFT(x, 1, 1)\", expected: false }\n  \
                - { id: fine, type: custom, expr: \"x / 0 == 0 OR IS_MISSING(x)\" }\n";
    let custom = |bins: &[usize], message: &str| json!({ "type": "custom", "severity": "warning", "bins": bins, "message": message });
    let mut low = custom(&[2, 3], "rule `low` does not hold at bins 2-3");
    low["id"] = json!("low");
    let missing = json!({ "type": "missing_values", "severity": "warning", "series": "x", "bins": [2],
                          "message": "1 of 4 values of `x` are missing, at bin 2 (00:10-00:15 UTC)" });
    let same = custom(&[0], "`x == SHIFT(x, 1, 1)` is true at bin 0");
    check_warnings(4, rest, &[], &json!([low, same, missing]));
}

#[test]
fn conventions_in_what_only_validation_needs_are_told_too() {
    let rest = "nodes: [ { id: x, kind: const, values: [1, 0] }, { id: y, kind: expr, expr: \"1 / x\" } ]\n\
                outputs: [ { series: x } ]\nvalidation: [ { type: custom, expr: \"y >= 0\" } ]\n";
    let expected = json!([{ "type": "division_by_zero", "severity": "warning", "series": "y", "bins": [1],
                            "message": "division by zero in `y` gave 0 at bin 1 (00:05-00:10 UTC)" }]);
    check_warnings(2, rest, &[], &expected);
}

#[test]
fn a_clamp_with_its_bounds_crossed_is_told() {
    let rest = "nodes: [ { id: x, kind: const, values: [1, 9] }, { id: y, kind: expr, expr: \"CLAMP(7, 5, x)\" } ]\n";
    let expected = json!([{ "type": "clamp_bounds", "severity": "warning", "series": "y", "bins": [0],
        "message": "a `CLAMP` in `y` met a lower bound above the upper one at bin 0 (00:00-00:05 UTC)" }]);
    check_warnings(2, rest, &[], &expected);
}

#[test]
fn roles_that_are_no_outputs_are_judged_like_others() {
    let capacity = "  - { id: c, kind: expr, expr: \"a - 1\" }\noutputs: [ { series: a, as: other } ]\n";
    let found =
        warnings(&model(1, &node("service", "[10]", "[10]", "capacity: c", capacity)), &Settings::default(), &[]);
    assert_eq!(found.iter().map(|warning| warning.kind.as_str()).collect::<Vec<_>>(), [kinds::CAPACITY_EXCEEDED]);
}

#[test]
fn a_line_says_whom_where_and_when() {
    let text = model(288, "nodes: []\n");
    let check = driver::check("model.yaml", &text, &MemoryLoader::default(), SourceCheck::Skip);
    let clock = check.model.unwrap().model.clock();
    let mut warning = gap(Some("N"), &[12, 13]);
    assert_eq!(warning.line(&clock), "N: Data gap at bins 12-13 (01:00-01:10 UTC)");
    warning.message = "Data gap: bins 12-13 (01:00-01:10 UTC)".to_owned();
    assert_eq!(warning.line(&clock), "N: Data gap: bins 12-13 (01:00-01:10 UTC)");
    assert_eq!(warning.severity, Severity::Warning);
}
