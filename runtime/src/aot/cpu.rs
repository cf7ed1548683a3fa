//! The processors that an object file can be made for, by the levels that compilers of C call `x86-64-v2` and
//! `x86-64-v3`. A level changes the speed of code and never its bits.

use std::fmt;
use std::str::FromStr;

/// The instructions that code may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Cpu {
    /// Those of all processors since 2009: up to SSE4.2.
    #[default]
    V2,
    /// Those of most processors since 2013: up to AVX2.
    V3,
}

impl Cpu {
    /// All levels, from the oldest on.
    pub const ALL: [Cpu; 2] = [Cpu::V2, Cpu::V3];

    /// The number of the level.
    pub(crate) fn level(self) -> u32 {
        match self {
            Cpu::V2 => 2,
            Cpu::V3 => 3,
        }
    }

    /// Whether this machine has the instructions of a level; no machine has those of an unknown one.
    pub(crate) fn has(level: u32) -> bool {
        Cpu::ALL.into_iter().any(|cpu| cpu.level() == level && cpu.is_available())
    }

    /// Whether this machine has them.
    #[cfg(target_arch = "x86_64")]
    fn is_available(self) -> bool {
        let v2 = is_x86_feature_detected!("ssse3")
            && is_x86_feature_detected!("sse4.1")
            && is_x86_feature_detected!("sse4.2")
            && is_x86_feature_detected!("popcnt");
        let v3 = || {
            is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("lzcnt")
        };
        v2 && (self == Cpu::V2 || v3())
    }

    /// Whether this machine has them.
    #[cfg(not(target_arch = "x86_64"))]
    fn is_available(self) -> bool {
        false
    }

    fn name(self) -> &'static str {
        match self {
            Cpu::V2 => "x86-64-v2",
            Cpu::V3 => "x86-64-v3",
        }
    }
}

impl fmt::Display for Cpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Cpu {
    type Err = UnknownCpu;

    fn from_str(name: &str) -> Result<Self, UnknownCpu> {
        Cpu::ALL.into_iter().find(|cpu| cpu.name() == name).ok_or_else(|| UnknownCpu(name.to_owned()))
    }
}

/// A name that no level of processors has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `x86-64-v2` or `x86-64-v3`, found `{0}`")]
pub struct UnknownCpu(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_reads_as_it_is_written() {
        for cpu in Cpu::ALL {
            assert_eq!(cpu.to_string().parse(), Ok(cpu));
        }
        let error = "z80".parse::<Cpu>().unwrap_err();
        assert_eq!(error.to_string(), "expected `x86-64-v2` or `x86-64-v3`, found `z80`");
    }

    #[test]
    fn no_machine_has_an_unknown_level() {
        assert!(!Cpu::has(0) && !Cpu::has(99));
    }
}
