//! From the stage to Gold: the rows of a window, node by node, with their gaps flagged, and the mapping; all in one
//! transaction, so that Gold has the window from before or the new one. A gap's row names its own bin in
//! `known_data_gaps`, whatever window it was computed in.

use jiff::Timestamp;
use serde::Serialize;

use super::error::EtlError;
use super::gaps::{AROUND, Activity};
use super::intake::{Found, Node};
use super::stage::{NodeBin, Stage};
use super::{Job, Step, Watch};
use crate::gold::{Change, GoldRow, GoldStore, SCHEMA_VERSION};
use crate::time::Window;

/// The gaps of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NodeGaps {
    /// The node.
    pub node: String,
    /// Its gaps, as bins of the window.
    pub bins: Vec<u32>,
}

/// What goes into a window.
pub(super) struct Content<'a> {
    pub(super) stage: &'a Stage,
    pub(super) window: &'a Window,
    pub(super) found: &'a Found,
    pub(super) job: &'a Job,
    pub(super) watch: Watch<'a>,
}

impl Content<'_> {
    /// Replaces the rows of the nodes found in the window, and tells their gaps.
    pub(super) fn put(&self) -> Result<Vec<NodeGaps>, EtlError> {
        GoldStore::update(&self.job.gold, self.job.bin, |change| {
            let nodes: Vec<String> = self.found.nodes.keys().cloned().collect();
            change.clear(self.window, &nodes)?;
            let gaps = self.put_nodes(change)?;
            put_mapping(change, self.found)?;
            self.watch.check()?;
            Ok(gaps)
        })
    }

    fn put_nodes(&self, change: &mut Change<'_>) -> Result<Vec<NodeGaps>, EtlError> {
        let mut gaps = Vec::new();
        for (done, (name, node)) in (0..).zip(&self.found.nodes) {
            self.watch.tell(Step::Writing, done, self.found.nodes.len() as u64);
            let bins = self.put_node(change, name, node)?;
            if !bins.is_empty() {
                gaps.push(NodeGaps { node: name.clone(), bins });
            }
        }
        Ok(gaps)
    }

    fn put_node(&self, change: &mut Change<'_>, name: &str, node: &Node) -> Result<Vec<u32>, EtlError> {
        let activity = self.activity(node.number)?;
        let mut gaps = Vec::new();
        self.stage.bins(node.number, node.queue.as_ref().map(|(_, number)| *number), |bin| {
            self.watch.check()?;
            let is_gap = activity.is_gap(&bin, self.job.busy);
            let row = row(name, &bin, is_gap, self.job.now);
            gaps.extend(self.window.bin_at(row.ts).filter(|_| is_gap));
            change.put(&row)?;
            Ok::<(), EtlError>(())
        })?;
        Ok(gaps)
    }

    /// The events of a node in and around the window, as far as there are data.
    fn activity(&self, node: u32) -> Result<Activity, EtlError> {
        let step = self.window.bin().seconds();
        let around = AROUND as i64 * step;
        let (first, end) = (self.window.start().as_second() - around, self.window.end().as_second() + around);
        let known = self.found.extent.clone().unwrap_or(first..first);
        let mut activity = Activity::quiet(first.max(known.start), end.min(known.end), step);
        self.stage.totals(node, |bin, events| activity.set(bin, events))?;
        Ok(activity)
    }
}

fn row(node: &str, bin: &NodeBin, is_gap: bool, now: Timestamp) -> GoldRow {
    let ts = Timestamp::from_second(bin.bin).unwrap_or(Timestamp::MAX);
    GoldRow {
        ts,
        node: node.to_owned(),
        arrivals: Some(bin.arrivals),
        served: Some(bin.served),
        errors: Some(bin.errors),
        external_demand: Some(bin.external_demand),
        queue_depth: bin.queue_depth,
        schema_version: SCHEMA_VERSION.to_owned(),
        extraction_ts: now,
        known_data_gaps: if is_gap { format!("[\"{ts}\"]") } else { String::new() },
    }
}

/// Keeps the mapping that was used beside the bins.
fn put_mapping(change: &Change<'_>, found: &Found) -> Result<(), EtlError> {
    let mut clear = change.connection().prepare("DELETE FROM NodeQueueMapping WHERE node = ?1")?;
    let mut put = change.connection().prepare("INSERT INTO NodeQueueMapping VALUES (?1, ?2)")?;
    for (name, node) in &found.nodes {
        clear.execute([name])?;
        if let Some((queue, _)) = &node.queue {
            put.execute([name, queue])?;
        }
    }
    Ok(())
}
