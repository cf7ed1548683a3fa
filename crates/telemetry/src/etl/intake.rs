//! All files of a run, read once: events and metrics go to the stage, which has a thread of its own; what is known of
//! nodes and queues, and how far the data reach, stays here.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::error::EtlError;
use super::mapping::Mapping;
use super::readers::{Events, Metrics, Numbers, Reach, Tally, queues_of};
use super::rejects::Rejects;
use super::scan::Scan;
use super::stage::{Batch, Stage};
use super::{Dedupe, Job, Watch, inputs, window};

/// Batches that may wait for the stage.
const AHEAD: usize = 8;

/// What the files have.
#[derive(Debug)]
pub(super) struct Found {
    /// All nodes of files and mapping.
    pub(super) nodes: BTreeMap<String, Node>,
    /// From the first bin with data to behind the last, in seconds since 1970.
    pub(super) extent: Option<Range<i64>>,
    pub(super) events: Tally,
    pub(super) metrics: Tally,
    /// Events that went to the stage.
    pub(super) staged: u64,
    /// Lines that can't be read.
    pub(super) rejects: u64,
}

/// What is known of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// Its number on the stage.
    pub(super) number: u32,
    /// Its queue's name, and the number that goes by on the stage.
    pub(super) queue: Option<(String, u32)>,
    /// Whether the files have events of it.
    pub(super) has_events: bool,
}

/// Reads all files of `job`.
pub(super) fn read_all(job: &Job, mapping: &Mapping, watch: Watch<'_>) -> Result<(Stage, Found), EtlError> {
    let (sender, receiver) = sync_channel(AHEAD);
    let (staged, found) = thread::scope(|scope| {
        let stager = scope.spawn(|| stage_all(receiver, job.dedupe));
        // Takes the sender, so that the stage ends when this does.
        let found = scan_all(job, mapping, sender, watch);
        (stager.join(), found)
    });
    let stage = staged.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    Ok((stage, found?))
}

#[expect(clippy::needless_pass_by_value, reason = "the reader hangs up when the stage has failed")]
fn stage_all(receiver: Receiver<Batch>, dedupe: Dedupe) -> rusqlite::Result<Stage> {
    let mut stage = Stage::new(dedupe)?;
    receiver.iter().try_for_each(|batch| stage.put(batch))?;
    Ok(stage)
}

#[expect(clippy::needless_pass_by_value, reason = "the stage ends when the sender is gone")]
fn scan_all(job: &Job, mapping: &Mapping, sender: SyncSender<Batch>, watch: Watch<'_>) -> Result<Found, EtlError> {
    let (event_files, metric_files) = (inputs::expand(&job.events)?, inputs::expand(&job.metrics)?);
    let total = event_files.iter().chain(&metric_files).map(|path| inputs::length(path)).sum();
    let mut scan = Scan::new(Rejects::new(&job.rejects), total, job.growing, watch);
    let mut reach = Reach { bin: job.bin, bins: window::staged(job)?, extent: None };
    let queues = queues_of(mapping);
    let mut metrics = Metrics::new(&queues, &mut reach, &sender);
    metric_files.iter().try_for_each(|path| scan.file(path, &mut metrics))?;
    let metric_tally = metrics.tally;
    let mut events = Events::new(&mut reach, job.dedupe, &sender);
    event_files.iter().try_for_each(|path| scan.file(path, &mut events))?;
    let (tally, numbers) = (events.tally, events.nodes);
    scan.rejects.finish()?;
    check_rejects(&scan, job.max_rejects)?;
    Ok(Found {
        nodes: nodes_of(numbers, mapping, &queues),
        extent: reach.extent,
        events: tally,
        metrics: metric_tally,
        staged: tally.read - tally.other - tally.outside,
        rejects: scan.rejects.count,
    })
}

fn check_rejects(scan: &Scan<'_>, most: u64) -> Result<(), EtlError> {
    let count = scan.rejects.count;
    if count <= most {
        return Ok(());
    }
    Err(EtlError::Rejects { count, lines: scan.lines, most, first: scan.rejects.first.clone() })
}

/// The nodes that events have, and those that only the mapping has.
fn nodes_of(mut numbers: Numbers, mapping: &Mapping, queues: &BTreeMap<String, u32>) -> BTreeMap<String, Node> {
    let seen = numbers.len();
    for node in mapping.keys() {
        numbers.of(node);
    }
    let queue_of = |name: &str| {
        let queue = mapping.get(name)?;
        Some((queue.clone(), *queues.get(&queue.to_lowercase())?))
    };
    let nodes = numbers.sorted().into_iter().map(|(name, number)| {
        let node = Node { number, queue: queue_of(&name), has_events: (number as usize) < seen };
        (name, node)
    });
    nodes.collect()
}
