//! Instruction levels: what the machine has, and loops compiled for each.
//!
//! A level changes the speed of a kernel and never its bits: no level fuses or reorders operations.

use std::fmt;
use std::str::FromStr;

use pulp::NullaryFnOnce;

/// The widest instructions that kernels may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Simd {
    /// What every machine of this kind has: 128-bit vectors.
    Baseline,
    /// AVX2, with 256-bit vectors.
    Avx2,
    /// AVX-512 (F, BW, CD, DQ, VL), with 512-bit vectors.
    Avx512,
}

impl Simd {
    /// All levels, from the narrowest on.
    pub const ALL: [Simd; 3] = [Simd::Baseline, Simd::Avx2, Simd::Avx512];

    /// The widest level of this machine.
    pub fn detect() -> Self {
        let widest = Simd::ALL.into_iter().rev().find(|level| level.is_available());
        widest.unwrap_or(Simd::Baseline)
    }

    /// Whether this machine has the level; kernels told to use another run at the baseline.
    #[cfg(target_arch = "x86_64")]
    pub fn is_available(self) -> bool {
        match self {
            Simd::Baseline => true,
            Simd::Avx2 => pulp::x86::V3::try_new().is_some(),
            Simd::Avx512 => pulp::x86::V4::try_new().is_some(),
        }
    }

    /// Whether this machine has the level; kernels told to use another run at the baseline.
    #[cfg(not(target_arch = "x86_64"))]
    pub fn is_available(self) -> bool {
        self == Simd::Baseline
    }

    /// Does `work` compiled for this level. All that `call` calls must be `#[inline(always)]`: what is left outside is
    /// compiled for the baseline.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn run<W: NullaryFnOnce>(self, work: W) -> W::Output {
        match self {
            Simd::Baseline => work.call(),
            Simd::Avx2 => match pulp::x86::V3::try_new() {
                Some(level) => level.vectorize(work),
                None => work.call(),
            },
            Simd::Avx512 => match pulp::x86::V4::try_new() {
                Some(level) => level.vectorize(work),
                None => work.call(),
            },
        }
    }

    /// Does `work`.
    #[cfg(not(target_arch = "x86_64"))]
    pub(super) fn run<W: NullaryFnOnce>(self, work: W) -> W::Output {
        work.call()
    }

    fn name(self) -> &'static str {
        match self {
            Simd::Baseline => "baseline",
            Simd::Avx2 => "avx2",
            Simd::Avx512 => "avx512",
        }
    }
}

impl fmt::Display for Simd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Simd {
    type Err = UnknownSimd;

    fn from_str(name: &str) -> Result<Self, UnknownSimd> {
        Simd::ALL.into_iter().find(|level| level.name() == name).ok_or_else(|| UnknownSimd(name.to_owned()))
    }
}

/// A name that no instruction level has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `baseline`, `avx2` or `avx512`, found `{0}`")]
pub struct UnknownSimd(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_reads_as_it_is_written() {
        for level in Simd::ALL {
            assert_eq!(level.to_string().parse(), Ok(level));
        }
        let error = "sse9".parse::<Simd>().unwrap_err();
        assert_eq!(error.to_string(), "expected `baseline`, `avx2` or `avx512`, found `sse9`");
    }

    #[test]
    fn a_wider_level_is_greater() {
        assert!(Simd::ALL.is_sorted());
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn the_widest_level_is_the_processors() {
        let expected = if is_x86_feature_detected!("avx512dq") && is_x86_feature_detected!("avx512vl") {
            Simd::Avx512
        } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            Simd::Avx2
        } else {
            Simd::Baseline
        };
        assert_eq!(Simd::detect(), expected);
    }
}
