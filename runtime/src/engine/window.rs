//! Windows between the loops of machine code: a column up to the tile's last bin in, the results of the tile's bins out.
//!
//! A window is asked bin by bin. What it reads is complete up to the tile's last bin, and never the column it writes.

use std::ops::Range;

use cranelift_entity::EntityRef;

use super::frame::Workspace;
use crate::builtins::Meaning;
use crate::plan::{ColumnId, Layout, Plan, TILE, Window};

/// Computes one tile of a window into where its value lives.
pub(super) fn compute(plan: &Plan, window: &Window, work: &mut Workspace, bins: Range<usize>) {
    let home = &plan.homes[window.value];
    let Some(source) = home.source.expand() else {
        return;
    };
    let layout = plan.layout;
    if let Some((&first, others)) = home.columns.split_first() {
        let (column, out) = pair(work.columns.get_mut(), layout, source, first);
        fill(window, column, bins.clone(), &mut out[bins.clone()]);
        for &other in others {
            let cells = layout.start(first) + bins.start..layout.start(first) + bins.end;
            work.columns.get_mut().copy_within(cells, layout.start(other) + bins.start);
        }
    } else if let Some(scratch) = home.scratch.expand() {
        let column = &work.columns.get()[layout.bins_of(source)];
        let out = &mut work.scratch.get_mut()[scratch.index() * TILE..];
        fill(window, column, bins.clone(), &mut out[..bins.len()]);
    }
}

fn fill(window: &Window, column: &[f64], bins: Range<usize>, out: &mut [f64]) {
    if let Meaning::Window(eval) = window.builtin.meaning {
        for (t, out) in bins.zip(out) {
            *out = eval(&column[..=t], t, &window.args);
        }
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
