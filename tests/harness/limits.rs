//! Models too long for a page: each ends in a diagnostic or in a result, on the stack that [`on_a_small_stack`] gives.

use libtest_mimic::Trial;

use flowtime::diagnostics::{Severity, render};
use flowtime::driver::{self, Settings};
use flowtime::load::SourceCheck;

use super::backend::extremes;
use super::loader::MemoryFiles;
use super::{concise, on_a_small_stack, values};

/// How a model ends.
#[derive(Clone, Copy)]
enum End {
    /// With this code as its first error.
    Error(&'static str),
    /// With this value of `result` in the last bin.
    Value(f64),
}

/// One model.
struct Limit {
    name: &'static str,
    model: fn() -> String,
    end: End,
}

const LIMITS: &[Limit] = &[
    Limit { name: "20,000 nested parentheses", model: nested_parentheses, end: End::Error("FT0108") },
    Limit { name: "20,000 signs", model: signs, end: End::Error("FT0108") },
    Limit { name: "20,000 powers", model: powers, end: End::Error("FT0108") },
    Limit { name: "12,000 offsets", model: offsets, end: End::Error("FT0108") },
    Limit { name: "10,000 calls", model: calls, end: End::Error("FT0108") },
    Limit { name: "a formula of a megabyte", model: long_formula, end: End::Error("FT0109") },
    Limit { name: "30,000 terms", model: terms, end: End::Value(30_000.0) },
    Limit { name: "200 nested parentheses", model: deep_enough, end: End::Value(1.0) },
    Limit { name: "a chain of 100,000 series", model: chain, end: End::Value(100_000.0) },
    Limit { name: "a cycle of 20,000 series", model: cycle, end: End::Error("FT0201") },
    Limit { name: "a recurrence of 5,000 series", model: recurrence, end: End::Value(10_000.0) },
    Limit { name: "an alias bomb", model: alias_bomb, end: End::Error("FT0002") },
    Limit { name: "a call of 20,000 arguments", model: arguments, end: End::Value(1.0) },
    Limit { name: "10,000 unknown names on one line", model: unknown_names, end: End::Error("FT0301") },
    Limit { name: "10,000 nested lists", model: nested_lists, end: End::Error("FT0002") },
];

/// One test per model, on both kinds of backend, and those of random bytes.
pub(crate) fn trials() -> impl Iterator<Item = Trial> {
    let models = LIMITS
        .iter()
        .map(|limit| Trial::test(format!("limits::{}", limit.name), move || on_a_small_stack(move || verify(limit))));
    models.chain([
        Trial::test("limits::10,000 random byte strings as model", || {
            on_a_small_stack(|| verify_random(str::to_owned))
        }),
        Trial::test("limits::10,000 random byte strings as formula", || on_a_small_stack(|| verify_random(quoted))),
    ])
}

/// The codes that these models give.
pub(crate) fn codes() -> impl Iterator<Item = &'static str> {
    LIMITS.iter().filter_map(|limit| match limit.end {
        End::Error(code) => Some(code),
        End::Value(_) => None,
    })
}

fn verify(limit: &Limit) -> Result<(), String> {
    let files = MemoryFiles::default();
    let check = driver::check("model.yaml", &(limit.model)(), &files, SourceCheck::Content);
    match limit.end {
        End::Error(code) => match check.diagnostics.first() {
            Some(diagnostic) if diagnostic.code.id == code => Ok(()),
            _ => Err(format!("expected {code}, found:\n{}", first_lines(&check))),
        },
        End::Value(expected) => {
            let model = check.model.as_ref().ok_or_else(|| first_lines(&check))?;
            extremes().try_for_each(|backend| {
                let run = backend.run(model, &files, &Settings::default());
                let evaluation = run.map_err(|error| format!("{error:?}"))?;
                let output = evaluation.outputs.iter().find(|output| output.name == "result");
                let found = output.and_then(|output| output.values.last().copied());
                match found {
                    Some(found) if values::same(found, expected) => Ok(()),
                    _ => Err(format!("expected {expected}, found {found:?}")),
                }
            })
        }
    }
}

/// Each of 10,000 random texts, made a model by `model`, ends in diagnostics that can be shown, or in a model.
fn verify_random(model: fn(&str) -> String) -> Result<(), String> {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..10_000 {
        let bytes: Vec<u8> = (0..1 + random % 60).map(|_| (advance(&mut random) >> 56) as u8).collect();
        let text = model(&String::from_utf8_lossy(&bytes));
        let check = driver::check("model.yaml", &text, &MemoryFiles::default(), SourceCheck::Content);
        let shown = render::full(&check.diagnostics, &check.sources, false);
        let errors = check.diagnostics.iter().filter(|one| one.code.severity == Severity::Error).count();
        if check.model.is_some() != (errors == 0) || check.diagnostics.is_empty() != shown.is_empty() {
            return Err(format!("{text:?}\n{shown}"));
        }
    }
    Ok(())
}

/// Xorshift.
fn advance(state: &mut u64) -> u64 {
    for (left, shift) in [(true, 13), (false, 7), (true, 17)] {
        *state ^= if left { *state << shift } else { *state >> shift };
    }
    *state
}

/// `text` as a formula in double quotes, whatever is in it.
fn quoted(text: &str) -> String {
    let escaped: String = text.chars().map(|c| format!("\\U{:08x}", u32::from(c))).collect();
    formula(&escaped)
}

fn first_lines(check: &driver::Check) -> String {
    let lines = concise::render(&check.sources, &check.diagnostics);
    concise::print(&lines[..lines.len().min(5)], true).chars().take(2_000).collect()
}

const HEAD: &str = "schemaVersion: 1\ngrid: { bins: 2, binSize: 5, binUnit: minutes }\n";
const A: &str = "  - { id: a, kind: const, value: 1 }\n";

fn formula(formula: &str) -> String {
    format!("{HEAD}nodes:\n{A}  - {{ id: result, kind: expr, expr: \"{formula}\" }}\n")
}

fn nested_parentheses() -> String {
    formula(&format!("{}a{}", "(".repeat(20_000), ")".repeat(20_000)))
}

fn deep_enough() -> String {
    formula(&format!("{}a{}", "(".repeat(200), ")".repeat(200)))
}

fn signs() -> String {
    formula(&format!("{}a", "- ".repeat(20_000)))
}

fn powers() -> String {
    formula(&format!("{}a", "a^".repeat(20_000)))
}

fn offsets() -> String {
    formula(&format!("a{}", "[t-1]".repeat(12_000)))
}

fn calls() -> String {
    formula(&format!("{}a{}", "ABS(".repeat(10_000), ")".repeat(10_000)))
}

fn arguments() -> String {
    formula(&format!("MAX(a{})", ",a".repeat(19_999)))
}

/// As a program would write it: JSON, all on one line.
fn unknown_names() -> String {
    let series = |n: u32| format!(", {{ id: s{n}, kind: expr, expr: a{n} }}");
    let series: String = (0..10_000).map(series).collect();
    format!("{HEAD}nodes: [ {{ id: a, kind: const, value: 1 }}{series} ]\n")
}

fn long_formula() -> String {
    formula(&"a+".repeat(500_000))
}

fn terms() -> String {
    formula(&format!("a{}", "+a".repeat(29_999)))
}

/// The last series first, so that every one is declared before what it reads.
fn chain() -> String {
    let link = |n: u32| format!("  - {{ id: s{n}, kind: expr, expr: s{} + 1 }}\n", n - 1);
    let links: String = (1..100_000).rev().map(link).collect();
    let result = "  - { id: result, kind: expr, expr: s99999 + 1 }\n";
    let first = "  - { id: s0, kind: const, value: 0 }\n";
    format!("{HEAD}outputs: [ {{ series: result }} ]\nnodes:\n{result}{links}{first}")
}

fn cycle() -> String {
    let link = |n: u32| format!("  - {{ id: s{n}, kind: expr, expr: s{} + 1 }}\n", (n + 1) % 20_000);
    format!("{HEAD}nodes:\n{}", (0..20_000).map(link).collect::<String>())
}

fn recurrence() -> String {
    let link = |n: u32| format!("  - {{ id: s{n}, kind: expr, expr: s{} + 1 }}\n", n - 1);
    let links: String = (1..5_000).map(link).collect();
    let first = "  - { id: s0, kind: expr, expr: \"SHIFT(result, 1)\" }\n";
    let result = "  - { id: result, kind: expr, expr: s4999 + 1, initial: 0 }\n";
    format!("{HEAD}outputs: [ {{ series: result }} ]\nnodes:\n{first}{links}{result}")
}

/// Ten lists, each of ten of the one before.
fn alias_bomb() -> String {
    let lists = (1..10).map(|n| format!("x-{n}: &l{n} [{}]\n", vec![format!("*l{}", n - 1); 10].join(",")));
    format!("{HEAD}x-0: &l0 [0]\n{}nodes:\n{A}", lists.collect::<String>())
}

fn nested_lists() -> String {
    format!("{HEAD}x-deep: {}{}\nnodes:\n{A}", "[".repeat(10_000), "]".repeat(10_000))
}
