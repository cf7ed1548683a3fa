//! A run that takes some columns as given: they go in as they are, what only they depend on is not evaluated, and all else
//! comes out as a run of the whole model would have it, bit for bit, if the columns are those of such a run.

use super::{Evaluation, Flag, Inputs, OutputColumn, RunError, Settings, Step, Watch};
use super::{distinct_outputs, evaluate, load_inputs, name_outputs, parameter_values};
use crate::check::tree::{Kind, Node};
use crate::check::{CheckedModel, SeriesId};
use crate::load::SourceLoader;
use crate::lower::{self, Flags, Given};
use crate::model::SeriesKind;
use flowtime_runtime::builtins::Convention;
use flowtime_runtime::engine::RunControl;
use flowtime_runtime::ir::Rate;
use std::collections::BTreeMap;

/// Like [`run_with`](super::run_with), but `given` has the columns of some series, one value per bin each, missing ones
/// NaN, truth values 1 and 0. [`Evaluation::flags`] tells of the series that were evaluated only.
///
/// # Errors
/// Those of [`run_with`](super::run_with).
pub fn run_given(
    checked: &CheckedModel,
    loader: &dyn SourceLoader,
    settings: &Settings,
    extra: &[Node],
    mut given: BTreeMap<SeriesId, Vec<f64>>,
    watch: &Watch<'_>,
) -> Result<Evaluation, RunError> {
    let parameters = parameter_values(checked, settings)?;
    given.retain(|series, _| can_be_given(checked, *series));
    let ids: Given = given.keys().copied().collect();
    let mut columns = load_data(checked, extra, given, loader, watch.step)?;
    let wanted: Vec<SeriesId> = distinct_outputs(checked).into_iter().filter(|series| !ids.contains(series)).collect();
    let formulas: Vec<Node> = extra.iter().filter(|node| copied(node, &ids).is_none()).cloned().collect();
    let lowered = lower::lower(checked, &wanted, &formulas, Flags::Count, &ids);
    (watch.step)(Step::Evaluate { series: checked.model.series.len(), bins: checked.model.grid.bins as usize });
    let flag_ids = lowered.flags.clone();
    let name = |output: usize| wanted.get(output).map_or("a further formula", |series| checked.id(*series)).to_owned();
    let (mut results, backend) = evaluate(lowered, &columns, &parameters, settings, &name, watch)?;
    let raised = raised(&flag_ids, &results.split_off(wanted.len() + formulas.len()));
    let further = results.split_off(wanted.len());
    let flags = find_flags(checked, &raised, &columns, &ids, &parameters, settings, watch)?;
    let extra_columns = all_formulas(extra, further, &columns, &ids);
    let outputs = all_outputs(checked, wanted.into_iter().zip(results).collect(), &columns);
    let inputs = data(checked, extra).into_iter().filter_map(|series| columns.remove_entry(&series)).collect();
    Ok(Evaluation { outputs, inputs, extra: extra_columns, flags, backend })
}

/// The flags whose counts are not 0.
fn raised(flags: &[(SeriesId, Convention)], counts: &[Vec<f64>]) -> Vec<(SeriesId, Convention)> {
    let raised = flags.iter().zip(counts).filter(|(_, count)| count.first().is_some_and(|count| *count > 0.0));
    raised.map(|(flag, _)| *flag).collect()
}

/// The columns of the further formulas: those evaluated, and between them the given series.
fn all_formulas(extra: &[Node], evaluated: Vec<Vec<f64>>, columns: &Inputs, given: &Given) -> Vec<Vec<f64>> {
    let mut evaluated = evaluated.into_iter();
    let column = |node| match copied(node, given) {
        Some(series) => columns.get(&series).cloned(),
        None => evaluated.next(),
    };
    extra.iter().filter_map(column).collect()
}

/// The outputs: those evaluated, and between them the given series.
fn all_outputs(checked: &CheckedModel, mut evaluated: Inputs, columns: &Inputs) -> Vec<OutputColumn> {
    let column = |series| Some((series, evaluated.remove(&series).or_else(|| columns.get(&series).cloned())?));
    let (series, values): (Vec<_>, Vec<_>) = distinct_outputs(checked).into_iter().filter_map(column).unzip();
    name_outputs(checked, &series, values)
}

/// The const series that a run of the model with these further formulas reads, in the order of the model.
pub fn data(checked: &CheckedModel, extra: &[Node]) -> Vec<SeriesId> {
    needed(checked, extra, &Given::new()).filter(|series| is_data(checked, *series)).collect()
}

/// The series whose formulas a run of the model with these further formulas evaluates if `given` are given, in the order
/// of the model.
pub fn evaluated(checked: &CheckedModel, extra: &[Node], given: &[SeriesId]) -> Vec<SeriesId> {
    let given: Given = given.iter().copied().filter(|series| can_be_given(checked, *series)).collect();
    needed(checked, extra, &given).filter(|series| !is_data(checked, *series) && !given.contains(series)).collect()
}

fn needed(checked: &CheckedModel, extra: &[Node], given: &Given) -> impl Iterator<Item = SeriesId> {
    let needed = lower::needed(checked, &distinct_outputs(checked), extra, given);
    (0..).map(SeriesId).zip(needed).filter_map(|(series, is_needed)| is_needed.then_some(series))
}

fn is_data(checked: &CheckedModel, series: SeriesId) -> bool {
    matches!(checked.model.series[series.index()].kind, SeriesKind::Const(_))
}

/// Whether a run takes the column of `series` if it is given. A uniform series is evaluated in any case: as a column it
/// would vary for its readers.
pub fn can_be_given(checked: &CheckedModel, series: SeriesId) -> bool {
    is_data(checked, series) || checked.types[series.index()].rate == Rate::Series
}

/// The given series that a formula just names.
fn copied(node: &Node, given: &Given) -> Option<SeriesId> {
    match node.kind {
        Kind::Series(series) if given.contains(&series) => Some(series),
        _ => None,
    }
}

/// The given columns, and the data that is not among them.
fn load_data(
    checked: &CheckedModel,
    extra: &[Node],
    given: Inputs,
    loader: &dyn SourceLoader,
    progress: &dyn Fn(Step<'_>),
) -> Result<Inputs, RunError> {
    let missing: Vec<SeriesId> =
        data(checked, extra).into_iter().filter(|series| !given.contains_key(series)).collect();
    let mut columns = load_inputs(checked, &missing, loader, progress)?;
    columns.extend(given);
    Ok(columns)
}

/// Evaluates the masks of the conventions that were met, to tell in which bins.
fn find_flags(
    checked: &CheckedModel,
    raised: &[(SeriesId, Convention)],
    inputs: &Inputs,
    given: &Given,
    parameters: &[f64],
    settings: &Settings,
    watch: &Watch<'_>,
) -> Result<Vec<Flag>, RunError> {
    if raised.is_empty() {
        return Ok(Vec::new());
    }
    let mut series: Vec<SeriesId> = raised.iter().map(|(series, _)| *series).collect();
    series.dedup();
    let lowered = lower::lower(checked, &series, &[], Flags::Bins, given);
    let flag_ids = lowered.flags.clone();
    let quiet = Watch { step: &|_| {}, control: RunControl { cancel: watch.control.cancel, ..RunControl::default() } };
    let (mut masks, _) = evaluate(lowered, inputs, parameters, settings, &|_| "a mask".to_owned(), &quiet)?;
    let flags = flag_ids.iter().zip(masks.split_off(series.len())).filter(|(flag, _)| raised.contains(flag));
    let flags = flags.map(|((series, convention), mask)| {
        let bins = mask.iter().enumerate().filter(|(_, flagged)| **flagged != 0.0).map(|(bin, _)| bin).collect();
        Flag { convention: *convention, series: *series, bins }
    });
    Ok(flags.collect())
}
