use proptest::prelude::*;

use super::*;
use crate::diagnostics::Diagnostic;
use crate::model::{ConstData, Initial, NodeKind, PmfArg, Role, RuleKind, SeriesKind, yaml};
use crate::source::FileId;

/// A model of three bins; `extra` follows at top level.
fn with_head(extra: &str) -> String {
    format!("schemaVersion: 1\ngrid: {{ bins: 3, binSize: 5, binUnit: minutes }}\n{extra}\n")
}

fn decode_text_of(text: &str) -> (Model, Vec<Diagnostic>) {
    let mut sink = Sink::default();
    let tree = yaml::parse(FileId(0), text, &mut sink);
    let model = tree.map(|tree| decode(&tree, &mut sink)).unwrap_or_default();
    (model, sink.finish())
}

fn decode_valid(text: &str) -> Model {
    let (model, found) = decode_text_of(text);
    assert!(found.is_empty(), "{text}\n{found:#?}");
    model
}

/// The text has exactly these problems: code, part of the message, the characters it points at.
fn check_text(text: &str, expected: &[(&str, &str, &str)]) {
    let (_, found) = decode_text_of(text);
    let place = |d: &Diagnostic| text[d.span.start as usize..d.span.end as usize].to_owned();
    let told: Vec<_> = found.iter().map(|d| (d.code.id, d.message.clone(), place(d))).collect();
    assert_eq!(told.len(), expected.len(), "{text}\n{told:#?}");
    for ((code, message, place), told) in expected.iter().zip(&told) {
        assert_eq!((*code, *place), (told.0, told.2.as_str()), "{text}\n{told:?}");
        assert!(told.1.contains(message), "{text}\n{told:?} instead of {message}");
    }
}

fn check_model(extra: &str, code: &str, message: &str, place: &str) {
    let nodes = if extra.contains("\nnodes:") || extra.starts_with("nodes:") { "" } else { "\nnodes: []" };
    check_text(&with_head(&format!("{extra}{nodes}")), &[(code, message, place)]);
}

fn check_series(entry: &str, code: &str, message: &str, place: &str) {
    check_model(&format!("nodes:\n  - {{ id: s, {entry} }}"), code, message, place);
}

const WHOLE: &str = r#"
schemaVersion: 1
x-note: anything
window: { start: "2025-10-07T00:00:00Z", timezone: UTC }
grid: { bins: 3, binSize: 5, binUnit: minutes }
rng: { seed: 18446744073709551615 }
parameters: [ { id: growth, value: 1, min: 0.5, max: 3, step: 0.05, unit: "", description: d } ]
topology:
  nodes:
    - { id: "A:b", kind: service, group: Orders, ui: { x: 120, y: 260 }, semantics: { arrivals: a, served: s, latency_min: null, sla_min: 5.0 } }
    - { id: Q, kind: queue, semantics: { arrivals: a, served: s, queue: q, q0: growth, served_baseline: null } }
  edges: [ { id: e1, from: "A:b:out", to: "Q:in", weight: 1.0 }, { from: "A:b", to: Q } ]
nodes:
  - { id: a, kind: const, source: "file://a.csv", unit: requests }
  - { id: s, kind: const, values: [1, null, .inf] }
  - { id: v, kind: const, value: 0x10 }
  - { id: q, kind: expr, expr: "MAX(0, SHIFT(q, 1))", initial: growth }
  - { id: five, kind: expr, expr: 5 }
  - { id: yes, kind: expr, expr: true, initial: false }
  - { id: demand, kind: pmf, pmf: { type: poisson, lambda: a, sample: true } }
  - { id: dice, kind: pmf, pmf: { type: empirical, values: [1, 2], probabilities: [0.25, 0.75] } }
validation:
  - { id: r, type: conservation, node: Q }
  - { type: custom, expr: "q < 500", expected: false }
outputs: [ { series: "*", exclude: ["temp_*"] }, { series: q, as: depth } ]
tests: [ { name: t, set: { growth: 2 }, inputs: { a: [1, 2] }, expect: { q: [0, null] }, tolerance: 0.5, warnings: [data_gap] } ]
provenance: { generator: g, at: 7, list: [1.5, true, null] }
"#;

#[test]
fn every_field_of_a_model_is_decoded() {
    let model = decode_valid(WHOLE);
    assert_eq!((model.grid.bins, model.grid.bin_minutes()), (3, 5));
    assert_eq!(model.window.unwrap().start.to_string(), "2025-10-07T00:00:00Z");
    assert_eq!(model.seed.unwrap().value, u64::MAX);
    assert_eq!((model.parameters[0].value.value, model.parameters[0].max), (1.0, Some(3.0)));
    let [service, queue] = model.topology.nodes.as_slice() else { panic!("two nodes") };
    assert_eq!((service.kind, service.ui, service.semantics.len()), (NodeKind::Service, Some((120.0, 260.0)), 2));
    assert_eq!(service.sla_min.as_ref().unwrap().value, 5.0);
    assert_eq!(queue.q0.as_ref().unwrap().value, Initial::Name("growth".into()));
    assert_eq!(queue.semantics[2].0, Role::Queue);
    let ends: Vec<_> =
        model.topology.edges.iter().map(|e| (e.from.node.value.as_str(), e.from.port.as_deref())).collect();
    assert_eq!(ends, [("A:b", Some("out")), ("A:b", None)]);
    let provenance = model.provenance.unwrap();
    assert_eq!(provenance, serde_json::json!({ "generator": "g", "at": 7, "list": [1.5, true, null] }));
    let rule = &model.outputs.unwrap()[1];
    assert_eq!(rule.rename.as_ref().unwrap().value, "depth");
    let test = &model.tests[0];
    assert_eq!((test.inputs[0].1.as_slice(), test.tolerance), (&[1.0, 2.0][..], 0.5));
    assert!(matches!(&model.validation[0].kind, RuleKind::Conservation { tolerance, .. } if *tolerance == 0.01));
}

#[test]
fn every_kind_of_series_is_decoded() {
    let series = decode_valid(WHOLE).series;
    let formula = |at: usize| match &series[at].kind {
        SeriesKind::Expr { formula, initial } => (formula.text.clone(), initial.clone().map(|i| i.value)),
        other => panic!("{other:?}"),
    };
    assert!(
        matches!(&series[1].kind, SeriesKind::Const(ConstData::Values(v)) if v.value[1].is_nan() && v.value[2] == f64::INFINITY)
    );
    assert_eq!(series[2].kind, SeriesKind::Const(ConstData::Value(16.0)));
    assert_eq!(formula(3).1, Some(Initial::Name("growth".into())));
    assert_eq!(formula(4), ("5".into(), None));
    assert_eq!(formula(5), ("true".into(), Some(Initial::Bool(false))));
    let SeriesKind::Pmf(pmf) = &series[6].kind else { panic!("a distribution") };
    assert_eq!((pmf.args[0].1.value.clone(), pmf.sample), (PmfArg::Name("a".into()), true));
    assert!(matches!(&series[7].kind, SeriesKind::Pmf(pmf) if pmf.table == [(1.0, 0.25), (2.0, 0.75)]));
}

#[test]
fn the_version_and_required_keys_are_there() {
    let rest = "grid: { bins: 1, binSize: 1, binUnit: days }\nnodes: []\n";
    check_text(&format!("schemaVersion: 2\n{rest}"), &[("FT0003", "found the number `2`", "2")]);
    check_text(&format!("schemaVersion: \"1\"\n{rest}"), &[("FT0003", "found text `1`", "1")]);
    check_text(rest, &[("FT0004", "needs the key `schemaVersion`", "grid")]);
    check_text("schemaVersion: 1\ngrid:\nnodes: []\n", &[("FT0004", "key `grid` of a model has no value", "grid")]);
    check_text("- 1\n", &[("FT0007", "expected a model with its keys, found a list", "- 1")]);
    check_series("value: 1", "FT0004", "a series needs the key `kind`", "s");
    check_text(
        "schemaVersion: 1\ngrid: {}\nnodes: []\n",
        &[("FT0004", "a grid needs the keys `bins`, `binSize` and `binUnit`", "{}")],
    );
    check_series("kind: expr", "FT0004", "an expr series needs the key `expr`", "s");
    check_series("kind: pmf, pmf: { lambda: 1 }", "FT0004", "needs the key `type`", "lambda");
    check_series("kind: pmf, pmf: { type: uniform, min: 1 }", "FT0004", "needs the key `max`", "type");
    check_series("kind: pmf, pmf: { type: poisson, lambda: 1, sample: true }", "FT0004", "needs a seed", "true");
}

#[test]
fn an_unknown_key_is_told_with_the_nearest_one() {
    check_series("kind: const, vaule: 1, value: 2", "FT0005", "unknown key `vaule` in a series", "vaule");
    check_series("kind: const, value: 2, colour: 1", "FT0005", "unknown key `colour`", "colour");
    let (_, found) = decode_text_of(&with_head("nodes: []\noutput: []"));
    assert_eq!(found[0].help.as_deref(), Some("write `outputs`"));
    assert_eq!(found[0].fixes[0].edits[0].new_text, "outputs");
    let (_, found) = decode_text_of(&with_head("nodes: []\nzzzzzz: []"));
    assert!(found[0].fixes.is_empty());
}

#[test]
fn wrong_kinds_say_what_was_expected_and_found() {
    check_series("kind: const, values: abc", "FT0007", "expected a list of numbers, found text `abc`", "abc");
    check_series("kind: const, value: \"5\"", "FT0007", "expected a number, found text `5`", "5");
    check_series("kind: expr, expr: [1]", "FT0007", "expected a formula, found a list", "[1]");
    check_series("kind: const, value: 1, unit: 5", "FT0007", "expected text, found the number `5`", "5");
    check_model("nodes: [ { id: 5, kind: const, value: 1 } ]", "FT0007", "expected an id, found the number `5`", "5");
    check_model("nodes: { a: 1 }", "FT0007", "expected a list under `nodes`, found a mapping", "{ a: 1 }");
    check_model("parameters: [ 1 ]", "FT0007", "expected a parameter with its keys, found the number `1`", "1");
}

#[test]
fn values_out_of_range_are_refused() {
    let grid = |grid: &str| format!("schemaVersion: 1\ngrid: {{ {grid} }}\nnodes: []\n");
    check_text(&grid("bins: 0, binSize: 5, binUnit: hours"), &[("FT0008", "from 1 to 10000000, found `0`", "0")]);
    check_text(&grid("bins: 1.5, binSize: 5, binUnit: hours"), &[("FT0008", "a whole number", "1.5")]);
    check_text(
        &grid("bins: 1, binSize: 1001, binUnit: hour"),
        &[
            ("FT0008", "from 1 to 1000, found `1001`", "1001"),
            ("FT0008", "unknown unit `hour`, expected `minutes`, `hours`, `days` or `weeks`", "hour"),
        ],
    );
    check_model("parameters: [ { id: p, value: 4, min: 0, max: 3 } ]", "FT0008", "value 4 is outside 0..=3", "4");
    check_model("parameters: [ { id: p, value: .inf } ]", "FT0008", "expected a finite number", ".inf");
    check_model("parameters: [ { id: p, value: 1e999 } ]", "FT0008", "expected a finite number", "1e999");
    check_model("rng: { seed: -1 }", "FT0008", "a whole number >= 0", "-1");
    check_series("kind: konst", "FT0008", "unknown kind of series `konst`", "konst");
    check_series("kind: pmf, pmf: { type: posson, lambda: 1 }", "FT0008", "unknown distribution `posson`", "posson");
    let zone = "window: { start: \"2025-10-07T00:00:00Z\", timezone: CET }";
    check_model(zone, "FT0008", "expected the time zone `UTC`, found `CET`", "CET");
}

#[test]
fn keys_that_do_not_go_together_are_refused() {
    check_series("kind: const, value: 1, initial: 0", "FT0009", "belongs to series of kind `expr`", "initial");
    check_series(
        "kind: pmf, pmf: { type: constant, value: 1 }, expr: a",
        "FT0009",
        "belongs to series of kind `expr`",
        "expr",
    );
    check_series("kind: expr, expr: a, values: [1, 2, 3]", "FT0009", "belongs to series of kind `const`", "values");
    check_series("kind: const, values: [1, 2, 3], value: 1", "FT0009", "`value` stands beside `values`", "value");
    check_series("kind: const", "FT0004", "needs one of `source`, `values` and `value`", "s");
    check_model("outputs: [ { series: \"a*\", as: b } ]", "FT0009", "`a*` is a pattern", "as");
    check_model("validation: [ { type: conservation, node: Q, expr: a } ]", "FT0009", "rules of type `custom`", "expr");
}

#[test]
fn an_id_is_short_and_printable() {
    let long = "a".repeat(201);
    for (id, place, problem) in
        [("''", "", "is empty"), ("a`b", "a`b", "has a backtick"), (long.as_str(), &long, "has 201 bytes")]
    {
        check_model(&format!("nodes: [ {{ id: {id}, kind: const, value: 1 }} ]"), "FT0010", problem, place);
    }
    check_model("nodes: [ { id: \"a\\tb\", kind: const, value: 1 } ]", "FT0010", "control character", "a\\tb");
    assert_eq!(
        decode_valid(&with_head(&format!("nodes: [ {{ id: {}, kind: const, value: 1 }} ]", &long[1..]))).series.len(),
        1
    );
}

fn check_window(start: &str, size: u32, unit: &str, problem: Option<&str>) {
    let text = format!(
        "schemaVersion: 1\ngrid: {{ bins: 1, binSize: {size}, binUnit: {unit} }}\nwindow: {{ start: \"{start}\" }}\nnodes: []\n"
    );
    let expected: Vec<_> = problem.iter().map(|problem| ("FT0011", *problem, start)).collect();
    check_text(&text, &expected);
}

#[test]
fn a_window_begins_on_a_bin_boundary_in_utc() {
    for (start, size, unit) in [
        ("2025-10-07T00:05:00Z", 5, "minutes"),
        ("2025-10-07T06:00:00.000Z", 6, "hours"),
        ("2025-10-07T00:21:00Z", 7, "minutes"),
        ("2025-10-07T00:00:00Z", 3, "days"),
        ("2025-10-06T00:00:00Z", 2, "weeks"),
    ] {
        check_window(start, size, unit, None);
    }
    let boundary = Some("is not on a boundary of bins of");
    check_window("2025-10-07T00:03:00Z", 5, "minutes", boundary);
    check_window("2025-10-07T00:05:01Z", 5, "minutes", boundary);
    check_window("2025-10-07T00:05:00.5Z", 5, "minutes", boundary);
    check_window("2025-10-07T01:00:00Z", 1, "days", boundary);
    check_window("2025-10-07T00:00:00Z", 1, "weeks", boundary);
    for start in ["2025-10-07", "2025-10-07T00:00:00+00:00", "2025-02-30T00:00:00Z", "2025-10-07 00:00:00Z", "now"] {
        check_window(start, 5, "minutes", Some("expected a time in UTC"));
    }
}

fn check_topology(nodes: &str, edges: &str, message: &str, place: &str) {
    check_model(&format!("topology:\n  nodes: [ {nodes} ]\n  edges: [ {edges} ]"), "FT0012", message, place);
}

#[test]
fn a_topology_has_its_roles_and_no_cycle() {
    let queue = "{ id: Q, kind: queue, semantics: { arrivals: a, served: s, queue: null } }";
    check_topology(queue, "", "a node of kind `queue` needs the role `queue`", "Q");
    check_topology("", "{ from: A, to: \"A:in\" }", "edge leads from `A` to itself", "A");
    check_topology("", "{ from: \":out\", to: B }", "expected `Node` or `Node:port`", ":out");
    let cycle = "{ from: A, to: B }, { from: X, to: B }, { from: B, to: C }, { from: C, to: A }";
    check_topology("", cycle, "edges form a cycle: A → B → C → A", "B");
    let text = with_head("nodes: []\ntopology: { nodes: [ { id: S, kind: service } ] }");
    let (_, found) = decode_text_of(&text);
    let served: Vec<_> = found.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(served, ["a node of kind `service` needs the roles `arrivals` and `served`"]);
    let diamond = "{ from: A, to: B }, { from: A, to: C }, { from: B, to: D }, { from: C, to: D }";
    decode_valid(&with_head(&format!("nodes: []\ntopology: {{ edges: [ {diamond} ] }}")));
}

#[test]
fn a_distribution_has_parameters_in_range_and_a_table_that_sums_to_one() {
    let pmf = |pmf: &str| format!("kind: pmf, pmf: {{ {pmf} }}");
    check_series(&pmf("type: poisson, lambda: -1"), "FT0013", "`lambda` is -1, expected a number >= 0", "-1");
    check_series(&pmf("type: exponential, rate: 0"), "FT0013", "`rate` is 0, expected a number > 0", "0");
    check_series(&pmf("type: bernoulli, p: 1.5"), "FT0013", "expected a number from 0 to 1", "1.5");
    check_series(&pmf("type: binomial, n: 2.5, p: 1"), "FT0013", "expected a whole number >= 0", "2.5");
    check_series(&pmf("type: normal, mean: .nan, stddev: 1"), "FT0013", "expected a finite number", ".nan");
    check_series(&pmf("type: uniform, min: 3, max: 2"), "FT0013", "expected at least `min`, which is 3", "2");
    let table = |values: &str, ps: &str| pmf(&format!("type: empirical, values: {values}, probabilities: {ps}"));
    check_series(&table("[1, 2]", "[0.5, 0.4]"), "FT0013", "probabilities sum to 0.9, expected 1", "[0.5, 0.4]");
    check_series(&table("[1]", "[0.5, 0.5]"), "FT0013", "one probability for each of 1 values, found 2", "[0.5, 0.5]");
    check_series(&table("[1, 2]", "[1.5, -0.5]"), "FT0013", "expected probabilities >= 0, found -0.5", "[1.5, -0.5]");
    check_series(&pmf("type: poisson, lambda: 1, rate: 2"), "FT0005", "in the distribution `poisson`", "rate");
}

#[test]
fn two_plain_outputs_of_one_name_are_refused() {
    check_model("outputs: [ { series: a }, { series: b, as: a } ]", "FT0014", "two outputs are named `a`", "a");
    decode_valid(&with_head(
        "nodes: []\noutputs: [ { series: a }, { series: a, as: b }, { series: \"*\" }, { series: \"*\" } ]",
    ));
}

#[test]
fn a_test_has_columns_of_its_grid() {
    let test = |body: &str| format!("tests: [ {{ name: t, {body} }} ]");
    check_model(&test("inputs: { a: [1, 2], b: [1] }"), "FT0015", "`b` has length 1, expected 2", "[1]");
    check_model(
        &test("inputs: { a: [1, 2] }, expect: { q: [7, 8, 9] }"),
        "FT0015",
        "`q` has length 3, expected 2",
        "[7, 8, 9]",
    );
    check_model(&test("expect: { q: [1, 2] }"), "FT0015", "`q` has length 2, expected 3", "[1, 2]");
    check_model(&test("inputs: { a: [] }"), "FT0015", "input `a` has no values", "[]");
}

#[test]
fn inline_values_are_numbers_one_per_bin() {
    check_series("kind: const, values: [1, 2]", "FT0501", "Series length mismatch: expected 3, got 2", "[1, 2]");
    check_series("kind: const, values: [1, x, 3]", "FT0502", "expected a number or `null`, found text `x`", "x");
    check_series("kind: const, values: [1, \"2\", 3]", "FT0502", "found text `2`", "2");
    let (_, found) = decode_text_of(&with_head("nodes: [ { id: s, kind: const, values: [a, b, c, d, e, f] } ]"));
    assert_eq!(found.len(), 4);
    assert!(found[3].message.contains("3 more values"), "{}", found[3].message);
}

#[test]
fn all_errors_are_told_at_once_and_broken_parts_make_no_others() {
    let text = "schemaVersion: 1\ngrid: { bins: x, binSize: 5, binUnit: minutes }\nwindow: { start: \"2025-10-07T00:03:00Z\" }\nnodes:\n  - { id: a, kind: const, values: [1] }\n  - { id: b, kind: exp, expr: c }\n  - { id: c, kind: expr, expr: c, initial: [] }\n";
    check_text(
        text,
        &[
            ("FT0007", "expected a number, found text `x`", "x"),
            ("FT0008", "unknown kind of series `exp`", "exp"),
            ("FT0007", "expected a number, a truth value or an id, found a list", "[]"),
        ],
    );
    let (model, _) = decode_text_of(text);
    assert!(!model.grid.is_known());
    let invalid: Vec<_> = model.series.iter().map(|series| series.kind == SeriesKind::Invalid).collect();
    assert_eq!(invalid, [false, true, true]);
}

#[test]
fn numbers_are_those_of_the_core_schema() {
    for (text, value) in
        [("0o17", 15.0), ("0xfF", 255.0), ("+1.", 1.0), ("-.5e-1", -0.05), ("-.INF", f64::NEG_INFINITY)]
    {
        assert_eq!(value::parse_number(text), Some(value), "{text}");
    }
    for text in ["inf", "nan", "infinity", "1_000", "0x", "--1", "+-1", "1e", ".", "-.nan", "0b1", "1:30", "+0x1"] {
        assert_eq!(value::parse_number(text), None, "{text}");
    }
    assert!(value::parse_number(".NaN").is_some_and(f64::is_nan));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    /// A whole model with a few pieces cut out, doubled or replaced never makes the decoder panic.
    #[test]
    fn a_damaged_model_ends_in_a_model_or_diagnostics(cuts in prop::collection::vec((0..WHOLE.len(), 0..30usize, "[a-z0-9:{}\\[\\], .*&\n\"-]{0,6}"), 1..5)) {
        let mut text = WHOLE.to_owned();
        for (at, length, piece) in cuts {
            let at = text.floor_char_boundary(at.min(text.len()));
            let end = text.floor_char_boundary((at + length).min(text.len()));
            text.replace_range(at..end, &piece);
        }
        for found in decode_text_of(&text).1 {
            prop_assert!(text.get(found.span.start as usize..found.span.end as usize).is_some());
        }
    }
}
