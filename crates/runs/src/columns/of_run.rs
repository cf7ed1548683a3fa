//! Which columns a run has, and in which order: its outputs, the data they needed, what else the topology names, and how
//! sure inferred capacities are.

use flowtime::check::{CheckedModel, SeriesId};
use flowtime::driver::Evaluation;

use super::{Column, ColumnKind};
use crate::validate::{Inference, Plan};

/// The columns of an evaluated model.
pub(crate) struct RunColumns<'a> {
    checked: &'a CheckedModel,
    evaluation: &'a Evaluation,
    plan: Plan<'a>,
    confidences: Vec<(SeriesId, Vec<f64>)>,
}

impl<'a> RunColumns<'a> {
    /// Those of `evaluation`.
    pub(crate) fn of(checked: &'a CheckedModel, evaluation: &'a Evaluation) -> Self {
        let plan = Plan::of(checked);
        let confidence = |series| Some((series, confidence(&plan.inference(evaluation, series)?)));
        let confidences = plan.inferred().filter_map(confidence).collect();
        Self { checked, evaluation, plan, confidences }
    }

    /// All of them in the order of the file.
    pub(crate) fn list(&self) -> Vec<Column<'_>> {
        let Evaluation { outputs, inputs, .. } = self.evaluation;
        let column = |kind, series, values| Column { kind, id: self.checked.id(series), values };
        let outputs =
            outputs.iter().map(|output| Column { kind: ColumnKind::Output, id: &output.name, values: &output.values });
        let inputs = inputs.iter().map(|(series, values)| column(ColumnKind::Input, *series, values));
        let roles = self
            .plan
            .further_roles()
            .filter_map(|series| Some(column(ColumnKind::Role, series, self.plan.column(self.evaluation, series)?)));
        let confidences =
            self.confidences.iter().map(|(series, values)| column(ColumnKind::Confidence, *series, values));
        outputs.chain(inputs).chain(roles).chain(confidences).collect()
    }
}

/// 0, 1 or 2 in each bin: not saturated, saturated, saturated with a queue.
fn confidence(inference: &Inference<'_>) -> Vec<f64> {
    let saturated = if inference.has_queue { 2.0 } else { 1.0 };
    inference.saturated.iter().map(|mask| mask * saturated).collect()
}
