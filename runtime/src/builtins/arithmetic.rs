//! Arithmetic: the operators, their function forms, roots and logarithms.
//!
//! IEEE-754 binary64, one rounding per operation. Missing operands make the result missing; a divisor of 0 makes it 0.
//! `EXP`, `LN`, `LOG10` and `POW` come from the `libm` crate, whose bits are the same everywhere.

use super::entry::{FUNCTION, INFIX, INTERNAL, PREFIX, example, given, num};
use super::{Builtin, Convention, Emit, Family, Meaning, Param};
use crate::ir::{Builder, ValueId};
use crate::jit::{Lanes, Vector};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

pub(super) static FAMILY: Family = Family {
    title: "Arithmetic",
    entries: &[
        &ADD, &SUB, &MUL, &DIV, &REM, &RAISE, &NEG, &PLUS, &MOD, &POW, &POWER, &ABS, &SIGN, &SQRT, &EXP, &LN, &LOG10,
    ],
};

const OPERANDS: &[Param] = &[num("a", "the left operand"), num("b", "the right operand")];
const OPERAND: &[Param] = &[num("a", "the operand")];
const X: &[Param] = &[num("x", "a number")];

pub(super) static ADD: Builtin = Builtin {
    name: "+",
    params: OPERANDS,
    meaning: Meaning::Elementwise(|args| args[0] + args[1]),
    emit: Emit::Inline(|lanes, args| lanes.add(args[0], args[1])),
    summary: "the sum of both",
    edge: "missing if either is; a chain adds from left to right",
    examples: &[example!("a + b", a = [1.0, 2.0, NAN], b = [10.0, NAN, 30.0] => [11.0, NAN, NAN])],
    ..INFIX
};

pub(super) static SUB: Builtin = Builtin {
    name: "-",
    params: OPERANDS,
    meaning: Meaning::Elementwise(|args| args[0] - args[1]),
    emit: Emit::Inline(|lanes, args| lanes.sub(args[0], args[1])),
    summary: "the left less the right",
    edge: "missing if either is; `inf - inf` is missing",
    examples: &[example!("a - b", a = [5.0, 2.0, NAN], b = [3.0, 4.0, 1.0] => [2.0, -2.0, NAN])],
    ..INFIX
};

pub(super) static MUL: Builtin = Builtin {
    name: "*",
    params: OPERANDS,
    meaning: Meaning::Elementwise(|args| args[0] * args[1]),
    emit: Emit::Inline(|lanes, args| lanes.mul(args[0], args[1])),
    summary: "the product of both",
    edge: "missing if either is, also where the other is 0; `0 * inf` is missing",
    examples: &[example!("a * b", a = [2.0, 0.0, 0.0], b = [1.5, 7.0, NAN] => [3.0, 0.0, NAN])],
    ..INFIX
};

pub(super) static DIV: Builtin = Builtin {
    name: "/",
    params: OPERANDS,
    convention: Some(Convention::DivisionByZero),
    meaning: Meaning::Elementwise(|args| divide(args[0], args[1])),
    emit: Emit::Inline(emit_divide),
    summary: "the left over the right",
    edge: "0 where the divisor is 0 (no activity), which a run reports as `division_by_zero`; missing if either is",
    examples: &[
        example!("a / b", a = [6.0, 5.0, NAN, 1.0], b = [4.0, 0.0, 0.0, NAN] => [1.5, 0.0, NAN, NAN]),
        example!("served / arrivals", served = [8.0, 0.0], arrivals = [10.0, 0.0] => [0.8, 0.0]),
    ],
    ..INFIX
};

pub(super) static REM: Builtin = Builtin {
    name: "%",
    params: OPERANDS,
    convention: Some(Convention::DivisionByZero),
    meaning: Meaning::Elementwise(|args| modulo(args[0], args[1])),
    summary: "the exact remainder of the floored division, with the sign of the divisor",
    edge: "0 where the divisor is 0; missing if either is; `5 % inf` is 5, `-5 % inf` is inf, `inf % 5` is missing",
    examples: &[example!("a % b", a = [7.0, -7.0, 5.5, 3.0], b = [3.0, 3.0, 2.0, 0.0] => [1.0, 2.0, 1.5, 0.0])],
    ..INFIX
};

pub(super) static RAISE: Builtin = Builtin {
    name: "^",
    params: OPERANDS,
    meaning: Meaning::Lower(lower_power),
    summary: "the left to the power of the right, as `POW`",
    edge: "as `POW`; groups from the right, and binds tighter than a sign before it: `-x ^ 2` is `-(x ^ 2)`",
    examples: &[
        example!("a ^ 2", a = [3.0, -4.0, NAN] => [9.0, 16.0, NAN]),
        example!("2 ^ 3 ^ a", a = [2.0, 0.0] => [512.0, 2.0]),
    ],
    ..INFIX
};

pub(super) static NEG: Builtin = Builtin {
    name: "-",
    params: OPERAND,
    meaning: Meaning::Elementwise(|args| -args[0]),
    emit: Emit::Inline(|lanes, args| lanes.neg(args[0])),
    summary: "the operand with the other sign",
    edge: "missing stays missing; `-0` is the negative zero",
    examples: &[example!("-a", a = [2.0, -3.0, NAN] => [-2.0, 3.0, NAN])],
    ..PREFIX
};

pub(super) static PLUS: Builtin = Builtin {
    name: "+",
    params: OPERAND,
    meaning: Meaning::Elementwise(|args| args[0]),
    emit: Emit::Inline(|_, args| args[0]),
    summary: "the operand itself",
    edge: "missing stays missing",
    examples: &[example!("+a", a = [2.0, NAN] => [2.0, NAN])],
    ..PREFIX
};

pub(super) static MOD: Builtin = Builtin {
    name: "MOD",
    params: &[num("x", "the dividend"), num("y", "the divisor")],
    convention: Some(Convention::DivisionByZero),
    meaning: Meaning::Elementwise(|args| modulo(args[0], args[1])),
    summary: "the exact remainder of the floored division, with the sign of y",
    edge: "0 where y is 0; missing if either is",
    examples: &[example!(
        "MOD(x, y)", x = [7.0, -7.0, 7.0, -7.0], y = [-3.0, -3.0, 3.0, 3.0] => [-2.0, -1.0, 1.0, 2.0]
    )],
    ..FUNCTION
};

pub(super) static POW: Builtin = Builtin {
    name: "POW",
    params: &[num("x", "the base"), num("y", "the exponent")],
    meaning: Meaning::Lower(lower_power),
    summary: "x to the power of y; a constant y of 2, 3 or 0.5 means `x*x`, `(x*x)*x` or `SQRT(x)`",
    edge: "IEEE `pow`, but missing if either is, so `POW(x, 0)` is 1 only where x is present",
    examples: &[
        example!("POW(x, y)", x = [2.0, 9.0, 1.0, 0.0], y = [10.0, 0.0, NAN, 0.0] => [1024.0, 1.0, NAN, 1.0]),
        example!("POW(x, 0.5)", x = [9.0, -1.0] => [3.0, NAN]),
    ],
    ..FUNCTION
};

pub(super) static POWER: Builtin = Builtin {
    name: "POWER",
    params: OPERANDS,
    meaning: Meaning::Elementwise(|args| power(args[0], args[1])),
    summary: "what `POW` and `^` lower into where the exponent is not special",
    edge: "missing if either is",
    ..INTERNAL
};

pub(super) static ABS: Builtin = Builtin {
    name: "ABS",
    params: X,
    meaning: Meaning::Elementwise(|args| args[0].abs()),
    emit: Emit::Inline(|lanes, args| lanes.abs(args[0])),
    summary: "x without its sign",
    edge: "missing stays missing",
    examples: &[example!("ABS(x)", x = [-2.5, 2.5, NAN] => [2.5, 2.5, NAN])],
    ..FUNCTION
};

pub(super) static SIGN: Builtin = Builtin {
    name: "SIGN",
    params: X,
    meaning: Meaning::Elementwise(|args| sign(args[0])),
    emit: Emit::Inline(emit_sign),
    summary: "1 where x is positive, -1 where it is negative, 0 where it is 0",
    edge: "a zero keeps its sign; missing stays missing",
    examples: &[example!("SIGN(x)", x = [-7.0, 0.0, 0.1, NAN] => [-1.0, 0.0, 1.0, NAN])],
    ..FUNCTION
};

pub(super) static SQRT: Builtin = Builtin {
    name: "SQRT",
    params: X,
    meaning: Meaning::Elementwise(|args| args[0].sqrt()),
    emit: Emit::Inline(|lanes, args| lanes.sqrt(args[0])),
    summary: "the square root of x",
    edge: "missing where x is negative or missing",
    examples: &[example!("SQRT(x)", x = [9.0, 2.25, -1.0, NAN] => [3.0, 1.5, NAN, NAN])],
    ..FUNCTION
};

pub(super) static EXP: Builtin = Builtin {
    name: "EXP",
    params: X,
    meaning: Meaning::Elementwise(|args| libm::exp(args[0])),
    summary: "e to the power of x",
    edge: "missing stays missing; beyond about 709.78 it is inf",
    examples: &[example!("EXP(x)", x = [0.0, 1000.0, -1000.0, NAN] => [1.0, INF, 0.0, NAN])],
    ..FUNCTION
};

pub(super) static LN: Builtin = Builtin {
    name: "LN",
    params: X,
    meaning: Meaning::Elementwise(|args| libm::log(args[0])),
    summary: "the natural logarithm of x",
    edge: "-inf where x is 0, missing where it is negative or missing",
    examples: &[example!("LN(x)", x = [1.0, 0.0, -1.0, NAN] => [0.0, -INF, NAN, NAN])],
    ..FUNCTION
};

pub(super) static LOG10: Builtin = Builtin {
    name: "LOG10",
    params: X,
    meaning: Meaning::Elementwise(|args| libm::log10(args[0])),
    summary: "the decimal logarithm of x",
    edge: "-inf where x is 0, missing where it is negative or missing",
    examples: &[example!("LOG10(x)", x = [1000.0, 1.0, 0.0, -1.0] => [3.0, 0.0, -INF, NAN])],
    ..FUNCTION
};

fn divide(dividend: f64, divisor: f64) -> f64 {
    if divisor == 0.0 { by_zero(dividend) } else { dividend / divisor }
}

/// `divide`; of a power of two as divisor the product with its inverse, which has the same bits.
fn emit_divide(lanes: &mut Lanes<'_, '_>, args: &[Vector]) -> Vector {
    let (dividend, divisor) = (args[0], args[1]);
    match divisor.constant() {
        Some(number) if has_exact_inverse(number) => {
            let inverse = lanes.splat(1.0 / number);
            lanes.mul(dividend, inverse)
        }
        Some(number) if number != 0.0 => lanes.div(dividend, divisor),
        _ => emit_guarded_divide(lanes, dividend, divisor),
    }
}

/// A missing dividend stays missing whatever the divisor.
fn emit_guarded_divide(lanes: &mut Lanes<'_, '_>, dividend: Vector, divisor: Vector) -> Vector {
    let zero = lanes.splat(0.0);
    let by_zero = lanes.eq(divisor, zero);
    let quotient = lanes.div(dividend, divisor);
    let guarded = lanes.clear(by_zero, quotient);
    if dividend.is_present() {
        return guarded;
    }
    let missing = lanes.missing(dividend);
    lanes.erase(missing, guarded)
}

/// Whether a number is a power of two whose inverse is a normal number too.
fn has_exact_inverse(number: f64) -> bool {
    const FRACTION: u64 = (1 << 52) - 1;
    number.to_bits() & FRACTION == 0 && number.is_normal() && (1.0 / number).is_normal()
}

/// What a division by zero gives: no activity, but missing stays missing.
fn by_zero(dividend: f64) -> f64 {
    if dividend.is_nan() { dividend } else { 0.0 }
}

fn modulo(dividend: f64, divisor: f64) -> f64 {
    if divisor == 0.0 {
        return by_zero(dividend);
    }
    let rest = libm::fmod(dividend, divisor);
    if rest == 0.0 {
        rest.copysign(divisor)
    } else if (rest < 0.0) == (divisor < 0.0) {
        rest
    } else {
        rest + divisor
    }
}

fn sign(x: f64) -> f64 {
    if x == 0.0 || x.is_nan() { x } else { 1f64.copysign(x) }
}

fn emit_sign(lanes: &mut Lanes<'_, '_>, args: &[Vector]) -> Vector {
    let (zero, one) = (lanes.splat(0.0), lanes.splat(1.0));
    let signed = lanes.copy_sign(one, args[0]);
    let is_zero = lanes.eq(args[0], zero);
    let missing = lanes.missing(args[0]);
    let kept = lanes.or(is_zero, missing);
    lanes.select(kept, args[0], signed)
}

fn power(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() { f64::NAN } else { libm::pow(x, y) }
}

fn lower_power(builder: &mut Builder, args: &[Option<ValueId>]) -> ValueId {
    let x = given(builder, args, 0);
    let y = given(builder, args, 1);
    match builder.constant(y) {
        Some(2.0) => builder.call(&MUL, &[Some(x), Some(x)]),
        Some(3.0) => {
            let square = builder.call(&MUL, &[Some(x), Some(x)]);
            builder.call(&MUL, &[Some(square), Some(x)])
        }
        Some(0.5) => builder.call(&SQRT, &[Some(x)]),
        _ => builder.call(&POWER, &[Some(x), Some(y)]),
    }
}
