//! What differs between two runs: grid and window, parameters, the model's series, the data, and the outputs bin by bin.
//! Values differ where their bits do; two missing values are alike.

use std::collections::{BTreeMap, BTreeSet};

use flowtime::model::{Initial, Model, Pmf, PmfArg, Role, Series, SeriesKind};
use serde::Serialize;

use crate::columns::{ColumnFile, ColumnKind};
use crate::stored::{ReadError, StoredRun};

/// What differs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunDiff {
    /// Grid and window, in words, where they differ; then no values are compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grid: Option<Change<String>>,
    /// Parameters with another value, or in one run only.
    pub parameters: BTreeMap<String, Change<f64>>,
    /// Roles that another series plays, as `Node.role`.
    pub roles: BTreeMap<String, Change<String>>,
    /// What these roles' series come to, the largest change first; ids are `Node.role`.
    pub role_values: Vec<ColumnChange>,
    /// Series with another formula or kind, or in one run only.
    pub model: BTreeMap<String, Change<String>>,
    /// Const series whose values differ.
    pub data: Vec<ColumnChange>,
    /// Outputs whose values differ, the largest change first.
    pub series: Vec<ColumnChange>,
    /// Outputs of one run only.
    pub outputs: BTreeMap<String, Change<bool>>,
}

/// Before and after; `null` where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Change<T> {
    /// In the first run.
    pub before: Option<T>,
    /// In the second.
    pub after: Option<T>,
}

/// A series whose values differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnChange {
    /// The output or const series.
    pub id: String,
    /// How many bins differ.
    pub bins: usize,
    /// The first of them.
    pub first_bin: usize,
    /// The bin with the largest change; one where a value came or went before all others.
    pub worst_bin: usize,
    /// The value there in the first run, `null` if missing.
    pub before: f64,
    /// The value there in the second run, `null` if missing.
    pub after: f64,
    /// That change over the largest size of the series in both runs; `null` where a value came or went.
    pub relative: Option<f64>,
}

impl RunDiff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == RunDiff::default()
    }
}

/// Compares two stored runs.
///
/// # Errors
/// One of them can't be read.
pub fn diff(before: &StoredRun, after: &StoredRun) -> Result<RunDiff, ReadError> {
    let (a, b) = (before.index(), after.index());
    let models = [&before.model()?.checked.model, &after.model()?.checked.model];
    let mut diff = RunDiff {
        parameters: changes(&a.parameters, &b.parameters, |value| *value),
        roles: changes(&roles(models[0]), &roles(models[1]), Clone::clone),
        model: changes(&definitions(models[0]), &definitions(models[1]), Clone::clone),
        ..RunDiff::default()
    };
    let [old, new] = models.map(grid);
    if old != new {
        diff.grid = Some(Change { before: Some(old), after: Some(new) });
        return Ok(diff);
    }
    let columns = [before.columns()?, after.columns()?];
    diff.data = column_changes(columns, ColumnKind::Input)?;
    diff.series = column_changes(columns, ColumnKind::Output)?;
    let [old, new] = columns.map(outputs);
    diff.role_values = role_changes(&diff.roles, [before, after])?;
    diff.outputs = changes(&old, &new, |()| true);
    Ok(diff)
}

/// What is in both with another value, or in one alone.
fn changes<V: PartialEq, T>(
    before: &BTreeMap<String, V>,
    after: &BTreeMap<String, V>,
    shown: impl Fn(&V) -> T,
) -> BTreeMap<String, Change<T>> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differing = keys.into_iter().filter(|key| before.get(*key) != after.get(*key));
    let change = |key: &String| Change { before: before.get(key).map(&shown), after: after.get(key).map(&shown) };
    differing.map(|key| (key.clone(), change(key))).collect()
}

fn grid(model: &Model) -> String {
    let grid = &model.grid;
    let size = format!("{} bins of {} {}", grid.bins, grid.bin_size, grid.bin_unit.name());
    model.window.map_or_else(|| size.clone(), |window| format!("{size} from {}", window.start))
}

fn outputs(columns: &ColumnFile) -> BTreeMap<String, ()> {
    let labels = columns.labels().iter().filter(|label| label.kind == ColumnKind::Output);
    labels.map(|label| (label.id.clone(), ())).collect()
}

/// The series of each role. What an overlay keeps of its base is no role of the model.
fn roles(model: &Model) -> BTreeMap<String, String> {
    let nodes = model.topology.nodes.iter();
    let of_node = nodes.flat_map(|node| node.semantics.iter().map(move |(role, series)| (node, role, series)));
    let named = of_node.filter(|(_, role, _)| **role != Role::ServedBaseline);
    named.map(|(node, role, series)| (format!("{}.{}", node.id.value, role.name()), series.value.clone())).collect()
}

/// The values of roles that other series play, where both runs have them.
fn role_changes(
    roles: &BTreeMap<String, Change<String>>,
    runs: [&StoredRun; 2],
) -> Result<Vec<ColumnChange>, ReadError> {
    let mut changes = Vec::new();
    for (role, change) in roles {
        let (Some(before), Some(after)) = (&change.before, &change.after) else { continue };
        if let (Some(before), Some(after)) = (runs[0].column_of(before)?, runs[1].column_of(after)?) {
            let values = [runs[0].columns()?.column(before)?, runs[1].columns()?.column(after)?];
            changes.extend(column_change(role, &values));
        }
    }
    sort(&mut changes);
    Ok(changes)
}

fn definitions(model: &Model) -> BTreeMap<String, String> {
    model.series.iter().map(|series| (series.id.value.clone(), definition(series))).collect()
}

/// How a series comes about, on one line. Values are compared as data, not here.
fn definition(series: &Series) -> String {
    match &series.kind {
        SeriesKind::Expr { formula, initial } => {
            let text = formula.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let start = initial.as_ref().map(|initial| format!(", initial {}", start(&initial.value)));
            text + &start.unwrap_or_default()
        }
        SeriesKind::Pmf(pmf) => distribution(pmf),
        SeriesKind::Const(_) => "data".to_owned(),
        SeriesKind::Invalid => String::new(),
    }
}

fn start(initial: &Initial) -> String {
    match initial {
        Initial::Number(number) => number.to_string(),
        Initial::Bool(truth) => truth.to_string(),
        Initial::Name(name) => name.clone(),
        Initial::Invalid => String::new(),
    }
}

/// `poisson, lambda 150`, `empirical, 1: 0.5, 2: 0.5, sampled`.
fn distribution(pmf: &Pmf) -> String {
    let args = pmf.args.iter().map(|(name, value)| match &value.value {
        PmfArg::Number(number) => format!(", {name} {number}"),
        PmfArg::Name(id) => format!(", {name} {id}"),
    });
    let table = pmf.table.iter().map(|(value, probability)| format!(", {value}: {probability}"));
    let sampled = if pmf.sample { ", sampled" } else { "" };
    format!("{}{}{sampled}", pmf.distribution.value, args.chain(table).collect::<String>())
}

/// The columns of one kind in both runs that differ, the largest change first.
fn column_changes(columns: [&ColumnFile; 2], kind: ColumnKind) -> Result<Vec<ColumnChange>, ReadError> {
    let mut changes = Vec::new();
    for (before, label) in columns[0].labels().iter().enumerate().filter(|(_, label)| label.kind == kind) {
        if let Some(after) = columns[1].find(kind, &label.id) {
            let values = [columns[0].column(before)?, columns[1].column(after)?];
            changes.extend(column_change(&label.id, &values));
        }
    }
    sort(&mut changes);
    Ok(changes)
}

/// The largest change first.
fn sort(changes: &mut [ColumnChange]) {
    let size = |change: &ColumnChange| change.relative.unwrap_or(f64::INFINITY);
    changes.sort_by(|a, b| size(b).total_cmp(&size(a)).then_with(|| a.id.cmp(&b.id)));
}

fn column_change(id: &str, [before, after]: &[Vec<f64>; 2]) -> Option<ColumnChange> {
    let differs = |(a, b): (&f64, &f64)| a.to_bits() != b.to_bits() && !(a.is_nan() && b.is_nan());
    let bins: Vec<usize> = (0..before.len()).filter(|bin| differs((&before[*bin], &after[*bin]))).collect();
    let change = |bin: &usize| (after[*bin] - before[*bin]).abs();
    let size = |bin: &usize| if change(bin).is_nan() { f64::INFINITY } else { change(bin) };
    let worst_bin = bins.iter().copied().rev().max_by(|a, b| size(a).total_cmp(&size(b)))?;
    let largest = before.iter().chain(after).filter(|value| !value.is_nan()).fold(0.0_f64, |a, b| a.max(b.abs()));
    let relative = Some(change(&worst_bin) / largest).filter(|relative| relative.is_finite());
    let (before, after) = (before[worst_bin], after[worst_bin]);
    Some(ColumnChange { id: id.to_owned(), bins: bins.len(), first_bin: bins[0], worst_bin, before, after, relative })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_change(before: &[f64], after: &[f64], expected: Option<(usize, usize, Option<f64>)>) {
        let change = column_change("x", &[before.to_vec(), after.to_vec()]);
        assert_eq!(change.map(|change| (change.bins, change.worst_bin, change.relative)), expected);
    }

    #[test]
    fn the_worst_bin_has_the_largest_change() {
        check_change(&[1.0, 2.0, 10.0], &[1.0, 4.0, 11.0], Some((2, 1, Some(2.0 / 11.0))));
        check_change(&[1.0, 2.0], &[2.0, 3.0], Some((2, 0, Some(1.0 / 3.0))));
    }

    #[test]
    fn a_value_that_came_or_went_is_the_worst() {
        check_change(&[1.0, f64::NAN, f64::NAN], &[9.0, f64::NAN, 3.0], Some((2, 2, None)));
    }

    #[test]
    fn missing_values_are_alike_and_zeros_are_not() {
        check_change(&[f64::NAN, 1.0], &[-f64::NAN, 1.0], None);
        check_change(&[0.0], &[-0.0], Some((1, 0, None)));
    }
}
