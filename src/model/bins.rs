//! Bins by the clock: when a bin begins, and which bin a text like `14:35`, `175` or an RFC 3339 time means. A clock is all
//! that this takes, so that a stored run tells the time without its model.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Grid, Model};

/// Why a text means no bin of a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BinError {
    /// It is neither a number nor a time.
    #[error("`{found}` is no bin and no time")]
    NoTime {
        /// The text.
        found: String,
    },
    /// A time, but the model has no window.
    #[error("the model has no `window`, so `{found}` means no bin")]
    NoWindow {
        /// The text.
        found: String,
    },
    /// A bin or time outside the grid.
    #[error("`{found}` lies outside the model's {bins} bins{window}")]
    Outside {
        /// The text.
        found: String,
        /// Bins of the grid.
        bins: u32,
        /// Their times, if there are any.
        window: String,
    },
}

impl BinError {
    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> String {
        match self {
            BinError::NoTime { .. } => {
                "write a bin like `175`, or a time like `14:35` or `2025-10-07T14:35:00Z`".into()
            }
            BinError::NoWindow { .. } => "name the bin by its number".into(),
            BinError::Outside { bins, .. } => format!("name a bin from 0 to {}", bins.saturating_sub(1)),
        }
    }
}

/// When the bins of a model or a run are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// When bin 0 begins; none without a window.
    pub start: Option<Timestamp>,
    /// How many bins there are.
    pub bins: u32,
    /// Minutes in a bin, at least 1.
    pub bin_minutes: u64,
}

impl Model {
    /// When its bins are.
    pub fn clock(&self) -> Clock {
        let Grid { bins, .. } = self.grid;
        Clock { start: self.window.map(|window| window.start), bins, bin_minutes: self.grid.bin_minutes() }
    }
}

impl Clock {
    /// When `bin` begins, if there is a window and the calendar goes so far.
    pub fn begin(&self, bin: usize) -> Option<Timestamp> {
        let seconds = i64::try_from(bin).ok()?.checked_mul(self.bin_seconds()?)?;
        self.start?.checked_add(SignedDuration::from_secs(seconds)).ok()
    }

    /// The same as people read it, if there is a window.
    pub fn times(&self) -> Option<flowtime_clock::Clock> {
        Some(flowtime_clock::Clock::new(self.start?, self.bin_minutes, u64::from(self.bins)))
    }

    /// `01:00-01:10, 02:00-02:05 UTC`: when `bins` are, of many ranges the first few, if there is a window.
    pub fn span(&self, bins: &[usize]) -> Option<String> {
        self.times()?.ranges(bins)
    }

    /// The bin that `text` means: its number, an RFC 3339 time in it, or a time of day (the first such in the window).
    ///
    /// # Errors
    /// It is none of these, or lies outside the grid.
    pub fn bin_named(&self, text: &str) -> Result<usize, BinError> {
        let found = || text.to_owned();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let bin = text.parse::<u32>().ok().filter(|bin| *bin < self.bins);
            return bin.map(|bin| bin as usize).ok_or_else(|| self.outside(text));
        }
        let clock = time_of_day(text);
        let exact = text.parse::<Timestamp>().ok();
        if clock.is_none() && exact.is_none() {
            return Err(BinError::NoTime { found: found() });
        }
        let start = self.start.ok_or_else(|| BinError::NoWindow { found: found() })?;
        let time = exact.or_else(|| first_at(start, clock?));
        time.and_then(|time| self.bin_at(time)).ok_or_else(|| self.outside(text))
    }

    fn bin_at(&self, time: Timestamp) -> Option<usize> {
        let seconds = time.as_second().checked_sub(self.start?.as_second())?;
        let bin = seconds.div_euclid(self.bin_seconds()?);
        usize::try_from(bin).ok().filter(|bin| *bin < self.bins as usize)
    }

    fn bin_seconds(&self) -> Option<i64> {
        i64::try_from(self.bin_minutes).ok()?.checked_mul(60).filter(|seconds| *seconds > 0)
    }

    fn outside(&self, text: &str) -> BinError {
        let edges = self.begin(0).zip(self.begin(self.bins as usize));
        let window = edges.map_or_else(String::new, |(begin, end)| format!(", {begin} to {end}"));
        BinError::Outside { found: text.to_owned(), bins: self.bins, window }
    }
}

/// `14:35`, `9:05`, `14:35:10`; nothing behind it, as an offset would be passed over.
fn time_of_day(text: &str) -> Option<Time> {
    let (hour, rest) = text.split_once(':').filter(|(hour, _)| (1..=2).contains(&hour.len()))?;
    if !rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b':' || byte == b'.') {
        return None;
    }
    if hour.len() == 1 { format!("0{text}").parse().ok() } else { text.parse().ok() }
}

/// The first moment from `begin` on at which the clock shows `time` in UTC.
fn first_at(begin: Timestamp, time: Time) -> Option<Timestamp> {
    let zoned = begin.to_zoned(TimeZone::UTC);
    let today = zoned.datetime().date().to_datetime(time);
    let at = today.to_zoned(TimeZone::UTC).ok()?.timestamp();
    if at >= begin { Some(at) } else { at.checked_add(SignedDuration::from_hours(24)).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(start: Option<&str>) -> Clock {
        Clock { start: start.map(|start| start.parse().unwrap()), bins: 288, bin_minutes: 5 }
    }

    fn check_bin(start: Option<&str>, text: &str, expected: Result<usize, &str>) {
        let found = clock(start).bin_named(text);
        assert_eq!(found.as_ref().copied().map_err(ToString::to_string), expected.map_err(str::to_owned), "{text}");
    }

    #[test]
    fn a_bin_is_named_by_its_number_or_a_time_in_it() {
        let start = Some("2025-10-07T00:00:00Z");
        check_bin(start, "168", Ok(168));
        check_bin(start, "14:00", Ok(168));
        check_bin(start, "14:04:59", Ok(168));
        check_bin(start, "9:05", Ok(109));
        check_bin(start, "2025-10-07T14:00:00Z", Ok(168));
        check_bin(start, "2025-10-07T16:00:00+02:00", Ok(168));
        check_bin(None, "3", Ok(3));
    }

    #[test]
    fn a_time_of_day_before_the_start_is_on_the_next_day() {
        check_bin(Some("2025-10-07T12:00:00Z"), "06:00", Ok(216));
    }

    #[test]
    fn what_means_no_bin_is_an_error() {
        let start = Some("2025-10-07T00:00:00Z");
        check_bin(start, "noon", Err("`noon` is no bin and no time"));
        check_bin(start, "", Err("`` is no bin and no time"));
        check_bin(start, "14:02+02:00", Err("`14:02+02:00` is no bin and no time"));
        check_bin(start, "14:02[Europe/Berlin]", Err("`14:02[Europe/Berlin]` is no bin and no time"));
        check_bin(None, "14:00", Err("the model has no `window`, so `14:00` means no bin"));
        let times = ", 2025-10-07T00:00:00Z to 2025-10-08T00:00:00Z";
        check_bin(start, "288", Err(&format!("`288` lies outside the model's 288 bins{times}")));
        let next = "2025-10-08T00:00:00Z";
        check_bin(start, next, Err(&format!("`{next}` lies outside the model's 288 bins{times}")));
    }

    fn check_span(bin_minutes: u64, run: u32, bins: &[usize], expected: &str) {
        let clock = Clock { bin_minutes, bins: run, ..clock(Some("2025-10-07T00:00:00Z")) };
        assert_eq!(clock.span(bins).as_deref(), Some(expected));
    }

    #[test]
    fn a_span_has_dates_where_the_run_has_several_days() {
        check_span(5, 288, &[12, 13], "01:00-01:10 UTC");
        check_span(5, 576, &[12, 500], "2025-10-07 01:00-01:05, 2025-10-08 17:40-17:45 UTC");
        check_span(24 * 60, 3, &[1], "2025-10-08 00:00-24:00 UTC");
        assert_eq!(clock(None).span(&[12]), None);
    }
}
