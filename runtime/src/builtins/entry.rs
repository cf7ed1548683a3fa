//! What entries are written with: blanks to start from, parameters, examples, and the reads that most entries have.
//!
//! Entries are statics that fill in a blank: `Builtin { name: "ABS", …, ..FUNCTION }`. Only what is said differs from
//! a function of numbers to a number at the same bin.

use super::{ArgValue, Builtin, Choice, Default, Emit, Meaning, Param, ParamKind, Reads, ResultType, Syntax};
use crate::ir::{Builder, ValueId};

/// A function of numbers at the same bin.
pub(super) const FUNCTION: Builtin = Builtin {
    name: "",
    syntax: Syntax::Function,
    params: &[],
    variadic: false,
    result: ResultType::Num,
    reads: same_bin,
    needs_window: false,
    convention: None,
    choice: Choice::Computed,
    carries: false,
    requires: None,
    meaning: Meaning::Elementwise(|_| f64::NAN),
    emit: Emit::Call,
    fast: None,
    summary: "",
    edge: "",
    examples: &[],
};

/// An operator between two operands.
pub(super) const INFIX: Builtin = Builtin { syntax: Syntax::Infix, ..FUNCTION };

/// An operator before its operand.
pub(super) const PREFIX: Builtin = Builtin { syntax: Syntax::Prefix, ..FUNCTION };

/// An entry that no formula names.
pub(super) const INTERNAL: Builtin = Builtin { syntax: Syntax::Internal, ..FUNCTION };

/// A parameter of this kind that must be given.
pub(super) const fn param(name: &'static str, kind: ParamKind, doc: &'static str) -> Param {
    Param { name, kind, default: Default::Required, doc }
}

/// A number per bin.
pub(super) const fn num(name: &'static str, doc: &'static str) -> Param {
    param(name, ParamKind::Num, doc)
}

/// A truth value per bin.
pub(super) const fn truth(name: &'static str, doc: &'static str) -> Param {
    param(name, ParamKind::Bool, doc)
}

/// A number or truth value per bin, like its fellows.
pub(super) const fn same(name: &'static str, doc: &'static str) -> Param {
    param(name, ParamKind::Same, doc)
}

/// A whole number of at least `min`, known at compile time.
pub(super) const fn int(name: &'static str, min: i64, doc: &'static str) -> Param {
    param(name, ParamKind::Int { min }, doc)
}

impl Param {
    /// The same parameter, which may be left out.
    pub(super) const fn or(self, default: Default) -> Self {
        Self { default, ..self }
    }
}

/// An example: `example!("a + b", a = [1.0], b = [2.0] => [3.0])`.
macro_rules! example {
    ($formula:literal $(, $name:ident = $values:expr)* => $result:expr) => {
        $crate::builtins::Example { inputs: &[$((stringify!($name), &$values)),*], formula: $formula, result: &$result }
    };
}
pub(super) use example;

/// The values of the arguments at bin t; nothing of compile-time ones and of those left out.
pub(super) fn same_bin(param: usize, args: &[ArgValue<'_>]) -> Reads {
    match args.get(param) {
        Some(ArgValue::Value) => Reads::NOW,
        _ => Reads::Nothing,
    }
}

/// Every bin of the first argument.
pub(super) fn all_bins(param: usize, args: &[ArgValue<'_>]) -> Reads {
    if param == 0 { Reads::All } else { same_bin(param, args) }
}

/// The bins of the first argument from t back to the lag that the `Int` at `place` gives, less `less`.
pub(super) fn back_to(place: usize, less: i64, param: usize, args: &[ArgValue<'_>]) -> Reads {
    match (param, args.get(place)) {
        (0, Some(&ArgValue::Int(far))) => Reads::Lags { min: 0, max: far.saturating_sub(less).max(0) },
        _ => same_bin(param, args),
    }
}

/// 1 for true, 0 for false.
pub(super) fn truth_value(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

/// An argument of a lowering that a checked call has.
pub(super) fn given(builder: &mut Builder, args: &[Option<ValueId>], place: usize) -> ValueId {
    match args.get(place) {
        Some(&Some(value)) => value,
        _ => builder.number(f64::NAN),
    }
}
