//! Ids with a dash in them, written without backticks: `slo-good` reads as a subtraction of two series. Where one of
//! the operands is unknown and the characters spell an id of the model, that is what was meant.

use super::resolve::Scope;
use crate::diagnostics::{Sink, codes};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Op};

/// No id is longer.
const LONGEST_ID: usize = 200;

/// Reports the ids of the model that operands of the chain spell together; whether there are any.
pub(super) fn report(first: &Expr, rest: &[(Op, Expr)], scope: &Scope<'_>, sink: &mut Sink) -> bool {
    let is_unknown = |expr: &Expr| matches!(&expr.kind, ExprKind::Name(name) if scope.names.get(&name.value).is_none());
    if !is_unknown(first) && !rest.iter().any(|(_, operand)| is_unknown(operand)) {
        return false;
    }
    let mut found = false;
    let mut begin = first;
    for at in 0..rest.len() {
        if let Some((id, span)) = spelled(begin, &rest[at..], scope) {
            found = true;
            let message = format!("no series or parameter is called `{}`", word(begin).unwrap_or_default());
            sink.emit(codes::UNKNOWN_NAME, span, message).help(format!("write `` `{id}` ``")).fix(
                "write it as an id",
                span,
                format!("`{id}`"),
            );
        }
        begin = &rest[at].1;
    }
    found
}

/// The longest id that `first` and what follows it spell, with no space between.
fn spelled(first: &Expr, rest: &[(Op, Expr)], scope: &Scope<'_>) -> Option<(String, Span)> {
    let mut text = word(first)?;
    let (mut end, mut longest) = (first.span.end, None);
    for (op, operand) in rest {
        let adjoins = op.span.start == end && operand.span.start == op.span.end;
        let Some(next) = word(operand).filter(|_| adjoins && text.len() <= LONGEST_ID) else { break };
        text = text + op.symbol + &next;
        end = operand.span.end;
        if scope.names.get(&text).is_some() {
            longest = Some((text.clone(), first.span.to(operand.span)));
        }
    }
    longest
}

/// The characters of a plain name or of digits.
fn word(expr: &Expr) -> Option<String> {
    let text = match &expr.kind {
        ExprKind::Name(name) => name.value.clone(),
        ExprKind::Number { value, integer: true } => value.to_string(),
        _ => return None,
    };
    (text.len() == (expr.span.end - expr.span.start) as usize).then_some(text)
}
