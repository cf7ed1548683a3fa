//! What entries say that they read, against what changes their results. The checker decides by it whether a model has a
//! solution, and the plan how many bins it keeps, so an answer that is too small would be a wrong result.

use super::matrix::{args, cases};
use super::*;

const BINS: usize = 17;
/// How often the arguments of each entry are chosen.
const CHOICES: usize = 5;

#[test]
fn what_an_entry_does_not_read_changes_no_result() {
    for entry in all() {
        for case in cases(entry).filter(|case| case.bins == BINS && case.choice < CHOICES) {
            let args = args(entry, case);
            (0..args.len()).for_each(|place| check_place(entry, &args, place));
        }
    }
}

/// Changes one bin of an argument after the other: only bins that read it may get another result.
fn check_place(entry: &'static Builtin, args: &[Arg], place: usize) {
    let (Arg::Series(column) | Arg::Truths(column)) = &args[place] else { return };
    let reads = if carries(entry, args) { all_before(reads(entry, args, place)) } else { reads(entry, args, place) };
    let before = bits(&run(grid(BINS), entry, args));
    for changed in 0..BINS {
        let mut other = column.clone();
        other[changed] = if other[changed] == 1.0 { 0.0 } else { 1.0 };
        let mut args = args.to_vec();
        args[place] = if matches!(args[place], Arg::Series(_)) { Arg::Series(other) } else { Arg::Truths(other) };
        let after = bits(&run(grid(BINS), entry, &args));
        for t in (0..BINS).filter(|&t| !is_read(reads, t, changed)) {
            assert_eq!(before[t], after[t], "{} reads bin {changed} of {place} at bin {t}: {args:?}", entry.name);
        }
    }
}

/// Whether bin `t` reads bin `other`.
fn is_read(reads: Reads, t: usize, other: usize) -> bool {
    match reads {
        Reads::Nothing => false,
        Reads::All => true,
        Reads::Lags { min, max } => (min..=max).contains(&(t as i64 - other as i64)),
    }
}

/// What scans read counts for all later bins too, by what they carry.
fn all_before(reads: Reads) -> Reads {
    match reads {
        Reads::Lags { min, .. } => Reads::Lags { min, max: i64::MAX },
        Reads::Nothing | Reads::All => reads,
    }
}

/// Whether the call is a scan, or lowers into one.
fn carries(entry: &'static Builtin, args: &[Arg]) -> bool {
    let (program, ..) = program(grid(BINS), entry, args);
    program.values().any(
        |value| matches!(program.op(value), Op::Call { builtin, .. } if matches!(builtin.meaning, Meaning::Scan(_))),
    )
}

/// What the entry says, which sees constants and the taps of a kernel.
fn reads(entry: &Builtin, args: &[Arg], place: usize) -> Reads {
    let number = |arg: &Arg| if let Arg::Number(number) = arg { Some(*number) } else { None };
    let taps: Vec<f64> = args.iter().skip(entry.params.len().saturating_sub(1)).filter_map(number).collect();
    let known = |(param, arg): (&Param, &Arg)| match (param.kind, arg) {
        (_, Arg::Left) => ArgValue::Absent,
        (ParamKind::Kernel, _) => ArgValue::Kernel(&taps),
        (ParamKind::Int { .. }, Arg::Number(number)) => ArgValue::Int(*number as i64),
        _ => ArgValue::Value,
    };
    let known: Vec<ArgValue<'_>> = entry.params.iter().zip(args).map(known).collect();
    (entry.reads)(place.min(entry.params.len() - 1), &known)
}
