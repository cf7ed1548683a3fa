//! The ways in which a program can mean nothing: faults of what built it, never of a model.

use thiserror::Error;

use crate::ir::{Rate, SlotId, Type, ValueId};

/// Why a program means nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// An operand isn't made before its user.
    #[error("`{value}` reads `{operand}`, which is not made before it")]
    Undefined {
        /// The user.
        value: ValueId,
        /// The operand.
        operand: ValueId,
    },
    /// An output or a slot holds a value that doesn't exist.
    #[error("`{place}` holds `{value}`, which does not exist")]
    Dangling {
        /// The output or slot.
        place: String,
        /// What it holds.
        value: ValueId,
    },
    /// A delay reads a slot that doesn't exist.
    #[error("`{value}` reads `{slot}`, which does not exist")]
    UnknownSlot {
        /// The delay.
        value: ValueId,
        /// The slot.
        slot: SlotId,
    },
    /// A slot was never filled.
    #[error("`{slot}` is empty")]
    EmptySlot {
        /// The slot.
        slot: SlotId,
    },
    /// A value has another type than the place it stands in.
    #[error("`{place}` takes {expected}, found {found}")]
    WrongType {
        /// The slot, delay or call.
        place: String,
        /// What the place takes.
        expected: Type,
        /// What stands there.
        found: Type,
    },
    /// A call has too few or too many arguments, or is of an entry that lowers.
    #[error("`{value}` can't call `{name}` with {found} arguments")]
    WrongCount {
        /// The call.
        value: ValueId,
        /// The entry's name.
        name: &'static str,
        /// How many arguments it has.
        found: usize,
    },
    /// An argument changes more often than its parameter allows.
    #[error("argument {index} of `{value}` can't be {found}")]
    WrongRate {
        /// The call.
        value: ValueId,
        /// The argument, from 0.
        index: usize,
        /// The rate that was found.
        found: Rate,
    },
    /// An integer argument is no whole number, or too small.
    #[error("argument {index} of `{value}` is no whole number from {min} up")]
    NotWhole {
        /// The call.
        value: ValueId,
        /// The argument, from 0.
        index: usize,
        /// The smallest that will do.
        min: i64,
    },
    /// A delay or a lead by no bin.
    #[error("`{value}` shifts by 0")]
    NoShift {
        /// The delay or lead.
        value: ValueId,
    },
    /// A call reads nothing of an argument that is no constant.
    #[error("`{value}` reads nothing of `{operand}`")]
    Unread {
        /// The call.
        value: ValueId,
        /// The argument.
        operand: ValueId,
    },
    /// Inside a cycle a value reads ahead, or all bins.
    #[error("`{value}` looks ahead at `{operand}`, which depends on it")]
    LooksAhead {
        /// The value.
        value: ValueId,
        /// What it reads.
        operand: ValueId,
    },
}
