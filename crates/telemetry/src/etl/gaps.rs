//! Which bins are gaps. A bin without an event is one if its queue had messages, if its queue was not measured either, or
//! if the node is busy around it: the median of the 24 bins around it is at least so many events. Otherwise it was quiet.

use super::stage::NodeBin;

/// Bins that are looked at on either side.
pub(super) const AROUND: usize = 12;

/// The events of a node, bin by bin, as far as there are data.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Activity {
    /// The first bin's start, in seconds since 1970.
    first: i64,
    /// A bin's length in seconds.
    step: i64,
    counts: Vec<i64>,
}

impl Activity {
    /// No events in the bins from `first` to before `end`.
    pub(super) fn quiet(first: i64, end: i64, step: i64) -> Self {
        let bins = usize::try_from((end - first) / step).unwrap_or(0);
        Self { first, step, counts: vec![0; bins] }
    }

    /// Says that there were `count` events in `bin`.
    pub(super) fn set(&mut self, bin: i64, count: i64) {
        if let Some(known) = usize::try_from((bin - self.first) / self.step).ok().and_then(|at| self.counts.get_mut(at))
        {
            *known = count;
        }
    }

    /// Whether `bin` is a gap, where a median from `busy` on is much.
    pub(super) fn is_gap(&self, bin: &NodeBin, busy: u32) -> bool {
        let has_events = bin.arrivals > 0 || bin.served > 0 || bin.errors > 0;
        !has_events && (bin.has_messages || !bin.is_measured || self.is_busy_around(bin.bin, busy))
    }

    fn is_busy_around(&self, bin: i64, busy: u32) -> bool {
        let at = (bin - self.first).div_euclid(self.step);
        let around = |from: i64, to: i64| {
            let inside = |at: i64| usize::try_from(at).unwrap_or(0).min(self.counts.len());
            &self.counts[inside(from)..inside(to)]
        };
        let reach = AROUND as i64;
        let mut counts = [around(at - reach, at), around(at + 1, at + 1 + reach)].concat();
        twice_the_median(&mut counts).is_some_and(|twice| twice >= 2 * i128::from(busy))
    }
}

/// Twice the median of `counts`, which stays whole where the median is between two of them.
fn twice_the_median(counts: &mut [i64]) -> Option<i128> {
    counts.sort_unstable();
    let half = counts.len() / 2;
    let upper = i128::from(*counts.get(half)?);
    let is_odd = counts.len() % 2 == 1;
    Some(if is_odd { 2 * upper } else { upper + i128::from(counts[half - 1]) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty bin at `bin` whose queue was measured and empty.
    fn quiet(bin: i64) -> NodeBin {
        NodeBin {
            bin,
            arrivals: 0,
            served: 0,
            errors: 0,
            external_demand: 0,
            queue_depth: Some(0.0),
            is_measured: true,
            has_messages: false,
        }
    }

    /// An empty bin between bins of `before` and of `after` events.
    fn check_gap(before: &[i64], after: &[i64], expected: bool) {
        let counts = [before, &[0], after].concat();
        let activity = Activity { first: 600, step: 300, counts };
        let bin = quiet(600 + 300 * before.len() as i64);
        assert_eq!(activity.is_gap(&bin, 5), expected, "{before:?} {after:?}");
    }

    #[test]
    fn an_empty_bin_in_busy_surroundings_is_a_gap() {
        check_gap(&[5; 12], &[5; 12], true);
        check_gap(&[4; 12], &[4; 12], false);
        check_gap(&[4; 12], &[6; 12], true);
        check_gap(&[4; 12], &[5; 12], false);
        check_gap(&[9; 20], &[0; 11], true);
        check_gap(&[9; 20], &[0; 12], false);
        check_gap(&[100; 5], &[0; 12], false);
        check_gap(&[], &[7, 7, 7], true);
        check_gap(&[], &[], false);
    }

    #[test]
    fn an_empty_bin_is_a_gap_where_its_queue_had_messages_or_nobody_measured() {
        let activity = Activity::quiet(0, 3_000, 300);
        assert!(!activity.is_gap(&quiet(300), 5));
        assert!(activity.is_gap(&NodeBin { has_messages: true, ..quiet(300) }, 5));
        assert!(activity.is_gap(&NodeBin { is_measured: false, queue_depth: None, ..quiet(300) }, 5));
    }

    #[test]
    fn a_bin_with_an_event_is_no_gap() {
        let activity = Activity::quiet(0, 3_000, 300);
        assert!(!activity.is_gap(&NodeBin { errors: 1, is_measured: false, has_messages: true, ..quiet(300) }, 5));
    }
}
