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
    bins[place..].first_chunk().copied().unwrap_or_default()
}

/// The row whose bins end `lag` before those of `newer`, which follows `older`.
#[inline(always)]
pub(super) fn back(older: Row, newer: Row, lag: usize) -> Row {
    let mut row = newer;
    for lane in 0..LANES {
        row[lane] = if lane < lag { older[lane + LANES - lag] } else { newer[lane - lag] };
    }
    row
}

/// Gives each place of `out` what `f` makes of what is there and of the pieces' values, as far as all reach.
#[inline(always)]
pub(super) fn fill<const PIECES: usize>(
    out: &mut [f64],
    pieces: [&[f64]; PIECES],
    f: impl Fn(f64, [f64; PIECES]) -> f64,
) {
    let places = pieces.iter().map(|piece| piece.len()).fold(out.len(), usize::min);
    let (out, pieces) = (&mut out[..places], pieces.map(|piece| &piece[..places]));
    for place in 0..places {
        out[place] = f(out[place], pieces.map(|piece| piece[place]));
    }
}

/// Writes as much of a row as there is room for.
#[inline(always)]
pub(super) fn store(row: Row, out: &mut [f64]) {
    match out.first_chunk_mut() {
        Some(whole) => *whole = row,
        None => out.iter_mut().zip(row).for_each(|(out, x)| *out = x),
    }
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
