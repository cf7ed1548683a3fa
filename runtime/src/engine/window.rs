//! Windows between the loops of machine code: a column up to the tile's last bin in, the results of the tile's bins out.
//!
//! What a window reads is complete up to the tile's last bin, and never the column it writes.

use std::ops::Range;

use cranelift_entity::EntityRef;

use super::Prepared;
use super::frame::Workspace;
use crate::plan::{ColumnId, Layout, TILE, WindowId};

/// Computes one tile of a window into where its value lives.
pub(super) fn compute(prepared: &Prepared, window: WindowId, work: &mut Workspace, bins: Range<usize>) {
    let plan = prepared.plan();
    let home = &plan.homes[plan.windows[window].value];
    let (Some(kernel), Some(source)) = (prepared.kernel(window), home.source.expand()) else {
        return;
    };
    let (layout, simd) = (plan.layout, prepared.simd());
    if let Some((&first, others)) = home.columns.split_first() {
        let (column, out) = pair(work.columns.get_mut(), layout, source, first);
        kernel.run(simd, column, bins.clone(), &mut out[bins.clone()], &mut work.room);
        for &other in others {
            let cells = layout.start(first) + bins.start..layout.start(first) + bins.end;
            work.columns.get_mut().copy_within(cells, layout.start(other) + bins.start);
        }
    } else if let Some(scratch) = home.scratch.expand() {
        let column = &work.columns.get()[layout.bins_of(source)];
        let out = &mut work.scratch.get_mut()[scratch.index() * TILE..][..bins.len()];
        kernel.run(simd, column, bins, out, &mut work.room);
    }
}

/// One column to read and another one to write.
fn pair(cells: &mut [f64], layout: Layout, read: ColumnId, write: ColumnId) -> (&[f64], &mut [f64]) {
    let (read, write) = (layout.bins_of(read), layout.bins_of(write));
    if read.start < write.start {
        let (low, high) = cells.split_at_mut(write.start);
        (&low[read], &mut high[..write.len()])
    } else {
        let (low, high) = cells.split_at_mut(read.start);
        (&high[..read.len()], &mut low[write])
    }
}
