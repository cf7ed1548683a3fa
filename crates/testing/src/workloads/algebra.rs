//! Elementwise formulas, written once: over a builder they make values, over lanes they compute eight bins.

use flowtime_runtime::builtins::{self, Builtin};
use flowtime_runtime::ir::{Builder, ValueId};

/// Bins in a lane: an AVX-512 register, two of AVX2.
pub(super) const WIDTH: usize = 8;

/// Eight bins of a column.
pub(super) type Lane = [f64; WIDTH];

/// What elementwise formulas are made of.
pub(super) trait Algebra {
    /// A number per bin.
    type Value: Copy;
    /// A number that is the same in all bins.
    fn number(&mut self, number: f64) -> Self::Value;
    /// `a + b`
    fn add(&mut self, a: Self::Value, b: Self::Value) -> Self::Value;
    /// `a - b`
    fn sub(&mut self, a: Self::Value, b: Self::Value) -> Self::Value;
    /// `a * b`
    fn mul(&mut self, a: Self::Value, b: Self::Value) -> Self::Value;
    /// `a / b`, 0 where b is 0
    fn div(&mut self, a: Self::Value, b: Self::Value) -> Self::Value;
    /// `MIN(a, b)`
    fn min(&mut self, a: Self::Value, b: Self::Value) -> Self::Value;
    /// `MAX(a, b)`
    fn max(&mut self, a: Self::Value, b: Self::Value) -> Self::Value;
    /// `IF(a > b, then, other)`
    fn if_greater(&mut self, a: Self::Value, b: Self::Value, then: Self::Value, other: Self::Value) -> Self::Value;
}

impl Algebra for Builder {
    type Value = ValueId;

    fn number(&mut self, number: f64) -> ValueId {
        Builder::number(self, number)
    }

    fn add(&mut self, a: ValueId, b: ValueId) -> ValueId {
        call(self, builtins::infix("+"), &[a, b])
    }

    fn sub(&mut self, a: ValueId, b: ValueId) -> ValueId {
        call(self, builtins::infix("-"), &[a, b])
    }

    fn mul(&mut self, a: ValueId, b: ValueId) -> ValueId {
        call(self, builtins::infix("*"), &[a, b])
    }

    fn div(&mut self, a: ValueId, b: ValueId) -> ValueId {
        call(self, builtins::infix("/"), &[a, b])
    }

    fn min(&mut self, a: ValueId, b: ValueId) -> ValueId {
        call(self, builtins::function("MIN"), &[a, b])
    }

    fn max(&mut self, a: ValueId, b: ValueId) -> ValueId {
        call(self, builtins::function("MAX"), &[a, b])
    }

    fn if_greater(&mut self, a: ValueId, b: ValueId, then: ValueId, other: ValueId) -> ValueId {
        let condition = call(self, builtins::infix(">"), &[a, b]);
        call(self, Some(builtins::conditional()), &[condition, then, other])
    }
}

/// A call of an entry that the table has; a number that no test lets pass if it hasn't.
pub(super) fn call(builder: &mut Builder, entry: Option<&'static Builtin>, args: &[ValueId]) -> ValueId {
    let args: Vec<Option<ValueId>> = args.iter().copied().map(Some).collect();
    match entry {
        Some(entry) => builder.call(entry, &args),
        None => builder.number(f64::NAN),
    }
}

/// Computes eight bins at once. All is inlined, so that a caller's instruction set holds.
pub(super) struct Lanes;

impl Algebra for Lanes {
    type Value = Lane;

    #[inline(always)]
    fn number(&mut self, number: f64) -> Lane {
        [number; WIDTH]
    }

    #[inline(always)]
    fn add(&mut self, a: Lane, b: Lane) -> Lane {
        each(a, b, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(&mut self, a: Lane, b: Lane) -> Lane {
        each(a, b, |a, b| a - b)
    }

    #[inline(always)]
    fn mul(&mut self, a: Lane, b: Lane) -> Lane {
        each(a, b, |a, b| a * b)
    }

    #[inline(always)]
    fn div(&mut self, a: Lane, b: Lane) -> Lane {
        each(a, b, |a, b| {
            let by_zero = if a.is_nan() { a } else { 0.0 };
            let quotient = a / b;
            if b == 0.0 { by_zero } else { quotient }
        })
    }

    #[inline(always)]
    fn min(&mut self, a: Lane, b: Lane) -> Lane {
        each(a, b, smaller)
    }

    #[inline(always)]
    fn max(&mut self, a: Lane, b: Lane) -> Lane {
        each(a, b, larger)
    }

    #[inline(always)]
    fn if_greater(&mut self, a: Lane, b: Lane, then: Lane, other: Lane) -> Lane {
        std::array::from_fn(|bin| if a[bin] > b[bin] { then[bin] } else { other[bin] })
    }
}

/// One lane of each column; a loop, because `map` isn't always inlined into functions of other instruction sets.
#[inline(always)]
pub(super) fn gather<const COLUMNS: usize>(columns: &[&[Lane]; COLUMNS], lane: usize) -> [Lane; COLUMNS] {
    let mut lanes = [[0.0; WIDTH]; COLUMNS];
    for (found, column) in lanes.iter_mut().zip(columns) {
        *found = column[lane];
    }
    lanes
}

#[inline(always)]
fn each(a: Lane, b: Lane, function: impl Fn(f64, f64) -> f64) -> Lane {
    std::array::from_fn(|bin| function(a[bin], b[bin]))
}

/// `MIN(a, b)`
#[inline(always)]
pub(super) fn smaller(a: f64, b: f64) -> f64 {
    if a.is_nan() || a < b { a } else { b }
}

/// `MAX(a, b)`
#[inline(always)]
pub(super) fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}
