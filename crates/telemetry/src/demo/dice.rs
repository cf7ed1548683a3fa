//! Chance that is the same on every machine: whole numbers out of a seed and of what they are for, by the finalizer of
//! SplitMix64. What one thing gets does not depend on what else was asked.

/// A source of numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// The numbers of `seed`.
    pub(super) fn new(seed: u64) -> Self {
        Self(mix(seed.wrapping_add(0x9e37_79b9_7f4a_7c15)))
    }

    /// The numbers for `what`, which have nothing to do with those for anything else.
    pub(super) fn of(self, what: u64) -> Self {
        Self(mix(self.0 ^ mix(what.wrapping_add(0x9e37_79b9_7f4a_7c15))))
    }

    /// A number from 0 to before `end`; 0 where there is none.
    pub(super) fn below(self, end: u64) -> u64 {
        ((u128::from(self.0) * u128::from(end)) >> 64) as u64
    }

    /// Whether something happens that does in `share` of a thousand cases.
    pub(super) fn happens(self, share: u64) -> bool {
        self.below(1_000) < share
    }
}

fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_same_everywhere_and_cover_their_range() {
        let dice = Dice::new(7);
        assert_eq!(
            [0, 1, 2].map(|what| dice.of(what).below(1_000)),
            [0, 1, 2].map(|what| Dice::new(7).of(what).below(1_000))
        );
        let counts = (0..10_000).fold([0; 10], |mut counts: [u32; 10], what| {
            counts[dice.of(what).below(10) as usize] += 1;
            counts
        });
        assert!(counts.iter().all(|count| (900..1_100).contains(count)), "{counts:?}");
        assert_eq!(dice.below(0), 0);
    }
}
