//! Where a generator's decisions come from: a seed for tests, bytes for a fuzzer that steers them.
//!
//! The same seed or bytes make the same choices on every machine. Bytes that have run out choose 0, so that a shorter
//! text makes a simpler case.

/// A stream of decisions.
#[derive(Clone, Debug)]
pub struct Choices<'a>(Stream<'a>);

#[derive(Clone, Debug)]
enum Stream<'a> {
    Seed(u64),
    Bytes(&'a [u8]),
}

impl<'a> Choices<'a> {
    /// The choices that belong to `seed`.
    pub fn seeded(seed: u64) -> Self {
        Choices(Stream::Seed(seed))
    }

    /// The choices that `bytes` spell.
    pub fn spelled(bytes: &'a [u8]) -> Self {
        Choices(Stream::Bytes(bytes))
    }

    /// One of `0..count`; 0 if there is nothing to choose from.
    pub fn below(&mut self, count: usize) -> usize {
        let width = if count <= 256 { 1 } else { 4 };
        self.bits(width).checked_rem(count as u64).unwrap_or(0) as usize
    }

    /// True once in `many` times.
    pub fn one_in(&mut self, many: usize) -> bool {
        // The last of them, so that bytes that have run out say no.
        self.below(many) + 1 == many
    }

    /// One of `items`, of which there must be one.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// Any 64 bits; of a fuzzer's bytes four make them.
    pub fn word(&mut self) -> u64 {
        match self.0 {
            Stream::Seed(_) => self.bits(8),
            Stream::Bytes(_) => mix(self.bits(4)),
        }
    }

    /// The next `width` bytes of the stream, 64 bits of a seeded one.
    fn bits(&mut self, width: usize) -> u64 {
        match &mut self.0 {
            Stream::Seed(state) => {
                *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                mix(*state)
            }
            Stream::Bytes(bytes) => {
                let (now, later) = bytes.split_at(width.min(bytes.len()));
                *bytes = later;
                now.iter().fold(0, |bits, &byte| bits << 8 | u64::from(byte))
            }
        }
    }
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): spreads each bit over all.
fn mix(bits: u64) -> u64 {
    let bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}

#[cfg(test)]
mod tests {
    use super::Choices;

    #[test]
    fn a_seed_makes_the_same_choices_each_time() {
        let draw = |seed| Choices::seeded(seed).word();
        assert_eq!(draw(0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn bytes_are_read_one_per_choice_and_then_choose_0() {
        let mut choices = Choices::spelled(&[7, 1, 2]);
        assert_eq!([choices.below(5), choices.below(256), choices.below(300)], [2, 1, 2]);
        assert_eq!([choices.below(5), choices.below(0)], [0, 0]);
        assert!(!choices.one_in(2));
    }
}
