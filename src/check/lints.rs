//! Warnings: models that run and probably do not do what was meant.

use super::dependencies::{self, Definition, Dependencies, Start};
use super::names::{Binding, Names};
use super::outputs::Output;
use super::tree::{Argument, Call, Kind, Link, Node};
use super::{ParamId, SeriesId};
use crate::diagnostics::{Sink, codes};
use crate::lower;
use crate::model::{Initial, Model, NodeKind, Role, RuleKind, SeriesKind};
use crate::source::Span;
use flowtime_runtime::builtins::{self, Convention, ParamKind, Reads, ResultType, Syntax};
use std::collections::HashSet;

/// What the lints look at.
#[derive(Debug)]
pub(super) struct Checked<'a> {
    /// The model.
    pub model: &'a Model,
    /// Its names.
    pub names: &'a Names<'a>,
    /// Its series.
    pub series: &'a [Definition<'a>],
    /// The formulas of its validation rules.
    pub rules: &'a [(usize, Node)],
    /// What depends on what.
    pub dependencies: &'a Dependencies,
    /// What is written.
    pub outputs: &'a [Output],
}

/// Reports what looks wrong.
pub(super) fn check(checked: &Checked<'_>, sink: &mut Sink) {
    check_shadowed(checked.model, sink);
    check_unused(checked, sink);
    check_starts(checked, sink);
    check_conservation(checked.model, sink);
    let formulas = checked.series.iter().filter_map(|series| series.formula);
    for formula in formulas.chain(checked.rules.iter().map(|(_, rule)| rule)) {
        formula.walk(&mut |node| check_node(node, i64::from(checked.model.grid.bins), sink));
    }
}

fn check_shadowed(model: &Model, sink: &mut Sink) {
    let ids = model.series.iter().map(|series| &series.id).chain(model.parameters.iter().map(|param| &param.id));
    for id in ids {
        if let Some(builtin) = builtins::function(&id.value) {
            sink.emit(
                codes::SHADOWED_BUILTIN,
                id.span,
                format!("`{}` is also the name of the function `{}`", id.value, builtin.name),
            )
            .help("rename it, so that readers can tell the two apart");
        }
    }
}

fn check_unused(checked: &Checked<'_>, sink: &mut Sink) {
    let used = Used::collect(checked);
    for (series, id) in checked.model.series.iter().zip((0..).map(SeriesId)) {
        if !used.series.contains(&id) && !matches!(series.kind, SeriesKind::Invalid) && !series.id.value.is_empty() {
            sink.emit(
                codes::UNUSED_SERIES,
                series.id.span,
                format!("`{}` is neither written nor read", series.id.value),
            )
            .help("add it to `outputs`, or remove it");
        }
    }
    for (param, id) in checked.model.parameters.iter().zip((0..).map(ParamId::from_u32)) {
        if !used.params.contains(&id) && !param.id.value.is_empty() {
            sink.emit(
                codes::UNUSED_PARAMETER,
                param.id.span,
                format!("no formula reads the parameter `{}`", param.id.value),
            )
            .help("use it in a formula, or remove it");
        }
    }
}

/// What anything in the model refers to.
#[derive(Default)]
struct Used {
    series: HashSet<SeriesId>,
    params: HashSet<ParamId>,
}

impl Used {
    fn collect(checked: &Checked<'_>) -> Self {
        let mut used = Used::default();
        used.series.extend(checked.outputs.iter().map(|(_, series)| *series));
        for (definition, id) in checked.series.iter().zip((0..).map(SeriesId)) {
            if let Some(formula) = definition.formula {
                used.read_by(formula, Some(id));
            }
        }
        for (_, rule) in checked.rules {
            used.read_by(rule, None);
        }
        for name in names_outside_formulas(checked.model) {
            match checked.names.get(name) {
                Some(Binding::Series(id)) => drop(used.series.insert(id)),
                Some(Binding::Param(id)) => drop(used.params.insert(id)),
                None => {}
            }
        }
        used
    }

    /// A series that only reads itself is not used.
    fn read_by(&mut self, formula: &Node, owner: Option<SeriesId>) {
        formula.walk(&mut |node| match node.kind {
            Kind::Series(id) if Some(id) != owner => drop(self.series.insert(id)),
            Kind::Param(id) => drop(self.params.insert(id)),
            _ => {}
        });
    }
}

fn names_outside_formulas(model: &Model) -> Vec<&str> {
    let nodes = &model.topology.nodes;
    let roles = nodes.iter().flat_map(|node| &node.semantics).map(|(_, id)| id.value.as_str());
    let q0 = nodes.iter().filter_map(|node| initial_name(&node.q0.as_ref()?.value));
    let tests = model.tests.iter();
    let tests = tests.flat_map(|test| test.expect.iter().map(|(id, _)| id).chain(test.inputs.iter().map(|(id, _)| id)));
    let initials = model.series.iter().filter_map(|series| match &series.kind {
        SeriesKind::Expr { initial: Some(initial), .. } => initial_name(&initial.value),
        _ => None,
    });
    roles.chain(q0).chain(tests.map(|id| id.value.as_str())).chain(initials).collect()
}

fn initial_name(initial: &Initial) -> Option<&str> {
    match initial {
        Initial::Name(name) => Some(name),
        _ => None,
    }
}

/// `initial` that nothing reads, and `q0` that says otherwise than `initial`. In a recurrence people give every series
/// its start, whichever of them is lagged; that is no mistake.
fn check_starts(checked: &Checked<'_>, sink: &mut Sink) {
    let mut read = initials_read(checked);
    let recurrences = checked.dependencies.components.iter().filter(|component| component.recurrent);
    read.extend(recurrences.flat_map(|component| &component.series));
    for (series, id) in checked.model.series.iter().zip((0..).map(SeriesId)) {
        if let SeriesKind::Expr { initial: Some(initial), .. } = &series.kind
            && !read.contains(&id)
        {
            let message = format!("nothing reads `{}` before bin 0, so its `initial` has no effect", series.id.value);
            sink.emit(codes::UNUSED_INITIAL, initial.span, message).help("remove it, or read the series with `SHIFT`");
        }
    }
    for node in checked.model.topology.nodes.iter().filter(|node| node.kind == NodeKind::Queue) {
        let queue = node.semantics.iter().find(|(role, _)| *role == Role::Queue);
        let queue = queue.and_then(|(_, id)| checked.names.series(&id.value));
        if let (Some(q0), Some(queue)) = (&node.q0, queue) {
            check_q0(q0.span, &q0.value, &checked.model.series[queue.0 as usize].kind, checked, sink);
        }
    }
}

fn initials_read(checked: &Checked<'_>) -> HashSet<SeriesId> {
    let mut read = HashSet::new();
    let formulas = checked.series.iter().filter_map(|series| series.formula);
    for formula in formulas.chain(checked.rules.iter().map(|(_, rule)| rule)) {
        formula.walk(&mut |node| {
            if let Kind::Call(call) = &node.kind
                && dependencies::lag(call).is_some()
                && let Some(Start::Initial(id)) = dependencies::start(call, checked.series)
            {
                read.insert(id);
            }
        });
    }
    read
}

fn check_q0(span: Span, q0: &Initial, queue: &SeriesKind, checked: &Checked<'_>, sink: &mut Sink) {
    if let SeriesKind::Expr { initial: Some(initial), .. } = queue
        && let (Some(first), Some(second)) = (number(q0, checked), number(&initial.value, checked))
        && first != second
    {
        let message = format!("`q0` is {}, the queue starts at {}", shown(q0), shown(&initial.value));
        sink.emit(codes::Q0_DIFFERS, span, message)
            .label(initial.span, "the start of the queue")
            .help("make them equal; conservation is checked against `q0` at bin 0");
    }
}

/// Conservation rules about nodes of which it can't be judged.
fn check_conservation(model: &Model, sink: &mut Sink) {
    for rule in &model.validation {
        let RuleKind::Conservation { node: named, .. } = &rule.kind else { continue };
        let Some(node) = model.topology.nodes.iter().find(|node| node.id.value == named.value) else { continue };
        let lacks = |role: &Role| !node.semantics.iter().any(|(other, _)| other == role);
        let absent: Vec<&str> = [Role::Queue, Role::Arrivals, Role::Served]
            .iter()
            .filter(|role| lacks(role))
            .map(|role| role.name())
            .collect();
        if !absent.is_empty() {
            let absent = format!("`{}`", absent.join("`, `"));
            let message = format!("the rule checks nothing: `{}` has no {absent}", named.value);
            sink.emit(codes::IDLE_CONSERVATION, named.span, message)
                .help(format!("give the node {absent}, name another one, or remove the rule"));
        }
    }
}

/// The number that a start is in this model; that of a series is known only at run time.
fn number(initial: &Initial, checked: &Checked<'_>) -> Option<f64> {
    match initial {
        Initial::Number(number) => Some(*number),
        Initial::Name(name) => match checked.names.get(name)? {
            Binding::Param(id) => Some(checked.model.parameters[id.as_u32() as usize].value.value),
            Binding::Series(_) => None,
        },
        Initial::Bool(_) | Initial::Invalid => None,
    }
}

fn shown(initial: &Initial) -> String {
    match initial {
        Initial::Number(number) => number.to_string(),
        Initial::Bool(value) => value.to_string(),
        Initial::Name(name) => format!("`{name}`"),
        Initial::Invalid => String::new(),
    }
}

fn check_node(node: &Node, bins: i64, sink: &mut Sink) {
    match &node.kind {
        Kind::Call(call) => {
            check_length(node.span, call, bins, sink);
            check_constants(node.span, call, sink);
            check_percentile(call, sink);
        }
        Kind::Chain { first, rest } => check_links(node, first, rest, sink),
        _ => {}
    }
}

/// A lag or window that never lies within the grid.
fn check_length(span: Span, call: &Call, bins: i64, sink: &mut Sink) {
    let reach = call.reads().into_iter().map(|reads| match reads {
        Reads::Lags { min, max } => max.max(min.saturating_neg()),
        Reads::Nothing | Reads::All => 0,
    });
    if call.builtin.syntax != Syntax::Function || reach.max().unwrap_or_default() < bins {
        return;
    }
    let length = call.builtin.params.iter().zip(&call.args).find_map(|(param, argument)| match argument {
        Argument::Int(value, place) => Some((param.name, value.abs(), *place)),
        _ => None,
    });
    if length.is_some_and(|(_, _, place)| place == span) {
        return; // a default: nobody wrote it
    }
    let name = call.builtin.name;
    let (message, span) = match length {
        Some((param, value, span)) => (format!("`{param}` of `{name}` is {value} bins, the grid has {bins}"), span),
        None => (format!("the kernel of `{name}` is longer than the grid of {bins} bins"), span),
    };
    sink.emit(codes::LONGER_THAN_GRID, span, message).help("use a shorter lag or window, or a longer grid");
}

/// Conditions and bounds that are the same in every bin.
fn check_constants(span: Span, call: &Call, sink: &mut Sink) {
    if call.builtin == builtins::conditional() {
        if let Some(condition) = call.args[0].value()
            && !matches!(condition.kind, Kind::Bool(_) | Kind::Chain { .. })
            && let Some(value) = lower::constant(condition)
        {
            report_constant(condition.span, value != 0.0, sink);
        }
        return;
    }
    match call.builtin.convention {
        Some(Convention::ClampBounds) => check_clamp(span, call, sink),
        Some(Convention::DivisionByZero) => check_divisor(call.args.get(1).and_then(Argument::value), sink),
        None => {}
    }
}

fn check_clamp(span: Span, call: &Call, sink: &mut Sink) {
    let bound = |index: usize| call.args.get(index).and_then(Argument::value).and_then(lower::constant);
    if let (Some(low), Some(high)) = (bound(1), bound(2))
        && low > high
    {
        sink.emit(codes::CLAMP_BOUNDS, span, format!("the lower bound {low} is above the upper bound {high}"))
            .help("exchange the bounds: `CLAMP(x, lo, hi)`");
    }
}

/// A share from 0 to 1 where the table takes percentages.
fn check_percentile(call: &Call, sink: &mut Sink) {
    let percentages = ParamKind::Uniform { min: 0.0, max: 100.0 };
    for (param, argument) in call.builtin.params.iter().zip(&call.args).filter(|(param, _)| param.kind == percentages) {
        if let Some(value) = argument.value()
            && let Some(number) = lower::constant(value).filter(|number| *number > 0.0 && *number <= 1.0)
        {
            let message = format!("`{}` of `{}` runs from 0 to 100, found {number}", param.name, call.builtin.name);
            sink.emit(codes::PERCENTILE_OF_ONE, value.span, message)
                .help(format!("write `{}` if the {0}th percentile is meant", number * 100.0));
        }
    }
}

fn check_links(node: &Node, first: &Node, rest: &[Link], sink: &mut Sink) {
    for link in rest {
        if matches!(link.builtin.convention, Some(Convention::DivisionByZero)) {
            check_divisor(Some(&link.operand), sink);
        }
    }
    let compares = rest.len() == 1 && rest[0].builtin.result == ResultType::Bool;
    if compares
        && lower::constant(first).is_some()
        && let Some(value) = lower::constant(node)
    {
        report_constant(node.span, value != 0.0, sink);
    }
}

fn check_divisor(divisor: Option<&Node>, sink: &mut Sink) {
    if let Some(divisor) = divisor
        && lower::constant(divisor) == Some(0.0)
    {
        sink.emit(codes::DIVISION_BY_CONSTANT_ZERO, divisor.span, "the divisor is always 0, so the result is always 0")
            .help("divide by something else, or write 0");
    }
}

fn report_constant(span: Span, value: bool, sink: &mut Sink) {
    sink.emit(codes::CONSTANT_CONDITION, span, format!("the condition is always {value}"))
        .help("compare with a series or a parameter, or drop the condition");
}
