//! A line on the terminal that tells what a long piece of work does; short work shows nothing.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long work is silent before it shows its progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// What is being done, for who waits.
pub(crate) struct Progress {
    bar: ProgressBar,
    begin: Instant,
    wanted: bool,
}

impl Progress {
    /// A line that shows up when the work takes longer than people wait, if it is wanted at all.
    pub(crate) fn new(wanted: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        Self { bar, begin: Instant::now(), wanted }
    }

    /// Tells of the step that begins; one that `is_long` shows the line at once.
    pub(crate) fn show(&self, message: &str, is_long: bool) {
        if self.wanted && self.bar.is_hidden() && (self.begin.elapsed() > PATIENCE || is_long) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.enable_steady_tick(Duration::from_millis(100));
        }
        self.bar.set_message(message.to_owned());
    }

    /// Takes the line away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
