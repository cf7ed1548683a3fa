//! Bins and windows of them. A bin is a whole number of minutes; bins are counted from midnight UTC, those of days from
//! midnight, those of weeks from Monday. A [`Window`] begins on a bin boundary, always.

use std::fmt;
use std::str::FromStr;

use flowtime_clock::Clock;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// 1970-01-05, the first Monday, in seconds.
const FIRST_MONDAY: i64 = 4 * 86_400;
const WEEK: u32 = 7 * 1_440;
/// Bins of a window at most, as in a model.
const MOST_BINS: u32 = 10_000_000;

/// The length of a bin: a whole number of minutes, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BinSize {
    minutes: u32,
}

impl BinSize {
    /// Five minutes, which sources have unless they say otherwise.
    pub const DEFAULT: BinSize = BinSize { minutes: 5 };

    /// A bin of `minutes`, from one minute to a thousand weeks.
    pub fn from_minutes(minutes: u32) -> Option<Self> {
        (1..=1_000 * WEEK).contains(&minutes).then_some(BinSize { minutes })
    }

    /// Minutes in it.
    pub fn minutes(self) -> u32 {
        self.minutes
    }

    /// Its length in the longest unit that divides it: `minutes`, `hours`, `days` or `weeks`, as a model's grid says it.
    pub fn in_units(self) -> (u32, &'static str) {
        let units = [(WEEK, "weeks"), (1_440, "days"), (60, "hours")];
        let whole = units.into_iter().find(|(unit, _)| self.minutes.is_multiple_of(*unit));
        whole.map_or((self.minutes, "minutes"), |(unit, name)| (self.minutes / unit, name))
    }

    /// Seconds in it.
    pub fn seconds(self) -> i64 {
        i64::from(self.minutes) * 60
    }

    /// The start of the bin that `time` lies in, in seconds since 1970.
    pub fn floor(self, time: Timestamp) -> i64 {
        let begin = if self.minutes.is_multiple_of(WEEK) { FIRST_MONDAY } else { 0 };
        let second = time.as_nanosecond().div_euclid(1_000_000_000) as i64 - begin;
        second - second.rem_euclid(self.seconds()) + begin
    }

    /// Whether a bin begins at `time`.
    pub fn is_boundary(self, time: Timestamp) -> bool {
        time.subsec_nanosecond() == 0 && self.floor(time) == time.as_second()
    }

    /// How many bins of `part` make one of these; `None` unless they fit without remainder.
    pub fn multiple_of(self, part: BinSize) -> Option<u32> {
        self.minutes.is_multiple_of(part.minutes).then(|| self.minutes / part.minutes)
    }
}

impl fmt::Display for BinSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(WEEK, "w"), (1_440, "d"), (60, "h"), (1, "m")];
        let (unit, name) = units.into_iter().find(|(unit, _)| self.minutes.is_multiple_of(*unit)).unwrap_or((1, "m"));
        write!(f, "{}{name}", self.minutes / unit)
    }
}

impl FromStr for BinSize {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let bad = || TimeError::BinSize { found: text.to_owned() };
        let split = text.len() - text.chars().next_back().map_or(0, char::len_utf8);
        let (count, unit) = text.split_at_checked(split).ok_or_else(bad)?;
        let unit = match unit {
            "m" => 1,
            "h" => 60,
            "d" => 1_440,
            "w" => WEEK,
            _ => return Err(bad()),
        };
        let count = Some(count).filter(|count| count.bytes().all(|byte| byte.is_ascii_digit()));
        let minutes = count.and_then(|count| count.parse::<u32>().ok()?.checked_mul(unit));
        minutes.and_then(BinSize::from_minutes).ok_or_else(bad)
    }
}

/// A number of bins from a bin boundary on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    start: Timestamp,
    bins: u32,
    bin: BinSize,
}

impl Window {
    /// The window of `bins` bins from `start`.
    ///
    /// # Errors
    /// `start` is on no bin boundary, `bins` is 0 or too many, or the window leaves the calendar.
    pub fn new(start: Timestamp, bins: u32, bin: BinSize) -> Result<Self, TimeError> {
        if !bin.is_boundary(start) {
            return Err(TimeError::Alignment { start, bin });
        }
        if !(1..=MOST_BINS).contains(&bins) {
            return Err(TimeError::Bins { found: bins });
        }
        let window = Window { start, bins, bin };
        let length = SignedDuration::from_secs(bin.seconds() * i64::from(bins));
        start.checked_add(length).map(|_| window).map_err(|_| TimeError::Calendar { start, bins, bin })
    }

    /// When bin 0 begins.
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// How many bins.
    pub fn bins(&self) -> u32 {
        self.bins
    }

    /// The length of each.
    pub fn bin(&self) -> BinSize {
        self.bin
    }

    /// When the last bin ends.
    pub fn end(&self) -> Timestamp {
        self.start_of(self.bins)
    }

    /// When `bin` begins; bins behind the last end where the last does.
    pub fn start_of(&self, bin: u32) -> Timestamp {
        let seconds = self.bin.seconds() * i64::from(bin.min(self.bins));
        self.start.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(self.start)
    }

    /// The bin that `time` lies in, if it lies in the window.
    pub fn bin_at(&self, time: Timestamp) -> Option<u32> {
        let bin = (self.bin.floor(time) - self.start.as_second()) / self.bin.seconds();
        (time >= self.start && time < self.end()).then(|| u32::try_from(bin).ok()).flatten()
    }

    /// When its bins are, as people read it.
    pub fn times(&self) -> Clock {
        Clock::new(self.start, u64::from(self.bin.minutes), u64::from(self.bins))
    }

    /// The clock times of `first..=last`, for people: `01:00-01:10 UTC`, with dates where the window has several days.
    pub fn clock(&self, first: u32, last: u32) -> String {
        self.times().range(first as usize, last as usize).unwrap_or_default()
    }
}

/// The time that an RFC 3339 text in UTC says.
///
/// # Errors
/// It is none, or has another offset than `Z`.
pub fn parse_utc(text: &str) -> Result<Timestamp, TimeError> {
    let time = text.parse().ok().filter(|_| text.ends_with(['Z', 'z']));
    time.ok_or_else(|| TimeError::Utc { found: text.to_owned() })
}

/// The time that a text of a command line says: that of [`parse_utc`], or midnight UTC of a date like `2026-03-12`.
///
/// # Errors
/// It is neither.
pub fn parse_time(text: &str) -> Result<Timestamp, TimeError> {
    parse_utc(text).or_else(|error| midnight(text).ok_or(error))
}

fn midnight(text: &str) -> Option<Timestamp> {
    let is_date = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let date: Date = text.parse().ok().filter(|_| is_date)?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// Why a bin, a window or a time is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// No bin size.
    #[error("`{found}` is no bin size")]
    BinSize {
        /// What was given.
        found: String,
    },
    /// No length of time.
    #[error("`{found}` is no length of time")]
    Span {
        /// What was given.
        found: String,
    },
    /// No time in UTC.
    #[error("`{found}` is no time in UTC")]
    Utc {
        /// What was given.
        found: String,
    },
    /// A window that begins within a bin.
    #[error("the window's start {start} is not on a boundary of {bin} bins")]
    Alignment {
        /// The start asked for.
        start: Timestamp,
        /// The bin asked for.
        bin: BinSize,
    },
    /// No bins, or too many.
    #[error("a window has 1 to {MOST_BINS} bins, not {found}")]
    Bins {
        /// The number asked for.
        found: u32,
    },
    /// A window that ends behind the calendar.
    #[error("{bins} bins of {bin} from {start} leave the calendar")]
    Calendar {
        /// The start asked for.
        start: Timestamp,
        /// The bins asked for.
        bins: u32,
        /// The bin asked for.
        bin: BinSize,
    },
}

impl TimeError {
    /// A stable name for the kind of error.
    pub fn code(&self) -> &'static str {
        if matches!(self, TimeError::Alignment { .. }) { "bin_alignment" } else { "invalid_window" }
    }

    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> String {
        match self {
            TimeError::BinSize { .. } => "write a number and `m`, `h`, `d` or `w`, like `5m`".to_owned(),
            TimeError::Span { .. } => "write a number and `s`, `m`, `h`, `d` or `w`, like `10m`".to_owned(),
            TimeError::Utc { .. } => "write it like `2025-10-07T00:00:00Z`".to_owned(),
            TimeError::Alignment { start, bin } => match Timestamp::from_second(bin.floor(*start)) {
                Ok(before) => format!("begin at {before}"),
                Err(_) => "begin on a bin boundary".to_owned(),
            },
            TimeError::Bins { found: 0 } => "ask for a bin at least".to_owned(),
            TimeError::Bins { .. } => "ask for fewer bins, or longer ones".to_owned(),
            TimeError::Calendar { .. } => "begin earlier or ask for fewer bins".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
