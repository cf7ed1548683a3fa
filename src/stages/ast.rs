//! The syntax tree of a formula, one node a line.

use super::line;
use crate::diagnostics::Sink;
use crate::model::SeriesKind;
use crate::syntax::ast::{Direction, Expr, ExprKind};
use crate::syntax::{parse, print};

/// The tree of a series' formula, if it has one.
pub(super) fn tree(kind: &SeriesKind) -> Option<String> {
    let SeriesKind::Expr { formula, .. } = kind else { return None };
    let mut text = String::new();
    write(&mut text, 1, "", &parse::parse(formula, &mut Sink::default()));
    Some(text)
}

fn write(text: &mut String, depth: usize, label: &str, expr: &Expr) {
    line(text, depth, &format!("{label}{}", head(expr)));
    for (label, child) in children(expr) {
        write(text, depth + 1, &label, child);
    }
}

/// What a node is, without what is below it.
fn head(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Number { .. } => format!("number {}", print::expr(expr)),
        ExprKind::Duration { .. } => format!("duration {}", print::expr(expr)),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Null => "null".to_owned(),
        ExprKind::Name(name) => format!("name {}", print::id(&name.value)),
        ExprKind::Call { function, .. } => format!("call {}", function.value),
        ExprKind::Prefix { op, .. } => format!("prefix {}", op.symbol),
        ExprKind::Chain { .. } => "chain".to_owned(),
        ExprKind::Index { offset, .. } => match offset.direction {
            Direction::Now => "index t".to_owned(),
            Direction::Lag(_) => "index back".to_owned(),
            Direction::Lead(_) => "index ahead".to_owned(),
        },
        ExprKind::Array(_) => "array".to_owned(),
        ExprKind::Paren(_) => "parentheses".to_owned(),
        ExprKind::Broken(_) | ExprKind::Error => "error".to_owned(),
    }
}

/// A node that nothing tells from its fellows.
fn plain(expr: &Expr) -> (String, &Expr) {
    (String::new(), expr)
}

/// The nodes below one, each with what tells it from its fellows.
fn children(expr: &Expr) -> Vec<(String, &Expr)> {
    match &expr.kind {
        ExprKind::Call { args, .. } => {
            let name = |arg: &crate::syntax::ast::Arg| {
                arg.name.as_ref().map_or(String::new(), |name| format!("{}=", name.value))
            };
            args.iter().map(|arg| (name(arg), &arg.value)).collect()
        }
        ExprKind::Chain { first, rest } => {
            let rest = rest.iter().map(|(op, operand)| (format!("{} ", op.symbol), operand));
            std::iter::once(plain(first)).chain(rest).collect()
        }
        ExprKind::Index { base, offset } => match &offset.direction {
            Direction::Now => vec![plain(base)],
            Direction::Lag(bins) | Direction::Lead(bins) => vec![plain(base), ("by ".to_owned(), &**bins)],
        },
        ExprKind::Prefix { operand: inner, .. } | ExprKind::Paren(inner) => vec![plain(inner)],
        ExprKind::Array(elements) | ExprKind::Broken(elements) => elements.iter().map(plain).collect(),
        _ => Vec::new(),
    }
}
