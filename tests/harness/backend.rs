//! What can run a checked model. Every case runs on each; a new backend is one more line here.

use flowtime::check::CheckedModel;
use flowtime::driver::{self, Evaluation, RunError, Settings};
use flowtime::load::SourceLoader;
use flowtime_runtime::engine;

/// One way to run a model.
#[derive(Debug)]
pub(crate) struct Backend {
    /// How it is called in a test's name.
    pub(crate) name: &'static str,
    /// Runs a model.
    pub(crate) run: fn(&CheckedModel, &dyn SourceLoader, &Settings) -> Result<Evaluation, RunError>,
}

/// All of them.
pub(crate) const BACKENDS: &[Backend] =
    &[Backend { name: "interp", run: interpret }, Backend { name: "jit", run: compile }];

fn interpret(model: &CheckedModel, loader: &dyn SourceLoader, settings: &Settings) -> Result<Evaluation, RunError> {
    run(engine::Backend::Interp, model, loader, settings)
}

fn compile(model: &CheckedModel, loader: &dyn SourceLoader, settings: &Settings) -> Result<Evaluation, RunError> {
    run(engine::Backend::Jit, model, loader, settings)
}

fn run(
    backend: engine::Backend,
    model: &CheckedModel,
    loader: &dyn SourceLoader,
    settings: &Settings,
) -> Result<Evaluation, RunError> {
    let engine = engine::Options { backend, ..settings.engine };
    driver::run(model, loader, &Settings { engine, ..settings.clone() }, &|_| {})
}
