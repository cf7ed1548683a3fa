//! The one pipeline, from text to columns; command line, server, language server and tests all call it.
//!
//! [`check()`] runs the phases that need no numbers, [`run`] the rest. Nothing here prints or knows who asked.

pub use crate::check::Phase;
use crate::check::tree::Node;
use crate::check::{self, CheckedModel, SeriesId};
use crate::diagnostics::{Diagnostic, Sink};
use crate::load::{self, SourceCheck, SourceLoader};
use crate::lower::{self, Flags, Lowered};
use crate::model::{decode, yaml};
use crate::source::Sources;
pub use error::RunError;
pub use flowtime_runtime::builtins::Convention;
use flowtime_runtime::engine::{self, Backend, RunControl};
pub use given::{can_be_given, data, evaluated, run_given};
pub use loaded::{Loaded, load};
use std::collections::HashMap;
pub use watch::{Step, Watch};

/// The outcome of [`check()`].
#[derive(Debug)]
pub struct Check {
    /// The files, for showing diagnostics.
    pub sources: Sources,
    /// All that was found, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
    /// The checked model; there is one exactly if no diagnostic is an error.
    pub model: Option<CheckedModel>,
}

/// Checks the model `text`, shown to the user as `name`.
pub fn check(name: &str, text: &str, loader: &dyn SourceLoader, sources: SourceCheck) -> Check {
    check_observed(name, text, loader, sources, &mut |_| ())
}

/// Like [`check()`]; tells the end of each phase, so that it can be timed.
pub fn check_observed(
    name: &str,
    text: &str,
    loader: &dyn SourceLoader,
    sources: SourceCheck,
    done: &mut dyn FnMut(Phase),
) -> Check {
    let mut files = Sources::default();
    let file = files.add(name, text);
    let mut sink = Sink::default();
    let tree = yaml::parse(file, text, &mut sink);
    done(Phase::Yaml);
    match tree {
        Some(tree) => check_with(files, &tree, loader, sources, sink, done),
        None => Check { sources: files, diagnostics: sink.finish(), model: None },
    }
}

/// Checks a model that is a tree already, whose spans lie in `files`.
pub fn check_tree(files: Sources, tree: &yaml::Node, loader: &dyn SourceLoader, sources: SourceCheck) -> Check {
    check_with(files, tree, loader, sources, Sink::default(), &mut |_| ())
}

fn check_with(
    files: Sources,
    tree: &yaml::Node,
    loader: &dyn SourceLoader,
    sources: SourceCheck,
    mut sink: Sink,
    done: &mut dyn FnMut(Phase),
) -> Check {
    let model = decode::decode(tree, &mut sink);
    done(Phase::Decode);
    let checked = check::check(model, &mut sink, done);
    load::probe(&checked.model, loader, sources, &mut sink);
    done(Phase::Probe);
    let model = (!sink.has_errors()).then_some(checked);
    Check { sources: files, diagnostics: sink.finish(), model }
}

/// What one run sets.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Parameters with another value than the model's.
    pub parameters: Vec<(String, f64)>,
    /// What evaluates the model, and how; no choice changes a result.
    pub engine: engine::Options,
}

/// The columns of a run.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// The outputs in the model's order.
    pub outputs: Vec<OutputColumn>,
    /// The const series that the outputs needed, as loaded.
    pub inputs: Vec<(SeriesId, Vec<f64>)>,
    /// The columns of the further formulas that were asked for, in their order; truth values are 1 and 0.
    pub extra: Vec<Vec<f64>>,
    /// Conventions that hid something, by series.
    pub flags: Vec<Flag>,
    /// What evaluated the model.
    pub backend: Backend,
}

/// One output.
#[derive(Clone, Debug)]
pub struct OutputColumn {
    /// Its name: the series' id, or the `as` of its rule.
    pub name: String,
    /// The series.
    pub series: SeriesId,
    /// One value per bin; missing is NaN.
    pub values: Vec<f64>,
}

/// Bins of a series where a convention of the language stood in for a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Flag {
    /// Which convention.
    pub convention: Convention,
    /// The series whose formula it is.
    pub series: SeriesId,
    /// The bins, ascending.
    pub bins: Vec<usize>,
}

/// Loads the data that the outputs need and evaluates them. `progress` is told of each step as it begins.
///
/// # Errors
/// When a setting names no parameter or lies outside its bounds, and when the data does not fit the model.
pub fn run(
    checked: &CheckedModel,
    loader: &dyn SourceLoader,
    settings: &Settings,
    progress: &dyn Fn(Step<'_>),
) -> Result<Evaluation, RunError> {
    run_with(checked, loader, settings, &[], &Watch { step: progress, ..Watch::default() })
}

/// Like [`run`], but it can be stopped and observed, and evaluates further formulas over the model's series as
/// [`Evaluation::extra`]: a rule of the model, a part of a formula, a series that is no output, or what a caller makes of
/// them. Data that only they need is loaded too.
///
/// # Errors
/// Those of [`run`], and when it is cancelled.
pub fn run_with(
    checked: &CheckedModel,
    loader: &dyn SourceLoader,
    settings: &Settings,
    extra: &[Node],
    watch: &Watch<'_>,
) -> Result<Evaluation, RunError> {
    run_given(checked, loader, settings, extra, Inputs::new(), watch)
}

/// The columns of some series, as a run would compute them.
#[derive(Clone, Debug)]
pub struct Columns {
    /// One value per bin for each series asked for, and for the const series that these needed.
    pub series: std::collections::BTreeMap<SeriesId, Vec<f64>>,
    /// The parameters' values, in the order of the model.
    pub parameters: Vec<f64>,
}

/// Evaluates `series`, whether they are outputs or not.
///
/// # Errors
/// Those of [`run`].
pub fn columns(
    checked: &CheckedModel,
    series: &[SeriesId],
    loader: &dyn SourceLoader,
    settings: &Settings,
    progress: &dyn Fn(Step<'_>),
) -> Result<Columns, RunError> {
    let parameters = parameter_values(checked, settings)?;
    let lowered = lower::lower(checked, series, &[], Flags::Off, &lower::Given::new());
    let mut columns = load_inputs(checked, &lowered.inputs, loader, progress)?;
    progress(Step::Evaluate { series: series.len(), bins: checked.model.grid.bins as usize });
    let name = |output: usize| series.get(output).map_or("", |series| checked.id(*series)).to_owned();
    let watch = Watch { step: progress, control: RunControl::default() };
    let (values, _) = evaluate(lowered, &columns, &parameters, settings, &name, &watch)?;
    columns.extend(series.iter().copied().zip(values));
    Ok(Columns { series: columns, parameters })
}

/// The model's parameters with the settings in place.
fn parameter_values(checked: &CheckedModel, settings: &Settings) -> Result<Vec<f64>, RunError> {
    let parameters = &checked.model.parameters;
    let mut values: Vec<f64> = parameters.iter().map(|parameter| parameter.value.value).collect();
    for (name, value) in &settings.parameters {
        let Some(at) = parameters.iter().position(|parameter| parameter.id.value == *name) else {
            let known = parameters.iter().map(|parameter| parameter.id.value.clone()).collect();
            return Err(RunError::UnknownParameter { name: name.clone(), known });
        };
        let (min, max) = (parameters[at].min.unwrap_or(f64::NEG_INFINITY), parameters[at].max.unwrap_or(f64::INFINITY));
        if !(min..=max).contains(value) {
            return Err(RunError::ParameterRange { name: name.clone(), value: *value, min, max });
        }
        values[at] = *value;
    }
    Ok(values)
}

fn distinct_outputs(checked: &CheckedModel) -> Vec<SeriesId> {
    let mut series: Vec<SeriesId> = checked.outputs.iter().map(|(_, series)| *series).collect();
    series.sort();
    series.dedup();
    series
}

/// Loaded const series by id.
type Inputs = std::collections::BTreeMap<SeriesId, Vec<f64>>;

fn load_inputs(
    checked: &CheckedModel,
    series: &[SeriesId],
    loader: &dyn SourceLoader,
    progress: &dyn Fn(Step<'_>),
) -> Result<Inputs, RunError> {
    let mut sink = Sink::default();
    let mut report =
        |index: usize| progress(Step::Load { series: checked.id(series[index]), index, count: series.len() });
    let columns = load::read(&checked.model, series, loader, &mut report, &mut sink);
    if sink.has_errors() {
        return Err(RunError::Data(sink.finish()));
    }
    Ok(series.iter().copied().zip(columns).collect())
}

/// The columns of a program, and what evaluated it; `name` names its outputs.
fn evaluate(
    lowered: Lowered,
    inputs: &Inputs,
    parameters: &[f64],
    settings: &Settings,
    name: &dyn Fn(usize) -> String,
    watch: &Watch<'_>,
) -> Result<(Vec<Vec<f64>>, Backend), RunError> {
    let columns: Vec<&[f64]> =
        lowered.inputs.iter().filter_map(|series| inputs.get(series)).map(Vec::as_slice).collect();
    let prepared = engine::prepare(lowered.program, &settings.engine)?;
    (watch.step)(Step::Prepared { prepared: &prepared, origins: &lowered.origins });
    let inputs = engine::Inputs { columns: &columns, params: parameters };
    match prepared.run(&inputs, &watch.control) {
        Ok(frame) => Ok((frame.outputs().map(<[f64]>::to_vec).collect(), prepared.backend())),
        Err(engine::RunError::Differs(difference)) => {
            let output = name(difference.output.as_u32() as usize);
            Err(RunError::BackendsDiffer { output, difference })
        }
        Err(error) => Err(error.into()),
    }
}

/// The columns of `series` under the names of the outputs; the last output of a series takes its column.
fn name_outputs(checked: &CheckedModel, series: &[SeriesId], columns: Vec<Vec<f64>>) -> Vec<OutputColumn> {
    let mut columns: HashMap<SeriesId, (usize, Vec<f64>)> =
        series.iter().copied().zip(columns.into_iter().map(|column| (0, column))).collect();
    for (_, series) in &checked.outputs {
        columns.entry(*series).and_modify(|(uses, _)| *uses += 1);
    }
    let named = checked.outputs.iter().filter_map(|(name, series)| {
        let (uses, column) = columns.get_mut(series)?;
        *uses -= 1;
        let values = if *uses == 0 { std::mem::take(column) } else { column.clone() };
        Some(OutputColumn { name: name.clone(), series: *series, values })
    });
    named.collect()
}

mod error;
mod given;
mod loaded;
#[cfg(test)]
mod tests;
mod watch;
