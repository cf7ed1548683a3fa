//! The bin's number and its clock time, and signals made of them.
//!
//! Clock times are those of the bin's start, in UTC; the model's `window` says when bin 0 starts.

use super::entry::{FUNCTION, example, int, num};
use super::{ArgValue, Bin, Builtin, Default, Emit, Family, Meaning, Requirement};

const NAN: f64 = f64::NAN;
const HOUR: u64 = 60;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;
/// Minute 0 of the clock, 1970-01-01, is a Thursday, three days after a Monday.
const EPOCH_IN_WEEK: u64 = 3 * DAY;

pub(super) static FAMILY: Family =
    Family { title: "Time and signals", entries: &[&BIN, &BIN_MINUTES, &HOUR_OF_DAY, &DAY_OF_WEEK, &PULSE, &RAMP] };

pub(super) static BIN: Builtin = Builtin {
    name: "BIN",
    meaning: Meaning::Source(|bin, _| bin.t as f64),
    emit: Emit::Inline(|lanes, _| lanes.bin()),
    summary: "the number of the bin",
    edge: "the first bin is 0",
    examples: &[example!("BIN()" => [0.0, 1.0, 2.0])],
    ..FUNCTION
};

pub(super) static BIN_MINUTES: Builtin = Builtin {
    name: "BIN_MINUTES",
    meaning: Meaning::Lower(|builder, _| {
        let minutes = builder.grid().bin_minutes as f64;
        builder.number(minutes)
    }),
    summary: "how many minutes a bin of the grid has",
    edge: "the same in every bin",
    examples: &[example!("x / BIN_MINUTES()", x = [10.0, 20.0] => [2.0, 4.0])],
    ..FUNCTION
};

pub(super) static HOUR_OF_DAY: Builtin = Builtin {
    name: "HOUR_OF_DAY",
    needs_window: true,
    meaning: Meaning::Source(|bin, _| minute_of_week(bin).map_or(NAN, |minute| (minute % DAY / HOUR) as f64)),
    summary: "the hour 0..23 in which the bin starts, UTC",
    edge: "an error in a model without a `window`",
    examples: &[example!("HOUR_OF_DAY()" => [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0])],
    ..FUNCTION
};

pub(super) static DAY_OF_WEEK: Builtin = Builtin {
    name: "DAY_OF_WEEK",
    needs_window: true,
    meaning: Meaning::Source(|bin, _| minute_of_week(bin).map_or(NAN, |minute| (minute / DAY) as f64)),
    summary: "the day on which the bin starts, UTC: Monday is 0, Sunday is 6",
    edge: "an error in a model without a `window`",
    examples: &[example!("DAY_OF_WEEK()" => [1.0, 1.0])],
    ..FUNCTION
};

pub(super) static PULSE: Builtin = Builtin {
    name: "PULSE",
    params: &[
        int("period", 1, "bins from one pulse to the next"),
        int("phase", 0, "the bin of the first pulse").or(Default::Number(0.0)),
        num("amplitude", "the height of a pulse").or(Default::Number(1.0)),
    ],
    meaning: Meaning::Source(|bin, args| pulse(bin.t as f64, args)),
    summary: "the amplitude in every period-th bin from phase on, else 0",
    edge: "0 before phase",
    examples: &[
        example!("PULSE(3)" => [1.0, 0.0, 0.0, 1.0, 0.0]),
        example!("PULSE(2, phase=1, amplitude=x)", x = [5.0, 6.0, 7.0, NAN] => [0.0, 6.0, 0.0, NAN]),
    ],
    ..FUNCTION
};

pub(super) static RAMP: Builtin = Builtin {
    name: "RAMP",
    params: &[
        num("from", "the value up to start"),
        num("to", "the value from end on"),
        int("start", i64::MIN, "the last bin of the first value").or(Default::Number(0.0)),
        int("end", i64::MIN, "the first bin of the last value, not before start").or(Default::LastBin),
    ],
    requires: Some(Requirement { holds: starts_before_end, violated: "`start` lies behind `end`" }),
    meaning: Meaning::Source(|bin, args| ramp(bin.t as f64, args)),
    summary: "a straight line from one value at start to another at end",
    edge: "`from` before start, `to` after end; both may lie outside the grid, and where they meet it is `to`",
    examples: &[
        example!("RAMP(10, 20)" => [10.0, 12.5, 15.0, 17.5, 20.0]),
        example!("RAMP(0, 4, start=1, end=3)" => [0.0, 0.0, 2.0, 4.0, 4.0]),
    ],
    ..FUNCTION
};

fn starts_before_end(args: &[ArgValue<'_>]) -> bool {
    !matches!(args, [_, _, ArgValue::Int(start), ArgValue::Int(end)] if start > end)
}

/// Minutes from Monday, 00:00 UTC, to the start of the bin; reduced on the way, so that nothing overflows.
fn minute_of_week(bin: Bin<'_>) -> Option<u64> {
    let start = bin.grid.start_minutes?.rem_euclid(WEEK as i64) as u64;
    let elapsed = (bin.t as u64 % WEEK) * (bin.grid.bin_minutes % WEEK);
    Some((EPOCH_IN_WEEK + start + elapsed) % WEEK)
}

fn pulse(t: f64, args: &[f64]) -> f64 {
    let since = t - args[1];
    if since >= 0.0 && libm::fmod(since, args[0]) == 0.0 { args[2] } else { 0.0 }
}

fn ramp(t: f64, args: &[f64]) -> f64 {
    let (from, to, start, end) = (args[0], args[1], args[2], args[3]);
    if t >= end {
        to
    } else if t <= start {
        from
    } else {
        from + (to - from) * (t - start) / (end - start)
    }
}
