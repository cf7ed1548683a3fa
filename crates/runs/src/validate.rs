//! Validation after evaluation: what in the result of a run looks wrong. It never fails a run; data is as odd as it is.
//!
//! [`evaluate`] evaluates a model together with what its validation needs, [`validate`] judges the result: telemetry gaps
//! as the loader told them, then what the roles of each topology node imply, then the model's own rules, and last the
//! conventions that stood in for results and the values that are missing.

mod capacity;
mod conservation;
mod counts;
mod plan;
mod results;
mod rules;

use std::collections::HashSet;

use flowtime::check::CheckedModel;
use flowtime::driver::{self, Evaluation, RunError, Settings, Watch};
use flowtime::load::SourceLoader;
use flowtime::model::{Role, TopologyNode};

pub(crate) use conservation::{TOLERANCE, tolerance};
pub(crate) use plan::{Inference, Plan};

use crate::warnings::Warning;

/// Evaluates a model with all that [`validate`] and the artifacts need: its outputs, its rules, and the series that its
/// topology names.
///
/// # Errors
/// Those of [`driver::run`].
pub fn evaluate(
    checked: &CheckedModel,
    loader: &dyn SourceLoader,
    settings: &Settings,
    watch: &Watch<'_>,
) -> Result<Evaluation, RunError> {
    driver::run_with(checked, loader, settings, &formulas(checked), watch)
}

/// The formulas that [`evaluate`] adds, for [`driver::run_with`]; a caller's own go behind them.
pub fn formulas(checked: &CheckedModel) -> Vec<flowtime::check::tree::Node> {
    Plan::of(checked).formulas
}

/// The warnings of a run that [`evaluate`] has evaluated; `gaps` are those of the telemetry's loader. Of an evaluation
/// without the formulas of [`evaluate`] only what the outputs show is judged.
pub fn validate(
    checked: &CheckedModel,
    settings: &Settings,
    evaluation: &Evaluation,
    gaps: &[Warning],
) -> Vec<Warning> {
    let waiting = counts::where_work_can_wait(&checked.model.topology);
    let run = Judged { checked, settings, evaluation, gaps, waiting, plan: Plan::of(checked) };
    let mut warnings = gaps.to_vec();
    for node in &checked.model.topology.nodes {
        warnings.extend(conservation::check(&run, node));
        warnings.extend(capacity::check(&run, node));
        warnings.extend(counts::check(&run, node));
    }
    warnings.extend(rules::check(&run));
    warnings.extend(results::check(&run));
    warnings
}

/// A run under judgement.
struct Judged<'a> {
    checked: &'a CheckedModel,
    settings: &'a Settings,
    evaluation: &'a Evaluation,
    gaps: &'a [Warning],
    /// The nodes at which work can wait, or that are behind one where it can.
    waiting: HashSet<&'a str>,
    plan: Plan<'a>,
}

/// A series in a role.
#[derive(Clone, Copy)]
struct RoleColumn<'a> {
    id: &'a str,
    values: &'a [f64],
}

impl<'a> Judged<'a> {
    /// The series that plays `role` for `node`, if there is one.
    fn role(&self, node: &TopologyNode, role: Role) -> Option<RoleColumn<'a>> {
        let series = self.plan.role(node, role)?;
        Some(RoleColumn { id: self.checked.id(series), values: self.plan.column(self.evaluation, series)? })
    }
}

impl RoleColumn<'_> {
    /// Its largest value.
    fn largest(&self) -> Option<f64> {
        self.values.iter().copied().filter(|value| !value.is_nan()).reduce(f64::max)
    }
}

/// The bins below `count` in which `holds`.
fn bins_where(count: usize, holds: impl FnMut(&usize) -> bool) -> Vec<usize> {
    (0..count).filter(holds).collect()
}
