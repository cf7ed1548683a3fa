//! What the user hears of an ETL: how far it is, what it has done, and what was wrong.

use std::cell::Cell;
use std::time::Duration;

use flowtime_telemetry::etl::{EtlError, Job, NodeGaps, Progress, Step, Summary, Tally};
use flowtime_telemetry::time::Window;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::models::counted;
use crate::pace::Pace;
use crate::ui::{Outcome, Ui};

/// How long a run is silent before it shows its progress.
const PATIENCE: Duration = Duration::from_millis(500);
/// Gaps of a node that are named.
const GAPS_SHOWN: usize = 3;

/// A line on the terminal that tells how far a run is.
pub(super) struct Bar {
    bar: ProgressBar,
    pace: Pace,
    wanted: bool,
    step: Cell<Option<Step>>,
}

impl Bar {
    pub(super) fn new(ui: &Ui) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Self { bar, pace: Pace::new(), wanted: ui.shows_progress(), step: Cell::new(None) }
    }

    pub(super) fn show(&self, now: Progress) {
        if !self.wanted || self.pace.elapsed() < PATIENCE {
            return;
        }
        if self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        if self.step.replace(Some(now.step)) != Some(now.step) {
            self.begin_step(now.step);
        }
        if now.step == Step::Reading {
            let (rate, left) = (self.pace.rate(now.lines, "lines"), self.pace.left(now.done, now.total));
            self.bar.set_message(rate + &left);
        }
        self.bar.set_length(now.total);
        self.bar.set_position(now.done);
    }

    fn begin_step(&self, step: Step) {
        let template = match step {
            Step::Reading => "reading {wide_bar} {percent} %, {msg}",
            Step::Counting => "{spinner} {msg} ({elapsed})",
            Step::Writing => "writing bins {wide_bar} {pos} of {len} nodes",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        if step == Step::Counting {
            self.bar.set_message("counting events");
            self.bar.enable_steady_tick(Duration::from_millis(100));
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Says what was done, and what of it deserves a look.
pub(super) fn summary(summary: &Summary, job: &Job, ui: &Ui) {
    let Summary { start, end, bins, bin_size, nodes, rows, events, metrics, rejects, .. } = summary;
    let (nodes, rows) = (counted(*nodes, "node"), counted(*rows as usize, "row"));
    let bins = counted(*bins as usize, "bin");
    ui.note(&format!("{}: {rows}, {nodes} in {bins} of {bin_size} from {start} to {end}", job.gold.display()));
    ui.note(&format!("events: {}", told(events)));
    if !job.metrics.is_empty() {
        ui.note(&format!("metrics: {}", told(metrics)));
    }
    if summary.unchanged > 0 {
        ui.note(&format!("{} read in an earlier pass and as before", counted(summary.unchanged as usize, "file")));
    }
    if *rejects > 0 {
        let lines = counted(*rejects as usize, "bad line");
        ui.warning(&format!("{lines} passed over and kept in `{}`", job.rejects.display()));
    }
    for node in &summary.silent {
        ui.warning(&format!("node `{node}` of the mapping has no events in these files"));
    }
    if !job.metrics.is_empty() && metrics.read > 0 && metrics.unmapped + metrics.other == metrics.read {
        ui.warning("no metric is one of a queue in the mapping");
    }
    if let Ok(window) = Window::new(*start, summary.bins, job.bin) {
        summary.gaps.iter().for_each(|gaps| ui.note(&gap_line(gaps, &window)));
    }
}

fn told(tally: &Tally) -> String {
    let parts = [
        (tally.duplicates, "of them duplicates"),
        (tally.other, "of other names"),
        (tally.unmapped, "of queues that are not mapped"),
        (tally.outside, "outside the window"),
    ];
    let mut told = format!("{} read", HumanCount(tally.read));
    for (count, what) in parts.into_iter().filter(|(count, _)| *count > 0) {
        told += &format!(", {} {what}", HumanCount(count));
    }
    told
}

/// The gaps of a node as ranges with their clock times.
fn gap_line(gaps: &NodeGaps, window: &Window) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for bin in &gaps.bins {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *bin => *last = *bin,
            _ => ranges.push((*bin, *bin)),
        }
    }
    let shown = ranges.iter().take(GAPS_SHOWN).map(|(first, last)| window.clock(*first, *last));
    let shown = shown.collect::<Vec<_>>().join(", ");
    let more =
        if ranges.len() > GAPS_SHOWN { format!(" and {} more", ranges.len() - GAPS_SHOWN) } else { String::new() };
    format!("gaps of {}: {}, {shown}{more}", gaps.node, counted(gaps.bins.len(), "bin"))
}

/// Says why a run failed, and what helps.
pub(super) fn failure(error: EtlError, job: &Job, ui: &Ui) -> Outcome {
    if let EtlError::Interrupted = error {
        return Outcome::Interrupted;
    }
    if let EtlError::Rejects { first, .. } = &error {
        first.iter().for_each(|reject| ui.error(&reject.to_string()));
    }
    let (is_input, keeps) = (error.is_input(), matches!(error, EtlError::Rejects { .. }));
    ui.failure(&error.into());
    if keeps {
        ui.note(&format!("the bad lines are in `{}`; Gold is as it was", job.rejects.display()));
    }
    if is_input { Outcome::Problems } else { Outcome::Failed }
}
