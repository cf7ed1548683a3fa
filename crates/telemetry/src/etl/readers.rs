//! What becomes of the lines of events and of metrics: those that count go to the stage in batches, with numbers for
//! their nodes and queues; the others are counted by why they don't.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::mpsc::SyncSender;

use jiff::Timestamp;
use serde::Serialize;

use super::error::EtlError;
use super::event;
use super::key::{Dedupe, key};
use super::mapping::Mapping;
use super::memory::Content;
use super::metric;
use super::record::{Fault, Field, Record, Shape};
use super::scan::Reader;
use super::stage::{Batch, StagedEvent, StagedMetric};
use crate::time::BinSize;

/// Which times are of interest.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    /// The length of bins.
    pub(super) bin: BinSize,
    /// Bin starts that are staged, in seconds since 1970.
    pub(super) bins: Range<i64>,
}

impl Reach {
    /// The bin of `time`, which `content` then reaches, if it is of interest.
    fn bin_of(&self, time: Timestamp, content: &mut Content) -> Option<i64> {
        let bin = self.bin.floor(time);
        content.reach(bin..bin + self.bin.seconds());
        self.bins.contains(&bin).then_some(bin)
    }
}

/// How many lines of a kind there are, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Lines that can be read.
    pub read: u64,
    /// Those with a name that doesn't count.
    pub other: u64,
    /// Those of queues that the mapping lacks.
    pub unmapped: u64,
    /// Those outside the window and its surroundings.
    pub outside: u64,
    /// Those that were there before.
    pub duplicates: u64,
}

impl Tally {
    pub(super) fn add(&mut self, more: &Tally) {
        self.read += more.read;
        self.other += more.other;
        self.unmapped += more.unmapped;
        self.outside += more.outside;
        self.duplicates += more.duplicates;
    }
}

/// Names and the numbers they go by.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    numbers: HashMap<String, u32>,
}

impl Numbers {
    pub(super) fn of(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.numbers.insert(name.to_owned(), number);
        number
    }

    /// All of them, by name.
    pub(super) fn sorted(self) -> BTreeMap<String, u32> {
        self.numbers.into_iter().collect()
    }
}

/// Takes events.
pub(super) struct Events<'a> {
    pub(super) nodes: Numbers,
    content: Content,
    /// The numbers of the nodes that the content has.
    seen: Vec<bool>,
    reach: &'a Reach,
    dedupe: Dedupe,
    batch: Vec<StagedEvent>,
    sender: &'a SyncSender<Batch>,
}

impl<'a> Events<'a> {
    pub(super) fn new(reach: &'a Reach, dedupe: Dedupe, sender: &'a SyncSender<Batch>) -> Self {
        let (nodes, content) = (Numbers::default(), Content::default());
        Self { nodes, content, seen: Vec::new(), reach, dedupe, batch: Vec::new(), sender }
    }

    /// The number of the node `name`, which the content then has.
    fn node(&mut self, name: &str) -> u32 {
        let number = self.nodes.of(name);
        let at = number as usize;
        self.seen.resize(self.seen.len().max(at + 1), false);
        if !std::mem::replace(&mut self.seen[at], true) {
            self.content.nodes.insert(name.to_owned());
        }
        number
    }
}

impl Reader for Events<'_> {
    const SHAPE: &'static Shape = &event::SHAPE;
    const NEEDED: &'static [Field] = &event::NEEDED;

    fn take(&mut self, record: &Record) -> Result<(), Fault> {
        let event = event::parse(record)?;
        self.content.tally.read += 1;
        let Some(event) = event else {
            self.content.tally.other += 1;
            return Ok(());
        };
        let node = self.node(event.node);
        let Some(bin) = self.reach.bin_of(event.time, &mut self.content) else {
            self.content.tally.outside += 1;
            return Ok(());
        };
        let time = event.time.as_millisecond();
        let key = key(&event, time, self.dedupe);
        self.batch.push(StagedEvent { bin, node, kind: event.kind as u8, key, time, weight: event.weight });
        Ok(())
    }

    fn pass_on(&mut self) -> Result<(), EtlError> {
        let batch = std::mem::take(&mut self.batch);
        send(self.sender, Batch::Events(batch))
    }

    fn end_file(&mut self) -> Content {
        self.seen.clear();
        std::mem::take(&mut self.content)
    }
}

/// Takes metrics.
pub(super) struct Metrics<'a> {
    /// Queues by their names in lower case: Service Bus makes no difference.
    queues: &'a BTreeMap<String, u32>,
    content: Content,
    reach: &'a Reach,
    batch: Vec<StagedMetric>,
    sender: &'a SyncSender<Batch>,
}

impl<'a> Metrics<'a> {
    pub(super) fn new(queues: &'a BTreeMap<String, u32>, reach: &'a Reach, sender: &'a SyncSender<Batch>) -> Self {
        Self { queues, content: Content::default(), reach, batch: Vec::new(), sender }
    }
}

impl Reader for Metrics<'_> {
    const SHAPE: &'static Shape = &metric::SHAPE;
    const NEEDED: &'static [Field] = &metric::NEEDED;

    fn take(&mut self, record: &Record) -> Result<(), Fault> {
        let metric = metric::parse(record)?;
        self.content.tally.read += 1;
        let Some(metric) = metric else {
            self.content.tally.other += 1;
            return Ok(());
        };
        let Some(queue) = self.queues.get(&metric.queue.to_lowercase()).copied() else {
            self.content.tally.unmapped += 1;
            return Ok(());
        };
        let Some(bin) = self.reach.bin_of(metric.time, &mut self.content) else {
            self.content.tally.outside += 1;
            return Ok(());
        };
        let time = metric.time.as_millisecond();
        self.batch.push(StagedMetric { bin, queue, kind: metric.kind as u8, time, value: metric.value });
        Ok(())
    }

    fn pass_on(&mut self) -> Result<(), EtlError> {
        let batch = std::mem::take(&mut self.batch);
        send(self.sender, Batch::Metrics(batch))
    }

    fn end_file(&mut self) -> Content {
        std::mem::take(&mut self.content)
    }
}

/// Queues of `mapping` and the numbers they go by.
pub(super) fn queues_of(mapping: &Mapping) -> BTreeMap<String, u32> {
    let mut numbers = Numbers::default();
    for queue in mapping.values() {
        numbers.of(&queue.to_lowercase());
    }
    numbers.sorted()
}

/// Sends `batch`; if nobody takes it, the stage has failed and will say why.
fn send(sender: &SyncSender<Batch>, batch: Batch) -> Result<(), EtlError> {
    sender.send(batch).map_err(|_| EtlError::Interrupted)
}
