//! The model of a replay: made of the template for the telemetry that there is, kept in the work folder as
//! `model/model.yaml`, and checked. What is wrong with it is shown in the template.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Instant;

use flowtime::check::CheckedModel;
use flowtime::diagnostics::{Diagnostic, codes};
use flowtime::driver::{self, Check};
use flowtime::load::{SourceCheck, SourceLoader};
use flowtime::model::{ConstData, SeriesKind};
use flowtime::source::Sources;
use flowtime::template::{Instance, Problems, Template};
use flowtime_files::FileError;
use flowtime_telemetry::load::Loaded;
use flowtime_telemetry::time::Window;

use super::{Replay, ReplayError, ReplayStep, milliseconds};
use crate::record::Timings;

/// What the model is called in messages.
const NAME: &str = "model/model.yaml";

/// A model that has no errors.
pub(super) struct Model {
    /// Its text.
    pub(super) text: String,
    /// The model, with places in the text.
    pub(super) checked: CheckedModel,
    /// What is to be told of it, with places in the template.
    pub(super) notes: Problems,
    /// The files that places of `checked` lie in.
    sources: Sources,
}

/// Makes the model, writes it into the work folder and checks it.
pub(super) fn make_model(
    replay: &Replay<'_>,
    template: &Template,
    window: Option<&Window>,
    loaded: Option<&Loaded>,
    work: &Path,
    loader: &dyn SourceLoader,
    timings: &mut Timings,
) -> Result<Model, ReplayError> {
    let instance = replay.step(ReplayStep::Instantiate, || {
        let mut arguments = replay.request.arguments(window);
        let available = loaded.into_iter().flat_map(|loaded| &loaded.available);
        arguments.available = available.map(|(node, metric)| (node.clone(), metric.name().to_owned())).collect();
        let instance = template.instantiate(&arguments)?;
        keep(work, &instance.text).map_err(ReplayError::Work)?;
        Ok(instance)
    })?;
    let begin = Instant::now();
    let model = replay.step(ReplayStep::Check, || check(instance, loader))?;
    timings.check_ms = milliseconds(begin.elapsed());
    Ok(model)
}

fn keep(work: &Path, text: &str) -> Result<(), FileError> {
    let path = work.join(NAME);
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder.and_then(|()| fs::write(&path, text)).map_err(|source| FileError::Write { path, source })
}

/// Checks the model where it was made, then its text, which the run keeps.
fn check(instance: Instance, loader: &dyn SourceLoader) -> Result<Model, ReplayError> {
    let Check { sources, diagnostics, model } = instance.check(loader, SourceCheck::Probe);
    let notes = Problems { diagnostics, sources };
    if model.is_none() {
        let unprobed = instance.check(loader, SourceCheck::Skip).model;
        return Err(match unprobed.and_then(|model| missing_file(&model, loader, &notes.diagnostics)) {
            Some((file, node_id)) => ReplayError::FileNotFound { file, node_id, problems: Box::new(notes) },
            None => ReplayError::Model(Box::new(notes)),
        });
    }
    let Check { sources, diagnostics, model } = driver::check(NAME, &instance.text, loader, SourceCheck::Skip);
    match model {
        Some(checked) => Ok(Model { text: instance.text, checked, notes, sources }),
        None => Err(ReplayError::Model(Box::new(Problems { diagnostics, sources }))),
    }
}

impl Model {
    /// The error of data that could not be read, or doesn't fit.
    pub(super) fn data_error(&self, diagnostics: Vec<Diagnostic>, loader: &dyn SourceLoader) -> ReplayError {
        let missing = missing_file(&self.checked, loader, &diagnostics);
        let problems = Box::new(Problems { diagnostics, sources: self.sources.clone() });
        match missing {
            Some((file, node_id)) => ReplayError::FileNotFound { file, node_id, problems },
            None => ReplayError::Data(problems),
        }
    }
}

/// The first source that isn't there, if that is what the diagnostics are about, and the series that reads it.
fn missing_file(
    checked: &CheckedModel,
    loader: &dyn SourceLoader,
    diagnostics: &[Diagnostic],
) -> Option<(String, String)> {
    diagnostics.iter().find(|one| one.code == codes::UNREADABLE_SOURCE)?;
    checked.model.series.iter().find_map(|series| match &series.kind {
        SeriesKind::Const(ConstData::Source(source)) => {
            let is_missing = loader.open(&source.value).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
            is_missing.then(|| (source.value.clone(), series.id.value.clone()))
        }
        _ => None,
    })
}
