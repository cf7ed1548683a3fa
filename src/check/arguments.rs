//! The arguments of a call find their parameters: by place, then by name, then by default. Compile-time ones are
//! evaluated here. A call that does not fit is reported once and gives `None`.

use super::constants;
use super::resolve::{Scope, resolve as resolve_value};
use super::tree::{Argument, Call, Kind, Node};
use crate::diagnostics::suggest::nearest;
use crate::diagnostics::{Sink, codes};
use crate::manual::signature;
use crate::source::Span;
use crate::syntax::ast::{Arg, Expr, ExprKind, Ident};
use flowtime_runtime::builtins::{Builtin, Default, Param, ParamKind};

/// The function of a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Callee<'a> {
    /// Its entry.
    pub(super) builtin: &'static Builtin,
    /// Its name as written.
    pub(super) function: &'a Ident,
    /// The whole call.
    pub(super) span: Span,
}

/// The call of `callee` with `args`.
pub(super) fn resolve(callee: &Callee<'_>, args: &[Arg], scope: &Scope<'_>, sink: &mut Sink) -> Option<Kind> {
    let builtin = callee.builtin;
    let places = place(callee, args, scope, sink)?;
    let args = places.into_iter().enumerate().map(|(index, value)| {
        let param = builtin.params.get(index).or(builtin.params.last());
        param.map_or(Argument::Error, |param| resolve_argument(callee, param, value, scope, sink))
    });
    let call = Call { builtin, args: args.collect() };
    if let Some(requirement) = builtin.requires.filter(|requirement| !(requirement.holds)(&call.values())) {
        sink.emit(codes::INTEGER_RANGE, callee.span, format!("{} of `{}`", requirement.violated, builtin.name))
            .help("exchange the two");
        return Some(Kind::Error);
    }
    Some(Kind::Call(Box::new(call)))
}

/// Which argument stands at which parameter.
fn place<'a>(
    callee: &Callee<'_>,
    args: &'a [Arg],
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Option<Vec<Option<&'a Expr>>> {
    let params = callee.builtin.params;
    let positional = args.iter().take_while(|arg| arg.name.is_none()).count();
    let mut places: Vec<Option<&Expr>> = args[..positional].iter().map(|arg| Some(&arg.value)).collect();
    let too_many = places.len() > params.len() && !callee.builtin.variadic;
    places.resize(places.len().max(params.len()), None);
    if !too_many {
        for arg in &args[positional..] {
            place_named(callee.builtin, arg, &mut places, sink)?;
        }
    }
    let missing =
        params.iter().zip(&places).any(|(param, place)| param.default == Default::Required && place.is_none());
    if too_many || missing {
        if !scope.garbled {
            report_count(callee, args.len(), sink);
        }
        return None;
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
        let message = format!("`{}` takes any number of arguments and none of them has a name", builtin.name);
        sink.emit(codes::NAMED_ARGUMENT, name.span, message).help("leave the name out");
        return None;
    }
    let Some(at) = builtin.params.iter().position(|param| param.name == name.value) else {
        report_unknown_parameter(builtin, name, sink);
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

fn report_unknown_parameter(builtin: &'static Builtin, name: &Ident, sink: &mut Sink) {
    let near = nearest(&name.value, builtin.params.iter().map(|param| param.name));
    let message = format!("`{}` has no parameter `{}`", builtin.name, name.value);
    let diagnostic = sink.emit(codes::NAMED_ARGUMENT, name.span, message);
    match near {
        Some(near) => {
            diagnostic.help(format!("did you mean `{near}`?")).fix(format!("replace with `{near}`"), name.span, near)
        }
        None => diagnostic.help(format!("see its signature: `{}`", signature(builtin))),
    };
}

fn report_count(callee: &Callee<'_>, found: usize, sink: &mut Sink) {
    let Callee { builtin, function, span } = callee;
    let required = builtin.params.iter().filter(|param| param.default == Default::Required).count();
    let takes = match (required, builtin.params.len()) {
        (0, 0) => "no arguments".to_owned(),
        (least, _) if builtin.variadic => format!("at least {}", count(least)),
        (least, most) if least == most => count(least),
        (least, most) => format!("{least} to {most} arguments"),
    };
    sink.emit(codes::ARGUMENT_COUNT, *span, format!("`{}` takes {takes}, found {found}", builtin.name))
        .label(function.span, format!("`{}`", signature(builtin)))
        .help(format!("call it as `{}`", signature(builtin)));
}

fn count(arguments: usize) -> String {
    format!("{arguments} argument{}", if arguments == 1 { "" } else { "s" })
}

fn resolve_argument(
    callee: &Callee<'_>,
    param: &'static Param,
    value: Option<&Expr>,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Argument {
    let Some(expr) = value.filter(|expr| !is_null(expr)) else {
        return default_argument(callee, param, value, scope, sink);
    };
    match param.kind {
        ParamKind::Int { min } => integer_argument(callee.builtin, param, min, expr, scope, sink),
        ParamKind::Kernel => kernel_argument(expr, scope, sink),
        _ => Argument::Value(resolve_value(expr, scope, sink)),
    }
}

fn is_null(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Null => true,
        ExprKind::Paren(inner) => is_null(inner),
        _ => false,
    }
}

/// What holds for a parameter that is left out, or given as `null`.
fn default_argument(
    callee: &Callee<'_>,
    param: &'static Param,
    null: Option<&Expr>,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Argument {
    let span = null.map_or(callee.span, |null| null.span);
    match (param.default, param.kind) {
        (Default::Required, _) => {
            let message = format!("`{}` of `{}` can't be left out, found `null`", param.name, callee.builtin.name);
            sink.emit(codes::MISPLACED_NULL, span, message).help("give it a value");
            Argument::Error
        }
        (Default::Absent, _) => Argument::Absent,
        (Default::LastBin, _) => Argument::Int(i64::from(scope.grid.bins) - 1, span),
        (Default::Number(number), ParamKind::Int { .. }) => Argument::Int(number as i64, span),
        (Default::Number(number), _) => Argument::Value(Node { kind: Kind::Number(number), span }),
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
        Some(value) => Argument::Int(value, expr.span),
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
    let node = resolve_value(expr, scope, sink);
    if let Some(value) = crate::lower::constant(&node) {
        return Some(vec![value]);
    }
    let mut broken = false;
    node.walk(&mut |node| broken |= matches!(node.kind, Kind::Error));
    if !broken {
        sink.emit(codes::BAD_KERNEL, expr.span, "a kernel is an array of signed numbers or one constant")
            .help("write it as `[0, 0.6, 0.3]`; a kernel is fixed when the model is compiled");
    }
    None
}
