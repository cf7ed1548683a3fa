//! Numbers that backends get wrong: gaps, infinities, both zeros, subnormals, halves, huge values, any bits at all.
//!
//! A column has one flavour, so that some are quiet enough for a result to survive many operations.

use crate::Choices;

const AWKWARD: [f64; 16] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    2.5,
    -2.5,
    0.49999999999999994,
    3.0,
    1e308,
    -1e308,
    5e-324,
    -5e-324,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

type Flavour = fn(&mut Choices<'_>) -> f64;

const FLAVOURS: [Flavour; 8] = [count, real, gappy, awkward, subnormal, any_bits, infinite, mixed];

/// A column of one flavour; it takes one word of the choices, whatever its length.
pub(crate) fn column(choices: &mut Choices<'_>, bins: usize) -> Vec<f64> {
    let mut choices = Choices::seeded(choices.word());
    let flavour = choices.pick(&FLAVOURS);
    (0..bins).map(|_| flavour(&mut choices)).collect()
}

/// A number of any flavour; it takes two choices.
pub(crate) fn number(choices: &mut Choices<'_>) -> f64 {
    match choices.below(4) {
        0 => count(choices),
        1 => choices.below(5) as f64 / 4.0,
        2 => awkward(choices),
        _ => real(choices),
    }
}

/// Of a queue or an hour.
fn count(choices: &mut Choices<'_>) -> f64 {
    choices.below(100) as f64
}

/// Most results of it are rounded.
fn real(choices: &mut Choices<'_>) -> f64 {
    (choices.below(2_000_001) as f64 - 1e6) / 777.0
}

fn gappy(choices: &mut Choices<'_>) -> f64 {
    if choices.one_in(4) { f64::NAN } else { count(choices) }
}

fn awkward(choices: &mut Choices<'_>) -> f64 {
    choices.pick(&AWKWARD)
}

fn subnormal(choices: &mut Choices<'_>) -> f64 {
    f64::from_bits(choices.word() & !(0x7ff << 52))
}

fn any_bits(choices: &mut Choices<'_>) -> f64 {
    f64::from_bits(choices.word())
}

fn infinite(choices: &mut Choices<'_>) -> f64 {
    choices.pick(&[f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1.0])
}

fn mixed(choices: &mut Choices<'_>) -> f64 {
    choices.pick(&FLAVOURS[..7])(choices)
}

#[cfg(test)]
mod tests {
    use super::{Choices, column};

    #[test]
    fn columns_hold_all_that_backends_get_wrong() {
        let mut choices = Choices::seeded(0);
        let all: Vec<f64> = (0..100).flat_map(|_| column(&mut choices, 100)).collect();
        let kinds: [fn(&f64) -> bool; 6] = [
            |x| x.is_nan(),
            |x| *x == f64::NEG_INFINITY,
            |x| x.is_subnormal(),
            |x| x.to_bits() == (-0.0f64).to_bits(),
            |x| x.abs() > 1e300 && x.is_finite(),
            |x| x.is_normal() && x.fract() != 0.0,
        ];
        for (kind, holds) in kinds.iter().enumerate() {
            assert!(all.iter().any(holds), "kind {kind}");
        }
    }
}
