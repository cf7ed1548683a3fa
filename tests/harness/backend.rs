//! What can run a checked model. Every case runs on each; a new backend is one more line here.

use flowtime::check::CheckedModel;
use flowtime::driver::{self, Evaluation, RunError, Settings};
use flowtime::load::SourceLoader;

/// One way to run a model.
#[derive(Debug)]
pub(crate) struct Backend {
    /// How it is called in a test's name.
    pub(crate) name: &'static str,
    /// Runs a model.
    pub(crate) run: fn(&CheckedModel, &dyn SourceLoader, &Settings) -> Result<Evaluation, RunError>,
}

/// All of them.
pub(crate) const BACKENDS: &[Backend] = &[Backend { name: "interp", run: interpret }];

fn interpret(model: &CheckedModel, loader: &dyn SourceLoader, settings: &Settings) -> Result<Evaluation, RunError> {
    driver::run(model, loader, settings, &|_| {})
}
