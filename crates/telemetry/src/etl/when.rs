//! Moments on a command line: a time in UTC, a date, or a time relative to now such as `-10m`. What is relative stays so until
//! [`When::at`] is told what time it is, so that a run that repeats itself can ask again.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use crate::time::{TimeError, parse_time};

/// A moment, fixed or relative to now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At this time.
    At(Timestamp),
    /// So long after now, or before it where negative.
    FromNow(SignedDuration),
}

impl When {
    /// The time meant, where it is `now`; at most the ends of the calendar.
    pub fn at(self, now: Timestamp) -> Timestamp {
        match self {
            When::At(time) => time,
            When::FromNow(span) => now.saturating_add(span).unwrap_or(now),
        }
    }
}

impl FromStr for When {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        if text == "now" {
            return Ok(When::FromNow(SignedDuration::ZERO));
        }
        match text.strip_prefix('-') {
            Some(span) => Ok(When::FromNow(-parse_span(span)?)),
            None => parse_time(text).map(When::At),
        }
    }
}

/// The length of time that a number and `s`, `m`, `h`, `d` or `w` say.
///
/// # Errors
/// It is none, or longer than the calendar.
pub fn parse_span(text: &str) -> Result<SignedDuration, TimeError> {
    let bad = || TimeError::Span { found: text.to_owned() };
    let split = text.len() - text.chars().next_back().map_or(0, char::len_utf8);
    let (count, unit) = text.split_at_checked(split).ok_or_else(bad)?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return Err(bad()),
    };
    let count = Some(count).filter(|count| count.bytes().all(|byte| byte.is_ascii_digit()));
    let seconds = count.and_then(|count| i64::from(count.parse::<u32>().ok()?).checked_mul(unit));
    seconds.map(SignedDuration::from_secs).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_moment(text: &str, expected: &str) {
        let now = parse_time("2025-10-07T14:30:00Z").unwrap();
        assert_eq!(text.parse::<When>().unwrap().at(now).to_string(), expected, "{text}");
    }

    #[test]
    fn a_moment_is_a_time_in_utc_or_relative_to_now() {
        check_moment("2025-10-07T14:00:00Z", "2025-10-07T14:00:00Z");
        check_moment("2025-10-07", "2025-10-07T00:00:00Z");
        check_moment("-10m", "2025-10-07T14:20:00Z");
        check_moment("-1d", "2025-10-06T14:30:00Z");
        check_moment("now", "2025-10-07T14:30:00Z");
    }

    #[test]
    fn a_span_has_a_unit_that_is_known() {
        let error = "-10x".parse::<When>().unwrap_err();
        assert_eq!(error.to_string(), "`10x` is no length of time");
        assert_eq!(error.help(), "write a number and `s`, `m`, `h`, `d` or `w`, like `10m`");
        assert!("10m".parse::<When>().is_err());
        assert!("-".parse::<When>().is_err());
    }
}
