//! The smaller, the larger, and between the two.
//!
//! `MIN(a, b)` is a if a is missing, else `a < b ? a : b`, and `MAX` with `>`: missing if either is, and of equal
//! values (±0) the later one.

use super::entry::{FUNCTION, example, num};
use super::{Builtin, Choice, Convention, Emit, Family, Meaning, Param};
use crate::jit::{Lanes, Vector};

const NAN: f64 = f64::NAN;

pub(super) static FAMILY: Family = Family { title: "Minimum and maximum", entries: &[&MIN, &MAX, &CLAMP] };

const OPERANDS: &[Param] = &[num("a", "the first number"), num("b", "each further number")];

pub(super) static MIN: Builtin = Builtin {
    name: "MIN",
    params: OPERANDS,
    variadic: true,
    choice: Choice::Last,
    meaning: Meaning::Elementwise(|args| args.iter().copied().reduce(smaller).unwrap_or(NAN)),
    emit: Emit::Inline(|lanes, args| lanes.smaller(args[0], args[1])),
    summary: "the smallest of its arguments at bin t",
    edge: "missing if one of them is; of equal ones (±0) the later",
    examples: &[
        example!("MIN(a, b)", a = [3.0, 1.0, NAN], b = [2.0, 5.0, 4.0] => [2.0, 1.0, NAN]),
        example!("MIN(a, b, 2)", a = [3.0, 1.0], b = [4.0, 5.0] => [2.0, 1.0]),
    ],
    ..FUNCTION
};

pub(super) static MAX: Builtin = Builtin {
    name: "MAX",
    params: OPERANDS,
    variadic: true,
    choice: Choice::Last,
    meaning: Meaning::Elementwise(|args| args.iter().copied().reduce(larger).unwrap_or(NAN)),
    emit: Emit::Inline(|lanes, args| lanes.larger(args[0], args[1])),
    summary: "the largest of its arguments at bin t",
    edge: "missing if one of them is; of equal ones (±0) the later",
    examples: &[
        example!("MAX(a, b)", a = [3.0, 1.0, NAN], b = [2.0, 5.0, 4.0] => [3.0, 5.0, NAN]),
        example!("MAX(0, backlog)", backlog = [-4.0, 6.0] => [0.0, 6.0]),
    ],
    ..FUNCTION
};

pub(super) static CLAMP: Builtin = Builtin {
    name: "CLAMP",
    params: &[num("x", "a number"), num("lo", "the smallest result"), num("hi", "the largest result")],
    convention: Some(Convention::ClampBounds),
    choice: Choice::First,
    meaning: Meaning::Elementwise(|args| larger(args[1], smaller(args[2], args[0]))),
    emit: Emit::Inline(emit_clamp),
    summary: "x, but at least lo and at most hi: `MAX(lo, MIN(hi, x))`",
    edge: "missing if one of them is; lo where lo > hi, which is worth a warning",
    examples: &[
        example!("CLAMP(x, 0, 1)", x = [-0.5, 0.25, 1.5, NAN] => [0.0, 0.25, 1.0, NAN]),
        example!("CLAMP(x, 5, 3)", x = [4.0, 9.0] => [5.0, 5.0]),
    ],
    ..FUNCTION
};

/// `MIN` of two.
pub(super) fn smaller(a: f64, b: f64) -> f64 {
    if a.is_nan() || a < b { a } else { b }
}

/// `MAX` of two.
pub(super) fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

fn emit_clamp(lanes: &mut Lanes<'_, '_>, args: &[Vector]) -> Vector {
    let below = lanes.smaller(args[2], args[0]);
    lanes.larger(args[1], below)
}
