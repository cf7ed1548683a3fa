//! When an ETL that keeps running has its passes, and which window each of them is about: from a while before the end of
//! the last one, however long ago that was, to the newest bin that can be complete. Once an hour it reaches further back, because whether an empty bin is a
//! gap shows only when the bins after it are there.

use jiff::{SignedDuration, Timestamp};

use super::MOST_DAYS;
use super::gaps::AROUND;
use crate::time::BinSize;

/// How far the hourly pass reaches back, beside the bins around a gap.
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// How far any pass reaches back.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * MOST_DAYS);

/// An ETL that keeps running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Time between passes.
    pub every: SignedDuration,
    /// How long events may take to arrive: younger bins are left for the next pass.
    pub lag: SignedDuration,
    /// How far a pass reaches back behind the one before, for late events.
    pub overlap: SignedDuration,
    /// The length of bins.
    pub bin: BinSize,
}

/// What a pass is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    /// The window's start.
    pub from: Timestamp,
    /// The window's end.
    pub to: Timestamp,
    /// Whether it looks for gaps in the last hour, too.
    pub is_hourly: bool,
}

impl Schedule {
    /// The pass to be done `now`. What is done already reaches to `done`; the last hourly pass ended its window at
    /// `hourly`. After a time without passes it begins where they ended.
    pub fn pass(&self, now: Timestamp, done: Option<Timestamp>, hourly: Option<Timestamp>) -> Pass {
        let to = Timestamp::from_second(self.bin.floor(before(now, self.lag))).unwrap_or(now);
        let is_hourly = hourly.is_none_or(|hourly| to.duration_since(hourly) >= HOUR);
        let around = SignedDuration::from_secs(self.bin.seconds().saturating_mul(AROUND as i64));
        let back = if is_hourly { HOUR.max(self.back()).saturating_add(around) } else { self.back() };
        let bin = SignedDuration::from_secs(self.bin.seconds());
        let from = before(to, back.max(bin));
        let resumed = done.map_or(from, |done| before(done, self.overlap).max(before(to, LONGEST)));
        Pass { from: from.min(resumed), to, is_hourly }
    }

    /// How long to wait `now` for the next pass: passes are at whole multiples of their interval.
    pub fn wait(&self, now: Timestamp) -> SignedDuration {
        let every = self.every.as_secs().max(1);
        SignedDuration::from_secs(every - now.as_second().rem_euclid(every))
    }

    fn back(&self) -> SignedDuration {
        self.every.saturating_add(self.overlap)
    }
}

fn before(time: Timestamp, span: SignedDuration) -> Timestamp {
    time.saturating_sub(span).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_utc;

    fn check_pass(now: &str, hourly: Option<&str>, expected: (&str, &str, bool)) {
        check_resumed(now, None, hourly, expected);
    }

    fn check_resumed(now: &str, done: Option<&str>, hourly: Option<&str>, expected: (&str, &str, bool)) {
        let minutes = SignedDuration::from_mins;
        let schedule = Schedule { every: minutes(5), lag: minutes(5), overlap: minutes(10), bin: BinSize::DEFAULT };
        let at = |text: &str| parse_utc(&format!("2025-10-07T{text}Z")).unwrap();
        let pass = schedule.pass(at(now), done.map(at), hourly.map(at));
        assert_eq!(pass, Pass { from: at(expected.0), to: at(expected.1), is_hourly: expected.2 }, "{now}");
    }

    #[test]
    fn a_pass_ends_with_the_newest_complete_bin_and_overlaps_the_one_before() {
        check_pass("14:30:10", Some("14:00:00"), ("14:10:00", "14:25:00", false));
        check_pass("14:34:59", Some("14:00:00"), ("14:10:00", "14:25:00", false));
        check_pass("14:35:00", Some("14:00:00"), ("14:15:00", "14:30:00", false));
    }

    #[test]
    fn the_first_pass_and_one_an_hour_look_back_for_gaps() {
        check_pass("14:30:10", None, ("12:25:00", "14:25:00", true));
        check_pass("15:05:00", Some("14:00:00"), ("13:00:00", "15:00:00", true));
    }

    #[test]
    fn a_pass_begins_where_those_before_ended_however_long_ago() {
        let hourly = Some("14:00:00");
        check_resumed("14:30:10", Some("14:20:00"), hourly, ("14:10:00", "14:25:00", false));
        check_resumed("14:30:10", Some("14:05:00"), hourly, ("13:55:00", "14:25:00", false));
        check_resumed("14:30:10", Some("23:00:00"), hourly, ("14:10:00", "14:25:00", false));
        check_resumed("14:30:10", Some("02:00:00"), None, ("01:50:00", "14:25:00", true));
    }

    #[test]
    fn passes_are_at_whole_multiples_of_their_interval() {
        let minutes = SignedDuration::from_mins;
        let schedule = Schedule { every: minutes(5), lag: minutes(5), overlap: minutes(0), bin: BinSize::DEFAULT };
        let wait = |text: &str| schedule.wait(parse_utc(text).unwrap()).as_secs();
        assert_eq!(wait("2025-10-07T14:30:10Z"), 290);
        assert_eq!(wait("2025-10-07T14:30:00Z"), 300);
    }
}
