//! Tests of lexer, grammar, formatter and printer: text in, a short form of the outcome out.

mod errors;
mod layout;
mod limits;
mod trees;

use crate::diagnostics::{Diagnostic, Sink};
use crate::model::{Formula, ScalarStyle};
use crate::source::{FileId, ScalarMap, Span};
use crate::syntax::ast::{Arg, Direction, Expr, ExprKind, Offset};
use crate::syntax::parse::parse;

/// A formula that stands in its file as it is, from offset 0.
fn formula(text: &str) -> Formula {
    let map = ScalarMap::verbatim(Span::new(FileId(0), 0, text.len() as u32));
    Formula { text: text.to_string(), map, style: ScalarStyle::Literal }
}

fn parsed(formula: &Formula) -> (Expr, Vec<Diagnostic>) {
    let mut sink = Sink::default();
    let tree = parse(formula, &mut sink);
    (tree, sink.finish())
}

/// The tree as an S-expression, without spans.
fn short(tree: &Expr) -> String {
    match &tree.kind {
        ExprKind::Number { value, .. } => format!("{value}"),
        ExprKind::Duration { count, unit } => format!("{count}*{}", unit.minutes()),
        ExprKind::Bool(value) => format!("{value}"),
        ExprKind::Null => "null".to_string(),
        ExprKind::Name(name) => name.value.clone(),
        ExprKind::Call { function, args } => list(&function.value, args.iter().map(arg)),
        ExprKind::Prefix { op, operand } => list(op.symbol, [short(operand)]),
        ExprKind::Chain { first, rest } => {
            let rest = rest.iter().flat_map(|(op, operand)| [op.symbol.to_string(), short(operand)]);
            format!("({})", [short(first)].into_iter().chain(rest).collect::<Vec<_>>().join(" "))
        }
        ExprKind::Index { base, offset } => format!("{}[{}]", short(base), bins(offset)),
        ExprKind::Array(items) => list("array", items.iter().map(short)),
        ExprKind::Paren(inner) => list("paren", [short(inner)]),
        ExprKind::Broken(parts) => list("broken", parts.iter().map(short)),
        ExprKind::Error => "?".to_string(),
    }
}

fn list(head: &str, parts: impl IntoIterator<Item = String>) -> String {
    let mut all = vec![head.to_string()];
    all.extend(parts);
    format!("({})", all.join(" "))
}

fn arg(arg: &Arg) -> String {
    match &arg.name {
        Some(name) => format!("{}={}", name.value, short(&arg.value)),
        None => short(&arg.value),
    }
}

fn bins(offset: &Offset) -> String {
    match &offset.direction {
        Direction::Now => "t".to_string(),
        Direction::Lag(amount) => format!("t-{}", short(amount)),
        Direction::Lead(amount) => format!("t+{}", short(amount)),
    }
}
