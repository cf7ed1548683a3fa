//! To whole numbers. A zero keeps the sign of what was rounded, and missing stays missing.

use super::entry::{FUNCTION, example, num};
use super::{Builtin, Emit, Family, Meaning, Param};
use crate::jit::{Lanes, Vector};

const NAN: f64 = f64::NAN;

pub(super) static FAMILY: Family = Family { title: "Rounding", entries: &[&FLOOR, &CEIL, &ROUND, &TRUNC] };

const X: &[Param] = &[num("x", "a number")];

pub(super) static FLOOR: Builtin = Builtin {
    name: "FLOOR",
    params: X,
    meaning: Meaning::Elementwise(|args| args[0].floor()),
    emit: Emit::Inline(|lanes, args| lanes.floor(args[0])),
    summary: "the largest whole number not above x",
    edge: "missing stays missing; `FLOOR(-0)` is -0",
    examples: &[example!("FLOOR(x)", x = [2.7, -2.1, 3.0, NAN] => [2.0, -3.0, 3.0, NAN])],
    ..FUNCTION
};

pub(super) static CEIL: Builtin = Builtin {
    name: "CEIL",
    params: X,
    meaning: Meaning::Elementwise(|args| args[0].ceil()),
    emit: Emit::Inline(|lanes, args| lanes.ceil(args[0])),
    summary: "the smallest whole number not below x",
    edge: "missing stays missing; `CEIL(-0.3)` is -0",
    examples: &[example!("CEIL(x)", x = [2.1, -2.7, 3.0, -0.3, NAN] => [3.0, -2.0, 3.0, -0.0, NAN])],
    ..FUNCTION
};

pub(super) static ROUND: Builtin = Builtin {
    name: "ROUND",
    params: X,
    meaning: Meaning::Elementwise(|args| args[0].round()),
    emit: Emit::Inline(emit_round),
    summary: "the whole number nearest to x, halves away from zero",
    edge: "missing stays missing; `ROUND(-0.3)` is -0; 0.49999999999999994 is below a half and gives 0",
    examples: &[
        example!("ROUND(x)", x = [2.5, -2.5, 0.5, 2.4, NAN] => [3.0, -3.0, 1.0, 2.0, NAN]),
        example!("ROUND(x)", x = [0.49999999999999994, -0.3] => [0.0, -0.0]),
    ],
    ..FUNCTION
};

pub(super) static TRUNC: Builtin = Builtin {
    name: "TRUNC",
    params: X,
    meaning: Meaning::Elementwise(|args| args[0].trunc()),
    emit: Emit::Inline(|lanes, args| lanes.trunc(args[0])),
    summary: "x without its fraction",
    edge: "missing stays missing; `TRUNC(-0.3)` is -0",
    examples: &[example!("TRUNC(x)", x = [2.7, -2.7, -0.3, NAN] => [2.0, -2.0, -0.0, NAN])],
    ..FUNCTION
};

/// The fraction that is cut off is exact; where it is a half or more, one is added on the side of the sign. Adding a
/// zero of that sign elsewhere changes nothing, not even the sign of a zero.
fn emit_round(lanes: &mut Lanes<'_, '_>, args: &[Vector]) -> Vector {
    let (half, one) = (lanes.splat(0.5), lanes.splat(1.0));
    let whole = lanes.trunc(args[0]);
    let rest = lanes.sub(args[0], whole);
    let rest = lanes.abs(rest);
    let is_up = lanes.ge(rest, half);
    let step = lanes.keep(is_up, one);
    let step = lanes.copy_sign(step, args[0]);
    lanes.add(whole, step)
}
