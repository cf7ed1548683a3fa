//! `--backend`: what evaluates a model. No choice changes a result.

use clap::ValueEnum;
use flowtime_runtime::engine;

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

impl Backend {
    /// How the engine is told.
    pub(crate) fn options(self) -> engine::Options {
        let backend = match self {
            Backend::Auto => engine::Backend::Auto,
            Backend::Interp => engine::Backend::Interp,
            Backend::Jit => engine::Backend::Jit,
            Backend::Both => engine::Backend::Both,
        };
        engine::Options { backend, ..engine::Options::default() }
    }
}
