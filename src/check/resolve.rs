//! Names: syntax tree to resolved tree. Every name becomes a series, a parameter or a builtin; the arguments of a call
//! find their parameters. What does not resolve is reported once and becomes an error node.

use super::arguments::{self, Callee};
use super::constants;
use super::names::{Binding, Names};
use super::tree::{Argument, Call, Kind, Link, Node};
use crate::diagnostics::suggest::nearest;
use crate::diagnostics::{Sink, codes};
use crate::manual;
use crate::model::Grid;
use crate::source::Span;
use crate::syntax::ast::{Arg, Direction, Expr, ExprKind, Ident, Offset, Op, Unit};
use flowtime_runtime::builtins::{self, Syntax};

/// What names mean in the formulas of one model.
#[derive(Debug)]
pub struct Scope<'m> {
    /// Series and parameters.
    pub names: &'m Names<'m>,
    /// The grid that durations count in.
    pub grid: &'m Grid,
    /// Whether the formula had syntax errors, after which nothing is said about the number of arguments.
    pub garbled: bool,
}

/// Resolves the formula `expr`.
pub fn resolve(expr: &Expr, scope: &Scope<'_>, sink: &mut Sink) -> Node {
    let kind = match &expr.kind {
        ExprKind::Number { value, .. } => Kind::Number(*value),
        ExprKind::Bool(value) => Kind::Bool(*value),
        ExprKind::Name(name) => resolve_name(name, scope, sink),
        ExprKind::Call { function, args } => resolve_call(function, args, expr.span, scope, sink),
        ExprKind::Prefix { op, operand } => resolve_prefix(op, operand, scope, sink),
        ExprKind::Chain { first, rest } => resolve_chain(first, rest, scope, sink),
        ExprKind::Index { base, offset } => resolve_index(base, offset, scope, sink),
        ExprKind::Paren(inner) => resolve(inner, scope, sink).kind,
        ExprKind::Duration { .. } | ExprKind::Null | ExprKind::Array(_) => misplaced(expr, scope, sink),
        ExprKind::Broken(parts) => {
            for part in parts.iter().filter(|part| !is_compile_time(part)) {
                resolve(part, scope, sink);
            }
            Kind::Error
        }
        ExprKind::Error => Kind::Error,
    };
    Node { kind, span: expr.span }
}

fn resolve_name(name: &Ident, scope: &Scope<'_>, sink: &mut Sink) -> Kind {
    match scope.names.get(&name.value) {
        Some(Binding::Series(id)) => Kind::Series(id),
        Some(Binding::Param(id)) => Kind::Param(id),
        None => unknown_name(name, scope, sink),
    }
}

fn unknown_name(name: &Ident, scope: &Scope<'_>, sink: &mut Sink) -> Kind {
    let near = scope.names.nearest(&name.value);
    let message = format!("no series or parameter is called `{}`", name.value);
    let diagnostic = sink.emit(codes::UNKNOWN_NAME, name.span, message);
    if let Some(near) = near {
        let spelled = crate::syntax::print::id(near);
        diagnostic.help(format!("did you mean {}?", quoted(near))).fix(
            format!("replace with {}", quoted(near)),
            name.span,
            spelled,
        );
    } else if let Some(builtin) = builtins::function(&name.value) {
        diagnostic.help(format!("call the function: `{}`", manual::signature(builtin)));
    } else if name.value.eq_ignore_ascii_case("t") {
        diagnostic.help("write `BIN()` for the number of the bin; `t` stands for it inside brackets only");
    }
    Kind::Error
}

fn quoted(name: &str) -> String {
    if name.contains('`') { name.to_owned() } else { format!("`{name}`") }
}

fn resolve_prefix(op: &Op, operand: &Expr, scope: &Scope<'_>, sink: &mut Sink) -> Kind {
    let operand = Argument::Value(resolve(operand, scope, sink));
    match builtins::prefix(op.symbol) {
        Some(builtin) => Kind::Call(Box::new(Call { builtin, args: vec![operand] })),
        None => internal(op.symbol, op.span, sink),
    }
}

fn resolve_chain(first: &Expr, rest: &[(Op, Expr)], scope: &Scope<'_>, sink: &mut Sink) -> Kind {
    let first = Box::new(resolve(first, scope, sink));
    let mut links = Vec::with_capacity(rest.len());
    for (op, operand) in rest {
        let operand = resolve(operand, scope, sink);
        match builtins::infix(op.symbol) {
            Some(builtin) => links.push(Link { builtin, operand }),
            None => return internal(op.symbol, op.span, sink),
        }
    }
    Kind::Chain { first, rest: links }
}

fn resolve_index(base: &Expr, offset: &Offset, scope: &Scope<'_>, sink: &mut Sink) -> Kind {
    let value = resolve(base, scope, sink);
    let bins = match &offset.direction {
        Direction::Now => Some(0),
        Direction::Lag(amount) => constants::integer(amount, "the offset", scope.grid, sink),
        Direction::Lead(amount) => constants::integer(amount, "the offset", scope.grid, sink).map(|bins| -bins),
    };
    let lag = bins.map_or(Argument::Error, |bins| Argument::Int(bins, offset.span));
    let args = vec![Argument::Value(value), lag, Argument::Absent];
    Kind::Call(Box::new(Call { builtin: builtins::shift(), args }))
}

fn misplaced(expr: &Expr, scope: &Scope<'_>, sink: &mut Sink) -> Kind {
    let (code, message, advice) = match expr.kind {
        ExprKind::Duration { count, unit } => return misplaced_duration(count, unit, expr.span, scope, sink),
        ExprKind::Null => (
            codes::MISPLACED_NULL,
            "`null` means that an optional argument is left out, found it as a value",
            "for missing data test with `IS_MISSING(x)` or replace with `COALESCE(x, 0)`",
        ),
        _ => (
            codes::MISPLACED_ARRAY,
            "an array is a kernel, as in `CONV(x, [0, 0.6])`, found it as a value",
            "use a series with `values` for numbers per bin",
        ),
    };
    sink.emit(code, expr.span, message).help(advice);
    Kind::Error
}

fn misplaced_duration(count: u64, unit: Unit, span: Span, scope: &Scope<'_>, sink: &mut Sink) -> Kind {
    let diagnostic = sink.emit(codes::MISPLACED_DURATION, span, "a duration counts bins; write the number");
    if let Some(bins) = constants::bins(count, unit, scope.grid) {
        diagnostic.fix(format!("write `{bins}`, its number of bins"), span, bins.to_string());
    }
    Kind::Error
}

fn resolve_call(function: &Ident, args: &[Arg], span: Span, scope: &Scope<'_>, sink: &mut Sink) -> Kind {
    let resolved = match builtins::function(&function.value) {
        Some(builtin) => arguments::resolve(&Callee { builtin, function, span }, args, scope, sink),
        None => unknown_function(function, scope, sink),
    };
    resolved.unwrap_or_else(|| {
        resolve_for_names(args, scope, sink);
        Kind::Error
    })
}

/// Reports unknown names in the arguments of a call that is broken itself.
fn resolve_for_names(args: &[Arg], scope: &Scope<'_>, sink: &mut Sink) {
    for arg in args {
        if !is_compile_time(&arg.value) {
            resolve(&arg.value, scope, sink);
        }
    }
}

/// Whether an expression is right in some places that it can't be told to stand in.
fn is_compile_time(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Duration { .. } | ExprKind::Null | ExprKind::Array(_))
}

fn unknown_function(function: &Ident, scope: &Scope<'_>, sink: &mut Sink) -> Option<Kind> {
    let names = builtins::all().filter(|builtin| builtin.syntax == Syntax::Function).map(|builtin| builtin.name);
    let near = nearest(&function.value, names);
    let message = format!("there is no function `{}`", function.value);
    let diagnostic = sink.emit(codes::UNKNOWN_FUNCTION, function.span, message);
    if let Some(near) = near {
        diagnostic.help(format!("did you mean `{near}`?")).fix(format!("replace with `{near}`"), function.span, near);
    } else if scope.names.get(&function.value).is_some() {
        diagnostic.help(format!(
            "`{}` is a series or parameter; write `[t-1]` for another bin, or `*` to multiply",
            function.value
        ));
    } else {
        diagnostic.help("list the functions with `ftc functions`");
    }
    None
}

fn internal(symbol: &str, span: Span, sink: &mut Sink) -> Kind {
    sink.emit(codes::INTERNAL, span, format!("the operator `{symbol}` is not in the builtin table"))
        .help("report this: it is a bug of the compiler");
    Kind::Error
}
