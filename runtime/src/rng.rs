//! The generator of sampled series: Philox4x32-10, whose output is a pure function of a key and a counter.
//!
//! The key names the series (and the seed), the counter the bin and the number of the draw. So the draws of one bin
//! depend on no other bin, on no order of evaluation and on no thread. Source: Salmon, Moraes, Dror and Shaw,
//! "Parallel random numbers: as easy as 1, 2, 3", SC 2011; the known answers below are those of Random123.

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const KEY_STEPS: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;

/// The 128 bits that belong to this counter under this key.
pub fn philox4x32(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let mut state = counter;
    let mut key = key;
    for _ in 0..ROUNDS {
        state = round(state, key);
        key = [key[0].wrapping_add(KEY_STEPS[0]), key[1].wrapping_add(KEY_STEPS[1])];
    }
    state
}

fn round([a, b, c, d]: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [high_a, low_a] = wide_product(MULTIPLIERS[0], a);
    let [high_c, low_c] = wide_product(MULTIPLIERS[1], c);
    [high_c ^ b ^ key[0], low_c, high_a ^ d ^ key[1], low_a]
}

/// High and low half of the product.
fn wide_product(a: u32, b: u32) -> [u32; 2] {
    let product = u64::from(a) * u64::from(b);
    [(product >> 32) as u32, product as u32]
}

/// The draws that belong to one bin of one sampled series.
#[derive(Clone, Copy, Debug)]
pub struct Draws {
    key: [u32; 2],
    bin: u64,
}

impl Draws {
    /// The draws at this bin under the 64-bit key of the series.
    pub fn new(key: u64, bin: u64) -> Self {
        Self { key: [key as u32, (key >> 32) as u32], bin }
    }

    /// Two independent numbers, each a multiple of 2^-53 in 0..1.
    pub fn pair(&self, draw: u32) -> (f64, f64) {
        let counter = [self.bin as u32, (self.bin >> 32) as u32, draw, 0];
        let [a, b, c, d] = philox4x32(counter, self.key);
        (unit(a, b), unit(c, d))
    }

    /// The first number in 0..1.
    pub fn uniform(&self) -> f64 {
        self.pair(0).0
    }
}

/// 27 bits of one word above 26 bits of the other.
fn unit(high: u32, low: u32) -> f64 {
    let bits = (u64::from(high >> 5) << 26) | u64::from(low >> 6);
    bits as f64 * (1.0 / (1u64 << 53) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_known_answer(counter: [u32; 4], key: [u32; 2], expected: [u32; 4]) {
        assert_eq!(philox4x32(counter, key), expected, "{counter:x?} {key:x?}");
    }

    #[test]
    fn the_published_answers_hold() {
        check_known_answer([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        check_known_answer([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        check_known_answer(
            [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
            [0xa409_3822, 0x299f_31d0],
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
        );
    }

    #[test]
    fn units_stay_below_one() {
        assert_eq!(unit(0, 0), 0.0);
        assert_eq!(unit(u32::MAX, u32::MAX), 1.0 - f64::EPSILON / 2.0);
    }

    #[test]
    fn high_bins_and_keys_have_draws_of_their_own() {
        let draws = [Draws::new(1, 0), Draws::new(1, 1 << 32), Draws::new(1 << 32, 0), Draws::new(0, 0)];
        let mut firsts: Vec<_> = draws.iter().map(|draws| draws.uniform().to_bits()).collect();
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts.len(), draws.len());
    }
}
