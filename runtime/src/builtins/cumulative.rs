//! From bin 0 to bin t, carrying one number: running totals, extremes and the exponential average.
//!
//! Missing values are skipped: the last result stands.

use super::entry::{FUNCTION, INTERNAL, example, given, num, param};
use super::minmax::{larger, smaller};
use super::{Builtin, Default, Family, Meaning, Param, ParamKind, ScanState};
use crate::ir::{Builder, ValueId};
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
    meaning: Meaning::Scan(add_up),
    fast: Some(Fast::Scan(|state, x, args, out| scan::tile(add_up, state, x, args, out))),
    summary: "the sum of bins 0..t, added in their order",
    edge: "missing values are skipped; 0 before the first present one",
    examples: &[example!("CUMSUM(x)", x = [NAN, 1.0, 2.0, NAN, 4.0] => [0.0, 1.0, 3.0, 3.0, 7.0])],
    ..FUNCTION
};

pub(super) static CUMMAX: Builtin = Builtin {
    name: "CUMMAX",
    params: X,
    meaning: Meaning::Scan(largest),
    fast: Some(Fast::Scan(|state, x, args, out| scan::tile(largest, state, x, args, out))),
    summary: "the largest value of bins 0..t",
    edge: "missing values are skipped; missing before the first present one; of equal ones (±0) the newest",
    examples: &[example!("CUMMAX(x)", x = [NAN, 1.0, 3.0, NAN, 2.0] => [NAN, 1.0, 3.0, 3.0, 3.0])],
    ..FUNCTION
};

pub(super) static CUMMIN: Builtin = Builtin {
    name: "CUMMIN",
    params: X,
    meaning: Meaning::Scan(smallest),
    fast: Some(Fast::Scan(|state, x, args, out| scan::tile(smallest, state, x, args, out))),
    summary: "the smallest value of bins 0..t",
    edge: "missing values are skipped; missing before the first present one; of equal ones (±0) the newest",
    examples: &[example!("CUMMIN(x)", x = [NAN, 3.0, 1.0, NAN, 2.0] => [NAN, 3.0, 1.0, 1.0, 1.0])],
    ..FUNCTION
};

pub(super) static EMA: Builtin = Builtin {
    name: "EMA",
    params: &[SERIES, ALPHA, INITIAL.or(Default::Absent)],
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
    fast: Some(Fast::Scan(|state, x, args, out| scan::tile(ema_from_first, state, x, args, out))),
    summary: "`EMA` without `initial`",
    edge: "as `EMA`",
    ..INTERNAL
};

pub(super) static EMA_FROM_INITIAL: Builtin = Builtin {
    name: "EMA_FROM_INITIAL",
    params: &[SERIES, ALPHA, INITIAL],
    meaning: Meaning::Scan(ema_from_initial),
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
