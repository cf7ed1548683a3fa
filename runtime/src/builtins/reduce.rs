//! One number over all bins. Missing bins are skipped; a uniform argument is a series of equal bins.

use super::entry::{FUNCTION, INTERNAL, all_bins, example, given, num, param, same, truth};
use super::minmax::{larger, smaller};
use super::{Builtin, Choice, Family, Meaning, Param, ParamKind};
use crate::ir::{Builder, Type, ValueId};
use crate::kernels::{Fast, reduce};
use crate::sums::{self, term};

const NAN: f64 = f64::NAN;

pub(super) static FAMILY: Family = Family {
    title: "Over all bins",
    entries: &[&AVG, &SUM, &MINOF, &MAXOF, &COUNT, &COUNT_PRESENT, &COUNT_TRUE, &PERCENTILE],
};

const X: &[Param] = &[num("x", "a series")];

const REDUCTION: Builtin = Builtin {
    params: X,
    reads: all_bins,
    edge: "missing values are skipped; missing where none is present",
    ..FUNCTION
};

pub(super) static AVG: Builtin = Builtin {
    name: "AVG",
    meaning: Meaning::Reduce(|x, _| sum(x) / count(x)),
    fast: Some(Fast::Reduce(reduce::mean)),
    summary: "the mean of all bins: `SUM` over `COUNT`",
    examples: &[
        example!("AVG(x)", x = [1.0, NAN, 5.0] => [3.0, 3.0, 3.0]),
        example!("AVG(x)", x = [NAN, NAN] => [NAN, NAN]),
    ],
    ..REDUCTION
};

pub(super) static SUM: Builtin = Builtin {
    name: "SUM",
    meaning: Meaning::Reduce(|x, _| sum(x)),
    fast: Some(Fast::Reduce(reduce::sum)),
    summary: "the sum of all bins",
    edge: "missing values are skipped; 0 where none is present",
    examples: &[
        example!("SUM(x)", x = [1.0, NAN, 5.0] => [6.0, 6.0, 6.0]),
        example!("x / SUM(x)", x = [1.0, 3.0] => [0.25, 0.75]),
    ],
    ..REDUCTION
};

pub(super) static MINOF: Builtin = Builtin {
    name: "MINOF",
    choice: Choice::Last,
    meaning: Meaning::Reduce(|x, _| present(x).reduce(smaller).unwrap_or(NAN)),
    fast: Some(Fast::Reduce(reduce::min)),
    summary: "the smallest value of all bins",
    examples: &[example!("MINOF(x)", x = [4.0, NAN, 2.0, 3.0] => [2.0, 2.0, 2.0, 2.0])],
    ..REDUCTION
};

pub(super) static MAXOF: Builtin = Builtin {
    name: "MAXOF",
    choice: Choice::Last,
    meaning: Meaning::Reduce(|x, _| present(x).reduce(larger).unwrap_or(NAN)),
    fast: Some(Fast::Reduce(reduce::max)),
    summary: "the largest value of all bins",
    examples: &[example!("MAXOF(x)", x = [4.0, NAN, 2.0, 3.0] => [4.0, 4.0, 4.0, 4.0])],
    ..REDUCTION
};

pub(super) static COUNT: Builtin = Builtin {
    name: "COUNT",
    params: &[same("x", "a series or a condition")],
    meaning: Meaning::Lower(lower_count),
    summary: "how many bins are present, or true where x is a condition",
    edge: "0 where none is",
    examples: &[
        example!("COUNT(x)", x = [1.0, NAN, 5.0] => [2.0, 2.0, 2.0]),
        example!("COUNT(x > 1)", x = [1.0, NAN, 5.0] => [1.0, 1.0, 1.0]),
    ],
    ..REDUCTION
};

pub(super) static COUNT_PRESENT: Builtin = Builtin {
    name: "COUNT_PRESENT",
    params: X,
    reads: all_bins,
    meaning: Meaning::Reduce(|x, _| count(x)),
    fast: Some(Fast::Reduce(reduce::count_present)),
    summary: "`COUNT` of a number",
    edge: "0 where none is present",
    ..INTERNAL
};

pub(super) static COUNT_TRUE: Builtin = Builtin {
    name: "COUNT_TRUE",
    params: &[truth("x", "a condition")],
    reads: all_bins,
    meaning: Meaning::Reduce(|x, _| x.iter().filter(|x| **x == 1.0).count() as f64),
    fast: Some(Fast::Reduce(reduce::count_true)),
    summary: "`COUNT` of a condition",
    edge: "0 where none holds",
    ..INTERNAL
};

pub(super) static PERCENTILE: Builtin = Builtin {
    name: "PERCENTILE",
    params: &[
        num("x", "a series"),
        param("p", ParamKind::Uniform { min: 0.0, max: 100.0 }, "the percentage of values at or below the result"),
    ],
    meaning: Meaning::Reduce(|x, args| percentile(x, args[0])),
    fast: Some(Fast::Reduce(reduce::percentile)),
    summary: "the value below which p percent of all bins lie, between neighbours on the straight line",
    edge: "missing values are skipped; missing where none is present or p is out of 0..=100",
    examples: &[
        example!("PERCENTILE(x, 50)", x = [4.0, NAN, 1.0, 2.0] => [2.0, 2.0, 2.0, 2.0]),
        example!("PERCENTILE(x, 25)", x = [10.0, 30.0, 20.0] => [15.0, 15.0, 15.0]),
    ],
    ..REDUCTION
};

fn present(x: &[f64]) -> impl Iterator<Item = f64> {
    x.iter().copied().filter(|x| !x.is_nan())
}

fn sum(x: &[f64]) -> f64 {
    sums::total(x.iter().copied().map(term))
}

fn count(x: &[f64]) -> f64 {
    present(x).count() as f64
}

fn percentile(x: &[f64], p: f64) -> f64 {
    let mut sorted: Vec<f64> = present(x).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    if sorted.is_empty() || !(0.0..=100.0).contains(&p) {
        return NAN;
    }
    let rank = (sorted.len() - 1) as f64 * p / 100.0;
    let below = rank.floor();
    let low = sorted[below as usize];
    if rank == below { low } else { low + (sorted[below as usize + 1] - low) * (rank - below) }
}

fn lower_count(builder: &mut Builder, args: &[Option<ValueId>]) -> ValueId {
    let x = given(builder, args, 0);
    let count = if builder.ty(x) == Type::Bool { &COUNT_TRUE } else { &COUNT_PRESENT };
    builder.call(count, &[Some(x)])
}
