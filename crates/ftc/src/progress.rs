//! A line on the terminal that tells what long work does; silent at first, so that short work leaves no trace.

use std::time::{Duration, Instant};

use flowtime::driver::Step;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long work is silent before it shows its progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// What the line shows where it isn't known how much there is, and where it is.
const OPEN: &str = "{spinner} {msg} ({elapsed})";
const BOUNDED: &str = "{spinner} {msg} {bar:24} {percent:>3} % ({elapsed})";

/// The line; it goes away when this is dropped.
pub(crate) struct Progress {
    bar: ProgressBar,
    begin: Instant,
    wanted: bool,
}

impl Progress {
    /// Silent, for ever if it isn't `wanted`.
    pub(crate) fn new(wanted: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let progress = Self { bar, begin: Instant::now(), wanted };
        progress.set_template(OPEN);
        progress
    }

    /// Whether anybody sees it.
    pub(crate) fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// Tells the step of a run that begins.
    pub(crate) fn show(&self, step: Step<'_>) {
        match step {
            Step::Load { series, index, count } => self.say(&format!("reading {series} ({} of {count})", index + 1)),
            Step::Evaluate { series, bins } => self.say(&format!("evaluating {series} series over {bins} bins")),
            Step::Prepared { .. } => self.set_template(BOUNDED),
        }
    }

    /// Tells what is done now.
    pub(crate) fn say(&self, message: &str) {
        self.appear();
        self.bar.set_message(message.to_owned());
    }

    /// Tells how much of it is done.
    pub(crate) fn advance(&self, done: usize, total: usize) {
        self.appear();
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
    }

    fn appear(&self) {
        if self.wanted && self.bar.is_hidden() && self.begin.elapsed() > PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.enable_steady_tick(Duration::from_millis(100));
        }
    }

    fn set_template(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
