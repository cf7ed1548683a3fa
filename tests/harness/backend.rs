//! What can run a checked model: the interpreter, and machine code with each level of instructions. Every case runs on
//! each that this machine has; a new backend is one more line here.

use flowtime::check::CheckedModel;
use flowtime::driver::{self, Evaluation, RunError, Settings};
use flowtime::load::SourceLoader;
use flowtime_runtime::engine::{self, Options};
use flowtime_runtime::kernels::Simd;

/// One way to run a model.
#[derive(Debug)]
pub(crate) struct Backend {
    /// How it is called in a test's name.
    pub(crate) name: &'static str,
    backend: engine::Backend,
    simd: Simd,
}

const fn jit(name: &'static str, simd: Simd) -> Backend {
    Backend { name, backend: engine::Backend::Jit, simd }
}

static BACKENDS: &[Backend] = &[
    Backend { name: "interp", backend: engine::Backend::Interp, simd: Simd::Baseline },
    jit("jit baseline", Simd::Baseline),
    jit("jit avx2", Simd::Avx2),
    jit("jit avx512", Simd::Avx512),
];

/// Those that this machine has.
pub(crate) fn backends() -> impl Iterator<Item = &'static Backend> {
    BACKENDS.iter().filter(|backend| backend.simd.is_available())
}

/// The interpreter and the widest machine code, for models so large that making code takes long.
pub(crate) fn extremes() -> impl Iterator<Item = &'static Backend> {
    backends().take(1).chain(backends().last())
}

/// Which run, and which are left out because the machine lacks the instructions.
pub(crate) fn summary() -> String {
    let names = |available: bool| {
        let those = BACKENDS.iter().filter(|backend| backend.simd.is_available() == available);
        those.map(|backend| backend.name).collect::<Vec<_>>().join(", ")
    };
    match names(false).as_str() {
        "" => format!("backends: {}", names(true)),
        lacking => format!("backends: {}; this machine lacks the instructions of {lacking}", names(true)),
    }
}

impl Backend {
    /// Runs a model.
    pub(crate) fn run(
        &self,
        model: &CheckedModel,
        loader: &dyn SourceLoader,
        settings: &Settings,
    ) -> Result<Evaluation, RunError> {
        let engine = Options { backend: self.backend, simd: self.simd, ..settings.engine };
        driver::run(model, loader, &Settings { engine, ..settings.clone() }, &|_| {})
    }
}
