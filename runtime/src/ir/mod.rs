//! The program: a list of values in the order they were made, with typed ids.
//!
//! A [`Builder`] takes calls, constants and delays and leaves a [`Program`]. An operand is made before its user, but for
//! what a delay reads: that is a slot, filled later. So a cycle always goes through a delay, and the order of the list
//! is an order in which the values of one bin can be computed. [`verify()`] checks all that a backend relies on.

use cranelift_entity::entity_impl;

mod builder;
mod components;
mod decode;
#[cfg(any(test, feature = "compile"))]
mod encode;
#[cfg(test)]
pub(crate) mod entries;
mod op;
mod print;
mod program;
mod reads;
mod verify;

pub use builder::Builder;
pub use components::components;
pub(crate) use decode::decode;
#[cfg(feature = "compile")]
pub(crate) use encode::encode;
pub use op::{Op, Rate, Type};
pub(crate) use print::PrintedOp;
pub use program::{Program, Slot};
pub use verify::{VerifyError, verify};

/// A value of the program.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueId(u32);
entity_impl!(ValueId, "v");

/// A const series.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InputId(u32);
entity_impl!(InputId, "input");

/// A parameter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParamId(u32);
entity_impl!(ParamId, "param");

/// A place whose value is set once, after it has been read by a delay.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SlotId(u32);
entity_impl!(SlotId, "slot");

/// A column that the program leaves.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OutputId(u32);
entity_impl!(OutputId, "out");

/// The bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grid {
    /// How many.
    pub bins: usize,
    /// Minutes in one.
    pub bin_minutes: u64,
    /// Minutes from 1970-01-01T00:00Z to bin 0, if the model has a window.
    pub start_minutes: Option<i64>,
}
