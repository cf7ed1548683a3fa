//! Spans of 8, 12 and 16 bins in one pass: bins laid out in, what the span makes of those that end at each bin out.
//!
//! Spans of 4 are made of bins in memory; longer ones of those of this row and the row before, which stay in registers.

use std::hint::black_box;

use super::rows::{LANES, Row, back, row_at, store, zip};

/// The longest span that is made in one pass, and how many bins before the first are read for it.
pub(super) const LONGEST: usize = 16;

/// Whether spans of so many bins are made in one pass.
pub(super) fn is_span(length: usize) -> bool {
    matches!(length, 8 | 12 | LONGEST)
}

/// Fills `out` with spans of so many bins, of which the first ends at place [`LONGEST`] of the bins; up to whole rows
/// they are all there, and one row more. `join` makes one span of an older and a newer one.
#[inline(always)]
pub(super) fn fill_spans(length: usize, bins: &[f64], out: &mut [f64], join: impl Fn(f64, f64) -> f64 + Copy) {
    match length {
        8 => fill_rows(bins, out, join, |_, eight, _| eight),
        12 => fill_rows(bins, out, join, |older, eight, four| zip(back(older, eight, 4), four, join)),
        _ => fill_rows(bins, out, join, |older, eight, _| zip(older, eight, join)),
    }
}

/// `span` makes a row of spans of those of 8 bins in the row before and in this one, and of those of 4 in this one.
#[inline(always)]
fn fill_rows(
    bins: &[f64],
    out: &mut [f64],
    join: impl Fn(f64, f64) -> f64 + Copy,
    span: impl Fn(Row, Row, Row) -> Row,
) {
    let mut fours = four(&bins[LONGEST - LANES - 3..], join);
    let mut eights = zip(four(&bins[LONGEST - LANES - 7..], join), fours, join);
    let rows = bins[LONGEST - 3..].windows(LANES + 3).step_by(LANES);
    for (bins, out) in rows.zip(out.chunks_mut(LANES)) {
        let four = four(bins, join);
        let eight = zip(back(fours, four, 4), four, join);
        store(span(eights, eight, four), out);
        (fours, eights) = (four, eight);
        // Keeps the compiler from working on several rows at once, which it would have to transpose.
        black_box(());
    }
}

/// The spans of 4 bins, the first of which begins with the bins.
#[inline(always)]
fn four(bins: &[f64], join: impl Fn(f64, f64) -> f64 + Copy) -> Row {
    let older = zip(row_at(bins, 0), row_at(bins, 1), join);
    let newer = zip(row_at(bins, 2), row_at(bins, 3), join);
    zip(older, newer, join)
}
