//! The manual of the language's functions, made from the builtin table: one page an entry, and the list of all that
//! `docs/functions.md` is. Nothing is said here that the table doesn't say.

use std::fmt::Write;

use flowtime_runtime::builtins::{self, Builtin, Default, Example, Param, ParamKind, Syntax};

/// How an entry is written: `ROLLING_MAX(x, window)`, `a % b`, `poisson(lambda)`.
pub fn signature(builtin: &Builtin) -> String {
    let names: Vec<String> = builtin.params.iter().map(param_signature).collect();
    match (builtin.syntax, names.as_slice()) {
        (Syntax::Infix, [left, right, ..]) => format!("{left} {} {right}", builtin.name),
        (Syntax::Prefix, [operand, ..]) if is_word(builtin.name) => format!("{} {operand}", builtin.name),
        (Syntax::Prefix, [operand, ..]) => format!("{}{operand}", builtin.name),
        _ => format!("{}({}{})", builtin.name, names.join(", "), if builtin.variadic { ", …" } else { "" }),
    }
}

fn is_word(name: &str) -> bool {
    name.chars().all(char::is_alphabetic)
}

fn param_signature(param: &Param) -> String {
    match default_text(param.default) {
        Some(default) => format!("{}={default}", param.name),
        None => param.name.to_owned(),
    }
}

fn default_text(default: Default) -> Option<String> {
    match default {
        Default::Required => None,
        Default::Absent => Some("null".to_owned()),
        Default::Number(number) => Some(number.to_string()),
        Default::LastBin => Some("bins-1".to_owned()),
    }
}

/// The page of one entry, in Markdown, its heading of level `level`.
pub fn page(builtin: &Builtin, level: usize) -> String {
    let mut page = format!("{} `{}`\n\n", "#".repeat(level), signature(builtin));
    for (title, line) in [("meaning", builtin.summary), ("edges", builtin.edge)] {
        if !line.is_empty() {
            let _ = writeln!(page, "- {title}: {line}");
        }
    }
    for param in builtin.params {
        let _ = writeln!(page, "- `{}` ({}): {}", param.name, kind_text(param.kind), param.doc);
    }
    for example in builtin.examples {
        page.push_str(&example_text(example));
    }
    page
}

/// The page of all functions, operators and distributions, in the order of the table.
pub fn functions_page() -> String {
    let mut page = String::from(
        "# Functions\n\nEvery function, operator and distribution of the language. Made from the table in \
         `runtime/src/builtins` by `ftc functions`; the examples are tests.\n",
    );
    for family in builtins::families() {
        let shown: Vec<&Builtin> = family.entries.iter().copied().filter(|builtin| is_shown(builtin)).collect();
        if !shown.is_empty() {
            let _ = write!(page, "\n## {}\n", family.title);
        }
        for builtin in shown {
            let _ = write!(page, "\n{}", self::page(builtin, 3));
        }
    }
    page
}

/// Whether people can write the entry, in a formula or as a distribution.
pub fn is_shown(builtin: &Builtin) -> bool {
    !matches!(builtin.syntax, Syntax::Internal | Syntax::Sample)
}

/// The entries called `name`, in any case: one, or the prefix and the infix operator of one symbol.
pub fn find(name: &str) -> Vec<&'static Builtin> {
    builtins::all().filter(|builtin| is_shown(builtin) && builtin.name.eq_ignore_ascii_case(name)).collect()
}

/// What a parameter takes, in a few words.
pub fn kind_text(kind: ParamKind) -> String {
    match kind {
        ParamKind::Num => "number per bin".to_owned(),
        ParamKind::Bool => "truth value per bin".to_owned(),
        ParamKind::Same => "numbers or truth values".to_owned(),
        ParamKind::SameUniform => "the same number or truth value in every bin".to_owned(),
        ParamKind::Uniform { min, max } => {
            format!("number, the same in every bin{}", bounds_text(min, max))
        }
        ParamKind::Int { min } if min == i64::MIN => "whole number known at compile time".to_owned(),
        ParamKind::Int { min } => format!("whole number known at compile time, at least {min}"),
        ParamKind::Kernel => "array of numbers".to_owned(),
    }
}

fn bounds_text(min: f64, max: f64) -> String {
    match (min.is_finite(), max.is_finite()) {
        (true, true) => format!(", {min} to {max}"),
        (true, false) => format!(", at least {min}"),
        (false, true) => format!(", at most {max}"),
        (false, false) => String::new(),
    }
}

fn example_text(example: &Example) -> String {
    let mut text = String::from("\n```text\n");
    for (name, values) in example.inputs {
        let _ = writeln!(text, "{name} = {}", values_text(values));
    }
    let _ = writeln!(text, "{} → {}\n```", example.formula, values_text(example.result));
    text
}

fn values_text(values: &[f64]) -> String {
    let texts = values.iter().map(|value| if value.is_nan() { "missing".to_owned() } else { value.to_string() });
    texts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_page_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/functions.md");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, functions_page()).unwrap();
        }
        let found = std::fs::read_to_string(path).unwrap_or_default();
        assert!(found == functions_page(), "docs/functions.md is stale: run the tests with UPDATE=1");
    }

    #[test]
    fn bounds_are_said_where_there_are_any() {
        let check_kind = |min, max, expected: &str| assert_eq!(kind_text(ParamKind::Uniform { min, max }), expected);
        check_kind(0.0, 1.0, "number, the same in every bin, 0 to 1");
        check_kind(1.0, f64::INFINITY, "number, the same in every bin, at least 1");
        check_kind(f64::NEG_INFINITY, f64::INFINITY, "number, the same in every bin");
    }
}
