//! From an operation to what it was made of: the operands of a chain or a call at the bins where they are read, marked
//! by what made the result, and opened where they did. A lag is no step of its own.

use super::choose::choose;
use super::reads::arguments;
use super::walk::{DEEPEST, Site, Walker};
use super::{Closed, Step, StepKind};
use crate::check::dependencies::{self, Start};
use crate::check::tree::{Argument, Call, Kind, Link, Node};
use crate::check::{SeriesId, StartValue, type_of};
use crate::driver::RunError;
use crate::model::SeriesKind;
use flowtime_runtime::builtins::{Choice, Convention, shift};
use flowtime_runtime::ir::Type;

/// What is said where a convention stood in for a result.
const BY_ZERO: &str = "division by zero gives 0";
/// What is said of what is read there.
const BEFORE: &str = "before bin 0";

/// A part of a formula at a bin, about to become a step.
pub(super) struct Operand<'m> {
    pub(super) node: &'m Node,
    pub(super) bin: usize,
    pub(super) role: Option<String>,
    pub(super) note: Option<String>,
    /// Which argument it belongs to.
    pub(super) argument: usize,
    /// Whether a missing value is passed over, as in a window.
    pub(super) is_skipped: bool,
    pub(super) value: f64,
    pub(super) taken: bool,
}

impl<'m> Walker<'m> {
    /// Infix operators of one precedence.
    pub(super) fn chain(
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
        for (argument, (role, node)) in std::iter::once((None, first)).chain(links).enumerate() {
            operands.push(Operand { role, argument, ..self.operand(node, bin, at)? });
        }
        let by_zero = |(link, operand): (&Link, &Operand<'_>)| {
            link.builtin.convention == Some(Convention::DivisionByZero) && operand.value == 0.0
        };
        if rest.iter().zip(&operands[1..]).any(by_zero) && !step.value.is_nan() {
            step.notes.push(BY_ZERO.to_owned());
        }
        choose(&mut operands, Choice::Computed, step.value);
        self.open(&mut step, operands, at)?;
        Ok(step)
    }

    /// A function, a prefix operator or an index.
    pub(super) fn call(&mut self, node: &'m Node, call: &'m Call, bin: usize, at: Site) -> Result<Step, RunError> {
        if let Some(lag) = shifted(call) {
            return self.lagged(node, call, lag, bin, at);
        }
        let mut step = self.operation(node, bin, at)?;
        let mut operands = Vec::new();
        for read in arguments(node, call) {
            operands.extend(self.reads(&read, call, &step, at)?);
        }
        step.notes.extend(self.remark(node, call, &operands, &step, at)?);
        choose(&mut operands, call.builtin.choice, step.value);
        if call.builtin.carries && bin > 0 {
            let carried = self.carried(node, call, &step, &mut operands, at)?;
            step.steps.push(carried);
        }
        self.open(&mut step, operands, at)?;
        Ok(step)
    }

    /// What is to be said about how a call came to its result.
    fn remark(
        &mut self,
        node: &Node,
        call: &Call,
        operands: &[Operand<'_>],
        step: &Step,
        at: Site,
    ) -> Result<Option<String>, RunError> {
        if let Choice::Tested { passed, failed, .. } = call.builtin.choice {
            let held = self.parts(at.series)?.held(node, step.bin);
            return Ok(Some(if held { passed } else { failed }.to_owned()));
        }
        if call.builtin.choice == Choice::Difference && operands.is_empty() {
            return Ok(Some(BEFORE.to_owned()));
        }
        let value = |argument: usize| operands.get(argument).map(|operand| operand.value);
        Ok(match call.builtin.convention {
            Some(Convention::DivisionByZero) if value(1) == Some(0.0) && !step.value.is_nan() => {
                Some(BY_ZERO.to_owned())
            }
            Some(Convention::ClampBounds) if value(1) > value(2) => Some("`lo` is above `hi`, and wins".to_owned()),
            _ => None,
        })
    }

    /// What a lag or lead reads stands in its place, at its bin.
    fn lagged(&mut self, node: &'m Node, call: &'m Call, lag: i64, bin: usize, at: Site) -> Result<Step, RunError> {
        let bins = i64::from(self.checked.model.grid.bins);
        let read = i64::try_from(bin).unwrap_or(i64::MAX).saturating_sub(lag);
        match (usize::try_from(read), call.args[0].value()) {
            (Ok(read), Some(child)) if (read as i64) < bins => self.part(child, read, at),
            (Ok(_), _) => {
                let mut step = self.operation(node, bin, at)?;
                step.kind = StepKind::Outside;
                step.notes.push("behind the last bin".to_owned());
                Ok(step)
            }
            (Err(_), _) => self.before(node, call, bin, at),
        }
    }

    /// What a lag reads before bin 0, and what it has that from.
    fn before(&mut self, node: &'m Node, call: &'m Call, bin: usize, at: Site) -> Result<Step, RunError> {
        let mut step = self.operation(node, bin, at)?;
        step.kind = StepKind::Outside;
        step.notes.push(BEFORE.to_owned());
        let below = at.below();
        let source = match dependencies::start(call, &self.definitions) {
            Some(Start::Argument(start)) if !matches!(start.kind, Kind::Number(_) | Kind::Bool(_)) => {
                Some(self.part(start, bin, below)?)
            }
            Some(Start::Initial(series)) => {
                step.place = self.start_place(series);
                self.start(series, below)?
            }
            _ => None,
        };
        step.steps.extend(source.map(|source| Step { role: Some("initial".to_owned()), ..source }));
        Ok(step)
    }

    /// What the `initial` of a series names.
    fn start(&mut self, series: SeriesId, at: Site) -> Result<Option<Step>, RunError> {
        Ok(match self.checked.starts[series.index()] {
            Some(StartValue::Param(id)) => Some(self.parameter(id, 0)),
            Some(StartValue::Series(id)) => Some(self.series(id, 0, at)?),
            _ => None,
        })
    }

    /// Where the model has the `initial` of a series.
    fn start_place(&self, series: SeriesId) -> Option<String> {
        match &self.checked.model.series[series.index()].kind {
            SeriesKind::Expr { initial: Some(initial), .. } => Some(self.line(initial.span)),
            _ => None,
        }
    }

    /// What a running figure had at the bin before. The largest so far is that or the newest value, never both.
    fn carried(
        &mut self,
        node: &'m Node,
        call: &'m Call,
        result: &Step,
        operands: &mut [Operand<'m>],
        at: Site,
    ) -> Result<Step, RunError> {
        let mut step = self.operation(node, result.bin - 1, at)?;
        step.kind = StepKind::Carried;
        step.notes.push("carried over from the bin before".to_owned());
        step.taken = result.value.is_nan() || !step.value.is_nan();
        if call.builtin.choice == Choice::Last && !result.value.is_nan() {
            let is_new = operands.iter().any(|operand| operand.value.to_bits() == result.value.to_bits());
            operands.iter_mut().for_each(|operand| operand.taken = is_new);
            step.taken = !is_new;
        }
        Ok(step)
    }

    /// A part at a bin, taken until something else is known.
    pub(super) fn operand(&mut self, node: &'m Node, bin: usize, at: Site) -> Result<Operand<'m>, RunError> {
        let value = self.value(at.series, node, bin)?;
        Ok(Operand { node, bin, role: None, note: None, argument: 0, is_skipped: false, value, taken: true })
    }

    /// Makes steps of the operands; those that were not taken stay closed.
    fn open(&mut self, step: &mut Step, operands: Vec<Operand<'m>>, at: Site) -> Result<(), RunError> {
        for Operand { node, bin, role, note, value, taken, .. } in operands {
            let mut child = if taken && at.level < DEEPEST {
                self.part(node, bin, at.below())?
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
}

/// How many bins back a SHIFT reads; of a lead less than none.
fn shifted(call: &Call) -> Option<i64> {
    match call.args.get(1) {
        Some(Argument::Int(lag, _)) if call.builtin == shift() => Some(*lag),
        _ => None,
    }
}
