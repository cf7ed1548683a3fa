//! Rows: eight neighbouring bins worked on as one, which is one vector of the widest level and several of a narrower.

/// Eight neighbouring bins.
pub(super) type Row = [f64; LANES];

pub(super) const LANES: usize = 8;

/// The length of as many whole rows as hold `bins`.
pub(super) const fn padded(bins: usize) -> usize {
    bins.next_multiple_of(LANES)
}

/// The row whose first bin is at `place`.
#[inline(always)]
pub(super) fn row_at(bins: &[f64], place: usize) -> Row {
    let mut row = [0.0; LANES];
    row.copy_from_slice(&bins[place..place + LANES]);
    row
}

/// Lane by lane.
#[inline(always)]
pub(super) fn zip(a: Row, b: Row, f: impl Fn(f64, f64) -> f64) -> Row {
    let mut out = a;
    for lane in 0..LANES {
        out[lane] = f(a[lane], b[lane]);
    }
    out
}

/// The sum lane by lane.
#[inline(always)]
pub(super) fn add(a: Row, b: Row) -> Row {
    zip(a, b, |a, b| a + b)
}
