//! What one function computes: the loops of a region, or its pairs.
//!
//! The values of a region stand one after the other, and where they are cut says what belongs together.

use std::ops::Range;

use crate::ir::ValueId;

/// Values that one function computes, in loops of which none reads what another computes.
#[derive(Clone, Debug)]
pub struct Region {
    /// How the loops run.
    pub kind: RegionKind,
    /// The values in an order in which those of one bin can be computed; of pairs first those of one lane.
    pub values: Vec<ValueId>,
    /// Where each loop ends among the values; where each pair ends among those of the first lane.
    pub cuts: Vec<usize>,
}

impl Region {
    /// The values of each loop; of pairs, which share one, those of the first lane.
    pub fn loops(&self) -> impl Iterator<Item = &[ValueId]> {
        let shared = if self.kind == RegionKind::Pairs { self.cuts.len().saturating_sub(1) } else { 0 };
        ranges(&self.cuts[shared..]).map(|range| &self.values[range])
    }

    /// The values of both lanes of each pair; the last one may be alone in both.
    pub fn pairs(&self) -> impl Iterator<Item = [&[ValueId]; 2]> {
        let firsts = self.cuts.last().copied().unwrap_or_default();
        ranges(&self.cuts).map(move |range| {
            let first = &self.values[range.clone()];
            [first, self.values.get(firsts + range.start..firsts + range.end).unwrap_or(first)]
        })
    }
}

/// From 0 to the first end, from there to the next, and so on.
fn ranges(ends: &[usize]) -> impl Iterator<Item = Range<usize>> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(ends).map(|(start, &end)| start..end)
}

/// How a loop runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionKind {
    /// Over vectors of bins: no bin depends on another one of the region.
    Map,
    /// Bin by bin: recurrences, and scans with their states.
    Scan,
    /// Bin by bin, two bins a step, in one loop: recurrences alike, two of them beside each other in the lanes.
    Pairs,
}
