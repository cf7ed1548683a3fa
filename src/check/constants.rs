//! Arguments known at compile time: whole numbers (lags, windows, periods) and kernels, read from the syntax tree.
//! Whole numbers are integer literals and durations under `+`, `-`, `*` and a sign.

use crate::diagnostics::{Sink, codes};
use crate::model::Grid;
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Op, Unit};
use crate::syntax::print;

/// The largest whole number that a compile-time argument may reach: 2^53, exact as binary64 too.
const LARGEST: i64 = 1 << 53;

/// The whole number that `expr` stands for. Reports what is none and gives `None`; `what` names the argument.
pub(super) fn integer(expr: &Expr, what: &str, grid: &Grid, sink: &mut Sink) -> Option<i64> {
    match &expr.kind {
        ExprKind::Error => None,
        ExprKind::Number { value, integer: true } if *value <= LARGEST as f64 => Some(*value as i64),
        ExprKind::Duration { count, unit } => duration(*count, *unit, expr.span, grid, sink),
        ExprKind::Paren(inner) => integer(inner, what, grid, sink),
        ExprKind::Prefix { op, operand } if op.symbol != "NOT" => {
            let value = integer(operand, what, grid, sink)?;
            Some(if op.symbol == "-" { -value } else { value })
        }
        ExprKind::Chain { first, rest } if rest.iter().all(|(op, _)| matches!(op.symbol, "+" | "-" | "*")) => {
            chain(first, rest, what, grid, sink)
        }
        _ => not_an_integer(expr, what, sink),
    }
}

fn chain(first: &Expr, rest: &[(Op, Expr)], what: &str, grid: &Grid, sink: &mut Sink) -> Option<i64> {
    let mut total = integer(first, what, grid, sink)?;
    for (op, operand) in rest {
        let value = integer(operand, what, grid, sink)?;
        let result = match op.symbol {
            "+" => total.checked_add(value),
            "-" => total.checked_sub(value),
            _ => total.checked_mul(value),
        };
        let Some(result) = result.filter(|result| result.abs() <= LARGEST) else {
            sink.emit(codes::INTEGER_RANGE, first.span.to(operand.span), format!("{what} is too large"));
            return None;
        };
        total = result;
    }
    Some(total)
}

fn duration(count: u64, unit: Unit, span: Span, grid: &Grid, sink: &mut Sink) -> Option<i64> {
    let bins = bins(count, unit, grid);
    if bins.is_none() {
        let bin = grid.bin_minutes();
        let message = format!("the duration is no whole number of bins of {bin} minutes");
        sink.emit(codes::DURATION_NOT_WHOLE, span, message)
            .help(format!("use a multiple of {bin} minutes, or a number of bins"));
    }
    bins
}

/// How many bins a duration is, if it is a whole number of them.
pub(super) fn bins(count: u64, unit: Unit, grid: &Grid) -> Option<i64> {
    let bin = grid.bin_minutes().max(1);
    let minutes = count.checked_mul(unit.minutes()).filter(|minutes| *minutes <= LARGEST as u64)?;
    minutes.is_multiple_of(bin).then_some((minutes / bin) as i64)
}

fn not_an_integer(expr: &Expr, what: &str, sink: &mut Sink) -> Option<i64> {
    let found = match &expr.kind {
        ExprKind::Null => "`null`".to_owned(),
        ExprKind::Bool(_) => "a truth value".to_owned(),
        ExprKind::Array(_) => "an array".to_owned(),
        _ => format!("`{}`", abbreviate(&print::expr(expr))),
    };
    let diagnostic = sink.emit(
        codes::NOT_AN_INTEGER,
        expr.span,
        format!("{what} must be a whole number known at compile time, found {found}"),
    );
    if names_something(expr) {
        diagnostic.help(
            "write the number of bins or a duration such as `1h`; to vary it between runs, use a template parameter",
        );
    } else {
        diagnostic.help("write a number of bins such as `12`, or a duration such as `1h`");
    }
    None
}

fn names_something(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Name(_) | ExprKind::Call { .. } | ExprKind::Index { .. } => true,
        ExprKind::Paren(inner) | ExprKind::Prefix { operand: inner, .. } => names_something(inner),
        ExprKind::Chain { first, rest } => {
            names_something(first) || rest.iter().any(|(_, operand)| names_something(operand))
        }
        _ => false,
    }
}

/// The taps of an array literal of signed numbers. Reports what is none and gives `None`.
pub(super) fn taps(elements: &[Expr], span: Span, sink: &mut Sink) -> Option<Vec<f64>> {
    if elements.is_empty() {
        sink.emit(codes::BAD_KERNEL, span, "the kernel is empty").help("write at least one number, such as `[1]`");
        return None;
    }
    let taps: Vec<Option<f64>> = elements.iter().map(|element| tap(element, sink)).collect();
    taps.into_iter().collect()
}

fn tap(element: &Expr, sink: &mut Sink) -> Option<f64> {
    let number = signed_number(element);
    if number.is_none() && !matches!(element.kind, ExprKind::Error) {
        let found = abbreviate(&print::expr(element));
        sink.emit(codes::BAD_KERNEL, element.span, format!("a kernel holds signed numbers, found `{found}`"))
            .help("write the number itself; a kernel is fixed when the model is compiled");
    }
    number
}

fn signed_number(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Number { value, .. } => Some(*value),
        ExprKind::Prefix { op, operand } if op.symbol == "-" => signed_number(operand).map(|value| -value),
        ExprKind::Prefix { op, operand } if op.symbol == "+" => signed_number(operand),
        _ => None,
    }
}

/// At most 40 characters of a formula, for a message.
pub(super) fn abbreviate(formula: &str) -> String {
    match formula.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &formula[..at]),
        None => formula.to_owned(),
    }
}
