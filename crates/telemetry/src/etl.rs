//! Events of App Insights and metrics of Service Bus become bins of Gold, on a dense grid of nodes × bins.
//!
//! ```text
//! files ──scan──► lines ──readers──► events, metrics ──stage (SQLite)──► bins per node ──gaps──► Gold, one transaction
//! ```
//!
//! A window is computed from all files given and replaced as a whole, so the result depends on what the files hold and
//! on nothing else: not on the order of lines, not on how often a line is there, not on what Gold had before. Late events
//! count as soon as a file that has them is among those given.

mod error;
mod event;
mod gaps;
mod inputs;
mod intake;
mod key;
mod mapping;
mod memory;
mod metric;
mod ndjson;
mod readers;
mod record;
mod rejects;
mod scan;
mod schedule;
mod stage;
mod table;
#[cfg(test)]
mod tests;
mod when;
mod window;
mod write;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use serde::{Serialize, Serializer};

pub use error::EtlError;
pub use key::Dedupe;
pub use mapping::{Mapping, read_mapping};
pub use memory::Memory;
pub use readers::Tally;
pub use rejects::Reject;
pub use schedule::{Pass, Schedule};
pub use when::{When, parse_span};
pub use write::NodeGaps;

use crate::gold::GoldStore;
use crate::time::{BinSize, Window};
use intake::{Found, Input, Node};
use write::Content;

/// Days that data may span where no window is named.
pub(crate) const MOST_DAYS: i64 = 400;
/// Rows of a grid at most.
pub(crate) const MOST_ROWS: u64 = 100_000_000;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Job {
    /// Files, folders and patterns of events.
    pub events: Vec<PathBuf>,
    /// Files, folders and patterns of metrics.
    pub metrics: Vec<PathBuf>,
    /// The mapping of nodes to queues; without one no queue is known.
    pub mapping: Option<PathBuf>,
    /// The Gold store; made if it isn't there.
    pub gold: PathBuf,
    /// Where lines that can't be read are kept.
    pub rejects: PathBuf,
    /// The window's start, widened to a whole bin; without one, the first bin with data.
    pub from: Option<Timestamp>,
    /// The window's end, widened to a whole bin; without one, the end of the last bin with data.
    pub to: Option<Timestamp>,
    /// The length of bins.
    pub bin: BinSize,
    /// Which of the events of a message count.
    pub dedupe: Dedupe,
    /// Lines that may be bad.
    pub max_rejects: u64,
    /// Whether the files are still being written: a last line without an end may then be half of one.
    pub growing: bool,
    /// From which median of the bins around it on an empty bin is a gap, in events.
    pub busy: u32,
    /// What time it is.
    pub now: Timestamp,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it does.
    pub step: Step,
    /// How much of the step is done: bytes of files while it reads, nodes while it writes.
    pub done: u64,
    /// How much there is to do in all; 0 where that isn't known.
    pub total: u64,
    /// Lines read so far.
    pub lines: u64,
}

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It reads files.
    Reading,
    /// It counts what it has read.
    Counting,
    /// It writes Gold.
    Writing,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// The window's start.
    #[serde(serialize_with = "as_text")]
    pub start: Timestamp,
    /// The window's end.
    #[serde(serialize_with = "as_text")]
    pub end: Timestamp,
    /// Bins of the window.
    pub bins: u32,
    /// A bin's length, like `5m`.
    pub bin_size: String,
    /// Nodes of the grid.
    pub nodes: usize,
    /// Rows written: nodes × bins.
    pub rows: u64,
    /// What became of the events.
    pub events: Tally,
    /// What became of the metrics.
    pub metrics: Tally,
    /// Lines that can't be read.
    pub rejects: u64,
    /// Files that were not read again, because they are as they were and have nothing for the window.
    pub unchanged: u64,
    /// Nodes with gaps.
    pub gaps: Vec<NodeGaps>,
    /// Nodes of the mapping without any event.
    pub silent: Vec<String>,
    /// Nodes with events that the mapping lacks.
    pub unmapped: Vec<String>,
}

fn as_text<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

/// Does `job`: replaces the bins of its window in Gold, in one transaction. `progress` hears how far it is; setting
/// `stop` ends it.
///
/// # Errors
/// Something can't be read or written, too many lines are bad, or the window is none. Gold is then as it was before.
pub fn run(job: &Job, progress: &dyn Fn(Progress), stop: Option<&AtomicBool>) -> Result<Summary, EtlError> {
    run_again(job, &mut Memory::default(), progress, stop)
}

/// Like [`run`] for a job that is done again and again: files that `memory` knows to have nothing for the window are not
/// read. The result is that of reading all of them.
///
/// # Errors
/// Those of [`run`].
pub fn run_again(
    job: &Job,
    memory: &mut Memory,
    progress: &dyn Fn(Progress),
    stop: Option<&AtomicBool>,
) -> Result<Summary, EtlError> {
    GoldStore::check(&job.gold, job.bin)?;
    let mapping = job.mapping.as_deref().map(read_mapping).transpose()?.unwrap_or_default();
    let watch = Watch { progress, stop };
    memory.use_mapping(&mapping);
    let (mut stage, mut found) = intake::read_all(Input { job, mapping: &mapping, memory }, watch)?;
    let window = window::choose(job, &found)?;
    watch.tell(Step::Counting, 0, 0);
    let unique = stage.count(window.start().as_second(), window.end().as_second(), job.bin.seconds())?;
    found.events.duplicates = found.staged - unique;
    let gaps = Content { stage: &stage, window: &window, found: &found, job, watch }.put()?;
    Ok(summary(&window, &found, gaps))
}

/// Who hears how far a run is, and may stop it.
#[derive(Clone, Copy)]
struct Watch<'a> {
    progress: &'a dyn Fn(Progress),
    stop: Option<&'a AtomicBool>,
}

impl Watch<'_> {
    /// Says that of the `total` parts of a step so many are done.
    fn tell(&self, step: Step, done: u64, total: u64) {
        (self.progress)(Progress { step, done, total, lines: 0 });
    }

    fn check(&self) -> Result<(), EtlError> {
        let stopped = self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed));
        if stopped { Err(EtlError::Interrupted) } else { Ok(()) }
    }
}

fn summary(window: &Window, found: &Found, gaps: Vec<NodeGaps>) -> Summary {
    let nodes = found.nodes.len();
    let of = |kept: fn(&Node) -> bool| {
        found.nodes.iter().filter(|(_, node)| kept(node)).map(|(name, _)| name.clone()).collect()
    };
    Summary {
        start: window.start(),
        end: window.end(),
        bins: window.bins(),
        bin_size: window.bin().to_string(),
        nodes,
        rows: nodes as u64 * u64::from(window.bins()),
        events: found.events,
        metrics: found.metrics,
        rejects: found.rejects,
        unchanged: found.unchanged,
        gaps,
        silent: of(|node| !node.has_events),
        unmapped: of(|node| node.queue.is_none()),
    }
}
