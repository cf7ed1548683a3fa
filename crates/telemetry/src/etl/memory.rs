//! What an ETL that keeps running remembers of the files it has read: a file that is as it was, and has nothing near the
//! next window, need not be read again. What it would have added, its nodes and how far it reaches, is remembered, so that
//! the result is that of reading all files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use super::mapping::Mapping;
use super::readers::Tally;

/// A file that was written so shortly before it was read may be written again without its time showing it.
const SETTLED: Duration = Duration::from_secs(2);

/// What is remembered of the files of a job from one run to the next.
#[derive(Debug, Default)]
pub struct Memory {
    mapping: Mapping,
    pub(super) events: Files,
    pub(super) metrics: Files,
}

impl Memory {
    /// Forgets all that another mapping made of the files.
    pub(super) fn use_mapping(&mut self, mapping: &Mapping) {
        if self.mapping != *mapping {
            *self = Self { mapping: mapping.clone(), ..Self::default() };
        }
    }
}

/// What is remembered of files of events, or of metrics.
#[derive(Debug, Default)]
pub(super) struct Files(BTreeMap<PathBuf, (Stamp, Content)>);

/// What tells that a file has changed.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: SystemTime,
}

/// What a file has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    /// Its nodes.
    pub(super) nodes: BTreeSet<String>,
    /// From its first bin with data to behind its last, in seconds since 1970.
    pub(super) extent: Option<Range<i64>>,
    /// What became of its lines.
    pub(super) tally: Tally,
}

impl Content {
    /// Has data in `bins`.
    pub(super) fn reach(&mut self, bins: Range<i64>) {
        let extent = self.extent.get_or_insert(bins.clone());
        *extent = extent.start.min(bins.start)..extent.end.max(bins.end);
    }

    /// Has what `other` has, too.
    pub(super) fn add(&mut self, other: Content) {
        self.nodes.extend(other.nodes);
        other.extent.into_iter().for_each(|bins| self.reach(bins));
        self.tally.add(&other.tally);
    }

    /// The same with nothing of it in a window.
    fn outside(&self) -> Self {
        let Tally { read, other, unmapped, .. } = self.tally;
        let tally = Tally { outside: read - other - unmapped, duplicates: 0, ..self.tally };
        Self { tally, ..self.clone() }
    }
}

impl Files {
    /// What the file at `path` has, if it need not be read again, because it has nothing in `bins` and is as it was.
    pub(super) fn recall(&self, path: &Path, bins: &Range<i64>) -> Option<Content> {
        let (stamp, content) = self.0.get(path)?;
        let is_near = content.extent.as_ref().is_some_and(|has| has.start < bins.end && bins.start < has.end);
        let is_same = || fs::metadata(path).ok().and_then(|file| Stamp::of(&file)).as_ref() == Some(stamp);
        (!is_near && is_same()).then(|| content.outside())
    }

    /// Remembers the `content` of the file at `path`, which was `file` before it was read, at `now` or later.
    pub(super) fn keep(&mut self, path: &Path, file: &Metadata, content: Content, now: Timestamp) {
        let begin = SystemTime::from(now);
        match Stamp::of(file).filter(|stamp| file.is_file() && stamp.modified + SETTLED <= begin) {
            Some(stamp) => self.0.insert(path.to_owned(), (stamp, content)),
            None => self.0.remove(path),
        };
    }

    /// Forgets the file at `path`.
    pub(super) fn forget(&mut self, path: &Path) {
        self.0.remove(path);
    }
}

impl Stamp {
    fn of(file: &Metadata) -> Option<Self> {
        Some(Self { length: file.len(), modified: file.modified().ok()? })
    }
}
