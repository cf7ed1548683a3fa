//! Which parts of a stage hang together, and which of them run one after the other.
//!
//! Parts that read each other, directly or through others, are a cluster; inputs and uniform values, which everything
//! reads, bind nothing. Clusters run in batches, so that what one leaves is still in the cache when it is read: a batch
//! has as many as fit there, and at least as many as hide each other's latency where they are recurrences.

use std::collections::BTreeMap;

use cranelift_entity::SecondaryMap;

use super::parts::{Kind, Part};
use crate::ir::{Program, ValueId};
use crate::plan::TILE;

/// Numbers that stay in the cache while a batch runs: 512 KiB of them.
const NEAR: usize = 1 << 16;
/// Clusters of a batch at least.
const LEAST: usize = 4;

/// Where a part runs: batch after batch, and beside which others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) batch: usize,
    pub(super) cluster: usize,
}

/// The turn of each part.
pub(super) fn turns(program: &Program, parts: &[Part]) -> Vec<Turn> {
    let clusters = clusters(program, parts);
    let mut values = vec![0; parts.len()];
    for (part, &cluster) in parts.iter().zip(&clusters).filter(|(part, _)| binds(part)) {
        values[cluster] += part.values.len();
    }
    let mut stages: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for (first, &size) in values.iter().enumerate().filter(|(_, size)| **size > 0) {
        stages.entry(parts[first].stage).or_default().push((first, size));
    }
    let mut batch_of = vec![0; parts.len()];
    stages.values().for_each(|sizes| divide(sizes, program.grid().bins, &mut batch_of));
    clusters.into_iter().map(|cluster| Turn { batch: batch_of[cluster], cluster }).collect()
}

/// Divides the clusters of a stage, each with how many values it has, into batches of about the same size.
fn divide(sizes: &[(usize, usize)], bins: usize, batch_of: &mut [usize]) {
    let total: usize = sizes.iter().map(|(_, size)| size).sum();
    let most = NEAR / bins.clamp(1, TILE);
    let batches = total.div_ceil(most).min(sizes.len() / LEAST).max(1);
    let mut before = 0;
    for &(cluster, size) in sizes {
        batch_of[cluster] = before * batches / total;
        before += size;
    }
}

/// The cluster of each part, which is the first part of it.
fn clusters(program: &Program, parts: &[Part]) -> Vec<usize> {
    let mut part_of: SecondaryMap<ValueId, usize> = SecondaryMap::new();
    for (number, part) in parts.iter().enumerate() {
        part.values.iter().for_each(|&value| part_of[value] = number);
    }
    let mut parents: Vec<usize> = (0..parts.len()).collect();
    for (number, part) in parts.iter().enumerate().filter(|(_, part)| binds(part)) {
        for operand in part.values.iter().flat_map(|&value| program.operands(value)) {
            let other = part_of[operand];
            if binds(&parts[other]) && parts[other].stage == part.stage {
                let (a, b) = (root(&mut parents, number), root(&mut parents, other));
                parents[a.max(b)] = a.min(b);
            }
        }
    }
    (0..parts.len()).map(|part| root(&mut parents, part)).collect()
}

/// Whether what reads a part hangs together with it.
fn binds(part: &Part) -> bool {
    !matches!(part.kind, Kind::Input | Kind::Uniform)
}

/// The first part that a part hangs together with; the way there is shortened.
fn root(parents: &mut [usize], mut part: usize) -> usize {
    while parents[part] != part {
        parents[part] = parents[parents[part]];
        part = parents[part];
    }
    part
}
