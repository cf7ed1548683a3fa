//! The walk back: from a series at a bin into its formula, and from each part that was taken on to what that reads, at
//! the bins where it reads it. A series at a bin is opened once; the depth counts series.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::formula::Parts;
use super::{Closed, Step, StepKind, Target};
use crate::check::dependencies::lag;
use crate::check::tree::{Call, Kind, Link, Node};
use crate::check::{CheckedModel, ParamId, SeriesId, type_of};
use crate::driver::{Columns, RunError, Settings};
use crate::load::{Place, SourceLoader, locate};
use crate::model::{Model, SeriesKind};
use crate::source::{Sources, Span};
use flowtime_runtime::builtins::{Choice, Convention, Meaning, Reads};
use flowtime_runtime::ir::Type;

/// Levels of a tree at most, so that walking it takes little stack.
const DEEPEST: usize = 64;
/// Bins of a window that are shown one by one.
const SHOWN_BINS: usize = 3;

/// What the walk knows and has computed so far.
pub(super) struct Walker<'m> {
    checked: &'m CheckedModel,
    sources: &'m Sources,
    loader: &'m dyn SourceLoader,
    settings: &'m Settings,
    columns: Columns,
    parts: BTreeMap<SeriesId, Rc<Parts>>,
    opened: BTreeSet<(SeriesId, usize)>,
}

/// A part of the formula of `series` at a bin, about to become a step.
struct Operand<'m> {
    node: &'m Node,
    bin: usize,
    role: Option<String>,
    note: Option<String>,
    value: f64,
    taken: bool,
}

/// Where in the walk a part stands: whose formula it belongs to, and how much further to go.
#[derive(Clone, Copy)]
struct Site {
    series: SeriesId,
    depth: usize,
    /// How deep in the tree.
    level: usize,
}

impl<'m> Walker<'m> {
    pub(super) fn new(
        checked: &'m CheckedModel,
        sources: &'m Sources,
        loader: &'m dyn SourceLoader,
        settings: &'m Settings,
        columns: Columns,
    ) -> Self {
        let (parts, opened) = (BTreeMap::new(), BTreeSet::new());
        Walker { checked, sources, loader, settings, columns, parts, opened }
    }

    /// The tree of `target`.
    pub(super) fn trace(&mut self, target: Target) -> Result<Step, RunError> {
        let Target { series, bin, depth } = target;
        self.series(series, bin, Site { series, depth, level: 0 })
    }

    /// A series at a bin, read from `at`.
    fn series(&mut self, id: SeriesId, bin: usize, at: Site) -> Result<Step, RunError> {
        let value = self.columns.series.get(&id).and_then(|column| column.get(bin)).copied().unwrap_or(f64::NAN);
        let mut step = self.step(StepKind::Computed, self.checked.id(id).to_owned(), bin, value);
        let series = &self.checked.model.series[id.index()];
        step.unit = series.unit.clone();
        step.truth = self.checked.types[id.index()].ty == Some(Type::Bool);
        let checked = self.checked;
        let Some(formula) = &checked.formulas[id.index()] else {
            step.kind = StepKind::Data;
            step.place = self.place(id, bin);
            return Ok(step);
        };
        step.formula = Some(self.formula_text(&series.kind, formula));
        step.closed = self.closed(id, bin, at);
        if step.closed.is_none() {
            let whole = self.part(formula, bin, Site { series: id, depth: at.depth - 1, level: at.level })?;
            step.adopt(whole);
        }
        Ok(step)
    }

    /// Why a series is not opened at a bin; one that is, is remembered.
    fn closed(&mut self, id: SeriesId, bin: usize, at: Site) -> Option<Closed> {
        if at.depth == 0 || at.level >= DEEPEST {
            return Some(Closed::Depth);
        }
        (!self.opened.insert((id, bin))).then_some(Closed::Elsewhere)
    }

    /// A part of a formula at a bin.
    fn part(&mut self, node: &'m Node, bin: usize, at: Site) -> Result<Step, RunError> {
        let value = self.value(at.series, node, bin)?;
        let text = self.text(node.span);
        match &node.kind {
            Kind::Series(id) => self.series(*id, bin, at),
            Kind::Param(id) => Ok(self.parameter(*id, bin)),
            Kind::Number(_) | Kind::Bool(_) | Kind::Error => {
                let truth = matches!(node.kind, Kind::Bool(_));
                Ok(Step { truth, ..self.step(StepKind::Constant, text, bin, value) })
            }
            Kind::Chain { first, rest } => self.chain(node, first, rest, bin, at),
            Kind::Call(call) => self.call(node, call, bin, at),
        }
    }

    fn parameter(&self, id: ParamId, bin: usize) -> Step {
        let at = id.as_u32() as usize;
        let parameter = &self.checked.model.parameters[at];
        let value = self.columns.parameters.get(at).copied().unwrap_or(f64::NAN);
        let mut step = self.step(StepKind::Parameter, parameter.id.value.clone(), bin, value);
        step.unit = parameter.unit.clone();
        if value.to_bits() == parameter.value.value.to_bits() {
            step.place = Some(self.line(parameter.value.span));
        } else {
            step.notes.push(format!("set for this run; the model has {}", parameter.value.value));
        }
        step
    }

    fn chain(
        &mut self,
        node: &'m Node,
        first: &'m Node,
        rest: &'m [Link],
        bin: usize,
        at: Site,
    ) -> Result<Step, RunError> {
        let mut step = self.operation(node, bin, at)?;
        let links = rest.iter().map(|link| (Some(link.builtin.name.to_owned()), &link.operand));
        let mut operands = Vec::new();
        for (role, node) in std::iter::once((None, first)).chain(links) {
            operands.push(self.operand(node, bin, role, at)?);
        }
        let by_zero = |(link, operand): (&Link, &Operand<'_>)| {
            link.builtin.convention == Some(Convention::DivisionByZero) && operand.value == 0.0
        };
        if rest.iter().zip(&operands[1..]).any(by_zero) && !step.value.is_nan() {
            step.notes.push("division by zero gives 0".to_owned());
        }
        choose(&mut operands, Choice::Computed, step.value);
        self.open(&mut step, operands, at)?;
        Ok(step)
    }

    fn call(&mut self, node: &'m Node, call: &'m Call, bin: usize, at: Site) -> Result<Step, RunError> {
        if let Some(lag) = lag(call) {
            return self.lagged(node, call, lag, bin, at);
        }
        let mut step = self.operation(node, bin, at)?;
        let mut operands = Vec::new();
        if matches!(call.builtin.meaning, Meaning::Scan(_)) && bin > 0 {
            step.steps.push(self.carried(node, bin - 1, at)?);
        }
        for (place, (argument, reads)) in call.args.iter().zip(call.reads()).enumerate() {
            let Some(child) = argument.value().filter(|child| child.span != node.span) else { continue };
            let named = call.args.len() > 1 && !call.builtin.variadic;
            let role = call.builtin.param(place).filter(|_| named).map(|param| param.name.to_owned());
            operands.extend(self.reads(child, reads, role, bin, (call.builtin.choice, step.value), at)?);
        }
        if call.builtin.convention == Some(Convention::DivisionByZero) && operands.get(1).is_some_and(Operand::is_zero)
        {
            step.notes.push("division by zero gives 0".to_owned());
        }
        choose(&mut operands, call.builtin.choice, step.value);
        self.open(&mut step, operands, at)?;
        Ok(step)
    }

    /// A lag is no step of its own: what it reads stands in its place, at its bin.
    fn lagged(&mut self, node: &'m Node, call: &'m Call, lag: i64, bin: usize, at: Site) -> Result<Step, RunError> {
        let earlier = usize::try_from(lag).ok().and_then(|lag| bin.checked_sub(lag));
        match (earlier, call.args[0].value()) {
            (Some(earlier), Some(child)) => self.part(child, earlier, at),
            _ => {
                let mut step = self.operation(node, bin, at)?;
                step.kind = StepKind::Outside;
                step.notes.push("before bin 0".to_owned());
                Ok(step)
            }
        }
    }

    fn carried(&mut self, node: &'m Node, bin: usize, at: Site) -> Result<Step, RunError> {
        let mut step = self.operation(node, bin, at)?;
        step.kind = StepKind::Carried;
        step.notes.push("carried over from the bin before".to_owned());
        Ok(step)
    }

    /// What a call reads of one argument, as operands: one a bin, or one that stands for a window.
    fn reads(
        &mut self,
        node: &'m Node,
        reads: Reads,
        role: Option<String>,
        bin: usize,
        (choice, result): (Choice, f64),
        at: Site,
    ) -> Result<Vec<Operand<'m>>, RunError> {
        let last = self.checked.model.grid.bins as usize - 1;
        let at_lag = |lag: i64| (bin as i64).saturating_sub(lag);
        let (from, to) = match reads {
            Reads::Nothing => return Ok(Vec::new()),
            Reads::All => (0, last),
            Reads::Lags { min, max } => (at_lag(max).max(0) as usize, at_lag(min).clamp(-1, last as i64) as usize),
        };
        if to > last || from > to {
            return Ok(Vec::new());
        }
        if to - from < SHOWN_BINS {
            return (from..=to).map(|bin| self.operand(node, bin, role.clone(), at)).collect();
        }
        let parts = self.parts(at.series)?;
        let (bin, note) = representative(&parts.column(node)[from..=to], choice, result);
        let note = format!("{note} of bins {from}-{to}{}", self.times(from, to));
        Ok(vec![Operand { note: Some(note), ..self.operand(node, from + bin, role, at)? }])
    }

    fn operand(&mut self, node: &'m Node, bin: usize, role: Option<String>, at: Site) -> Result<Operand<'m>, RunError> {
        Ok(Operand { node, bin, role, note: None, value: self.value(at.series, node, bin)?, taken: true })
    }

    /// Makes steps of the operands; those that were not taken stay closed.
    fn open(&mut self, step: &mut Step, operands: Vec<Operand<'m>>, at: Site) -> Result<(), RunError> {
        for Operand { node, bin, role, note, value, taken } in operands {
            let mut child = if taken && at.level < DEEPEST {
                self.part(node, bin, Site { level: at.level + 1, ..at })?
            } else {
                self.unopened(node, bin, value, taken)
            };
            child.taken = taken;
            child.role = role;
            child.notes.extend(note);
            step.steps.push(child);
        }
        Ok(())
    }

    /// A part of which only the value counts.
    fn unopened(&self, node: &Node, bin: usize, value: f64, taken: bool) -> Step {
        let kind = match node.kind {
            Kind::Number(_) | Kind::Bool(_) => StepKind::Constant,
            _ => StepKind::Operation,
        };
        let truth = type_of(node, &self.checked.types) == Some(Type::Bool);
        let closed = taken.then_some(Closed::Depth);
        Step { truth, closed, ..self.step(kind, self.text(node.span), bin, value) }
    }

    fn operation(&mut self, node: &'m Node, bin: usize, at: Site) -> Result<Step, RunError> {
        let value = self.value(at.series, node, bin)?;
        let truth = type_of(node, &self.checked.types) == Some(Type::Bool);
        Ok(Step { truth, ..self.step(StepKind::Operation, self.text(node.span), bin, value) })
    }

    fn value(&mut self, series: SeriesId, node: &Node, bin: usize) -> Result<f64, RunError> {
        Ok(self.parts(series)?.column(node).get(bin).copied().unwrap_or(f64::NAN))
    }

    fn parts(&mut self, series: SeriesId) -> Result<Rc<Parts>, RunError> {
        if let Some(parts) = self.parts.get(&series) {
            return Ok(parts.clone());
        }
        let parts = Rc::new(Parts::new(self.checked, series, &self.columns, self.settings)?);
        self.parts.insert(series, parts.clone());
        Ok(parts)
    }

    fn step(&self, kind: StepKind, text: String, bin: usize, value: f64) -> Step {
        let time = self.checked.model.clock().begin(bin).map(|time| time.to_string());
        let (role, formula, unit, place) = (None, None, None, None);
        let (notes, closed, steps) = (Vec::new(), None, Vec::new());
        Step {
            kind,
            text,
            role,
            bin,
            time,
            value,
            truth: false,
            taken: true,
            formula,
            unit,
            place,
            notes,
            closed,
            steps,
        }
    }

    fn place(&self, id: SeriesId, bin: usize) -> Option<String> {
        Some(match locate(&self.checked.model, id, bin, self.loader)? {
            Place::Line { file, line } => format!("{file}:{line}"),
            Place::Row { file, row } => format!("{file}, row {row}"),
            Place::Model(span) => self.line(span),
        })
    }

    /// File and line of a place in the model.
    fn line(&self, span: Span) -> String {
        let file = self.sources.file(span.file);
        format!("{}:{}", file.name, file.lines.position(&file.text, span.start as usize).line)
    }

    /// The characters at `span` on one line.
    fn text(&self, span: Span) -> String {
        self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// A distribution has no formula of its own: its parts are.
    fn formula_text(&self, kind: &SeriesKind, formula: &Node) -> String {
        match kind {
            SeriesKind::Expr { formula, .. } => formula.text.split_whitespace().collect::<Vec<_>>().join(" "),
            SeriesKind::Pmf(_) | SeriesKind::Const(_) | SeriesKind::Invalid => self.text(formula.span),
        }
    }

    fn times(&self, from: usize, to: usize) -> String {
        let model: &Model = &self.checked.model;
        let edges = model.clock().begin(from).zip(model.clock().begin(to + 1));
        edges.map_or_else(String::new, |(from, to)| format!(" ({}-{})", from.strftime("%H:%M"), to.strftime("%H:%M")))
    }
}

impl Operand<'_> {
    fn is_zero(&self) -> bool {
        self.value == 0.0
    }
}

impl Step {
    /// Takes over what its formula's outermost part was made of; a formula that is a bare name is a step itself.
    fn adopt(&mut self, whole: Step) {
        if whole.kind == StepKind::Operation {
            self.notes.extend(whole.notes);
            self.steps = whole.steps;
        } else {
            self.steps = vec![whole];
        }
    }
}

/// Of a window's values the one to show, and what it is of them.
fn representative(values: &[f64], choice: Choice, result: f64) -> (usize, &'static str) {
    let same = |value: &f64| value.to_bits() == result.to_bits();
    let chosen = match choice {
        Choice::Computed | Choice::Condition => None,
        Choice::First => values.iter().position(same),
        Choice::Last => values.iter().rposition(same),
    };
    if let Some(chosen) = chosen {
        return (chosen, "the one that decides");
    }
    let largest = (0..values.len()).filter(|at| !values[*at].is_nan()).max_by(|a, b| {
        let size = |at: &usize| values[*at].abs();
        size(a).total_cmp(&size(b))
    });
    (largest.unwrap_or(values.len() - 1), "the largest")
}

/// Marks which operands made the result. A missing result comes from those that are missing.
fn choose(operands: &mut [Operand<'_>], choice: Choice, result: f64) {
    let same = |operand: &Operand<'_>| operand.value.to_bits() == result.to_bits();
    let chosen = match choice {
        Choice::Condition => return choose_branch(operands),
        Choice::First if !result.is_nan() => operands.iter().position(same),
        Choice::Last if !result.is_nan() => operands.iter().rposition(same),
        _ => None,
    };
    let any_missing = operands.iter().any(|operand| operand.value.is_nan());
    for (at, operand) in operands.iter_mut().enumerate() {
        operand.taken = match chosen {
            Some(chosen) => at == chosen,
            None => !(result.is_nan() && any_missing) || operand.value.is_nan(),
        };
    }
}

/// The condition and the branch that it chose.
fn choose_branch(operands: &mut [Operand<'_>]) {
    if let [condition, then, other] = operands {
        then.taken = condition.value != 0.0;
        other.taken = !then.taken;
    }
}
