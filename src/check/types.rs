//! Types and rates. Series are typed in dependency order; inside a recurrence a lagged read has the type of the start
//! that holds for it. First every series gets its type ([`infer`]), then every formula is checked against them, so
//! that a mistake in one series makes no errors in its readers.

use super::dependencies::{Definition, Dependencies, Start, lag, start};
use super::rates::Rates;
use super::tree::{Call, Kind, Link, Node};
use crate::diagnostics::{Sink, codes};
use crate::model::Initial;
use crate::source::{Span, Spanned};
use crate::syntax::print;
use flowtime_runtime::builtins::{Builtin, ParamKind, ResultType};
use flowtime_runtime::ir::{Grid, Rate, Type};

/// What a series holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesType {
    /// Numbers or truth values; `None` where its definition is broken.
    pub ty: Option<Type>,
    /// Whether it may differ per bin.
    pub rate: Rate,
}

/// What this phase knows of a series besides its formula.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declared<'a> {
    /// The type where no formula gives it: numbers for data, nothing for what is broken.
    pub ty: Option<Type>,
    /// Its `initial`.
    pub initial: Option<&'a Spanned<Initial>>,
}

/// Types all series and checks all formulas.
pub(super) fn check(
    series: &[Definition<'_>],
    declared: &[Declared<'_>],
    dependencies: &Dependencies,
    grid: Grid,
    sink: &mut Sink,
) -> Vec<SeriesType> {
    let mut typer = Typer::new(series, declared, grid);
    for component in &dependencies.components {
        for id in &component.series {
            typer.infer_series(id.0 as usize, component.recurrent);
        }
    }
    let mut checker = Checker { typer, sink };
    for index in 0..series.len() {
        checker.check_series(index);
    }
    checker.typer.types
}

/// Checks a formula outside any series, such as a validation rule: it must be a truth value.
pub(super) fn check_rule(
    rule: &Node,
    series: &[Definition<'_>],
    declared: &[Declared<'_>],
    types: &[SeriesType],
    grid: Grid,
    sink: &mut Sink,
) {
    let mut typer = Typer::new(series, declared, grid);
    typer.types = types.to_vec();
    let mut checker = Checker { typer, sink };
    if checker.check_node(rule) == Some(Type::Num) {
        checker.expected_bool(rule.span, rule);
    }
}

/// The type of a node in a model whose series are all typed.
pub fn type_of(node: &Node, types: &[SeriesType]) -> Option<Type> {
    match &node.kind {
        Kind::Number(_) | Kind::Param(_) => Some(Type::Num),
        Kind::Bool(_) => Some(Type::Bool),
        Kind::Series(id) => types[id.index()].ty,
        Kind::Chain { first, rest } => match rest.last() {
            Some(link) => fixed_type(link.builtin),
            None => type_of(first, types),
        },
        Kind::Call(call) => {
            fixed_type(call.builtin).or_else(|| same_arguments(call).into_iter().find_map(|node| type_of(node, types)))
        }
        Kind::Error => None,
    }
}

/// The types found so far.
struct Typer<'a> {
    series: &'a [Definition<'a>],
    declared: &'a [Declared<'a>],
    types: Vec<SeriesType>,
    rates: Rates,
    grid: Grid,
}

impl<'a> Typer<'a> {
    fn new(series: &'a [Definition<'a>], declared: &'a [Declared<'a>], grid: Grid) -> Self {
        let unknown = declared.iter().map(|declared| SeriesType { ty: declared.ty, rate: Rate::Series });
        Self { series, declared, types: unknown.collect(), rates: Rates::new(grid), grid }
    }

    fn infer_series(&mut self, index: usize, recurrent: bool) {
        let Some(formula) = self.series[index].formula else { return };
        let ty = self.infer(formula);
        let rate = if recurrent { Rate::Series } else { self.rate(formula) };
        self.types[index] = SeriesType { ty, rate };
    }

    /// The type of a node as far as it is known; reports nothing.
    fn infer(&self, node: &Node) -> Option<Type> {
        type_of(node, &self.types).or_else(|| match &node.kind {
            Kind::Call(call) => self.infer_from_start(call),
            _ => None,
        })
    }

    /// The type of a call whose `Same` arguments hang on series that are not yet typed: that of a start below it.
    fn infer_from_start(&self, call: &Call) -> Option<Type> {
        match lag(call).and_then(|_| start(call, self.series)) {
            Some(Start::Argument(node)) => self.infer(node),
            Some(Start::Initial(id)) => self.initial_type(id.0 as usize),
            None => same_arguments(call).into_iter().find_map(|node| self.infer(node)),
        }
    }

    /// The type of what series `index` declares as its `initial`.
    fn initial_type(&self, index: usize) -> Option<Type> {
        match (&self.declared[index].initial?.value, self.series[index].initial) {
            (Initial::Number(_), _) => Some(Type::Num),
            (Initial::Bool(_), _) => Some(Type::Bool),
            (Initial::Name(_), Some((start, _))) => self.types[start.0 as usize].ty,
            (Initial::Name(_), None) => Some(Type::Num), // a parameter, or a name that was reported
        }
    }

    fn rate(&mut self, node: &Node) -> Rate {
        self.rates.of(node, &self.types)
    }
}

fn fixed_type(builtin: &Builtin) -> Option<Type> {
    match builtin.result {
        ResultType::Num => Some(Type::Num),
        ResultType::Bool => Some(Type::Bool),
        ResultType::Same => None,
    }
}

fn param_kind(builtin: &Builtin, index: usize) -> ParamKind {
    builtin.params[index.min(builtin.params.len() - 1)].kind
}

fn same_arguments(call: &Call) -> Vec<&Node> {
    let is_same = |index| matches!(param_kind(call.builtin, index), ParamKind::Same | ParamKind::SameUniform);
    let args = call.args.iter().enumerate().filter(|(index, _)| is_same(*index));
    args.filter_map(|(_, argument)| argument.value()).collect()
}

struct Checker<'a, 's> {
    typer: Typer<'a>,
    sink: &'s mut Sink,
}

impl Checker<'_, '_> {
    fn check_series(&mut self, index: usize) {
        let Some(formula) = self.typer.series[index].formula else { return };
        let (expected, found) = (self.check_node(formula), self.typer.initial_type(index));
        let (Some(initial), Some(expected), Some(found)) = (self.typer.declared[index].initial, expected, found) else {
            return;
        };
        if found == expected {
            return;
        }
        let id = self.typer.series[index].id;
        let message = format!("`initial` of `{id}` is {}, its formula gives {}", a(found), plural(expected));
        let advice = match expected {
            Type::Num => "use a number",
            Type::Bool => "use `true` or `false`",
        };
        let diagnostic = self.sink.emit(codes::TYPE_MISMATCH, initial.span, message);
        diagnostic.label(formula.span, format!("gives {}", plural(expected))).help(advice);
    }

    /// Checks a node and all below it; its type, if it is known.
    fn check_node(&mut self, node: &Node) -> Option<Type> {
        match &node.kind {
            Kind::Call(call) => self.check_call(node, call),
            Kind::Chain { first, rest } => self.check_chain(first, rest),
            _ => self.typer.infer(node),
        }
    }

    fn check_chain(&mut self, first: &Node, rest: &[Link]) -> Option<Type> {
        let mut ty = self.check_node(first);
        let mut left = first.span;
        for link in rest {
            let right = self.check_node(&link.operand);
            self.expect_kind(param_kind(link.builtin, 0), ty, left, first);
            self.expect_kind(param_kind(link.builtin, 1), right, link.operand.span, &link.operand);
            if param_kind(link.builtin, 0) == ParamKind::Same {
                self.expect_same(&[(ty, left), (right, link.operand.span)], link.builtin);
            }
            ty = fixed_type(link.builtin);
            left = left.to(link.operand.span);
        }
        ty
    }

    fn check_call(&mut self, node: &Node, call: &Call) -> Option<Type> {
        if call.builtin.needs_window && self.typer.grid.start_minutes.is_none() {
            self.sink
                .emit(
                    codes::NEEDS_WINDOW,
                    node.span,
                    format!("`{}` needs to know when bin 0 begins", call.builtin.name),
                )
                .help("add `window: { start: \"2025-10-07T00:00:00Z\" }` to the model");
        }
        let mut same = Vec::new();
        for (index, argument) in call.args.iter().enumerate() {
            let Some(value) = argument.value() else { continue };
            let ty = self.check_node(value);
            let kind = param_kind(call.builtin, index);
            self.expect_kind(kind, ty, value.span, value);
            self.check_rate(call.builtin, index, kind, value);
            if matches!(kind, ParamKind::Same | ParamKind::SameUniform) {
                same.push((ty, value.span));
            }
        }
        self.expect_same(&same, call.builtin);
        self.typer.infer(node)
    }

    fn expect_kind(&mut self, kind: ParamKind, found: Option<Type>, span: Span, node: &Node) {
        match (kind, found) {
            (ParamKind::Num | ParamKind::Uniform { .. }, Some(Type::Bool)) => self.expected_number(span),
            (ParamKind::Bool, Some(Type::Num)) => self.expected_bool(span, node),
            _ => {}
        }
    }

    fn expected_number(&mut self, span: Span) {
        self.sink
            .emit(codes::TYPE_MISMATCH, span, "expected a number, found a truth value")
            .help("turn it into a number with `IF(…, 1, 0)`");
    }

    fn expected_bool(&mut self, span: Span, node: &Node) {
        let diagnostic = self.sink.emit(codes::TYPE_MISMATCH, span, "expected a truth value, found a number");
        match &node.kind {
            Kind::Series(id) if node.span == span => {
                let name = print::id(self.typer.series[id.0 as usize].id);
                diagnostic.help(format!("compare it: `{name} != 0`")).fix(
                    "compare it with 0",
                    span,
                    format!("{name} != 0"),
                );
            }
            _ => {
                diagnostic.help("compare it with something, as in `arrivals != 0`");
            }
        }
    }

    /// All of one type, as `==`, `IF` and `SHIFT` want it.
    fn expect_same(&mut self, values: &[(Option<Type>, Span)], builtin: &Builtin) {
        let mut known = values.iter().filter_map(|(ty, span)| Some(((*ty)?, *span)));
        let Some((expected, first)) = known.next() else { return };
        if let Some((found, span)) = known.find(|(ty, _)| *ty != expected) {
            let message = format!(
                "`{}` takes {} or {} but not both, found {}",
                builtin.name,
                plural(Type::Num),
                plural(Type::Bool),
                a(found)
            );
            self.sink.emit(codes::TYPE_MISMATCH, span, message).label(first, format!("this is {}", a(expected))).help(
                match expected {
                    Type::Num => "turn the truth value into a number with `IF(…, 1, 0)`",
                    Type::Bool => "turn the number into a truth value, as in `arrivals != 0`",
                },
            );
        }
    }

    fn check_rate(&mut self, builtin: &Builtin, index: usize, kind: ParamKind, value: &Node) {
        let bounds = match kind {
            ParamKind::Uniform { min, max } => Some((min, max)),
            ParamKind::SameUniform => None,
            _ => return,
        };
        let name = builtin.params[index.min(builtin.params.len() - 1)].name;
        match (self.typer.rate(value), bounds) {
            (Rate::Series, _) => {
                let message = format!("`{name}` of `{}` must be one number for all bins, found a series", builtin.name);
                self.sink
                    .emit(codes::NOT_UNIFORM, value.span, message)
                    .help("use a number, a parameter, or a reduction such as `AVG(x)`");
            }
            (Rate::Constant, Some((min, max))) => self.check_bounds(builtin, name, min, max, value),
            _ => {}
        }
    }

    fn check_bounds(&mut self, builtin: &Builtin, name: &str, min: f64, max: f64, value: &Node) {
        let Some(number) = crate::lower::constant(value) else { return };
        if number < min || number > max {
            let message = format!("`{name}` of `{}` must lie in {min}..={max}, found {number}", builtin.name);
            self.sink
                .emit(codes::CONSTANT_RANGE, value.span, message)
                .help(format!("use a number from {min} to {max}"));
        }
    }
}

fn a(ty: Type) -> &'static str {
    match ty {
        Type::Num => "a number",
        Type::Bool => "a truth value",
    }
}

fn plural(ty: Type) -> &'static str {
    match ty {
        Type::Num => "numbers",
        Type::Bool => "truth values",
    }
}
