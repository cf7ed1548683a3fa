//! An ETL that keeps running: a pass at once, then one each interval. What keeps the first from being done ends it; a
//! later one that fails is reported, and the next tries again.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use flowtime_telemetry::etl::{EtlError, Schedule};
use jiff::{SignedDuration, Timestamp};

use super::{JobArgs, job, report, run, show};
use crate::interrupt::STOP;
use crate::ui::{Outcome, Ui};

/// How long a wish to stop may go unheard.
const NAP: Duration = Duration::from_millis(50);

/// Has passes until it is stopped.
pub(super) fn run_passes(args: &JobArgs, schedule: &Schedule, ui: &Ui) -> anyhow::Result<Outcome> {
    let mut hourly = None;
    let mut is_first = true;
    loop {
        let now = Timestamp::now();
        let pass = schedule.pass(now, hourly);
        let mut job = job(args, now);
        (job.from, job.to) = (Some(pass.from), Some(pass.to));
        match run(&job, ui) {
            Ok(summary) => {
                hourly = if pass.is_hourly { Some(pass.to) } else { hourly };
                show(&summary, &job, args, ui)?;
            }
            Err(EtlError::Interrupted) => return Ok(Outcome::Interrupted),
            Err(error) => {
                let outcome = report::failure(error, &job, ui);
                if is_first {
                    return Ok(outcome);
                }
            }
        }
        is_first = false;
        if !wait(schedule.wait(Timestamp::now())) {
            return Ok(Outcome::Interrupted);
        }
    }
}

/// Waits so long; false if the user wants to stop.
fn wait(span: SignedDuration) -> bool {
    let end = Instant::now() + span.unsigned_abs();
    while Instant::now() < end {
        if STOP.load(Ordering::Relaxed) {
            return false;
        }
        thread::sleep(NAP);
    }
    !STOP.load(Ordering::Relaxed)
}
