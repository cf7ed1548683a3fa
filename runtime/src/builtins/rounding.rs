//! To whole numbers. A zero keeps the sign of what was rounded, and missing stays missing.

use super::entry::{FUNCTION, example, num};
use super::{Builtin, Family, Meaning, Param};

const NAN: f64 = f64::NAN;

pub(super) static FAMILY: Family = Family { title: "Rounding", entries: &[&FLOOR, &CEIL, &ROUND, &TRUNC] };

const X: &[Param] = &[num("x", "a number")];

pub(super) static FLOOR: Builtin = Builtin {
    name: "FLOOR",
    params: X,
    meaning: Meaning::Elementwise(|args| args[0].floor()),
    summary: "the largest whole number not above x",
    edge: "missing stays missing; `FLOOR(-0)` is -0",
    examples: &[example!("FLOOR(x)", x = [2.7, -2.1, 3.0, NAN] => [2.0, -3.0, 3.0, NAN])],
    ..FUNCTION
};

pub(super) static CEIL: Builtin = Builtin {
    name: "CEIL",
    params: X,
    meaning: Meaning::Elementwise(|args| args[0].ceil()),
    summary: "the smallest whole number not below x",
    edge: "missing stays missing; `CEIL(-0.3)` is -0",
    examples: &[example!("CEIL(x)", x = [2.1, -2.7, 3.0, -0.3, NAN] => [3.0, -2.0, 3.0, -0.0, NAN])],
    ..FUNCTION
};

pub(super) static ROUND: Builtin = Builtin {
    name: "ROUND",
    params: X,
    meaning: Meaning::Elementwise(|args| args[0].round()),
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
    summary: "x without its fraction",
    edge: "missing stays missing; `TRUNC(-0.3)` is -0",
    examples: &[example!("TRUNC(x)", x = [2.7, -2.7, -0.3, NAN] => [2.0, -2.0, -0.0, NAN])],
    ..FUNCTION
};
