//! What a newcomer's mistakes are answered with: each model lists all that is said of it, as code, characters and help.

use super::*;
use crate::load::MemoryLoader;
use crate::origins::Origins;
use flowtime_runtime::builtins::{self, Builtin, Emit};
use flowtime_runtime::ir::{Builder, Grid, InputId};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const HEAD: &str = "schemaVersion: 1\ngrid: { bins: 3, binSize: 5, binUnit: minutes }\n";

fn told_of(text: &str, files: &[(&str, &str)]) -> Vec<String> {
    let files = files.iter().map(|(name, content)| ((*name).to_owned(), content.as_bytes().to_vec()));
    let check = check("model.yaml", text, &MemoryLoader::new(files.collect::<BTreeMap<_, _>>()), SourceCheck::Content);
    let told = check.diagnostics.iter().map(|found| {
        let help = found.help.as_deref().unwrap_or("no help");
        format!("{} `{}`: {help}", found.code.id, check.sources.text(found.span))
    });
    told.collect()
}

/// The model has these problems; its head is put before it.
fn check_model(rest: &str, expect: &[&str]) {
    assert_eq!(told_of(&format!("{HEAD}{rest}\n"), &[]), expect, "{rest}");
}

/// A formula over `x`, `queue` and `slo-good` has these problems.
fn check_formula(formula: &str, expect: &[&str]) {
    let nodes = "nodes:\n  - { id: x, kind: const, value: 1 }\n  - { id: queue, kind: const, value: 2 }\n  \
                 - { id: slo-good, kind: const, value: 2 }\n";
    let formula = formula.replace('\n', "\n        ");
    let text = format!("{HEAD}{nodes}  - id: y\n    kind: expr\n    expr: |\n        {formula}\n");
    assert_eq!(told_of(&text, &[]), expect, "{formula}");
}

#[test]
fn a_misspelled_key_is_not_missing_as_well() {
    check_text(
        "schemaVersion: 1\ngrid: { bins: 3, bin_size: 5, binUnit: minutes }\nnodes: []",
        &["FT0005 `bin_size`: write `binSize`"],
    );
    check_model("nodes: [{ id: q, kind: pmf, pmf: { type: poisson, lamda: 3 } }]", &["FT0005 `lamda`: write `lambda`"]);
    check_model("nodes: [{ id: q, kind: expr, formula: \"1\" }]", &["FT0005 `formula`: write `expr`"]);
    check_model(
        "nodes: [{ id: q, kind: const, value: 3 }]\ntopology:\n  nodes: [{ id: n, kind: service, semantics: { arrival: q, served: q } }]",
        &["FT0005 `arrival`: write `arrivals`"],
    );
    check_model(
        "nodes: [{ id: q, kind: const, value: 3 }]\ntopology:\n  nodes: [{ id: n, kind: service, semantic: { arrivals: q, served: q } }]",
        &["FT0005 `semantic`: write `semantics`"],
    );
}

/// The model of `nodes` and of a queue `q` has one cycle, with this help.
fn check_cycle(nodes: &str, expect: &str) {
    let topology = "topology: { nodes: [{ id: Q, kind: queue, semantics: { arrivals: x, served: x, queue: q } }] }";
    let text = format!("{HEAD}{topology}\nnodes:\n  - {{ id: x, kind: const, value: 1 }}\n{nodes}");
    let told: Vec<String> = told_of(&text, &[]).into_iter().filter(|told| told.starts_with("FT0201")).collect();
    assert_eq!(told, [expect], "{nodes}");
}

#[test]
fn a_cycle_is_broken_where_something_is_carried_from_bin_to_bin() {
    const SERVED: &str = "  - { id: served, kind: expr, expr: \"MIN(60, x + q)\" }\n";
    let queue = |start: &str| format!("  - {{ id: q, kind: expr, expr: \"SHIFT(q, 1) + x - served\"{start} }}\n");
    let lag = "break the cycle at one step: read the bin before, for example `SHIFT(q, 1)` in `served`";
    let declare = format!("FT0201 `q`: {lag}, and declare `initial` on `q`");
    check_cycle(&format!("{SERVED}{}", queue(", initial: 0")), &format!("FT0201 `q`: {lag}"));
    check_cycle(&format!("{}{SERVED}", queue(", initial: 0")), &format!("FT0201 `served`: {lag}"));
    check_cycle(&format!("{SERVED}{}", queue("")), &declare);
    check_cycle(&format!("{SERVED}  - {{ id: q, kind: expr, expr: \"x - served\" }}\n"), &declare);
    check_cycle(
        "  - { id: q, kind: expr, expr: \"x - b\" }\n  - { id: b, kind: expr, expr: \"q + 1\", initial: 0 }\n",
        "FT0201 `b`: break the cycle at one step: read the bin before, for example `SHIFT(b, 1)` in `q`",
    );
}

#[test]
fn a_formula_that_a_comma_cuts_wants_quotes() {
    const HELP: &str = "FT0001 `,`: put the formula in quotes: inside `{ }` a comma ends it";
    check_model("nodes: [{ id: q, kind: expr, expr: MIN(1, 2), unit: s }]", &[HELP]);
    check_model("nodes:\n  - { id: q, kind: expr, expr: IF(1 > 2, MIN(3, 3), 4) * 2 }", &[HELP]);
    check_model(
        "nodes: [{ id: q, kind: const, value: 1, description: late (or early, or never) }]",
        &["FT0001 `,`: put the text in quotes: inside `{ }` a comma ends it"],
    );
    check_model("nodes: [{ id: q, kind: expr, expr: MIN(1, unit: s }]", &["FT0104 `1`: no help"]);
}

#[test]
fn quotes_around_a_cut_formula_are_a_fix() {
    let text = format!("{HEAD}nodes: [{{ id: q, kind: expr, expr: MIN(1, 2), unit: s }}]\n");
    let check = check("model.yaml", &text, &MemoryLoader::default(), SourceCheck::Skip);
    let edit = &check.diagnostics[0].fixes[0].edits[0];
    assert_eq!((check.sources.text(edit.span), edit.new_text.as_str()), ("MIN(1, 2)", "\"MIN(1, 2)\""));
}

/// The whole model has these problems.
fn check_text(text: &str, expect: &[&str]) {
    assert_eq!(told_of(text, &[]), expect, "{text}");
}

#[test]
fn words_of_other_tools_are_answered_with_ours() {
    check_formula("LAG(x, 1)", &["FT0302 `LAG`: use `SHIFT`"]);
    check_formula("Moving_Avg(x, 2)", &["FT0302 `Moving_Avg`: use `ROLLING_MEAN`"]);
    check_formula("HOUR()", &["FT0302 `HOUR`: use `HOUR_OF_DAY`"]);
    check_formula("P95(x)", &["FT0302 `P95`: write `PERCENTILE(x, 95)`"]);
    check_formula("ISNAN(x)", &["FT0302 `ISNAN`: use `IS_MISSING`"]);
    check_formula("x + nan", &["FT0301 `nan`: test for missing values with `IS_MISSING(x)`"]);
    check_formula("IF(yes, 1, 0)", &["FT0301 `yes`: write `true`"]);
    check_formula("x // 2", &["FT0103 `/`: use `FLOOR(a / b)` for the whole part, `#` for a comment"]);
    check_formula("IF(AND(x > 1, x < 2), 1, 0)", &["FT0103 `AND`: write `a AND b`"]);
    check_formula("x + 1_500", &["FT0102 `1_500`: write `1500`"]);
    check_formula(
        "MAX(x)",
        &["FT0402 `MAX(x)`: use `MAXOF(x)` for the largest of all bins, `CUMMAX(x)` for the largest so far"],
    );
    check_formula("AVG(x, 1h)", &["FT0402 `AVG(x, 1h)`: use `ROLLING_MEAN(x, window)` for the mean of a window"]);
    check_model("nodes: [{ id: q, kind: csv, value: 1 }]", &["FT0008 `csv`: write `const`"]);
    check_text(
        "schemaVersion: 1\ngrid: { bins: 3, binSize: 5, binUnit: min }\nnodes: []",
        &["FT0008 `min`: write `minutes`"],
    );
    check_text(
        "schemaVersion: 1\ngrid: { bins: 3, binSize: 5m, binUnit: minutes }\nnodes: []",
        &["FT0007 `5m`: write `binSize: 5` and `binUnit: minutes`"],
    );
    check_model(
        "window: { start: \"2025-10-07T00:00:00+01:00\" }\nnodes: []",
        &["FT0011 `2025-10-07T00:00:00+01:00`: write the same time in UTC: `2025-10-06T23:00:00Z`"],
    );
}

#[test]
fn a_construct_of_another_language_is_one_error() {
    check_formula("0.2 * x if queue > 500 else 0", &["FT0103 `if`: write `IF(condition, then, else)`"]);
    check_formula("CASE WHEN queue > 5 THEN 1 ELSE 0 END", &["FT0103 `CASE`: write `IF(condition, then, else)`"]);
    check_formula("|x| + 1", &["FT0101 `|`: use `ABS(…)` for the absolute value"]);
    check_formula("x xor 2", &["FT0103 `xor`: use `!=` between truth values"]);
    check_formula("MAX(x y, * 2)", &["FT0103 `y`: no help", "FT0103 `*`: no help"]);
}

#[test]
fn a_percentage_is_told_what_to_write() {
    check_formula("20% * x", &["FT0103 `*`: write `0.2`; `%` is the remainder"]);
    check_formula("x * 50%", &["FT0104 `%`: write `0.5`; `%` is the remainder"]);
    check_formula("MAX(x, 20%, 1)", &["FT0103 `,`: write `0.2`; `%` is the remainder"]);
    check_formula(
        "CONV(x, [0, 60%, 30%])",
        &["FT0103 `,`: write `0.6`; `%` is the remainder", "FT0103 `]`: write `0.3`; `%` is the remainder"],
    );
    check_model("parameters: [{ id: p, value: 80% }]\nnodes: []", &["FT0007 `80%`: write `0.8` for the percentage"]);
}

#[test]
fn an_unknown_lag_or_kernel_makes_no_cycle() {
    check_formula(
        "CONV(y, [0, x])",
        &["FT0407 `x`: write the number itself; a kernel is fixed when the model is compiled"],
    );
    check_formula(
        "SHIFT(y, x)",
        &["FT0409 `x`: write the number of bins or a duration such as `1h`; it is fixed when the model is compiled"],
    );
    check_formula(
        "CONV(y, [0.1, 0.2])",
        &[
            "FT0201 `y`: read the bin before with `SHIFT(y, 1)`, and declare `initial` on it; or begin the kernel with 0",
        ],
    );
}

#[test]
fn an_id_with_a_dash_wants_backticks() {
    check_formula("IF(slo-good, 1, 0)", &["FT0301 `slo-good`: write `` `slo-good` ``"]);
    check_formula("x + slo-good * 2", &["FT0301 `slo`: no help", "FT0301 `good`: no help"]);
}

#[test]
fn a_comparison_with_one_equals_sign_is_no_named_argument() {
    check_formula("IF(queue = 500, 1, 0)", &["FT0408 `queue`: use `==` to compare"]);
    check_formula("MAX(x = 3, 1)", &["FT0408 `x`: use `==` to compare"]);
}

#[test]
fn the_name_of_a_function_is_called() {
    check_formula("IF(BIN_MINUTES < 5, 1, 0)", &["FT0301 `BIN_MINUTES`: call the function: `BIN_MINUTES()`"]);
}

#[test]
fn typographic_signs_are_told_apart() {
    check_formula("x ‹ 2", &["FT0101 `‹`: use `<`"]);
    check_formula("1 + “x”", &["FT0101 `“x”`: write a series' id that is no plain name in backticks"]);
}

#[test]
fn a_series_declared_twice_is_told_once() {
    check_model(
        "nodes: [{ id: q, kind: const, value: 1 }, { id: q, kind: const, value: 1 }]\noutputs: [{ series: \"*\" }]",
        &["FT0305 `q`: give one of them another id; uses of the name mean the first"],
    );
}

#[test]
fn a_share_is_no_percentile() {
    check_formula("PERCENTILE(x, 0.95)", &["FT1011 `0.95`: write `95` if the 95th percentile is meant"]);
}

/// A model with a window whose series reads `csv` has these problems, message and help.
fn check_csv(window: &str, csv: &str, expect: &[&str]) {
    let text = format!("{HEAD}{window}nodes: [{{ id: x, kind: const, source: x.csv }}]\n");
    let files = MemoryLoader::new(BTreeMap::from([("x.csv".to_owned(), csv.as_bytes().to_vec())]));
    let found = check("model.yaml", &text, &files, SourceCheck::Content).diagnostics;
    let told: Vec<String> = found
        .iter()
        .map(|found| format!("{} {}: {}", found.code.id, found.message, found.help.as_deref().unwrap_or("no help")))
        .collect();
    assert_eq!(told, expect, "{csv}");
}

#[test]
fn times_beside_the_values_fit_the_window() {
    const WINDOW: &str = "window: { start: \"2025-10-07T00:00:00Z\" }\n";
    let wrong = "time,value\n2025-10-07T00:00:00Z,1\n2025-10-07T00:10:00Z,1\n2025-10-07T00:15:00Z,1\n";
    check_csv(
        WINDOW,
        wrong,
        &[
            "FT0504 x.csv: row 2 is 2025-10-07T00:10:00Z, expected 2025-10-07T00:05:00Z: give each row the time at which its bin begins",
        ],
    );
    check_csv("", wrong, &[]);
    check_csv(WINDOW, "value,ts\n1,2025-10-07 00:00\n1,2025-10-07 00:05:00\n1,2025-10-07T00:10:00Z\n", &[]);
    check_csv(
        WINDOW,
        "timestamp,value\n0,1\n5,1\n10,1\n",
        &["FT0504 x.csv: row 1 is `0`, expected 2025-10-07T00:00:00Z: give each row the time at which its bin begins"],
    );
}

#[test]
fn numbers_for_people_in_cells_are_told_what_to_write() {
    check_csv(
        "",
        "12%\n1\n1\n",
        &["FT0504 x.csv:1: expected a header with the column `value`, found `12%`: write `0.12` for `12%`"],
    );
    check_csv("", "1\n12%\n1\n", &["FT0502 x.csv:2:1: expected a number, found `12%`: write `0.12` for `12%`"]);
    check_csv("", "1\n1,000\n1\n", &["FT0504 x.csv:2: expected 1 cell, found 2 cells: write `1000`"]);
    check_csv(
        "",
        "value\n1\n\"1,000\"\n1\n",
        &["FT0502 x.csv:3:1: expected a number, found `1,000`: write `1000` for `1,000`"],
    );
    check_csv(
        "",
        "1\n2\n",
        &[
            "FT0501 Series length mismatch: expected 3, got 2: give `x.csv` of series `x` one row for each of the 3 bins, or set `bins: 2`",
        ],
    );
}

#[test]
fn a_length_that_another_fault_explains_is_no_reason_to_change_the_grid() {
    const ROWS: &str = "give `x.csv` of series `x` one row for each of the 3 bins";
    check_csv("", "", &[&format!("FT0501 Series length mismatch: expected 3, got 0: {ROWS}")]);
    check_csv(
        "",
        "bin_index,value\n0,1\n2,3\n",
        &[
            &format!("FT0501 Series length mismatch: expected 3, got 2: {ROWS}"),
            "FT0504 x.csv:3: expected bin_index 1, found `2`: number the rows 0, 1, 2, … in the column `bin_index`",
        ],
    );
}

#[test]
fn a_misspelled_file_is_looked_for_beside_it() {
    let text = format!("{HEAD}nodes: [{{ id: x, kind: const, source: \"file://data/arivals.csv\" }}]\n");
    let told = told_of(&text, &[("data/arrivals.csv", "1\n2\n3\n"), ("arivals2.csv", "")]);
    assert_eq!(told, ["FT0503 `file://data/arivals.csv`: did you mean `file://data/arrivals.csv`?"]);
    let told = told_of(&text, &[("data/served.csv", "1\n")]);
    assert_eq!(told, ["FT0503 `file://data/arivals.csv`: no help"]);
}

#[test]
fn broken_yaml_is_explained() {
    check_text("a: 1\nb:\n\tc: 1\n", &["FT0001 `\t`: indent with spaces"]);
    check_text("nodes:\n  - id: a\n\tkind: expr\n", &["FT0001 `\t`: indent with spaces"]);
    check_text("a: [1, 2\nb: 3\n", &["FT0001 `:`: close the list with `]`"]);
    check_text("a: { b: 1\n", &["FT0001 `{`: close the mapping with `}`"]);
    check_text("a: \"b\nc: 1\n", &["FT0001 `\"`: close the quote on the line where it begins"]);
    check_text("a: b: c\n", &["FT0001 `:`: quote a text that holds `: `, and put each key on a line of its own"]);
}

/// `ABS` with machine code that gives its argument's double above 1.
static BROKEN: LazyLock<Builtin> = LazyLock::new(|| Builtin {
    emit: Emit::Inline(|lanes, args| {
        let one = lanes.splat(1.0);
        let above = lanes.gt(args[0], one);
        let doubled = lanes.add(args[0], args[0]);
        lanes.select(above, doubled, args[0])
    }),
    ..*builtins::function("ABS").unwrap()
});

#[test]
fn backends_that_differ_are_reported_with_output_bin_and_bits() {
    let mut builder = Builder::new(Grid { bins: 3, bin_minutes: 5, start_minutes: None });
    let x = builder.input(InputId::from_u32(0));
    let size = builder.call(&BROKEN, &[Some(x)]);
    builder.output(size);
    let inputs = vec![SeriesId(0)];
    let lowered = Lowered { program: builder.finish(), inputs, flags: Vec::new(), origins: Origins::default() };
    let settings = Settings {
        engine: engine::Options { backend: Backend::Both, ..engine::Options::default() },
        ..Settings::default()
    };
    let watch = Watch { step: &|_| {}, control: RunControl::default() };
    let inputs = BTreeMap::from([(SeriesId(0), vec![0.5, 1.0, 4.0])]);
    let error = evaluate(lowered, &inputs, &[], &settings, &|_| "size".to_owned(), &watch).unwrap_err();
    let expected = "the backends differ: `size` at bin 2 is 4.0 (0x4010000000000000) interpreted and 8.0 \
                    (0x4020000000000000) compiled; this is a bug, please report it with the model";
    assert_eq!(error.to_string(), expected);
}
