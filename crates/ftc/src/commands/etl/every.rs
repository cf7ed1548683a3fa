//! An ETL that keeps running: a pass at once, then one each interval, each from where the one before, or an earlier process,
//! ended. What keeps the first from being done ends it; a later one that fails is reported, and the next tries again.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use flowtime_telemetry::etl::{EtlError, Memory, Schedule};
use flowtime_telemetry::gold::{GoldError, GoldStore};
use jiff::{SignedDuration, Timestamp};

use super::{JobArgs, job, report, run, show};
use crate::interrupt::STOP;
use crate::ui::{Outcome, Ui};

/// How long a wish to stop may go unheard.
const NAP: Duration = Duration::from_millis(50);

/// Has passes until it is stopped.
pub(super) fn run_passes(args: &JobArgs, schedule: &Schedule, ui: &Ui) -> anyhow::Result<Outcome> {
    let mut memory = Memory::default();
    let (mut done, mut hourly) = (end_of(&args.gold)?, None);
    let mut is_first = true;
    loop {
        let now = Timestamp::now();
        let pass = schedule.pass(now, done, hourly);
        let mut job = job(args, now);
        (job.from, job.to) = (Some(pass.from), Some(pass.to));
        match run(&job, &mut memory, ui) {
            Ok(summary) => {
                done = Some(pass.to);
                hourly = if pass.is_hourly { done } else { hourly };
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

/// Where the bins of a store end; nowhere if it isn't there yet.
fn end_of(gold: &Path) -> Result<Option<Timestamp>, GoldError> {
    if gold.exists() { GoldStore::read(gold)?.end() } else { Ok(None) }
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
