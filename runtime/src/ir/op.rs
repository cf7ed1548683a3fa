//! What a value is: its operation, its type and its rate.
//!
//! Operations are compared and hashed by what they compute, so equal ones can share a value: constants by their bits
//! (with one NaN), calls by entry and operands, delays by slot, lag and start.

use std::fmt;

use super::{InputId, ParamId, SlotId, ValueId};
use crate::builtins::Builtin;

/// The type of a value; at run time a truth value is 1 or 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A number.
    Num,
    /// A truth value.
    Bool,
}

/// How often a value can change; of several operands the last in this order wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rate {
    /// Known when the program is built.
    Constant,
    /// One number, known at run time.
    Uniform,
    /// A number per bin.
    Series,
}

/// How a value comes about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// A constant, by the bits of its number.
    Const(u64),
    /// A parameter of the run.
    Param(ParamId),
    /// A column of the run.
    Input(InputId),
    /// An entry of the table, its arguments in order; absent ones at the end are left out.
    Call {
        /// The entry, never one that lowers.
        builtin: &'static Builtin,
        /// Its arguments, the taps of a kernel last.
        args: Box<[ValueId]>,
    },
    /// What the slot's value was `lag` bins ago.
    Delay {
        /// The slot that is read.
        slot: SlotId,
        /// How many bins back, at least 1.
        lag: u32,
        /// Its bin 0 stands before the first bin; without it 0 does.
        initial: Option<ValueId>,
    },
    /// What the slot will hold: a stand-in that `shift` turns into a delay, and that nothing else may read.
    Forward(SlotId),
    /// What the value will be `by` bins on, 0 past the last one.
    Lead {
        /// The value that is read.
        value: ValueId,
        /// How many bins on, at least 1.
        by: u32,
    },
}

impl Op {
    /// The constant `number`; all NaNs are one.
    pub(super) fn constant(number: f64) -> Op {
        let number = if number.is_nan() { f64::NAN } else { number };
        Op::Const(number.to_bits())
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::Num => "num",
            Type::Bool => "bool",
        })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Rate::Constant => "constant",
            Rate::Uniform => "uniform",
            Rate::Series => "series",
        })
    }
}
