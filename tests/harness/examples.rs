//! Each example of the builtin table as a model: its inputs as const series, its formula as the series `result`.

use std::fmt::Write as _;

use libtest_mimic::Trial;

use flowtime::driver::{self, Settings};
use flowtime::load::SourceCheck;
use flowtime_runtime::builtins::{self, Builtin, Example, Syntax};

use super::backend::{Backend, backends};
use super::loader::MemoryFiles;
use super::{concise, on_a_small_stack, values};

/// One test per example and backend; entries that formulas can't name have theirs in the runtime.
pub(crate) fn trials() -> Vec<Trial> {
    let in_formulas = |entry: &&Builtin| matches!(entry.syntax, Syntax::Function | Syntax::Infix | Syntax::Prefix);
    let entries = builtins::all().filter(in_formulas);
    let examples = entries.flat_map(|entry| entry.examples.iter().map(move |example| (entry, example)));
    examples.flat_map(|(entry, example)| backends().map(move |backend| trial(entry, example, backend))).collect()
}

fn trial(entry: &Builtin, example: &'static Example, backend: &'static Backend) -> Trial {
    let name = format!("builtins::{}: {} [{}]", entry.name, example.formula, backend.name);
    Trial::test(name, move || on_a_small_stack(move || verify(example, backend)))
}

fn verify(example: &Example, backend: &Backend) -> Result<(), String> {
    let files = MemoryFiles::default();
    let check = driver::check("example.yaml", &model(example), &files, SourceCheck::Content);
    let Some(checked) = &check.model else {
        return Err(concise::print(&concise::render(&check.sources, &check.diagnostics), true));
    };
    let evaluation = backend.run(checked, &files, &Settings::default()).map_err(|error| format!("{error:?}"))?;
    let output = evaluation.outputs.iter().find(|output| output.name == "result");
    let found = output.map_or(&[][..], |output| &output.values);
    let agree = found.len() == example.result.len()
        && found.iter().zip(example.result).all(|(left, right)| values::same(*left, *right));
    if agree { Ok(()) } else { Err(format!("expected {:?}, found {found:?}", example.result)) }
}

fn model(example: &Example) -> String {
    let mut text = format!(
        "schemaVersion: 1\nwindow: {{ start: \"2025-10-07T00:00:00Z\" }}\n\
         grid: {{ bins: {}, binSize: 5, binUnit: minutes }}\nnodes:\n  - id: result\n    kind: expr\n    expr: |\n      {}\n",
        example.result.len(),
        example.formula
    );
    for (name, column) in example.inputs {
        let cells: Vec<String> = column.iter().map(|value| cell(*value)).collect();
        let _ = writeln!(text, "  - {{ id: {name}, kind: const, values: [{}] }}", cells.join(", "));
    }
    text
}

fn cell(value: f64) -> String {
    match value {
        f64::INFINITY => ".inf".to_owned(),
        f64::NEG_INFINITY => "-.inf".to_owned(),
        _ if value.is_nan() => "null".to_owned(),
        _ => format!("{value:?}"),
    }
}
