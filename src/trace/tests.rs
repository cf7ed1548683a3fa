use super::*;
use crate::load::{MemoryLoader, SourceCheck};

const HEAD: &str = "schemaVersion: 1\nwindow: { start: \"2025-10-07T00:00:00Z\" }\n\
                    grid: { bins: 6, binSize: 5, binUnit: minutes }\n";

/// A line a step, indented by its depth: what it is, its value, and in brackets where it was not taken.
fn outline(step: &Step, depth: usize, lines: &mut String) {
    let role = step.role.as_ref().map_or_else(String::new, |role| format!("{role} "));
    let place = step.place.as_ref().map_or_else(String::new, |place| format!(" <- {place}"));
    let notes: String = step.notes.iter().map(|note| format!(" ({note})")).collect();
    let closed = step.closed.map_or_else(String::new, |closed| format!(" {closed:?}"));
    let text = format!("{role}{} @{} = {}{place}{notes}{closed}", step.text, step.bin, step.value);
    let text = if step.taken { text } else { format!("[{text}]") };
    lines.push_str(&format!("{}{text}\n", "  ".repeat(depth)));
    for child in &step.steps {
        outline(child, depth + 1, lines);
    }
}

fn check_trace(nodes: &str, series: u32, bin: usize, depth: usize, expected: &str) {
    let step = traced(&format!("{HEAD}nodes:\n{nodes}"), Target { series: SeriesId(series), bin, depth });
    let mut found = String::new();
    outline(&step, 0, &mut found);
    assert_eq!(found, expected, "{found}");
}

/// The tree of a model that has its data in `a.csv`.
fn traced(text: &str, target: Target) -> Step {
    let data = b"bin_index,value\n0,1\n1,4\n2,2\n3,\n4,3\n5,5\n".to_vec();
    let loader = MemoryLoader::new([("a.csv".to_owned(), data)].into());
    let check = driver::check("m.yaml", text, &loader, SourceCheck::Probe);
    let checked = check.model.unwrap_or_else(|| panic!("{:?}", check.diagnostics));
    trace(&checked, &check.sources, &loader, &Settings::default(), target).unwrap()
}

const A: &str = "  - { id: a, kind: const, source: a.csv }\n";

#[test]
fn data_leads_to_the_line_of_its_file() {
    check_trace(A, 0, 4, 1, "a @4 = 3 <- a.csv:6\n");
    check_trace("  - { id: a, kind: const, value: 7 }\n", 0, 4, 1, "a @4 = 7 <- m.yaml:5\n");
}

#[test]
fn the_side_that_was_not_taken_stays_closed() {
    let nodes = format!("{A}  - {{ id: b, kind: expr, expr: \"MIN(a * 2, 5)\" }}\n");
    check_trace(&nodes, 1, 1, 2, "b @1 = 5\n  [a * 2 @1 = 8]\n  5 @1 = 5\n");
    let expected = "b @0 = 2\n  a * 2 @0 = 2\n    a @0 = 1 <- a.csv:2\n    * 2 @0 = 2\n  [5 @0 = 5]\n";
    check_trace(&nodes, 1, 0, 2, expected);
}

#[test]
fn a_condition_opens_its_branch() {
    let nodes = format!("{A}  - {{ id: b, kind: expr, expr: \"IF(a > 2, a, 0)\" }}\n");
    let expected = "b @1 = 4\n  cond a > 2 @1 = 1\n    a @1 = 4 <- a.csv:3\n    > 2 @1 = 2\n  then a @1 = 4 <- a.csv:3\n  \
                    [else 0 @1 = 0]\n";
    check_trace(&nodes, 1, 1, 2, expected);
}

#[test]
fn a_lag_stands_at_the_bin_that_it_reads() {
    let nodes = format!("{A}  - {{ id: q, kind: expr, expr: \"SHIFT(q, 1) + a\", initial: 10 }}\n");
    let expected = "q @1 = 15\n  q @0 = 11\n    SHIFT(q, 1) @0 = 10 <- m.yaml:6 (before bin 0)\n    + a @0 = 1 <- a.csv:2\n  \
                    + a @1 = 4 <- a.csv:3\n";
    check_trace(&nodes, 1, 1, 2, expected);
    check_trace(&nodes, 1, 1, 1, "q @1 = 15\n  q @0 = 11 Depth\n  + a @1 = 4 <- a.csv:3\n");
}

#[test]
fn what_stands_before_bin_0_leads_to_the_parameter_or_series_of_initial() {
    let q = |initial: &str| format!("{A}  - {{ id: q, kind: expr, expr: \"SHIFT(q, 1) + 1\", initial: {initial} }}\n");
    let expected = "q @0 = 2\n  SHIFT(q, 1) @0 = 1 <- m.yaml:6 (before bin 0)\n    initial a @0 = 1 <- a.csv:2\n  \
                    + 1 @0 = 1\n";
    check_trace(&q("a"), 1, 0, 2, expected);
    let nodes = format!("{}  - {{ id: b, kind: expr, expr: a + 1 }}\n", q("b"));
    let expected = "q @0 = 3\n  SHIFT(q, 1) @0 = 2 <- m.yaml:6 (before bin 0)\n    initial b @0 = 2 Depth\n  \
                    + 1 @0 = 1\n";
    check_trace(&nodes, 1, 0, 1, expected);
}

#[test]
fn a_lead_stands_at_the_bin_that_it_reads() {
    let nodes = format!("{A}  - {{ id: b, kind: expr, expr: \"a[t+2]\" }}\n");
    check_trace(&nodes, 1, 2, 1, "b @2 = 3\n  a @4 = 3 <- a.csv:6\n");
    check_trace(&nodes, 1, 4, 1, "b @4 = 0\n  a[t+2] @4 = 0 (behind the last bin)\n");
}

#[test]
fn a_formula_is_shown_without_its_comments_and_line_breaks() {
    let nodes = format!("{A}  - id: b\n    kind: expr\n    expr: |\n      MAX(a, # at least\n        2)  # two\n");
    let text = format!("{HEAD}nodes:\n{nodes}");
    let step = traced(&text, Target { series: SeriesId(1), bin: 0, depth: 1 });
    assert_eq!(step.formula.as_deref(), Some("MAX(a, 2)"));
    let folded = text.replace("|\n      MAX(a, # at least\n        2)  # two", "\"MAX(a + 0, \\\n      2)\"");
    assert_eq!(traced(&folded, Target { series: SeriesId(1), bin: 0, depth: 1 }).steps[0].text, "a + 0");
}

#[test]
fn a_difference_shows_both_its_ends_and_nothing_before_bin_0() {
    let nodes = format!("{A}  - {{ id: b, kind: expr, expr: \"DELTA(a, 4)\" }}\n");
    check_trace(&nodes, 1, 5, 1, "b @5 = 1\n  a @5 = 5 <- a.csv:7\n  - a @1 = 4 <- a.csv:3\n");
    check_trace(&nodes, 1, 2, 1, "b @2 = 0 (before bin 0)\n");
}

#[test]
fn a_convolution_shows_the_bins_that_its_kernel_weighs() {
    let conv = |kernel: &str| format!("{A}  - {{ id: b, kind: expr, expr: \"CONV(a, {kernel})\" }}\n");
    let expected = "b @5 = 4\n  0.5 × a @2 = 2 <- a.csv:4\n  [0.5 × a @3 = NaN]\n  1 × a @4 = 3 <- a.csv:6\n";
    check_trace(&conv("[0, 1, 0.5, 0.5]"), 1, 5, 1, expected);
    let expected = "b @5 = 7.5\n  1 × a @1 = 4 <- a.csv:3 (counts most of 4 bins)\n";
    check_trace(&conv("[0, 0.5, 0.5, 1, 1]"), 1, 5, 1, expected);
}

#[test]
fn an_inferred_capacity_says_whether_the_service_was_saturated() {
    let nodes = format!(
        "{A}  - {{ id: d, kind: const, values: [1, 4, 3, 1, 1, 1] }}\n  \
         - {{ id: c, kind: expr, expr: \"infer_capacity_from_saturation(a, d, window=2)\" }}\n"
    );
    let failed = "not saturated: the largest served of the window";
    let expected = format!(
        "c @1 = 4 ({failed})\n  [served a @0 = 1]\n  served a @1 = 4 <- a.csv:3\n  \
                            external_demand d @1 = 4 <- m.yaml:6\n"
    );
    check_trace(&nodes, 2, 1, 1, &expected);
    let expected = "c @2 = 2 (saturated: what was served is the capacity)\n  [served a @1 = 4]\n  \
                    served a @2 = 2 <- a.csv:4\n  external_demand d @2 = 3 <- m.yaml:6\n";
    check_trace(&nodes, 2, 2, 1, expected);
}

#[test]
fn a_window_shows_the_bin_that_decides_or_the_largest() {
    let nodes = format!("{A}  - {{ id: w, kind: expr, expr: \"ROLLING_MIN(a, 5)\" }}\n");
    let note = "decides among bins 1-5, 00:05-00:30 UTC";
    check_trace(&nodes, 1, 5, 1, &format!("w @5 = 2\n  a @2 = 2 <- a.csv:4 ({note})\n"));
    let nodes = format!("{A}  - {{ id: w, kind: expr, expr: \"ROLLING_SUM(a, 5)\" }}\n");
    let note = "the largest of bins 1-5, 00:05-00:30 UTC";
    check_trace(&nodes, 1, 5, 1, &format!("w @5 = 14\n  a @5 = 5 <- a.csv:7 ({note})\n"));
}

#[test]
fn a_running_figure_shows_what_it_carried() {
    let nodes = format!("{A}  - {{ id: c, kind: expr, expr: CUMSUM(a) }}\n");
    let expected = "c @2 = 7\n  CUMSUM(a) @1 = 5 (carried over from the bin before)\n  a @2 = 2 <- a.csv:4\n";
    check_trace(&nodes, 1, 2, 1, expected);
}

#[test]
fn what_a_running_figure_passed_over_is_not_taken() {
    let figure = |formula: &str| format!("{A}  - {{ id: c, kind: expr, expr: \"{formula}\" }}\n");
    let carried = "(carried over from the bin before)";
    let expected = format!("c @2 = 4\n  CUMMAX(a) @1 = 4 {carried}\n  [a @2 = 2]\n");
    check_trace(&figure("CUMMAX(a)"), 1, 2, 1, &expected);
    let expected = format!("c @5 = 5\n  [CUMMAX(a) @4 = 4 {carried}]\n  a @5 = 5 <- a.csv:7\n");
    check_trace(&figure("CUMMAX(a)"), 1, 5, 1, &expected);
    let expected = format!("c @3 = 2.25\n  EMA(a, 0.5) @2 = 2.25 {carried}\n  [a @3 = NaN]\n  alpha 0.5 @3 = 0.5\n");
    check_trace(&figure("EMA(a, 0.5)"), 1, 3, 1, &expected);
    let expected = "c @4 = 2\n  a @2 = 2 <- a.csv:4\n  [a @3 = NaN]\n  [a @4 = 3]\n";
    check_trace(&figure("ROLLING_MIN(a, 3)"), 1, 4, 1, expected);
    let expected = "c @4 = 2.5\n  a @2 = 2 <- a.csv:4\n  [a @3 = NaN]\n  a @4 = 3 <- a.csv:6\n";
    check_trace(&figure("ROLLING_MEAN(a, 3)"), 1, 4, 1, expected);
}

#[test]
fn a_missing_value_comes_from_what_is_missing() {
    let nodes = format!("{A}  - {{ id: b, kind: expr, expr: a + 1 }}\n");
    check_trace(&nodes, 1, 3, 1, "b @3 = NaN\n  a @3 = NaN <- a.csv:5\n  [+ 1 @3 = 1]\n");
}

#[test]
fn a_convention_is_noted() {
    let nodes = format!("{A}  - {{ id: b, kind: expr, expr: a / (a - a) }}\n");
    let expected = "b @0 = 0 (division by zero gives 0)\n  a @0 = 1 <- a.csv:2\n  / (a - a) @0 = 0\n    \
                    a @0 = 1 <- a.csv:2\n    - a @0 = 1 <- a.csv:2\n";
    check_trace(&nodes, 1, 0, 1, expected);
}

#[test]
fn truth_values_of_other_series_are_read_as_such() {
    let nodes = format!(
        "{A}  - {{ id: high, kind: expr, expr: a > 2 }}\n  - {{ id: b, kind: expr, expr: \"IF(high, a, 0)\" }}\n"
    );
    check_trace(&nodes, 2, 0, 1, "b @0 = 0\n  cond high @0 = 0 Depth\n  [then a @0 = 1]\n  else 0 @0 = 0\n");
}

#[test]
fn a_series_is_opened_once_at_a_bin() {
    let nodes = format!("{A}  - {{ id: b, kind: expr, expr: a + 1 }}\n  - {{ id: c, kind: expr, expr: b * b }}\n");
    let expected = "c @0 = 4\n  b @0 = 2\n    a @0 = 1 <- a.csv:2\n    + 1 @0 = 1\n  * b @0 = 2 Elsewhere\n";
    check_trace(&nodes, 2, 0, 3, expected);
}
