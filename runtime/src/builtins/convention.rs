//! Conventions of the language that stand in for a result: what they are, and in which bins a call meets one. Runs
//! report those bins, so that no convention hides anything.

use super::entry::given;
use super::logic::{AND, EQ, GT, IS_MISSING, NOT};
use crate::ir::{Builder, ValueId};

/// A convention worth a warning where it is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Convention {
    /// `x / 0` is 0.
    DivisionByZero,
    /// `CLAMP` with its lower bound above the upper one is the lower one.
    ClampBounds,
}

impl Convention {
    /// The truth value that tells in which bins a call with these arguments meets the convention.
    pub fn mask(self, builder: &mut Builder, args: &[Option<ValueId>]) -> ValueId {
        match self {
            Convention::DivisionByZero => division_by_zero(builder, args),
            Convention::ClampBounds => {
                let (low, high) = (given(builder, args, 1), given(builder, args, 2));
                builder.call(&GT, &[Some(low), Some(high)])
            }
        }
    }
}

/// The divisor is 0 and the dividend is present.
fn division_by_zero(builder: &mut Builder, args: &[Option<ValueId>]) -> ValueId {
    let (dividend, divisor) = (given(builder, args, 0), given(builder, args, 1));
    let zero = builder.number(0.0);
    let by_zero = builder.call(&EQ, &[Some(divisor), Some(zero)]);
    let missing = builder.call(&IS_MISSING, &[Some(dividend)]);
    let present = builder.call(&NOT, &[Some(missing)]);
    builder.call(&AND, &[Some(by_zero), Some(present)])
}
