//! How far a change reaches: the changed series and all that read them at whatever lag, directly or not. What lies outside
//! of that cone and is stored in the base run is taken from there.

use std::collections::{BTreeMap, BTreeSet};

use flowtime::check::tree::Kind;
use flowtime::check::{CheckedModel, ParamId, SeriesId, StartValue};
use flowtime::driver::{self, Flag};
use flowtime_runtime::builtins::Convention;
use serde::Serialize;

use crate::stored::{ReadError, StoredRun};
use crate::validate::formulas;
use crate::warnings::kinds;

/// What is changed, by name.
#[derive(Debug, Default)]
pub(super) struct Changed {
    pub(super) series: BTreeSet<String>,
    pub(super) parameters: BTreeSet<String>,
}

/// The series that a change reaches, and where the others' columns are.
#[derive(Debug)]
pub(super) struct Cone {
    inside: Vec<bool>,
    /// The columns of the base run that are reused, by series.
    stored: BTreeMap<SeriesId, usize>,
}

/// How far a change reaches, in series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConeCounts {
    /// Series of the model.
    pub series: usize,
    /// Those that the change reaches.
    pub cone: usize,
    /// Those whose formulas are evaluated: of the cone, and what it needs that the base run didn't keep.
    pub evaluated: usize,
    /// Those whose values are the base run's.
    pub reused: usize,
}

impl Cone {
    /// The cone of `changed` in a merged model over `base`.
    pub(super) fn of(checked: &CheckedModel, changed: &Changed, base: &StoredRun) -> Result<Self, ReadError> {
        let inside = reached(checked, changed);
        let mut stored = BTreeMap::new();
        let formulas = formulas(checked);
        let needed = driver::evaluated(checked, &formulas, &[]).into_iter().chain(driver::data(checked, &formulas));
        for series in needed.filter(|series| !inside[series.index()] && driver::can_be_given(checked, *series)) {
            if let Some(column) = base.column_of(checked.id(series))? {
                stored.insert(series, column);
            }
        }
        Ok(Self { inside, stored })
    }

    /// Whether the change reaches `series`.
    pub(super) fn contains(&self, series: SeriesId) -> bool {
        self.inside[series.index()]
    }

    pub(super) fn counts(&self, checked: &CheckedModel) -> ConeCounts {
        ConeCounts {
            series: self.inside.len(),
            cone: self.inside.iter().filter(|inside| **inside).count(),
            evaluated: self.evaluated(checked).len(),
            reused: self.stored.len(),
        }
    }

    /// The columns to reuse.
    pub(super) fn columns(&self, base: &StoredRun) -> Result<BTreeMap<SeriesId, Vec<f64>>, ReadError> {
        let columns = base.columns()?;
        self.stored.iter().map(|(series, column)| Ok((*series, columns.column(*column)?))).collect()
    }

    /// Adds the flags of series that the base run has evaluated and the overlay has not.
    pub(super) fn take_flags(
        &self,
        flags: &mut Vec<Flag>,
        checked: &CheckedModel,
        base: &StoredRun,
    ) -> Result<(), ReadError> {
        let evaluated: BTreeSet<SeriesId> = self.evaluated(checked).into_iter().collect();
        let needed = driver::evaluated(checked, &formulas(checked), &[]);
        let ids: BTreeMap<&str, SeriesId> = needed.into_iter().map(|series| (checked.id(series), series)).collect();
        for warning in &base.record()?.warnings {
            let series = warning.series.as_deref().and_then(|id| ids.get(id)).copied();
            let (Some(convention), Some(series)) = (convention(&warning.kind), series) else { continue };
            if !evaluated.contains(&series) {
                flags.push(Flag { convention, series, bins: warning.bins.clone() });
            }
        }
        flags.sort_by_key(|flag| (flag.series, flag.convention));
        Ok(())
    }

    fn evaluated(&self, checked: &CheckedModel) -> Vec<SeriesId> {
        let given: Vec<SeriesId> = self.stored.keys().copied().collect();
        driver::evaluated(checked, &formulas(checked), &given)
    }
}

/// For each series whether the change reaches it.
fn reached(checked: &CheckedModel, changed: &Changed) -> Vec<bool> {
    let mut readers: Vec<Vec<SeriesId>> = vec![Vec::new(); checked.model.series.len()];
    for series in ids(checked) {
        let start = match checked.starts[series.index()] {
            Some(StartValue::Series(start)) => Some(start),
            _ => None,
        };
        for read in checked.dependencies.reads[series.index()].iter().map(|read| read.to).chain(start) {
            readers[read.index()].push(series);
        }
    }
    let mut inside = vec![false; readers.len()];
    let mut open: Vec<SeriesId> = ids(checked).filter(|series| is_changed(checked, *series, changed)).collect();
    while let Some(series) = open.pop() {
        if !std::mem::replace(&mut inside[series.index()], true) {
            open.extend(&readers[series.index()]);
        }
    }
    inside
}

fn ids(checked: &CheckedModel) -> impl Iterator<Item = SeriesId> {
    (0..).map(SeriesId).take(checked.model.series.len())
}

/// Whether a series is other than in the base run, whatever it reads.
fn is_changed(checked: &CheckedModel, series: SeriesId, changed: &Changed) -> bool {
    let is_set = |parameter: ParamId| {
        let parameter = checked.model.parameters.get(parameter.as_u32() as usize);
        parameter.is_some_and(|parameter| changed.parameters.contains(&parameter.id.value))
    };
    let mut found = changed.series.contains(checked.id(series));
    if let Some(StartValue::Param(parameter)) = checked.starts[series.index()] {
        found |= is_set(parameter);
    }
    if let Some(formula) = &checked.formulas[series.index()] {
        formula.walk(&mut |node| found |= matches!(node.kind, Kind::Param(parameter) if is_set(parameter)));
    }
    found
}

fn convention(kind: &str) -> Option<Convention> {
    match kind {
        kinds::DIVISION_BY_ZERO => Some(Convention::DivisionByZero),
        kinds::CLAMP_BOUNDS => Some(Convention::ClampBounds),
        _ => None,
    }
}
