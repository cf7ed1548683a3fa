//! The orders of addition that the language defines, over terms that are already there.
//!
//! A missing or out-of-range term is +0, so that a sum over bins with gaps has the order, and hence the bits, of one
//! without.

/// The term of a value in a sum: itself, or +0 where it is missing.
#[inline(always)]
pub(crate) fn term(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value }
}

/// The sum of `term` over the `window` bins that end at bin t: `window` is split into powers of two, the smallest is
/// the newest, and they are added left to right; each is a sum by halves. Terms before bin 0 are +0.
pub(crate) fn rolling(t: usize, window: u64, term: &impl Fn(usize) -> f64) -> f64 {
    let mut end = i128::try_from(t).unwrap_or(i128::MAX);
    let mut total = None;
    for power in (0..u64::BITS).map(|bit| 1 << bit).filter(|power| window & power != 0) {
        let part = halves(end, power, term);
        total = Some(total.map_or(part, |sum: f64| sum + part));
        end -= i128::from(power);
    }
    total.unwrap_or(0.0)
}

/// `P(t, 1)` is the term at bin t, `P(t, 2k)` is `P(t, k) + P(t-k, k)`.
fn halves(t: i128, length: u64, term: &impl Fn(usize) -> f64) -> f64 {
    let Ok(bin) = usize::try_from(t) else {
        return 0.0;
    };
    if length == 1 {
        return term(bin);
    }
    let half = length / 2;
    halves(t, half, term) + halves(t - i128::from(half), half, term)
}

/// The sum over all bins: bin t goes into partial t mod 8, each left to right, then the partials by halves.
pub(crate) fn total(terms: impl Iterator<Item = f64>) -> f64 {
    let mut p = [0.0; 8];
    for (t, term) in terms.enumerate() {
        p[t % 8] += term;
    }
    join(p)
}

/// The sum of the eight partials, by halves.
pub(crate) fn join(p: [f64; 8]) -> f64 {
    ((p[0] + p[4]) + (p[2] + p[6])) + ((p[1] + p[5]) + (p[3] + p[7]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Powers of two far apart, so that each order of addition rounds in its own way.
    fn value(t: usize) -> f64 {
        [1e16, 1.0, -1e16, 3.0, 0.1, 7e15, -0.3, 2.0][t % 8] * (1.0 + t as f64)
    }

    #[test]
    fn rolling_adds_the_newest_power_first() {
        let x: Vec<f64> = (0..20).map(value).collect();
        let pair = |t: usize| x[t] + x[t - 1];
        let four = |t: usize| pair(t) + pair(t - 2);
        assert_eq!(rolling(19, 6, &value), pair(19) + four(17));
        assert_eq!(rolling(19, 12, &value), four(19) + (four(15) + four(11)));
        assert_eq!(rolling(19, 7, &value), (x[19] + pair(18)) + four(16));
    }

    #[test]
    fn rolling_does_not_begin_with_zero() {
        assert!(rolling(0, 1, &|_| -0.0).is_sign_negative());
        assert!(rolling(0, 2, &|_| -0.0).is_sign_positive());
    }

    #[test]
    fn rolling_takes_zero_before_bin_0() {
        assert_eq!(rolling(2, 1 << 62, &|t| t as f64 + 1.0), 6.0);
        assert_eq!(rolling(2, u64::MAX, &|t| t as f64 + 1.0), 6.0);
    }

    #[test]
    fn total_has_eight_partials() {
        let x: Vec<f64> = (0..11).map(value).collect();
        let p = |t: usize| 0.0 + x[t] + x.get(t + 8).copied().unwrap_or(0.0);
        let expected = ((p(0) + p(4)) + (p(2) + p(6))) + ((p(1) + p(5)) + (p(3) + p(7)));
        assert_eq!(total(x.iter().copied()), expected);
        assert!(total([-0.0].into_iter()).is_sign_positive());
    }
}
