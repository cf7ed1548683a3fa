//! Which series a program has to hold, found by going from what is asked for to what it reads. Reads at any lag count, and
//! so does a series whose bin 0 is another one's start.

use super::{Kind, Node, StartValue};
use crate::check::{CheckedModel, SeriesId};
use std::collections::BTreeSet;

/// Series whose columns are known, so that their formulas are not evaluated.
pub(crate) type Given = BTreeSet<SeriesId>;

/// Which series the outputs and the formulas of `extra` depend on, themselves included. What only a given series depends
/// on is none of them.
pub(crate) fn needed(checked: &CheckedModel, outputs: &[SeriesId], extra: &[Node], given: &Given) -> Vec<bool> {
    let mut needed = vec![false; checked.model.series.len()];
    let mut open: Vec<SeriesId> = outputs.to_vec();
    for node in extra {
        node.walk(&mut |node| open.extend(series_of(node)));
    }
    while let Some(series) = open.pop() {
        if std::mem::replace(&mut needed[series.index()], true) || given.contains(&series) {
            continue;
        }
        open.extend(checked.dependencies.reads[series.index()].iter().map(|read| read.to));
        if let Some(StartValue::Series(start)) = checked.starts[series.index()] {
            open.push(start);
        }
    }
    needed
}

fn series_of(node: &Node) -> Option<SeriesId> {
    match node.kind {
        Kind::Series(id) => Some(id),
        _ => None,
    }
}
