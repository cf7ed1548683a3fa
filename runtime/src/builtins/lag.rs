//! Other bins of a series: shifted, differenced, held, convolved.
//!
//! These, and windows, are all that reads another bin than t; the lags read here are what the compiler's distance
//! graph and its causality rest on.

use super::arithmetic::SUB;
use super::entry::{FUNCTION, INTERNAL, back_to, example, given, int, num, param, same, same_bin};
use super::logic::{IF, LT};
use super::time::BIN;
use super::{ArgValue, Builtin, Choice, Default, Family, Meaning, ParamKind, Reads, ResultType};
use crate::ir::{Builder, ValueId};
use crate::kernels::{Fast, window};

const NAN: f64 = f64::NAN;

pub(super) static FAMILY: Family = Family { title: "Lags", entries: &[&SHIFT, &DELTA, &HOLD, &CONV, &CONVOLVE] };

pub(super) static SHIFT: Builtin = Builtin {
    name: "SHIFT",
    params: &[
        same("x", "a series"),
        int("k", i64::MIN, "how many bins back; ahead where it is negative"),
        param("initial", ParamKind::SameUniform, "what a lag finds before bin 0").or(Default::Absent),
    ],
    result: ResultType::Same,
    reads: |param, args| match (param, args.get(1)) {
        (0, Some(&ArgValue::Int(k))) => Reads::Lags { min: k, max: k },
        _ => same_bin(param, args),
    },
    meaning: Meaning::Lower(lower_shift),
    summary: "x as it was k bins before; `x[t-k]` says the same",
    edge: "before bin 0 a lag gives `initial`, else the `initial` that the series x declares, else what a SHIFT x reads \
           there, else 0; behind the last bin a lead gives 0",
    examples: &[
        example!("SHIFT(demand, 1)", demand = [10.0, 20.0, 30.0, 40.0] => [0.0, 10.0, 20.0, 30.0]),
        example!("SHIFT(demand, 2, 7)", demand = [10.0, 20.0, 30.0] => [7.0, 7.0, 10.0]),
        example!("demand[t+1]", demand = [10.0, 20.0, 30.0] => [20.0, 30.0, 0.0]),
    ],
    ..FUNCTION
};

pub(super) static DELTA: Builtin = Builtin {
    name: "DELTA",
    params: &[num("x", "a series"), int("k", 1, "how many bins back").or(Default::Number(1.0))],
    reads: |param, args| back_to(1, 0, param, args),
    choice: Choice::Difference,
    meaning: Meaning::Lower(lower_delta),
    summary: "the change of x over the last k bins: `x - SHIFT(x, k)`",
    edge: "0 in the first k bins; missing if either value is",
    examples: &[
        example!("DELTA(x)", x = [10.0, 13.0, 12.0] => [0.0, 3.0, -1.0]),
        example!("DELTA(x, 2)", x = [10.0, 13.0, 12.0, NAN] => [0.0, 0.0, 2.0, NAN]),
    ],
    ..FUNCTION
};

pub(super) static HOLD: Builtin = Builtin {
    name: "HOLD",
    params: &[num("x", "a series"), int("bins", 0, "for how many bins a value is held")],
    reads: |param, args| back_to(1, 0, param, args),
    choice: Choice::Last,
    meaning: Meaning::Window(hold),
    fast: Some(Fast::Window(window::hold)),
    summary: "x, or where it is missing the newest present value of the last `bins` bins",
    edge: "missing where there is none",
    examples: &[example!("HOLD(x, 2)", x = [NAN, 4.0, NAN, NAN, NAN, 7.0] => [NAN, 4.0, 4.0, 4.0, NAN, 7.0])],
    ..FUNCTION
};

pub(super) static CONV: Builtin = Builtin {
    name: "CONV",
    params: &[num("x", "a series"), param("kernel", ParamKind::Kernel, "the weight of each lag, from lag 0 on")],
    reads: |param, args| match (param, args.get(1)) {
        (0, Some(&ArgValue::Kernel(taps))) => tap_lags(taps),
        _ => same_bin(param, args),
    },
    meaning: Meaning::Lower(lower_conv),
    summary: "the sum over k of `x[t-k] * kernel[k]`, k ascending: what x causes later",
    edge: "samples that are missing, infinite or before bin 0 count as 0; a weight of 0 reads nothing",
    examples: &[
        example!("CONV(failures, [0, 0.5, 0.25])", failures = [8.0, 0.0, 4.0, 0.0] => [0.0, 4.0, 2.0, 2.0]),
        example!("CONV(x, [1, -1])", x = [3.0, NAN, 5.0] => [3.0, -3.0, 5.0]),
    ],
    ..FUNCTION
};

/// `CONV` with a first weight other than 0.
static CONVOLVE: Builtin = Builtin {
    name: "CONVOLVE",
    params: CONV.params,
    reads: CONV.reads,
    meaning: Meaning::Window(convolve),
    fast: Some(Fast::Window(window::convolve)),
    summary: "`CONV` with a first weight other than 0, or with zeros alone",
    edge: "samples that are missing, infinite or before bin 0 count as 0",
    ..INTERNAL
};

fn lower_shift(builder: &mut Builder, args: &[Option<ValueId>]) -> ValueId {
    let x = given(builder, args, 0);
    let lag = lag(builder, args);
    builder.shift(x, lag, args.get(2).copied().flatten())
}

/// Leading weights of 0 become a lag, so that inside a recurrence nothing of bin t is asked for. A sample before bin 0
/// is 0 either way, and a sum that began with +0 is not changed by one.
fn lower_conv(builder: &mut Builder, args: &[Option<ValueId>]) -> ValueId {
    let x = given(builder, args, 0);
    let taps = args.get(1..).unwrap_or_default();
    let is_zero = |tap: &Option<ValueId>| tap.and_then(|tap| builder.constant(tap)) == Some(0.0);
    let zeros = taps.iter().take_while(|tap| is_zero(tap)).count();
    if zeros == 0 || zeros == taps.len() {
        return builder.call(&CONVOLVE, args);
    }
    let lagged = builder.shift(x, zeros as i64, None);
    let rest: Vec<Option<ValueId>> = std::iter::once(Some(lagged)).chain(taps[zeros..].iter().copied()).collect();
    builder.call(&CONVOLVE, &rest)
}

fn lower_delta(builder: &mut Builder, args: &[Option<ValueId>]) -> ValueId {
    let x = given(builder, args, 0);
    let lag = lag(builder, args);
    let first = builder.number(lag as f64);
    let zero = builder.number(0.0);
    let bin = builder.call(&BIN, &[]);
    let early = builder.call(&LT, &[Some(bin), Some(first)]);
    let before = builder.shift(x, lag, Some(zero));
    let change = builder.call(&SUB, &[Some(x), Some(before)]);
    builder.call(&IF, &[Some(early), Some(zero), Some(change)])
}

/// The second argument, a whole number that the checker has made sure of.
fn lag(builder: &mut Builder, args: &[Option<ValueId>]) -> i64 {
    let lag = given(builder, args, 1);
    builder.constant(lag).unwrap_or(0.0) as i64
}

fn hold(x: &[f64], t: usize, args: &[f64]) -> f64 {
    let oldest = t.saturating_sub(args[0] as usize);
    x[oldest..=t].iter().rev().copied().find(|x| !x.is_nan()).unwrap_or(NAN)
}

/// From the first weight that is not 0 to the last.
fn tap_lags(taps: &[f64]) -> Reads {
    let used = |tap: &f64| *tap != 0.0;
    match (taps.iter().position(used), taps.iter().rposition(used)) {
        (Some(min), Some(max)) => Reads::Lags { min: min as i64, max: max as i64 },
        _ => Reads::Nothing,
    }
}

fn convolve(x: &[f64], t: usize, taps: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (&sample, &tap) in x[..=t].iter().rev().zip(taps) {
        // A product with 0 would not change a sum that began with +0, and inside a recurrence it isn't there yet.
        if tap != 0.0 && sample.is_finite() {
            sum += sample * tap;
        }
    }
    sum
}
