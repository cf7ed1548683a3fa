//! Times of bins as people read them. A [`Clock`] knows when the bins of a run are; the times of some of them come out
//! as ranges of the clock, `01:00-01:10 UTC`. The date stands with them wherever the run has more than one day, and the
//! end of a day is `24:00`, so that no range seems to go back.
#![forbid(unsafe_code)]

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Ranges that are shown of many.
const RANGES_SHOWN: usize = 3;
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// When the bins of a run are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    start: Timestamp,
    bin_minutes: u64,
    has_days: bool,
}

impl Clock {
    /// The clock of `bins` bins of `bin_minutes` from `start` on.
    pub fn new(start: Timestamp, bin_minutes: u64, bins: u64) -> Self {
        let mut clock = Self { start, bin_minutes, has_days: true };
        let last = usize::try_from(bins).ok().and_then(|bins| clock.begin(bins)).map(|end| end - SECOND);
        clock.has_days = last.is_none_or(|last| last >= start && date(last) != date(start));
        clock
    }

    /// When `bin` begins, if the calendar goes so far.
    pub fn begin(&self, bin: usize) -> Option<Timestamp> {
        let minutes = i64::try_from(bin).ok()?.checked_mul(i64::try_from(self.bin_minutes).ok()?)?;
        self.start.checked_add(SignedDuration::from_secs(minutes.checked_mul(60)?)).ok()
    }

    /// `14:00`, or `2025-10-07 14:00`: when `bin` begins.
    pub fn at(&self, bin: usize) -> Option<String> {
        let form = if self.has_days { "%Y-%m-%d %H:%M" } else { "%H:%M" };
        Some(self.begin(bin)?.strftime(form).to_string())
    }

    /// `01:00-01:10 UTC`: when `first` begins and `last` ends.
    pub fn range(&self, first: usize, last: usize) -> Option<String> {
        Some(self.range_after(first, last, None)?.0 + " UTC")
    }

    /// `01:00-01:10, 02:00-02:05 UTC`: the times of `bins`, which ascend; of many ranges the first few and `…`.
    pub fn ranges(&self, bins: &[usize]) -> Option<String> {
        let mut ranges = bins.chunk_by(|a, b| a + 1 == *b);
        let (mut shown, mut day) = (Vec::new(), None);
        for range in ranges.by_ref().take(RANGES_SHOWN) {
            let (text, last_day) = self.range_after(*range.first()?, *range.last()?, day)?;
            shown.push(text);
            day = Some(last_day);
        }
        let more = if ranges.next().is_some() { ", …" } else { "" };
        (!shown.is_empty()).then(|| format!("{}{more} UTC", shown.join(", ")))
    }

    /// The times of `first..=last` behind those of `day`, whose date is said; and their last day.
    fn range_after(&self, first: usize, last: usize, day: Option<Date>) -> Option<(String, Date)> {
        let (begin, end) = (self.begin(first)?, self.begin(last.checked_add(1)?)?);
        let (first_day, last_day) = (date(begin), date(end - SECOND));
        let form = if self.has_days && day != Some(first_day) { "%Y-%m-%d %H:%M" } else { "%H:%M" };
        let from = begin.strftime(form);
        let midnight = date(end) != last_day;
        let to = if midnight { "24:00".to_owned() } else { end.strftime("%H:%M").to_string() };
        let text = if first_day == last_day { format!("{from}-{to}") } else { format!("{from} to {last_day} {to}") };
        Some((text, last_day))
    }
}

fn date(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(bins: u64) -> Clock {
        Clock::new("2025-10-07T00:00:00Z".parse().unwrap(), 5, bins)
    }

    fn check_ranges(run: u64, bins: impl IntoIterator<Item = usize>, expected: &str) {
        let bins: Vec<usize> = bins.into_iter().collect();
        assert_eq!(clock(run).ranges(&bins).as_deref(), Some(expected), "{bins:?} of {run}");
    }

    #[test]
    fn within_one_day_the_clock_is_enough_and_ends_at_24() {
        check_ranges(288, [12, 13], "01:00-01:10 UTC");
        check_ranges(288, 0..288, "00:00-24:00 UTC");
        check_ranges(288, 1..288, "00:05-24:00 UTC");
    }

    #[test]
    fn in_several_days_each_new_one_is_named() {
        check_ranges(864, 480..504, "2025-10-08 16:00-18:00 UTC");
        check_ranges(864, [12, 14, 300], "2025-10-07 01:00-01:05, 01:10-01:15, 2025-10-08 01:00-01:05 UTC");
        check_ranges(864, 0..864, "2025-10-07 00:00 to 2025-10-09 24:00 UTC");
        check_ranges(864, 287..289, "2025-10-07 23:55 to 2025-10-08 00:05 UTC");
    }

    #[test]
    fn of_many_ranges_the_first_are_shown() {
        check_ranges(288, [0, 2, 4], "00:00-00:05, 00:10-00:15, 00:20-00:25 UTC");
        check_ranges(288, [0, 2, 4, 6], "00:00-00:05, 00:10-00:15, 00:20-00:25, … UTC");
        assert_eq!(clock(288).ranges(&[]), None);
    }

    #[test]
    fn a_bin_has_the_time_at_which_it_begins() {
        assert_eq!(clock(288).at(168).as_deref(), Some("14:00"));
        assert_eq!(clock(289).at(168).as_deref(), Some("2025-10-07 14:00"));
        assert_eq!(clock(288).at(usize::MAX), None);
    }
}
