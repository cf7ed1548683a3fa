//! A line on the terminal that tells what long work does; silent at first, so that short work leaves no trace.

use std::convert::Infallible;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use flowtime::driver::Step;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::ui::Ui;

/// How long work is silent before it shows its progress.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the line is drawn anew, whether or not there is news.
const TICK: Duration = Duration::from_millis(100);

/// What the line shows where it isn't known how much there is, and where it is.
const OPEN: &str = "{spinner} {msg} ({elapsed})";
const BOUNDED: &str = "{spinner} {msg} {bar:24} {percent:>3} % ({elapsed})";

/// The line; it goes away when this is dropped.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// What makes the line appear, if anybody sees it.
    waiting: Option<Waiting>,
}

impl Progress {
    /// Silent, for ever if it isn't `wanted`.
    pub(crate) fn new(wanted: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let waiting = if wanted { Waiting::begin(bar.clone()) } else { None };
        let progress = Self { bar, waiting };
        progress.set_template(OPEN);
        progress
    }

    /// Tells one thing as long as it lives, to who looks at the terminal.
    pub(crate) fn of(message: &str, ui: &Ui) -> Self {
        let progress = Self::new(ui.shows_progress());
        progress.say(message);
        progress
    }

    /// Whether anybody sees it.
    pub(crate) fn is_wanted(&self) -> bool {
        self.waiting.is_some()
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
        self.bar.set_message(message.to_owned());
    }

    /// Tells how much of it is done.
    pub(crate) fn advance(&self, done: usize, total: usize) {
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
    }

    fn set_template(&self, template: &str) {
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(waiting) = self.waiting.take() {
            waiting.end();
        }
        self.bar.finish_and_clear();
    }
}

/// A thread that shows the line once the work has taken its time, even if the work tells nothing meanwhile.
struct Waiting {
    working: Sender<Infallible>,
    thread: JoinHandle<()>,
}

impl Waiting {
    /// Nothing where the system has no thread for it: then no line appears.
    fn begin(bar: ProgressBar) -> Option<Self> {
        let (working, end) = mpsc::channel();
        let wait = move || {
            if end.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                bar.set_draw_target(ProgressDrawTarget::stderr());
                bar.enable_steady_tick(TICK);
            }
        };
        let thread = thread::Builder::new().spawn(wait).ok()?;
        Some(Self { working, thread })
    }

    /// The line appears now or never.
    fn end(self) {
        drop(self.working);
        // It only waits and draws, so there is nothing to learn from it.
        let _ = self.thread.join();
    }
}
