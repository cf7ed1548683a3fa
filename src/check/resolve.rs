//! Names: syntax tree to resolved tree. Every name becomes a series, a parameter or a builtin; the arguments of a call
//! find their parameters. What does not resolve is reported once and becomes an error node.

use super::constants;
use super::names::{Binding, Names};
use super::tree::{Argument, Call, Kind, Link, Node};
use crate::diagnostics::suggest::nearest;
use crate::diagnostics::{Sink, codes};
use crate::model::Grid;
use crate::source::Span;
use crate::syntax::ast::{Arg, Direction, Expr, ExprKind, Ident, Offset, Op};
use flowtime_runtime::builtins::{self, Builtin, Default, Param, ParamKind, Syntax};

/// What names mean in the formulas of one model.
#[derive(Debug)]
pub struct Scope<'m> {
    /// Series and parameters.
    pub names: &'m Names<'m>,
    /// The grid that durations count in.
    pub grid: &'m Grid,
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
        diagnostic.help(format!("call the function: `{}`", signature(builtin)));
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
    let lag = bins.map_or(Argument::Error, Argument::Int);
    let args = vec![Argument::Value(value), lag, Argument::Absent];
    Kind::Call(Box::new(Call { builtin: builtins::shift(), args }))
}

fn misplaced(expr: &Expr, scope: &Scope<'_>, sink: &mut Sink) -> Kind {
    match &expr.kind {
        ExprKind::Duration { count, unit } => {
            let bins = count
                .checked_mul(unit.minutes())
                .filter(|minutes| minutes.is_multiple_of(scope.grid.bin_minutes().max(1)));
            let diagnostic =
                sink.emit(codes::MISPLACED_DURATION, expr.span, "a duration counts bins; write the number");
            if let Some(minutes) = bins {
                let number = (minutes / scope.grid.bin_minutes().max(1)).to_string();
                diagnostic.fix(format!("write `{number}`, its number of bins"), expr.span, number);
            }
        }
        ExprKind::Null => {
            sink.emit(
                codes::MISPLACED_NULL,
                expr.span,
                "`null` means that an optional argument is left out, found it as a value",
            )
            .help("for missing data test with `IS_MISSING(x)` or replace with `COALESCE(x, 0)`");
        }
        _ => {
            sink.emit(
                codes::MISPLACED_ARRAY,
                expr.span,
                "an array is a kernel, as in `CONV(x, [0, 0.6])`, found it as a value",
            )
            .help("use a series with `values` for numbers per bin");
        }
    }
    Kind::Error
}

fn resolve_call(function: &Ident, args: &[Arg], span: Span, scope: &Scope<'_>, sink: &mut Sink) -> Kind {
    let Some(builtin) = builtins::function(&function.value) else {
        unknown_function(function, scope, sink);
        resolve_for_names(args, scope, sink);
        return Kind::Error;
    };
    let Some(places) = place_arguments(builtin, args, function, span, scope, sink) else {
        resolve_for_names(args, scope, sink);
        return Kind::Error;
    };
    let params = (0..).map(|at: usize| &builtin.params[at.min(builtin.params.len() - 1)]);
    let resolved =
        places.into_iter().zip(params).map(|(value, param)| resolve_argument(builtin, param, value, scope, sink));
    let args: Vec<Argument> = resolved.collect();
    Kind::Call(Box::new(Call { builtin, args }))
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

fn unknown_function(function: &Ident, scope: &Scope<'_>, sink: &mut Sink) {
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
}

/// Which argument stands at which parameter; `None` where the call does not fit.
fn place_arguments<'a>(
    builtin: &'static Builtin,
    args: &'a [Arg],
    function: &Ident,
    span: Span,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Option<Vec<Option<&'a Expr>>> {
    let _ = scope;
    let positional = args.iter().take_while(|arg| arg.name.is_none()).count();
    let mut places: Vec<Option<&Expr>> = args[..positional].iter().map(|arg| Some(&arg.value)).collect();
    if places.len() > builtin.params.len() && !builtin.variadic {
        return wrong_count(builtin, args.len(), function, span, sink);
    }
    places.resize(places.len().max(builtin.params.len()), None);
    for arg in &args[positional..] {
        place_named(builtin, arg, &mut places, sink)?;
    }
    let missing =
        builtin.params.iter().zip(&places).any(|(param, place)| param.default == Default::Required && place.is_none());
    if missing {
        return wrong_count(builtin, args.len(), function, span, sink);
    }
    Some(places)
}

fn place_named<'a>(
    builtin: &'static Builtin,
    arg: &'a Arg,
    places: &mut [Option<&'a Expr>],
    sink: &mut Sink,
) -> Option<()> {
    let Some(name) = &arg.name else {
        sink.emit(codes::NAMED_ARGUMENT, arg.value.span, "a positional argument follows a named one")
            .help("name this argument too, or move it to the front");
        return None;
    };
    if builtin.variadic {
        sink.emit(
            codes::NAMED_ARGUMENT,
            name.span,
            format!("`{}` takes any number of arguments and none of them has a name", builtin.name),
        )
        .help("leave the name out");
        return None;
    }
    let Some(at) = builtin.params.iter().position(|param| param.name == name.value) else {
        let near = nearest(&name.value, builtin.params.iter().map(|param| param.name));
        let diagnostic = sink.emit(
            codes::NAMED_ARGUMENT,
            name.span,
            format!("`{}` has no parameter `{}`", builtin.name, name.value),
        );
        match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(
                format!("replace with `{near}`"),
                name.span,
                near,
            ),
            None => diagnostic.help(format!("see its signature: `{}`", signature(builtin))),
        };
        return None;
    };
    if let Some(first) = places[at] {
        sink.emit(codes::NAMED_ARGUMENT, name.span, format!("`{}` is given twice", name.value))
            .label(first.span, "given here already")
            .help(format!("see its signature: `{}`", signature(builtin)));
        return None;
    }
    places[at] = Some(&arg.value);
    Some(())
}

fn wrong_count<T>(builtin: &'static Builtin, found: usize, function: &Ident, span: Span, sink: &mut Sink) -> Option<T> {
    let required = builtin.params.iter().filter(|param| param.default == Default::Required).count();
    let takes = match (required, builtin.params.len()) {
        (0, 0) => "no arguments".to_owned(),
        (least, _) if builtin.variadic => format!("at least {}", count(least)),
        (least, most) if least == most => count(least),
        (least, most) => format!("{least} to {most} arguments"),
    };
    sink.emit(codes::ARGUMENT_COUNT, span, format!("`{}` takes {takes}, found {found}", builtin.name))
        .label(function.span, format!("`{}`", signature(builtin)))
        .help(format!("see its signature: `{}`", signature(builtin)));
    None
}

fn count(arguments: usize) -> String {
    format!("{arguments} argument{}", if arguments == 1 { "" } else { "s" })
}

/// `ROLLING_MAX(x, window)`, optional parameters with their defaults.
pub fn signature(builtin: &Builtin) -> String {
    let params = builtin.params.iter().map(|param| match param.default {
        Default::Required => param.name.to_owned(),
        Default::Absent => format!("{}=null", param.name),
        Default::Number(number) => format!("{}={number}", param.name),
        Default::LastBin => format!("{}=bins-1", param.name),
    });
    let params: Vec<String> = params.collect();
    format!("{}({}{})", builtin.name, params.join(", "), if builtin.variadic { ", …" } else { "" })
}

fn resolve_argument(
    builtin: &'static Builtin,
    param: &'static Param,
    value: Option<&Expr>,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Argument {
    let Some(expr) = value.filter(|expr| !is_null(expr)) else {
        return default_argument(builtin, param, value, scope, sink);
    };
    match param.kind {
        ParamKind::Int { min } => integer_argument(builtin, param, min, expr, scope, sink),
        ParamKind::Kernel => kernel_argument(expr, scope, sink),
        _ => Argument::Value(resolve(expr, scope, sink)),
    }
}

fn is_null(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Null => true,
        ExprKind::Paren(inner) => is_null(inner),
        _ => false,
    }
}

fn default_argument(
    builtin: &'static Builtin,
    param: &'static Param,
    null: Option<&Expr>,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Argument {
    let last_bin = i64::from(scope.grid.bins) - 1;
    match (param.default, param.kind) {
        (Default::Required, _) => {
            if let Some(null) = null {
                let message = format!("`{}` of `{}` can't be left out, found `null`", param.name, builtin.name);
                sink.emit(codes::MISPLACED_NULL, null.span, message).help("give it a value");
            }
            Argument::Error
        }
        (Default::Absent, _) => Argument::Absent,
        (Default::LastBin, _) => Argument::Int(last_bin),
        (Default::Number(number), ParamKind::Int { .. }) => Argument::Int(number as i64),
        (Default::Number(number), _) => {
            let span = null.map_or_else(Span::default, |null| null.span);
            Argument::Value(Node { kind: Kind::Number(number), span })
        }
    }
}

fn integer_argument(
    builtin: &'static Builtin,
    param: &'static Param,
    min: i64,
    expr: &Expr,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Argument {
    let what = format!("`{}` of `{}`", param.name, builtin.name);
    match constants::integer(expr, &what, scope.grid, sink) {
        Some(value) if value < min => {
            sink.emit(codes::INTEGER_RANGE, expr.span, format!("{what} must be at least {min}, found {value}"))
                .help(format!("use {min} or more"));
            Argument::Error
        }
        Some(value) => Argument::Int(value),
        None => Argument::Error,
    }
}

fn kernel_argument(expr: &Expr, scope: &Scope<'_>, sink: &mut Sink) -> Argument {
    let taps = match &expr.kind {
        ExprKind::Array(elements) => constants::taps(elements, expr.span, sink),
        ExprKind::Paren(inner) => return kernel_argument(inner, scope, sink),
        _ => constant_tap(expr, scope, sink),
    };
    taps.map_or(Argument::Error, Argument::Kernel)
}

fn constant_tap(expr: &Expr, scope: &Scope<'_>, sink: &mut Sink) -> Option<Vec<f64>> {
    let node = resolve(expr, scope, sink);
    if let Some(value) = crate::lower::constant(&node) {
        return Some(vec![value]);
    }
    if !has_error(&node) {
        sink.emit(codes::BAD_KERNEL, expr.span, "a kernel is an array of signed numbers or one constant")
            .help("write it as `[0, 0.6, 0.3]`; a kernel is fixed when the model is compiled");
    }
    None
}

fn has_error(node: &Node) -> bool {
    let mut found = false;
    node.walk(&mut |node| found |= matches!(node.kind, Kind::Error));
    found
}

fn internal(symbol: &str, span: Span, sink: &mut Sink) -> Kind {
    sink.emit(codes::INTERNAL, span, format!("the operator `{symbol}` is not in the builtin table"))
        .help("report this: it is a bug of the compiler");
    Kind::Error
}
