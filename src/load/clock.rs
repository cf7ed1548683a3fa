//! Times beside the values of a CSV file: with a `window` each row must bear the time at which its bin begins, so that a
//! gap or a doubled hour in an export is seen. Without a window there is nothing to compare them with.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::report::Report;
use crate::diagnostics::suggest::excerpt;
use crate::model::{Model, Window};

/// Tells when each bin begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    start: Timestamp,
    bin_seconds: i64,
}

impl Clock {
    /// The clock of a model with a window.
    pub(super) fn of(model: &Model) -> Option<Self> {
        // A window that could not be decoded begins with 1970, and no time fits it.
        let is_decoded = |window: &Window| window.start != Timestamp::UNIX_EPOCH && model.grid.is_known();
        let window = model.window.filter(is_decoded)?;
        let bin_seconds = i64::try_from(model.grid.bin_minutes()).ok()?.checked_mul(60)?;
        Some(Self { start: window.start, bin_seconds })
    }

    /// Whether the time of row `row`, from 0, is that of its bin; if not, that is reported.
    pub(super) fn check(self, cell: &str, row: usize, report: &mut Report<'_>) -> bool {
        let Some(expected) = self.begin(row) else { return true };
        let found = parse(cell);
        if found == Some(expected) {
            return true;
        }
        let found = found.map_or_else(|| format!("`{}`", excerpt(cell)), |found| found.to_string());
        report.times(row + 1, &format!("is {found}, expected {expected}"));
        false
    }

    /// When bin `row` begins.
    fn begin(self, row: usize) -> Option<Timestamp> {
        let seconds = i64::try_from(row).ok()?.checked_mul(self.bin_seconds)?;
        Timestamp::from_second(self.start.as_second().checked_add(seconds)?).ok()
    }
}

/// RFC 3339, or date and time in UTC with a space between.
fn parse(cell: &str) -> Option<Timestamp> {
    let local = || cell.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
    cell.parse().ok().or_else(|| local().map(|zoned| zoned.timestamp()))
}
