//! Comparisons, truth values and choices. Truth values are 1 and 0.
//!
//! A comparison with a missing value is false, but `!=` is true; so only `IS_MISSING` and `COALESCE` look for gaps.

use super::entry::{FUNCTION, INFIX, PREFIX, example, num, same, truth, truth_value};
use super::{Builtin, Choice, Emit, Family, Meaning, Param, ResultType};
use crate::jit::{Lanes, Vector};

const NAN: f64 = f64::NAN;

pub(super) static FAMILY: Family = Family {
    title: "Comparison and logic",
    entries: &[&LT, &LE, &GT, &GE, &EQ, &NE, &AND, &OR, &NOT, &IF, &COALESCE, &IS_MISSING, &STEP],
};

const ORDERED: &[Param] = &[num("a", "the left number"), num("b", "the right number")];
const EQUATED: &[Param] = &[same("a", "the left operand"), same("b", "the right operand, of the same type")];
const TRUTHS: &[Param] = &[truth("a", "the left condition"), truth("b", "the right condition")];

const COMPARISON: Builtin =
    Builtin { params: ORDERED, result: ResultType::Bool, edge: "false if either is missing", ..INFIX };

pub(super) static LT: Builtin = Builtin {
    name: "<",
    meaning: Meaning::Elementwise(|args| truth_value(args[0] < args[1])),
    emit: Emit::Inline(|lanes, args| lanes.lt(args[0], args[1])),
    summary: "whether the left is less than the right",
    examples: &[example!("a < b", a = [1.0, 2.0, NAN], b = [2.0, 2.0, 3.0] => [1.0, 0.0, 0.0])],
    ..COMPARISON
};

pub(super) static LE: Builtin = Builtin {
    name: "<=",
    meaning: Meaning::Elementwise(|args| truth_value(args[0] <= args[1])),
    emit: Emit::Inline(|lanes, args| lanes.le(args[0], args[1])),
    summary: "whether the left is less than the right or equal to it",
    examples: &[example!("a <= b", a = [1.0, 2.0, 3.0, NAN], b = [2.0, 2.0, 2.0, NAN] => [1.0, 1.0, 0.0, 0.0])],
    ..COMPARISON
};

pub(super) static GT: Builtin = Builtin {
    name: ">",
    meaning: Meaning::Elementwise(|args| truth_value(args[0] > args[1])),
    emit: Emit::Inline(|lanes, args| lanes.gt(args[0], args[1])),
    summary: "whether the left is greater than the right",
    examples: &[example!("a > b", a = [3.0, 2.0, NAN], b = [2.0, 2.0, 1.0] => [1.0, 0.0, 0.0])],
    ..COMPARISON
};

pub(super) static GE: Builtin = Builtin {
    name: ">=",
    meaning: Meaning::Elementwise(|args| truth_value(args[0] >= args[1])),
    emit: Emit::Inline(|lanes, args| lanes.ge(args[0], args[1])),
    summary: "whether the left is greater than the right or equal to it",
    examples: &[example!("a >= b", a = [3.0, 2.0, 1.0, NAN], b = [2.0, 2.0, 2.0, NAN] => [1.0, 1.0, 0.0, 0.0])],
    ..COMPARISON
};

pub(super) static EQ: Builtin = Builtin {
    name: "==",
    params: EQUATED,
    meaning: Meaning::Elementwise(|args| truth_value(args[0] == args[1])),
    emit: Emit::Inline(|lanes, args| lanes.eq(args[0], args[1])),
    summary: "whether both are the same number or the same truth value",
    edge: "false if either is missing, also if both are; 0 and -0 are equal",
    examples: &[
        example!("a == b", a = [1.0, 2.0, NAN], b = [1.0, 3.0, NAN] => [1.0, 0.0, 0.0]),
        example!("(a > 1) == (b > 1)", a = [1.0, 2.0], b = [2.0, 3.0] => [0.0, 1.0]),
    ],
    ..COMPARISON
};

pub(super) static NE: Builtin = Builtin {
    name: "!=",
    params: EQUATED,
    meaning: Meaning::Elementwise(|args| truth_value(args[0] != args[1])),
    emit: Emit::Inline(|lanes, args| lanes.ne(args[0], args[1])),
    summary: "whether they differ",
    edge: "true if either is missing, also if both are",
    examples: &[example!("a != b", a = [1.0, 2.0, NAN], b = [1.0, 3.0, NAN] => [0.0, 1.0, 1.0])],
    ..COMPARISON
};

pub(super) static AND: Builtin = Builtin {
    name: "AND",
    params: TRUTHS,
    result: ResultType::Bool,
    meaning: Meaning::Elementwise(|args| truth_value(holds(args[0]) && holds(args[1]))),
    emit: Emit::Inline(|lanes, args| lanes.and(args[0], args[1])),
    summary: "whether both hold; also written `&&`",
    edge: "truth values are never missing",
    examples: &[example!(
        "a > 0 AND b > 0", a = [1.0, 1.0, 0.0, 0.0], b = [1.0, 0.0, 1.0, 0.0] => [1.0, 0.0, 0.0, 0.0]
    )],
    ..INFIX
};

pub(super) static OR: Builtin = Builtin {
    name: "OR",
    params: TRUTHS,
    result: ResultType::Bool,
    meaning: Meaning::Elementwise(|args| truth_value(holds(args[0]) || holds(args[1]))),
    emit: Emit::Inline(|lanes, args| lanes.or(args[0], args[1])),
    summary: "whether at least one holds; also written `||`",
    edge: "truth values are never missing",
    examples: &[example!(
        "a > 0 OR b > 0", a = [1.0, 1.0, 0.0, 0.0], b = [1.0, 0.0, 1.0, 0.0] => [1.0, 1.0, 1.0, 0.0]
    )],
    ..INFIX
};

pub(super) static NOT: Builtin = Builtin {
    name: "NOT",
    params: &[truth("a", "the condition")],
    result: ResultType::Bool,
    meaning: Meaning::Elementwise(|args| truth_value(!holds(args[0]))),
    emit: Emit::Inline(|lanes, args| lanes.not(args[0])),
    summary: "whether the condition does not hold; also written `!`",
    edge: "a comparison with a missing value is false, so its negation is true",
    examples: &[example!("NOT a > 1", a = [1.0, 2.0, NAN] => [1.0, 0.0, 1.0])],
    ..PREFIX
};

pub(super) static IF: Builtin = Builtin {
    name: "IF",
    params: &[
        truth("cond", "the condition"),
        same("then", "the result where it holds"),
        same("else", "the result where it does not, of the same type"),
    ],
    result: ResultType::Same,
    choice: Choice::Condition,
    meaning: Meaning::Elementwise(|args| if holds(args[0]) { args[1] } else { args[2] }),
    emit: Emit::Inline(|lanes, args| lanes.select(args[0], args[1], args[2])),
    summary: "one value where a condition holds, another where it does not",
    edge: "a comparison with a missing value is false and takes the else branch; the other branch is not looked at",
    examples: &[
        example!("IF(a > 1, a, 0)", a = [1.0, 2.0, NAN] => [0.0, 2.0, 0.0]),
        example!("IF(a != 0, b / a, 1)", a = [0.0, 2.0], b = [3.0, 3.0] => [1.0, 1.5]),
    ],
    ..FUNCTION
};

pub(super) static COALESCE: Builtin = Builtin {
    name: "COALESCE",
    params: &[same("a", "the first choice"), same("b", "each further choice, of the same type")],
    variadic: true,
    result: ResultType::Same,
    choice: Choice::First,
    meaning: Meaning::Elementwise(|args| args.iter().copied().find(|x| !x.is_nan()).unwrap_or(NAN)),
    emit: Emit::Inline(emit_coalesce),
    summary: "the first of its arguments that is not missing",
    edge: "missing where all are",
    examples: &[example!("COALESCE(a, b, 0)", a = [1.0, NAN, NAN], b = [5.0, 6.0, NAN] => [1.0, 6.0, 0.0])],
    ..FUNCTION
};

pub(super) static IS_MISSING: Builtin = Builtin {
    name: "IS_MISSING",
    params: &[num("x", "a number")],
    result: ResultType::Bool,
    meaning: Meaning::Elementwise(|args| truth_value(args[0].is_nan())),
    emit: Emit::Inline(|lanes, args| lanes.missing(args[0])),
    summary: "whether x is missing",
    edge: "infinities are present",
    examples: &[example!("IS_MISSING(x)", x = [1.0, NAN, f64::INFINITY] => [0.0, 1.0, 0.0])],
    ..FUNCTION
};

pub(super) static STEP: Builtin = Builtin {
    name: "STEP",
    params: &[num("x", "a number"), num("threshold", "where the step is")],
    meaning: Meaning::Elementwise(|args| truth_value(args[0] >= args[1])),
    emit: Emit::Inline(emit_step),
    summary: "the number 1 where x is at least the threshold, else 0",
    edge: "0 if either is missing",
    examples: &[example!("STEP(x, 10)", x = [9.0, 10.0, 11.0, NAN] => [0.0, 1.0, 1.0, 0.0])],
    ..FUNCTION
};

fn holds(truth: f64) -> bool {
    truth != 0.0
}

fn emit_coalesce(lanes: &mut Lanes<'_, '_>, args: &[Vector]) -> Vector {
    let (first, second) = (args[0], args[1]);
    if first.is_present() {
        return first;
    }
    let missing = lanes.missing(first);
    lanes.select(missing, second, first).with_present(second.is_present())
}

fn emit_step(lanes: &mut Lanes<'_, '_>, args: &[Vector]) -> Vector {
    let reached = lanes.ge(args[0], args[1]);
    lanes.as_number(reached)
}
