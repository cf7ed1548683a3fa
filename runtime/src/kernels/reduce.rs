//! Reductions: a whole column in, one number out, eight bins at a time.
//!
//! `SUM` is defined by eight partial sums, which are the lanes of one wide vector. Extremes may be taken in any order,
//! because only the zeros have equal values and different bits; the newest of those is looked up.

use pulp::NullaryFnOnce;

use super::{Fast, ReduceColumn, Scratch, Simd};
use crate::builtins::{Builtin, Meaning};
use crate::sums::{join, term};

/// A reduction entry.
#[derive(Debug)]
pub struct Kernel {
    eval: fn(&[f64], &[f64]) -> f64,
    fast: Option<ReduceColumn>,
}

impl Kernel {
    /// The kernel of a reduction entry; none for an entry of another meaning.
    pub fn new(builtin: &'static Builtin) -> Option<Self> {
        let Meaning::Reduce(eval) = builtin.meaning else {
            return None;
        };
        let fast = match builtin.fast {
            Some(Fast::Reduce(fast)) => Some(fast),
            _ => None,
        };
        Some(Kernel { eval, fast })
    }

    /// The number over all bins of a column, with the arguments after the column.
    pub fn run(&self, simd: Simd, column: &[f64], args: &[f64], scratch: &mut Scratch) -> f64 {
        match self.fast {
            Some(fast) => fast(simd, column, args, scratch),
            None => (self.eval)(column, args),
        }
    }
}

/// The fast form of `SUM`.
pub(crate) fn sum(simd: Simd, column: &[f64], _: &[f64], _: &mut Scratch) -> f64 {
    simd.run(Sum(column))
}

/// The fast form of `AVG`.
pub(crate) fn mean(simd: Simd, column: &[f64], _: &[f64], _: &mut Scratch) -> f64 {
    simd.run(Sum(column)) / count_of(simd, column, |x| !x.is_nan())
}

/// The fast form of `COUNT` of a number.
pub(crate) fn count_present(simd: Simd, column: &[f64], _: &[f64], _: &mut Scratch) -> f64 {
    count_of(simd, column, |x| !x.is_nan())
}

/// The fast form of `COUNT` of a condition.
pub(crate) fn count_true(simd: Simd, column: &[f64], _: &[f64], _: &mut Scratch) -> f64 {
    count_of(simd, column, |x| x == 1.0)
}

/// The fast form of `MAXOF`.
pub(crate) fn max(simd: Simd, column: &[f64], _: &[f64], _: &mut Scratch) -> f64 {
    extreme(simd, column, f64::NEG_INFINITY, |a, b| if a > b { a } else { b })
}

/// The fast form of `MINOF`.
pub(crate) fn min(simd: Simd, column: &[f64], _: &[f64], _: &mut Scratch) -> f64 {
    extreme(simd, column, f64::INFINITY, |a, b| if a < b { a } else { b })
}

/// The fast form of `PERCENTILE`: only the two neighbours are put in their places.
pub(crate) fn percentile(_: Simd, column: &[f64], args: &[f64], scratch: &mut Scratch) -> f64 {
    let (present, p) = (scratch.list(), args[0]);
    present.extend(column.iter().filter(|x| !x.is_nan()));
    if present.is_empty() || !(0.0..=100.0).contains(&p) {
        return f64::NAN;
    }
    let rank = (present.len() - 1) as f64 * p / 100.0;
    let below = rank.floor();
    let (_, &mut low, above) = present.select_nth_unstable_by(below as usize, f64::total_cmp);
    let high = above.iter().copied().min_by(f64::total_cmp).filter(|_| rank != below);
    high.map_or(low, |high| low + (high - low) * (rank - below))
}

struct Sum<'a>(&'a [f64]);

impl NullaryFnOnce for Sum<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let (rows, rest) = self.0.as_chunks::<8>();
        let mut partials = [0.0; 8];
        for row in rows {
            for (partial, x) in partials.iter_mut().zip(row) {
                *partial += term(*x);
            }
        }
        for (partial, x) in partials.iter_mut().zip(rest) {
            *partial += term(*x);
        }
        join(partials)
    }
}

fn count_of(simd: Simd, column: &[f64], counts: impl Fn(f64) -> bool) -> f64 {
    simd.run(Count(column, counts)) as f64
}

struct Count<'a, F>(&'a [f64], F);

impl<F: Fn(f64) -> bool> NullaryFnOnce for Count<'_, F> {
    type Output = u64;

    #[inline(always)]
    fn call(self) -> u64 {
        self.0.iter().map(|x| u64::from((self.1)(*x))).sum()
    }
}

/// The best present value. `worst` is what nothing is worse than, `pick` the better of two, or the second if one is
/// missing.
fn extreme(simd: Simd, column: &[f64], worst: f64, pick: impl Fn(f64, f64) -> f64) -> f64 {
    let best = simd.run(Best { column, worst, pick });
    if best == 0.0 {
        column.iter().rev().copied().find(|x| *x == 0.0).unwrap_or(best)
    } else if best == worst && column.iter().all(|x| x.is_nan()) {
        f64::NAN
    } else {
        best
    }
}

struct Best<'a, F> {
    column: &'a [f64],
    worst: f64,
    pick: F,
}

impl<F: Fn(f64, f64) -> f64> NullaryFnOnce for Best<'_, F> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let Best { column, worst, pick } = self;
        let (rows, rest) = column.as_chunks::<32>();
        let mut best = [worst; 32];
        for row in rows {
            for (best, x) in best.iter_mut().zip(row) {
                *best = pick(*x, *best);
            }
        }
        best.into_iter().chain(rest.iter().copied()).fold(worst, |best, x| pick(x, best))
    }
}
