//! The program as text, for `--emit ir`, snapshots and bug reports: one value a line, then slots and outputs.
//!
//! Nothing that a run computes is left out, so two programs that print alike are alike; nothing is read back.

use std::fmt::{self, Display, Formatter};

use super::{Op, Program, Type, ValueId};
use crate::builtins::{Builtin, Syntax};

impl Display for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let grid = self.grid();
        write!(f, "grid: {} bins of {} minutes", grid.bins, grid.bin_minutes)?;
        if let Some(start) = grid.start_minutes {
            write!(f, " from minute {start}")?;
        }
        writeln!(f)?;
        for value in self.values().filter(|value| !matches!(self.op(*value), Op::Forward(_))) {
            writeln!(f, "{value}: {} {} = {}", self.ty(value), self.rate(value), PrintedOp(self, value))?;
        }
        for (id, slot) in self.slots() {
            match slot.value() {
                Some(value) => writeln!(f, "{id}: {} = {value}", slot.ty())?,
                None => writeln!(f, "{id}: {} is empty", slot.ty())?,
            }
        }
        self.outputs().try_for_each(|(output, value)| writeln!(f, "{output} = {value}"))
    }
}

/// The operation of a value.
pub(crate) struct PrintedOp<'a>(pub(crate) &'a Program, pub(crate) ValueId);

impl Display for PrintedOp<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let PrintedOp(program, value) = *self;
        match program.op(value) {
            Op::Const(bits) => print_constant(f, f64::from_bits(*bits), program.ty(value)),
            Op::Param(param) => write!(f, "{param}"),
            Op::Input(input) => write!(f, "{input}"),
            Op::Call { builtin, args } => print_call(f, builtin, args),
            Op::Delay { slot, lag, initial: None } => write!(f, "delay {slot} by {lag}"),
            Op::Delay { slot, lag, initial: Some(initial) } => write!(f, "delay {slot} by {lag} from {initial}"),
            Op::Forward(slot) => write!(f, "forward {slot}"),
            Op::Lead { value, by } => write!(f, "lead {value} by {by}"),
        }
    }
}

fn print_constant(f: &mut Formatter<'_>, number: f64, ty: Type) -> fmt::Result {
    match ty {
        Type::Num => write!(f, "{number:?}"),
        Type::Bool => write!(f, "{}", number != 0.0),
    }
}

fn print_call(f: &mut Formatter<'_>, builtin: &Builtin, args: &[ValueId]) -> fmt::Result {
    match (builtin.syntax, args) {
        (Syntax::Infix, [left, right]) => return write!(f, "{left} {} {right}", builtin.name),
        (Syntax::Prefix, [operand]) => return write!(f, "{} {operand}", builtin.name),
        (Syntax::Distribution, _) => write!(f, "mean of ")?,
        (Syntax::Sample, _) => write!(f, "sample of ")?,
        _ => (),
    }
    write!(f, "{}(", builtin.name)?;
    for (index, arg) in args.iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        write!(f, "{separator}{arg}")?;
    }
    write!(f, ")")
}
