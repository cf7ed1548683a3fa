//! Windows between the loops of machine code: bins up to the tile's last one in, the results of the tile's bins out.
//!
//! What a window reads is complete up to the tile's last bin, and never where it writes. Of a column it sees all bins
//! from bin 0 on, of tile scratch those that are kept, as many as it reaches.

use std::ops::Range;

use super::Prepared;
use super::frame::Workspace;
use crate::plan::{Place, Plan, WindowId};

/// Computes one tile of a window into where its value lives.
pub(super) fn compute(prepared: &Prepared, window: WindowId, work: &mut Workspace, bins: Range<usize>) {
    let plan = prepared.plan();
    let (value, source) = (plan.windows[window].value, plan.windows[window].source);
    let places = (plan.place(source), plan.place(value));
    let (Some(kernel), (Some(read), Some(write))) = (prepared.kernel(window), places) else {
        return;
    };
    let (read, range) = read_cells(plan, read, bins.clone(), plan.windows[window].reach);
    let (write, length) = (first_cell(plan, write, bins.start), bins.len());
    let (columns, scratch) = (work.columns.get_mut(), work.scratch.get_mut());
    let (column, out) = match (plan.place(source), plan.place(value)) {
        (Some(Place::Column(_)), Some(Place::Column(_))) => pair(columns, read, write, length),
        (Some(Place::Scratch(_)), Some(Place::Scratch(_))) => pair(scratch, read, write, length),
        (Some(Place::Column(_)), _) => (&columns[read], &mut scratch[write..write + length]),
        _ => (&scratch[read], &mut columns[write..write + length]),
    };
    kernel.run(prepared.simd(), column, range, out, &mut work.room);
}

/// The cells that a window reads for some bins, and which of them stand for those bins.
fn read_cells(plan: &Plan, place: Place, bins: Range<usize>, reach: usize) -> (Range<usize>, Range<usize>) {
    let before = match place {
        Place::Column(_) => bins.start,
        Place::Scratch(_) => reach.min(bins.start),
    };
    let first = first_cell(plan, place, bins.start);
    (first - before..first + bins.len(), before..before + bins.len())
}

/// The cell of a tile's first bin.
fn first_cell(plan: &Plan, place: Place, bin: usize) -> usize {
    match place {
        Place::Column(column) => plan.layout.start(column) + bin,
        Place::Scratch(scratch) => plan.scratch[scratch].start,
    }
}

/// Some cells to read and others to write.
fn pair(cells: &mut [f64], read: Range<usize>, write: usize, length: usize) -> (&[f64], &mut [f64]) {
    if read.start < write {
        let (low, high) = cells.split_at_mut(write);
        (&low[read], &mut high[..length])
    } else {
        let (low, high) = cells.split_at_mut(read.start);
        (&high[..read.len()], &mut low[write..write + length])
    }
}
