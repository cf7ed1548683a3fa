//! One value, made ready to be computed bin by bin: what it reads is looked up once, not at each bin.
//!
//! Arguments that are the same at every bin are filled in when the step is made, the others before each call.

use super::store::Store;
use crate::builtins::{Bin, Builtin, Meaning, ScanState};
use crate::ir::{Grid, Op, Program, Rate, ValueId};

/// The state before bin 0.
const UNSEEN: ScanState = ScanState { value: f64::NAN, seen: false };

/// How to compute one value at any bin, in ascending order of bins.
pub(super) struct Step<'a> {
    action: Action,
    /// The arguments that the entry sees as numbers.
    args: Vec<f64>,
    /// Which of them differ from bin to bin, and the columns that they come from.
    varying: Vec<(usize, ValueId)>,
    grid: &'a Grid,
}

enum Action {
    Number(f64),
    Elementwise(fn(&[f64]) -> f64),
    Source(fn(Bin<'_>, &[f64]) -> f64),
    Window(fn(&[f64], usize, &[f64]) -> f64, ValueId),
    Scan(fn(&mut ScanState, &[f64]) -> f64, ScanState),
    Reduce(fn(&[f64], &[f64]) -> f64, ValueId),
    Column(ValueId),
    Delay(ValueId, usize, f64),
    Lead(ValueId, usize),
}

impl<'a> Step<'a> {
    /// The step for `value`; the store holds what it reads from outside its component.
    pub(super) fn new(program: &'a Program, value: ValueId, store: &mut Store<'_>) -> Self {
        let mut step =
            Step { action: Action::Number(0.0), args: Vec::new(), varying: Vec::new(), grid: program.grid() };
        step.action = match *program.op(value) {
            Op::Const(bits) => Action::Number(f64::from_bits(bits)),
            Op::Param(param) => Action::Number(store.param(param)),
            Op::Input(_) => Action::Column(value),
            Op::Call { builtin, ref args } => step.call(program, builtin, args, store),
            Op::Delay { slot, lag, initial } => {
                // An empty slot doesn't pass `verify`.
                let column = store.widen(program.slot_value(slot).unwrap_or(value));
                let start = initial.map_or(0.0, |initial| store.first(initial));
                Action::Delay(column, lag as usize, start)
            }
            // Nothing that passes `verify` reads it.
            Op::Forward(_) => Action::Number(f64::NAN),
            Op::Lead { value, by } => Action::Lead(store.widen(value), by as usize),
        };
        step
    }

    /// The number at `bin`.
    pub(super) fn eval(&mut self, bin: usize, store: &Store<'_>) -> f64 {
        for &(place, column) in &self.varying {
            self.args[place] = store.column(column)[bin];
        }
        let (args, grid) = (self.args.as_slice(), self.grid);
        match self.action {
            Action::Number(number) => number,
            Action::Elementwise(eval) => eval(args),
            Action::Source(eval) => eval(Bin { t: bin, grid }, args),
            Action::Window(eval, column) => eval(&store.column(column)[..=bin], bin, args),
            Action::Scan(eval, ref mut state) => eval(state, args),
            Action::Reduce(eval, column) => eval(store.column(column), args),
            Action::Column(column) => store.column(column)[bin],
            Action::Delay(column, lag, start) => match bin.checked_sub(lag) {
                Some(past) => store.column(column)[past],
                None => start,
            },
            Action::Lead(column, by) => {
                let ahead = store.column(column).get(bin.saturating_add(by));
                ahead.copied().unwrap_or(0.0)
            }
        }
    }

    /// The action of a call; keeps its arguments.
    fn call(&mut self, program: &Program, builtin: &Builtin, args: &[ValueId], store: &mut Store<'_>) -> Action {
        let (column, numbers) = match (builtin.meaning, args) {
            (Meaning::Window(_) | Meaning::Reduce(_), [column, rest @ ..]) => (Some(store.widen(*column)), rest),
            _ => (None, args),
        };
        self.keep_args(program, numbers, store);
        match (builtin.meaning, column) {
            (Meaning::Elementwise(eval), _) => Action::Elementwise(eval),
            (Meaning::Source(eval), _) => Action::Source(eval),
            (Meaning::Scan(eval), _) => Action::Scan(eval, UNSEEN),
            (Meaning::Window(eval), Some(column)) => Action::Window(eval, column),
            (Meaning::Reduce(eval), Some(column)) => Action::Reduce(eval, column),
            // None passes `verify`: a window or a reduction of nothing, an entry that lowers.
            (Meaning::Window(_) | Meaning::Reduce(_), None) | (Meaning::Lower(_), _) => Action::Number(f64::NAN),
        }
    }

    fn keep_args(&mut self, program: &Program, args: &[ValueId], store: &Store<'_>) {
        for (place, &arg) in args.iter().enumerate() {
            if program.rate(arg) == Rate::Series {
                self.varying.push((place, arg));
            }
            self.args.push(store.number(arg));
        }
    }
}
