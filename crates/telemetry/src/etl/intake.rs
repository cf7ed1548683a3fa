//! All files of a run that have to be read, read once: events and metrics go to the stage, which has a thread of its own; what is known of
//! nodes and queues, and how far the data reach, stays here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use jiff::Timestamp;

use super::error::EtlError;
use super::mapping::Mapping;
use super::memory::{Content, Files, Memory};
use super::readers::{Events, Metrics, Numbers, Reach, Tally, queues_of};
use super::rejects::Rejects;
use super::scan::{Reader, Scan};
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
    /// Lines that were read.
    pub(super) lines: u64,
    /// Files of events.
    pub(super) files: u64,
    /// Files that were not read, because what they have is known.
    pub(super) unchanged: u64,
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

/// What is to be read, and what is known of it.
pub(super) struct Input<'a> {
    pub(super) job: &'a Job,
    pub(super) mapping: &'a Mapping,
    pub(super) memory: &'a mut Memory,
}

/// Reads all files of `input` that have to be.
pub(super) fn read_all(input: Input<'_>, watch: Watch<'_>) -> Result<(Stage, Found), EtlError> {
    let dedupe = input.job.dedupe;
    let (sender, receiver) = sync_channel(AHEAD);
    let (staged, found) = thread::scope(|scope| {
        let stager = scope.spawn(|| stage_all(receiver, dedupe));
        // Takes the sender, so that the stage ends when this does.
        let found = scan_all(input, sender, watch);
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
fn scan_all(input: Input<'_>, sender: SyncSender<Batch>, watch: Watch<'_>) -> Result<Found, EtlError> {
    let Input { job, mapping, memory } = input;
    let reach = Reach { bin: job.bin, bins: window::staged(job)? };
    let plan = Plan::of(job, memory, &reach)?;
    let mut scan = Scan::new(Rejects::new(&job.rejects), plan.bytes(), job.growing, watch);
    let queues = queues_of(mapping);
    let mut reader = Metrics::new(&queues, &reach, &sender);
    let metrics = plan.metrics.read(&mut scan, &mut reader, &mut memory.metrics, job.now)?;
    let mut reader = Events::new(&reach, job.dedupe, &sender);
    let mut all = plan.events.read(&mut scan, &mut reader, &mut memory.events, job.now)?;
    let events = all.tally;
    let nodes = nodes_of(reader.nodes, &all.nodes, mapping, &queues);
    scan.rejects.finish()?;
    check_rejects(&scan, job.max_rejects)?;
    let tally = metrics.tally;
    all.add(metrics);
    Ok(Found {
        nodes,
        extent: all.extent,
        events,
        metrics: tally,
        staged: events.read - events.other - events.outside,
        rejects: scan.rejects.count,
        lines: scan.lines,
        files: plan.events.0.len() as u64,
        unchanged: plan.unchanged(),
    })
}

/// The files of a run.
struct Plan {
    events: Planned,
    metrics: Planned,
}

/// Files of a kind, each with what is remembered of it if it need not be read.
struct Planned(Vec<(PathBuf, Option<Content>)>);

impl Plan {
    fn of(job: &Job, memory: &Memory, reach: &Reach) -> Result<Self, EtlError> {
        let planned = |paths: &[PathBuf], known: &Files| {
            let recalled = |path: PathBuf| (known.recall(&path, &reach.bins), path);
            let files = inputs::expand(paths)?.into_iter().map(recalled);
            Ok::<_, EtlError>(Planned(files.map(|(content, path)| (path, content)).collect()))
        };
        Ok(Self { events: planned(&job.events, &memory.events)?, metrics: planned(&job.metrics, &memory.metrics)? })
    }

    fn files(&self) -> impl Iterator<Item = &(PathBuf, Option<Content>)> {
        self.events.0.iter().chain(&self.metrics.0)
    }

    /// The bytes to be read.
    fn bytes(&self) -> u64 {
        self.files().filter(|(_, content)| content.is_none()).map(|(path, _)| inputs::length(path)).sum()
    }

    /// How many files need not be read.
    fn unchanged(&self) -> u64 {
        self.files().filter(|(_, content)| content.is_some()).count() as u64
    }
}

impl Planned {
    /// Reads the files that have to be; what all of them have.
    fn read<R: Reader>(
        &self,
        scan: &mut Scan<'_>,
        reader: &mut R,
        memory: &mut Files,
        now: Timestamp,
    ) -> Result<Content, EtlError> {
        let mut all = Content::default();
        for (path, known) in &self.0 {
            all.add(match known {
                Some(content) => content.clone(),
                None => read_file(path, scan, reader, memory, now)?,
            });
        }
        Ok(all)
    }
}

/// Reads a file and remembers what it has, unless it has lines that can't be read, which are told every time.
fn read_file<R: Reader>(
    path: &Path,
    scan: &mut Scan<'_>,
    reader: &mut R,
    memory: &mut Files,
    now: Timestamp,
) -> Result<Content, EtlError> {
    let (before, file) = (scan.rejects.count, fs::metadata(path));
    let content = scan.file(path, reader)?;
    match file {
        Ok(file) if scan.rejects.count == before => memory.keep(path, &file, content.clone(), now),
        _ => memory.forget(path),
    }
    Ok(content)
}

fn check_rejects(scan: &Scan<'_>, most: u64) -> Result<(), EtlError> {
    let count = scan.rejects.count;
    if count <= most {
        return Ok(());
    }
    Err(EtlError::Rejects { count, lines: scan.lines, most, first: scan.rejects.first.clone() })
}

/// The nodes that events have, and those that only the mapping has.
fn nodes_of(
    mut numbers: Numbers,
    with_events: &BTreeSet<String>,
    mapping: &Mapping,
    queues: &BTreeMap<String, u32>,
) -> BTreeMap<String, Node> {
    for node in with_events.iter().chain(mapping.keys()) {
        numbers.of(node);
    }
    let queue_of = |name: &str| {
        let queue = mapping.get(name)?;
        Some((queue.clone(), *queues.get(&queue.to_lowercase())?))
    };
    let nodes = numbers.sorted().into_iter().map(|(name, number)| {
        let node = Node { number, queue: queue_of(&name), has_events: with_events.contains(&name) };
        (name, node)
    });
    nodes.collect()
}
