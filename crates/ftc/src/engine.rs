//! How a model is evaluated, as the command line lets it be chosen: the backend, and the instructions it may use.

use clap::{Args, ValueEnum};
use flowtime_runtime::engine;
use flowtime_runtime::kernels::Simd;

use crate::ui::Ui;

/// What evaluates a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Backend {
    /// Whichever is done first
    #[default]
    Auto,
    /// The interpreter, which defines what is right
    Interp,
    /// Machine code
    Jit,
    /// Both; the run fails at the first bin where they differ
    Both,
}

impl From<Backend> for engine::Backend {
    fn from(backend: Backend) -> Self {
        match backend {
            Backend::Auto => engine::Backend::Auto,
            Backend::Interp => engine::Backend::Interp,
            Backend::Jit => engine::Backend::Jit,
            Backend::Both => engine::Backend::Both,
        }
    }
}

impl Backend {
    /// The engine's options with this backend, all else as usual.
    pub(crate) fn options(self) -> engine::Options {
        engine::Options { backend: self.into(), ..engine::Options::default() }
    }
}

/// Options of all commands that make machine code.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct CodeArgs {
    /// Use no wider instructions than these; the results are the same
    #[arg(long, value_enum, value_name = "LEVEL")]
    simd: Option<Level>,
    /// Write the addresses of the machine code to `/tmp/perf-PID.map`, for perf
    #[arg(long)]
    pub(crate) perf_map: bool,
}

/// A level of instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Level {
    /// What every machine of this kind has: vectors of 128 bits
    Baseline,
    /// AVX2: vectors of 256 bits
    Avx2,
    /// AVX-512: vectors of 512 bits
    Avx512,
}

impl From<Level> for Simd {
    fn from(level: Level) -> Self {
        match level {
            Level::Baseline => Simd::Baseline,
            Level::Avx2 => Simd::Avx2,
            Level::Avx512 => Simd::Avx512,
        }
    }
}

impl CodeArgs {
    /// The engine's options; none if the machine lacks the instructions, which is said.
    pub(crate) fn options(self, backend: engine::Backend, ui: &Ui) -> Option<engine::Options> {
        match usable(self.simd.map(Simd::from), Simd::is_available) {
            Ok(simd) => Some(engine::Options { backend, simd, ..engine::Options::default() }),
            Err((message, help)) => {
                ui.error(&message);
                ui.help(&help);
                None
            }
        }
    }
}

/// The level that was asked for, or the widest; what to say if the machine lacks it.
fn usable(wanted: Option<Simd>, is_available: fn(Simd) -> bool) -> Result<Simd, (String, String)> {
    let widest = Simd::ALL.into_iter().rev().find(|&level| is_available(level)).unwrap_or(Simd::Baseline);
    match wanted {
        Some(level) if !is_available(level) => {
            Err((format!("this machine lacks the instructions of `--simd {level}`"), format!("use `--simd {widest}`")))
        }
        wanted => Ok(wanted.unwrap_or(widest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_the_machine_lacks_is_refused_with_the_widest_it_has() {
        let is_available = |level| level <= Simd::Avx2;
        assert_eq!(usable(None, is_available), Ok(Simd::Avx2));
        assert_eq!(usable(Some(Simd::Baseline), is_available), Ok(Simd::Baseline));
        let (message, help) = usable(Some(Simd::Avx512), is_available).unwrap_err();
        assert_eq!(message, "this machine lacks the instructions of `--simd avx512`");
        assert_eq!(help, "use `--simd avx2`");
    }
}
