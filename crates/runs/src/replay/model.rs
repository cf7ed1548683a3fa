//! The model of a replay: made of the template for the telemetry that there is, kept in the work folder as
//! `model/model.yaml`, and checked. What is wrong with it is shown in the template.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use flowtime::check::CheckedModel;
use flowtime::diagnostics::{Diagnostic, codes};
use flowtime::driver::{self, Check};
use flowtime::load::{FileLoader, SourceCheck, SourceLoader};
use flowtime::model::{ConstData, NodeKind, SeriesKind};
use flowtime::source::Sources;
use flowtime::template::{Instance, METRICS, Problems, Template};
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

/// The nodes that the template has with what is set, if all its telemetry is there: they may be called by parameters.
/// Those that the telemetry decides of are among them; what is external has none.
pub(super) fn nodes(replay: &Replay<'_>, template: &Template) -> Vec<String> {
    let mut arguments = replay.request.arguments(None);
    arguments.available = template.flags();
    let instance = template.instantiate(&arguments).ok();
    let loader = FileLoader::new(PathBuf::new());
    let made = instance.and_then(|instance| instance.check(&loader, SourceCheck::Skip).model);
    let made = made.into_iter().flat_map(|checked| checked.model.topology.nodes);
    let mut nodes: Vec<String> =
        made.filter(|node| node.kind != NodeKind::External).map(|node| node.id.value).collect();
    let written = template.nodes().into_iter().filter(|(id, kind)| kind != "external" && !id.contains("{{"));
    for (id, _) in written {
        if !nodes.contains(&id) {
            nodes.push(id);
        }
    }
    nodes
}

fn keep(work: &Path, text: &str) -> Result<(), FileError> {
    let path = work.join(NAME);
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder.and_then(|()| fs::write(&path, text)).map_err(|source| FileError::Write { path, source })
}

/// Checks the model where it was made, then its text, which the run keeps.
fn check(instance: Instance, loader: &dyn SourceLoader) -> Result<Model, ReplayError> {
    let Check { sources, diagnostics, model } = instance.check(loader, SourceCheck::Probe);
    let mut notes = Problems { diagnostics, sources };
    if model.is_none() {
        let unprobed = instance.check(loader, SourceCheck::Skip).model;
        let missing = unprobed.map(|model| missing_files(&model, loader, &mut notes.diagnostics)).unwrap_or_default();
        return Err(match missing.into_iter().next() {
            Some(file) => file.error(notes),
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
    pub(super) fn data_error(&self, mut diagnostics: Vec<Diagnostic>, loader: &dyn SourceLoader) -> ReplayError {
        let missing = missing_files(&self.checked, loader, &mut diagnostics);
        let problems = Problems { diagnostics, sources: self.sources.clone() };
        match missing.into_iter().next() {
            Some(file) => file.error(problems),
            None => ReplayError::Data(Box::new(problems)),
        }
    }
}

/// A source that isn't there.
struct MissingFile {
    /// As the model names it.
    file: String,
    /// The series that it is the source of.
    series: String,
}

impl MissingFile {
    fn error(self, problems: Problems) -> ReplayError {
        let telemetry = self.telemetry().map(|(node, metric)| (node.to_owned(), metric.to_owned()));
        ReplayError::FileNotFound { file: self.file, node_id: self.series, telemetry, problems: Box::new(problems) }
    }

    /// Node and metric of a file of the telemetry.
    fn telemetry(&self) -> Option<(&str, &str)> {
        let name = self.file.rsplit('/').next()?.strip_suffix(".csv")?;
        name.rsplit_once('_').filter(|(_, metric)| METRICS.contains(metric))
    }
}

/// The sources that aren't there, if that is what the diagnostics are about. These then say which telemetry is missing,
/// not where in a work folder it was looked for.
fn missing_files(
    checked: &CheckedModel,
    loader: &dyn SourceLoader,
    diagnostics: &mut [Diagnostic],
) -> Vec<MissingFile> {
    if !diagnostics.iter().any(|one| one.code == codes::UNREADABLE_SOURCE) {
        return Vec::new();
    }
    let is_missing = |source: &str| loader.open(source).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
    let missing = checked.model.series.iter().filter_map(|series| match &series.kind {
        SeriesKind::Const(ConstData::Source(source)) if is_missing(&source.value) => {
            Some(MissingFile { file: source.value.clone(), series: series.id.value.clone() })
        }
        _ => None,
    });
    let missing: Vec<MissingFile> = missing.collect();
    for file in &missing {
        let of_series = format!(" of series `{}`:", file.series);
        let about = |one: &&mut Diagnostic| one.code == codes::UNREADABLE_SOURCE && one.message.contains(&of_series);
        if let (Some((node, metric)), Some(found)) = (file.telemetry(), diagnostics.iter_mut().find(about)) {
            found.message =
                format!("there is no `{metric}` of `{node}` in the telemetry, for series `{}`", file.series);
        }
    }
    missing
}
