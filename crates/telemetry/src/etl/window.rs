//! Which bins a run is about: the window that the user names, widened to whole bins, or as far as the data reach. What is
//! staged reaches further, by the bins that tell whether an empty one is a gap.

use std::ops::Range;

use jiff::Timestamp;

use super::error::EtlError;
use super::gaps::AROUND;
use super::intake::Found;
use super::{Dedupe, Job, MOST_DAYS, MOST_ROWS};
use crate::time::{BinSize, Window};

/// The bin starts that have to be staged for `job`, in seconds since 1970.
pub(super) fn staged(job: &Job) -> Result<Range<i64>, EtlError> {
    if let (Some(from), Some(to)) = (job.from, job.to) {
        check_order(from, to)?;
    }
    let around = AROUND as i64 * job.bin.seconds();
    let start = match job.dedupe {
        Dedupe::Delivery => job.from.map(|from| job.bin.floor(from) - around),
        // The earliest delivery of a message may be long ago.
        Dedupe::Message => None,
    };
    let end = job.to.map(|to| ceil(job.bin, to) + around);
    Ok(start.unwrap_or(i64::MIN)..end.unwrap_or(i64::MAX))
}

/// The window of `job`, whose files have what was `found`.
pub(super) fn choose(job: &Job, found: &Found) -> Result<Window, EtlError> {
    let (extent, nodes) = (found.extent.as_ref(), found.nodes.len());
    let start = job.from.map(|from| job.bin.floor(from)).or(extent.map(|extent| extent.start));
    let end = job.to.map(|to| ceil(job.bin, to)).or(extent.map(|extent| extent.end));
    let (Some(start), Some(end)) = (start, end) else {
        return Err(EtlError::NoEvents { lines: found.lines, files: found.files });
    };
    let (from, to) = (timestamp(start), timestamp(end));
    check_order(from, to)?;
    if (job.from.is_none() || job.to.is_none()) && end - start > MOST_DAYS * 86_400 {
        return Err(EtlError::Extent { from, to });
    }
    let bins = u32::try_from((end - start) / job.bin.seconds()).unwrap_or(u32::MAX);
    let window = Window::new(from, bins, job.bin)?;
    if nodes as u64 * u64::from(bins) > MOST_ROWS {
        return Err(EtlError::Rows { nodes, bins });
    }
    Ok(window)
}

fn check_order(from: Timestamp, to: Timestamp) -> Result<(), EtlError> {
    if from < to { Ok(()) } else { Err(EtlError::Window { from, to }) }
}

/// The end of the last bin that begins before `time`.
fn ceil(bin: BinSize, time: Timestamp) -> i64 {
    let floor = bin.floor(time);
    if bin.is_boundary(time) { floor } else { floor + bin.seconds() }
}

/// The time at `second`; the ends of the calendar for what lies beyond.
fn timestamp(second: i64) -> Timestamp {
    let end = if second < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(second).unwrap_or(end)
}
