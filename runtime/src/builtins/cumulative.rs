//! From bin 0 to bin t, carrying one number: running totals, extremes and the exponential average.
//!
//! Missing values are skipped: the last result stands.

use super::entry::{FUNCTION, INTERNAL, example, given, num, param};
use super::minmax::{larger, smaller};
use super::{Builtin, Choice, Default, Emit, Family, Meaning, Param, ParamKind, ScanState};
use crate::ir::{Builder, ValueId};
use crate::jit::{Carried, Lanes, Vector};
use crate::kernels::{Fast, scan};

const NAN: f64 = f64::NAN;

pub(super) static FAMILY: Family =
    Family { title: "Cumulative", entries: &[&CUMSUM, &CUMMAX, &CUMMIN, &EMA, &EMA_FROM_FIRST, &EMA_FROM_INITIAL] };

const SERIES: Param = num("x", "a series");
const X: &[Param] = &[SERIES];
const ANY: ParamKind = ParamKind::Uniform { min: f64::NEG_INFINITY, max: f64::INFINITY };
const ALPHA: Param = param("alpha", ParamKind::Uniform { min: 0.0, max: 1.0 }, "the weight of the newest value");
const INITIAL: Param = param("initial", ANY, "what holds before the first present value");

pub(super) static CUMSUM: Builtin = Builtin {
    name: "CUMSUM",
    params: X,
    carries: true,
    meaning: Meaning::Scan(add_up),
    emit: Emit::Carry(emit_sum),
    fast: Some(Fast::Scan(|state, x, args, out| scan::tile(add_up, state, x, args, out))),
    summary: "the sum of bins 0..t, added in their order",
    edge: "missing values are skipped; 0 before the first present one",
    examples: &[example!("CUMSUM(x)", x = [NAN, 1.0, 2.0, NAN, 4.0] => [0.0, 1.0, 3.0, 3.0, 7.0])],
    ..FUNCTION
};

pub(super) static CUMMAX: Builtin = Builtin {
    name: "CUMMAX",
    params: X,
    choice: Choice::Last,
    carries: true,
    meaning: Meaning::Scan(largest),
    emit: Emit::Carry(emit_largest),
    fast: Some(Fast::Scan(|state, x, args, out| scan::tile(largest, state, x, args, out))),
    summary: "the largest value of bins 0..t",
    edge: "missing values are skipped; missing before the first present one; of equal ones (±0) the newest",
    examples: &[example!("CUMMAX(x)", x = [NAN, 1.0, 3.0, NAN, 2.0] => [NAN, 1.0, 3.0, 3.0, 3.0])],
    ..FUNCTION
};

pub(super) static CUMMIN: Builtin = Builtin {
    name: "CUMMIN",
    params: X,
    choice: Choice::Last,
    carries: true,
    meaning: Meaning::Scan(smallest),
    emit: Emit::Carry(emit_smallest),
    fast: Some(Fast::Scan(|state, x, args, out| scan::tile(smallest, state, x, args, out))),
    summary: "the smallest value of bins 0..t",
    edge: "missing values are skipped; missing before the first present one; of equal ones (±0) the newest",
    examples: &[example!("CUMMIN(x)", x = [NAN, 3.0, 1.0, NAN, 2.0] => [NAN, 3.0, 1.0, 1.0, 1.0])],
    ..FUNCTION
};

pub(super) static EMA: Builtin = Builtin {
    name: "EMA",
    params: &[SERIES, ALPHA, INITIAL.or(Default::Absent)],
    carries: true,
    meaning: Meaning::Lower(lower_ema),
    summary: "the exponential average: `alpha*x + (1-alpha)*previous`",
    edge: "the first present x starts it, blended with `initial` if that is given; at a missing x the last result \
           stands; before any it is `initial`, else missing; missing where alpha is out of 0..=1",
    examples: &[
        example!("EMA(x, 0.5)", x = [NAN, 8.0, 4.0, NAN, 2.0] => [NAN, 8.0, 6.0, 6.0, 4.0]),
        example!("EMA(x, 0.25, 4)", x = [NAN, 8.0, 1.0] => [4.0, 5.0, 4.0]),
    ],
    ..FUNCTION
};

pub(super) static EMA_FROM_FIRST: Builtin = Builtin {
    name: "EMA_FROM_FIRST",
    params: &[SERIES, ALPHA],
    meaning: Meaning::Scan(ema_from_first),
    emit: Emit::Carry(emit_ema_from_first),
    fast: Some(Fast::Scan(|state, x, args, out| scan::tile(ema_from_first, state, x, args, out))),
    summary: "`EMA` without `initial`",
    edge: "as `EMA`",
    ..INTERNAL
};

pub(super) static EMA_FROM_INITIAL: Builtin = Builtin {
    name: "EMA_FROM_INITIAL",
    params: &[SERIES, ALPHA, INITIAL],
    meaning: Meaning::Scan(ema_from_initial),
    emit: Emit::Carry(emit_ema_from_initial),
    fast: Some(Fast::Scan(|state, x, args, out| scan::tile(ema_from_initial, state, x, args, out))),
    summary: "`EMA` with `initial`",
    edge: "as `EMA`",
    ..INTERNAL
};

fn add_up(state: &mut ScanState, args: &[f64]) -> f64 {
    step(state, args[0], 0.0, |last, x| last.unwrap_or(0.0) + x)
}

fn largest(state: &mut ScanState, args: &[f64]) -> f64 {
    step(state, args[0], NAN, |last, x| last.map_or(x, |last| larger(last, x)))
}

fn smallest(state: &mut ScanState, args: &[f64]) -> f64 {
    step(state, args[0], NAN, |last, x| last.map_or(x, |last| smaller(last, x)))
}

fn ema_from_first(state: &mut ScanState, args: &[f64]) -> f64 {
    let Some(blend) = blend(args[1]) else {
        return NAN;
    };
    step(state, args[0], NAN, |last, x| last.map_or(x, |last| blend(x, last)))
}

fn ema_from_initial(state: &mut ScanState, args: &[f64]) -> f64 {
    let Some(blend) = blend(args[1]) else {
        return NAN;
    };
    step(state, args[0], args[2], |last, x| blend(x, last.unwrap_or(args[2])))
}

/// `step` in generated code: `first` is the next result where nothing has been seen, `next` elsewhere, and `empty` the
/// result until something is.
fn emit_step(
    lanes: &mut Lanes<'_, '_>,
    last: Carried,
    x: Vector,
    [empty, first, next]: [Vector; 3],
) -> (Carried, Vector) {
    let missing = lanes.missing(x);
    let started = lanes.select(last.seen, next, first);
    let value = lanes.select(missing, last.value, started);
    let present = lanes.not(missing);
    let seen = lanes.or(last.seen, present);
    let result = lanes.select(seen, value, empty);
    (Carried { value, seen }, result)
}

fn emit_sum(lanes: &mut Lanes<'_, '_>, last: Carried, args: &[Vector]) -> (Carried, Vector) {
    let zero = lanes.splat(0.0);
    let (first, next) = (lanes.add(zero, args[0]), lanes.add(last.value, args[0]));
    emit_step(lanes, last, args[0], [zero, first, next])
}

fn emit_largest(lanes: &mut Lanes<'_, '_>, last: Carried, args: &[Vector]) -> (Carried, Vector) {
    let (missing, next) = (lanes.splat(NAN), lanes.larger(last.value, args[0]));
    emit_step(lanes, last, args[0], [missing, args[0], next])
}

fn emit_smallest(lanes: &mut Lanes<'_, '_>, last: Carried, args: &[Vector]) -> (Carried, Vector) {
    let (missing, next) = (lanes.splat(NAN), lanes.smaller(last.value, args[0]));
    emit_step(lanes, last, args[0], [missing, args[0], next])
}

fn emit_ema_from_first(lanes: &mut Lanes<'_, '_>, last: Carried, args: &[Vector]) -> (Carried, Vector) {
    let missing = lanes.splat(NAN);
    let next = emit_blend(lanes, args[1], args[0], last.value);
    let (carried, result) = emit_step(lanes, last, args[0], [missing, args[0], next]);
    emit_in_range(lanes, args[1], last, carried, result)
}

fn emit_ema_from_initial(lanes: &mut Lanes<'_, '_>, last: Carried, args: &[Vector]) -> (Carried, Vector) {
    let first = emit_blend(lanes, args[1], args[0], args[2]);
    let next = emit_blend(lanes, args[1], args[0], last.value);
    let (carried, result) = emit_step(lanes, last, args[0], [args[2], first, next]);
    emit_in_range(lanes, args[1], last, carried, result)
}

fn emit_blend(lanes: &mut Lanes<'_, '_>, weight: Vector, x: Vector, last: Vector) -> Vector {
    let one = lanes.splat(1.0);
    let rest = lanes.sub(one, weight);
    let (new, old) = (lanes.mul(weight, x), lanes.mul(rest, last));
    lanes.add(new, old)
}

/// A weight out of range makes the result missing and leaves what is carried.
fn emit_in_range(
    lanes: &mut Lanes<'_, '_>,
    weight: Vector,
    last: Carried,
    next: Carried,
    result: Vector,
) -> (Carried, Vector) {
    let (zero, one, missing) = (lanes.splat(0.0), lanes.splat(1.0), lanes.splat(NAN));
    let (above, below) = (lanes.ge(weight, zero), lanes.le(weight, one));
    let fits = lanes.and(above, below);
    let value = lanes.select(fits, next.value, last.value);
    let seen = lanes.select(fits, next.seen, last.seen);
    (Carried { value, seen }, lanes.select(fits, result, missing))
}

/// Carries the last result over missing values; `next` makes one from it and a present value.
fn step(state: &mut ScanState, x: f64, empty: f64, next: impl Fn(Option<f64>, f64) -> f64) -> f64 {
    if x.is_nan() {
        return if state.seen { state.value } else { empty };
    }
    state.value = next(state.seen.then_some(state.value), x);
    state.seen = true;
    state.value
}

/// The mean of two numbers, weighted; none for a weight out of range.
fn blend(alpha: f64) -> Option<impl Fn(f64, f64) -> f64> {
    let weight = (0.0..=1.0).contains(&alpha).then_some(alpha)?;
    Some(move |x, last| weight * x + (1.0 - weight) * last)
}

fn lower_ema(builder: &mut Builder, args: &[Option<ValueId>]) -> ValueId {
    let x = given(builder, args, 0);
    let alpha = given(builder, args, 1);
    match args.get(2).copied().flatten() {
        Some(initial) => builder.call(&EMA_FROM_INITIAL, &[Some(x), Some(alpha), Some(initial)]),
        None => builder.call(&EMA_FROM_FIRST, &[Some(x), Some(alpha)]),
    }
}
