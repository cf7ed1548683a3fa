//! How fast long work is, in words: how much of it is done, how much a second, and how long the rest takes where it is
//! known how much there is.

use std::time::{Duration, Instant};

use indicatif::{HumanCount, HumanDuration};

/// The pace since a beginning.
pub(crate) struct Pace {
    begin: Instant,
}

impl Pace {
    /// Begins now.
    pub(crate) fn new() -> Self {
        Self { begin: Instant::now() }
    }

    /// How long ago it began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.begin.elapsed()
    }

    /// `1,200 rows, 400/s`, where `what` is `rows`.
    pub(crate) fn rate(&self, count: u64, what: &str) -> String {
        let rate = count as f64 / self.elapsed().as_secs_f64().max(0.001);
        format!("{} {what}, {}/s", HumanCount(count), HumanCount(rate as u64))
    }

    /// `, 2m left` if `done` of `total` parts are done; nothing as long as that can't be told.
    pub(crate) fn left(&self, done: u64, total: u64) -> String {
        if done == 0 || total <= done {
            return String::new();
        }
        let left = self.elapsed().as_secs_f64() * (total - done) as f64 / done as f64;
        let left = Duration::try_from_secs_f64(left.ceil()).unwrap_or_default();
        format!(", {:#} left", HumanDuration(left))
    }
}
