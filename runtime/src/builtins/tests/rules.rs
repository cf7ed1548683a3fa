//! The rules of the language that are easy to get wrong, entry by entry, with results worked out by hand.

use super::*;
use crate::builtins::{arithmetic::*, cumulative::*, lag::*, logic::*, minmax::*, reduce::*, rounding::*, time::*};
use crate::builtins::{flow::INFER_CAPACITY, window::*};

fn series(column: &[f64]) -> Arg {
    Arg::Series(column.to_vec())
}

/// Compares all bits.
fn check(entry: &'static Builtin, args: &[Arg], expected: &[f64]) {
    let found = run(grid(expected.len()), entry, args);
    assert_eq!(bits(&found), bits(expected), "{} of {args:?}: found {found:?}", entry.name);
}

fn check_unary(entry: &'static Builtin, x: &[f64], expected: &[f64]) {
    check(entry, &[series(x)], expected);
}

fn check_binary(entry: &'static Builtin, rows: &[[f64; 3]]) {
    let [a, b, expected] = [0, 1, 2].map(|place| rows.iter().map(|row| row[place]).collect::<Vec<_>>());
    check(entry, &[series(&a), series(&b)], &expected);
}

#[test]
fn division_by_zero_is_no_activity() {
    check_binary(&DIV, &[[5.0, 0.0, 0.0], [-5.0, -0.0, 0.0], [INF, 0.0, 0.0], [0.0, 0.0, 0.0], [NAN, 0.0, NAN]]);
    check_binary(&DIV, &[[5.0, NAN, NAN], [-1.0, INF, -0.0], [INF, INF, NAN]]);
}

#[test]
fn modulo_is_floored_and_exact() {
    check_binary(&MOD, &[[7.0, -3.0, -2.0], [-7.0, -3.0, -1.0], [7.0, 3.0, 1.0], [-7.0, 3.0, 2.0]]);
    check_binary(&REM, &[[5.0, INF, 5.0], [-5.0, INF, INF], [5.0, -INF, -INF], [INF, 5.0, NAN], [0.0, NAN, NAN]]);
    check_binary(&REM, &[[1e308, 3.0, 2.0], [5e-324, -1.0, -1.0], [9.0, 0.0, 0.0], [NAN, 0.0, NAN]]);
}

#[test]
fn a_zero_of_modulo_has_the_divisors_sign() {
    check_binary(&MOD, &[[6.0, 3.0, 0.0], [-6.0, 3.0, 0.0], [6.0, -3.0, -0.0], [0.0, -INF, -0.0], [-0.0, 5.0, 0.0]]);
}

#[test]
fn minimum_and_maximum_are_missing_if_either_is_and_give_the_later_of_equals() {
    check_binary(&MIN, &[[NAN, 1.0, NAN], [1.0, NAN, NAN], [0.0, -0.0, -0.0], [-0.0, 0.0, 0.0], [1.0, 2.0, 1.0]]);
    check_binary(&MAX, &[[NAN, 1.0, NAN], [1.0, NAN, NAN], [0.0, -0.0, -0.0], [-0.0, 0.0, 0.0], [1.0, 2.0, 2.0]]);
    check(&MAX, &[series(&[1.0]), Arg::Number(7.0), Arg::Number(3.0)], &[7.0]);
    check(&MIN, &[series(&[NAN]), Arg::Number(7.0), Arg::Number(3.0)], &[NAN]);
}

#[test]
fn clamp_is_the_maximum_of_lo_and_the_minimum_of_hi_and_x() {
    let clamp = |lo, hi, x: &[f64], expected: &[f64]| {
        check(&CLAMP, &[series(x), Arg::Number(lo), Arg::Number(hi)], expected);
    };
    clamp(0.0, 1.0, &[-1.0, -0.0, 0.5, 2.0, NAN], &[0.0, -0.0, 0.5, 1.0, NAN]);
    clamp(3.0, 2.0, &[0.0, 2.5, 9.0], &[3.0, 3.0, 3.0]);
    clamp(NAN, 2.0, &[0.0], &[NAN]);
}

#[test]
fn rounding_takes_halves_away_from_zero_and_keeps_the_sign_of_zero() {
    check_unary(&ROUND, &[0.5, -0.5, 2.5, 0.49999999999999994, -0.3, -0.0], &[1.0, -1.0, 3.0, 0.0, -0.0, -0.0]);
    check_unary(&ROUND, &[4503599627370497.5, 4503599627370495.5, INF], &[4503599627370498.0, 4503599627370496.0, INF]);
    check_unary(&CEIL, &[-0.3, -0.0, 0.0], &[-0.0, -0.0, 0.0]);
    check_unary(&FLOOR, &[-0.0, -0.3, 1.7], &[-0.0, -1.0, 1.0]);
}

#[test]
fn the_sign_of_zero_is_zero_with_its_sign() {
    check_unary(&SIGN, &[0.0, -0.0, 5e-324, -INF, NAN], &[0.0, -0.0, 1.0, -1.0, NAN]);
}

#[test]
fn powers_of_missing_are_missing() {
    check_binary(&POW, &[[1.0, NAN, NAN], [NAN, 0.0, NAN], [0.0, 0.0, 1.0], [2.0, -1.0, 0.5], [-8.0, 3.0, -512.0]]);
    check(&POW, &[series(&[NAN]), Arg::Number(0.0)], &[NAN]);
}

#[test]
fn powers_of_2_3_and_a_half_are_products_and_a_root() {
    let x = [0.1, -0.0, 1.1, -INF, NAN];
    let power = |y: f64, meant: fn(f64) -> f64| {
        check(&POW, &[series(&x), Arg::Number(y)], &x.map(meant));
        check(&RAISE, &[series(&x), Arg::Number(y)], &x.map(meant));
    };
    power(2.0, |x| x * x);
    power(3.0, |x| (x * x) * x);
    power(0.5, f64::sqrt);
}

#[test]
fn logarithms_of_powers_of_ten_are_whole() {
    check_unary(&LOG10, &[1000.0, 1.0, 0.0, -1.0], &[3.0, 0.0, -INF, NAN]);
    check_unary(&LN, &[1.0, 0.0, -0.0, -1.0, INF], &[0.0, -INF, -INF, NAN, INF]);
    check_unary(&EXP, &[0.0, -INF, INF, 710.0], &[1.0, 0.0, INF, INF]);
}

#[test]
fn comparisons_with_missing_are_false_and_unequal_is_true() {
    for entry in [&LT, &LE, &GT, &GE, &EQ] {
        check_binary(entry, &[[NAN, 1.0, 0.0], [1.0, NAN, 0.0], [NAN, NAN, 0.0]]);
    }
    check_binary(&NE, &[[NAN, 1.0, 1.0], [NAN, NAN, 1.0], [0.0, -0.0, 0.0]]);
}

#[test]
fn choices_and_lags_take_truth_values() {
    let truths = |column: &[f64]| Arg::Truths(column.to_vec());
    check(&EQ, &[truths(&[0.0, 1.0]), truths(&[0.0, 0.0])], &[1.0, 0.0]);
    check(&IF, &[truths(&[1.0, 0.0]), Arg::Truth(false), Arg::Truth(true)], &[0.0, 1.0]);
    check(&COALESCE, &[truths(&[0.0, 1.0]), Arg::Truth(true)], &[0.0, 1.0]);
    check(&SHIFT, &[truths(&[1.0, 1.0]), Arg::Number(1.0), Arg::Left], &[0.0, 1.0]);
    check(&SHIFT, &[truths(&[0.0, 0.0]), Arg::Number(1.0), Arg::Truth(true)], &[1.0, 0.0]);
}

#[test]
fn lags_give_their_start_before_bin_0_and_leads_0_behind_the_last() {
    let x = series(&[10.0, 20.0, 30.0]);
    let shift = |k: f64, initial: Arg, expected: &[f64]| {
        check(&SHIFT, &[x.clone(), Arg::Number(k), initial], expected);
    };
    shift(1.0, Arg::Left, &[0.0, 10.0, 20.0]);
    shift(2.0, Arg::Number(7.0), &[7.0, 7.0, 10.0]);
    shift(0.0, Arg::Number(7.0), &[10.0, 20.0, 30.0]);
    shift(-1.0, Arg::Number(7.0), &[20.0, 30.0, 0.0]);
    shift(9.0, Arg::Parameter(5.0), &[5.0, 5.0, 5.0]);
}

#[test]
fn differences_are_0_in_the_first_bins_also_of_missing() {
    check(&DELTA, &[series(&[NAN, 3.0, 5.0, NAN]), Arg::Number(1.0)], &[0.0, NAN, 2.0, NAN]);
    check(&DELTA, &[series(&[1.0, 3.0, 6.0]), Arg::Number(2.0)], &[0.0, 0.0, 5.0]);
}

#[test]
fn held_values_expire() {
    let x = series(&[NAN, 4.0, NAN, NAN, NAN]);
    check(&HOLD, &[x.clone(), Arg::Number(2.0)], &[NAN, 4.0, 4.0, 4.0, NAN]);
    check(&HOLD, &[x.clone(), Arg::Number(0.0)], &[NAN, 4.0, NAN, NAN, NAN]);
    check(&HOLD, &[x, Arg::Number(1e18)], &[NAN, 4.0, 4.0, 4.0, 4.0]);
}

#[test]
fn convolution_takes_missing_and_infinite_samples_for_0() {
    let x = series(&[1.0, INF, NAN, 2.0]);
    check(&CONV, &[x.clone(), Arg::Number(2.0), Arg::Number(1.0)], &[2.0, 1.0, 0.0, 4.0]);
    check(&CONV, &[x, Arg::Number(0.0)], &[0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn extremes_give_the_newest_of_equals() {
    let x = [0.0, -0.0, NAN, 0.0];
    check(&ROLLING_MAX, &[series(&x), Arg::Number(2.0)], &[0.0, -0.0, -0.0, 0.0]);
    check(&ROLLING_MIN, &[series(&x), Arg::Number(2.0)], &[0.0, -0.0, -0.0, 0.0]);
    check_unary(&CUMMAX, &x, &[0.0, -0.0, -0.0, 0.0]);
    check_unary(&CUMMIN, &x, &[0.0, -0.0, -0.0, 0.0]);
    check_unary(&MAXOF, &[0.0, -0.0], &[-0.0, -0.0]);
    check_unary(&MINOF, &[-0.0, 0.0], &[0.0, 0.0]);
}

#[test]
fn sums_begin_with_a_positive_zero_but_rolling_ones() {
    let x = [-0.0, -0.0];
    check_unary(&CUMSUM, &x, &[0.0, 0.0]);
    check_unary(&SUM, &x, &[0.0, 0.0]);
    check(&CONV, &[series(&x), Arg::Number(1.0)], &[0.0, 0.0]);
    check(&ROLLING_SUM, &[series(&x), Arg::Number(1.0)], &[-0.0, -0.0]);
    check(&ROLLING_SUM, &[series(&x), Arg::Number(2.0)], &[0.0, -0.0]);
}

#[test]
fn cumulative_figures_skip_missing_bins() {
    check_unary(&CUMSUM, &[NAN, 1.0, NAN, 2.0], &[0.0, 1.0, 1.0, 3.0]);
    check_unary(&CUMMAX, &[NAN, -1.0, NAN, -2.0], &[NAN, -1.0, -1.0, -1.0]);
    check_unary(&CUMMIN, &[NAN, -1.0, NAN, -2.0], &[NAN, -1.0, -1.0, -2.0]);
}

#[test]
fn the_exponential_average_starts_with_the_first_present_value_or_initial() {
    let ema = |alpha: Arg, initial: Arg, expected: &[f64]| {
        check(&EMA, &[series(&[NAN, 8.0, NAN, 4.0]), alpha, initial], expected);
    };
    ema(Arg::Number(0.5), Arg::Left, &[NAN, 8.0, 8.0, 6.0]);
    ema(Arg::Parameter(0.5), Arg::Parameter(2.0), &[2.0, 5.0, 5.0, 4.5]);
    ema(Arg::Number(1.0), Arg::Number(NAN), &[NAN, NAN, NAN, NAN]);
    ema(Arg::Parameter(1.5), Arg::Number(2.0), &[NAN, NAN, NAN, NAN]);
}

#[test]
fn reductions_skip_missing_bins() {
    let [some, none] = [[NAN, 3.0, 1.0], [NAN; 3]];
    for (entry, of_some, of_none) in
        [(&AVG, 2.0, NAN), (&SUM, 4.0, 0.0), (&MINOF, 1.0, NAN), (&MAXOF, 3.0, NAN), (&COUNT, 2.0, 0.0)]
    {
        check_unary(entry, &some, &[of_some; 3]);
        check_unary(entry, &none, &[of_none; 3]);
    }
    check(&COUNT, &[Arg::Truths(vec![1.0, 0.0, 1.0])], &[2.0; 3]);
    check(&SUM, &[Arg::Parameter(2.0)], &[6.0; 3]);
}

#[test]
fn percentiles_lie_between_neighbours() {
    let percentile = |x: &[f64], p: Arg, expected: f64| {
        check(&PERCENTILE, &[series(x), p], &vec![expected; x.len()]);
    };
    let x = [40.0, NAN, 10.0, 30.0, 20.0];
    percentile(&x, Arg::Number(0.0), 10.0);
    percentile(&x, Arg::Number(100.0), 40.0);
    percentile(&x, Arg::Number(50.0), 25.0);
    percentile(&x, Arg::Parameter(10.0), 10.0 + 10.0 * (3.0 * 10.0 / 100.0));
    percentile(&x, Arg::Parameter(100.5), NAN);
    percentile(&x, Arg::Parameter(NAN), NAN);
    percentile(&[NAN, NAN], Arg::Number(50.0), NAN);
}

#[test]
fn pulses_and_ramps_count_bins() {
    let whole = |numbers: [f64; 3]| numbers.map(Arg::Number);
    check(&PULSE, &whole([2.0, 1.0, 9.0]), &[0.0, 9.0, 0.0, 9.0]);
    check(&PULSE, &[Arg::Number(1.0), Arg::Number(2.0), Arg::Number(NAN)], &[0.0, 0.0, NAN]);
    let ramp = |start, end, expected: &[f64]| {
        check(&RAMP, &[10.0, 20.0, start, end].map(Arg::Number), expected);
    };
    ramp(1.0, 3.0, &[10.0, 10.0, 15.0, 20.0, 20.0]);
    ramp(-2.0, 2.0, &[15.0, 17.5, 20.0]);
    ramp(1.0, 1.0, &[10.0, 20.0, 20.0]);
}

#[test]
fn clock_times_are_those_of_the_start_of_the_bin_in_utc() {
    let clock = |bin_minutes, start_minutes, entry, expected: &[f64]| {
        let grid = Grid { bins: expected.len(), bin_minutes, start_minutes };
        assert_eq!(bits(&run(grid, entry, &[])), bits(expected), "{} of {grid:?}", entry.name);
    };
    clock(40, Some(0), &HOUR_OF_DAY, &[0.0, 0.0, 1.0, 2.0]);
    clock(1_440, Some(0), &DAY_OF_WEEK, &[3.0, 4.0, 5.0, 6.0, 0.0]);
    clock(10_080, Some(-4_320), &DAY_OF_WEEK, &[0.0, 0.0, 0.0]);
    clock(60, Some(-60), &HOUR_OF_DAY, &[23.0, 0.0]);
    clock(u64::MAX, Some(i64::MAX), &BIN, &[0.0, 1.0]);
    clock(5, None, &HOUR_OF_DAY, &[NAN]);
    clock(7, None, &BIN_MINUTES, &[7.0, 7.0]);
}

#[test]
fn capacity_is_served_where_saturated_else_the_rolling_maximum() {
    let served = series(&[50.0, 40.0, 30.0, 20.0]);
    let demand = series(&[60.0, 40.0, 60.0, NAN]);
    let rest = |depth| [served.clone(), demand.clone(), depth, Arg::Number(2.0), Arg::Number(10.0)];
    check(&INFER_CAPACITY, &rest(Arg::Left), &[50.0, 50.0, 30.0, 30.0]);
    check(&INFER_CAPACITY, &rest(series(&[NAN, 11.0, 10.0, 11.0])), &[50.0, 50.0, 40.0, 30.0]);
}

#[test]
fn reads_are_the_lags_that_the_language_gives() {
    let lags = |min, max| Reads::Lags { min, max };
    let check_reads = |entry: &Builtin, param, args: &[ArgValue<'_>], expected| {
        assert_eq!((entry.reads)(param, args), expected, "{} parameter {param}", entry.name);
    };
    let x = ArgValue::Value;
    check_reads(&SHIFT, 0, &[x, ArgValue::Int(3), ArgValue::Absent], lags(3, 3));
    check_reads(&SHIFT, 0, &[x, ArgValue::Int(-2), ArgValue::Absent], lags(-2, -2));
    check_reads(&SHIFT, 1, &[x, ArgValue::Int(3), ArgValue::Absent], Reads::Nothing);
    check_reads(&SHIFT, 2, &[x, ArgValue::Int(3), ArgValue::Absent], Reads::Nothing);
    check_reads(&SHIFT, 2, &[x, ArgValue::Int(3), x], Reads::NOW);
    check_reads(&DELTA, 0, &[x, ArgValue::Int(3)], lags(0, 3));
    check_reads(&ROLLING_STD, 0, &[x, ArgValue::Int(12)], lags(0, 11));
    check_reads(&HOLD, 0, &[x, ArgValue::Int(4)], lags(0, 4));
    check_reads(&CONV, 0, &[x, ArgValue::Kernel(&[0.0, 0.6, 0.0, 0.3, 0.0])], lags(1, 3));
    check_reads(&CONV, 0, &[x, ArgValue::Kernel(&[0.0])], Reads::Nothing);
    check_reads(&PERCENTILE, 0, &[x, x], Reads::All);
    check_reads(&PERCENTILE, 1, &[x, x], Reads::NOW);
    check_reads(&COUNT, 0, &[x], Reads::All);
    check_reads(&MIN, 1, &[x, x], Reads::NOW);
    let capacity = [x, x, ArgValue::Absent, ArgValue::Int(12), x];
    check_reads(&INFER_CAPACITY, 0, &capacity, lags(0, 11));
    check_reads(&INFER_CAPACITY, 1, &capacity, Reads::NOW);
    check_reads(&INFER_CAPACITY, 2, &capacity, Reads::Nothing);
}

#[test]
fn conventions_are_met_where_they_stand_in_for_a_result() {
    let check_mask = |convention: Convention, args: &[&[f64]], expected: &[f64]| {
        let mut builder = Builder::new(grid(expected.len()));
        let values: Vec<_> = (0..args.len()).map(|place| Some(builder.input(InputId::new(place)))).collect();
        let mask = convention.mask(&mut builder, &values);
        builder.output(mask);
        assert_eq!(interp::run(&builder.finish(), args, &[]).unwrap(), [expected], "{convention:?} of {args:?}");
    };
    let (dividends, divisors) = ([1.0, 0.0, NAN, 1.0, 1.0], [0.0, -0.0, 0.0, 2.0, NAN]);
    check_mask(Convention::DivisionByZero, &[&dividends, &divisors], &[1.0, 1.0, 0.0, 0.0, 0.0]);
    let (lows, highs) = ([1.0, 3.0, 2.0, NAN], [2.0, 2.0, 2.0, 1.0]);
    check_mask(Convention::ClampBounds, &[&[0.0; 4], &lows, &highs], &[0.0, 1.0, 0.0, 0.0]);
}
