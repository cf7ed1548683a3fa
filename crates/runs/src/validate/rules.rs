//! The model's own rules: formulas with the truth value that they should have in every bin.

use flowtime::model::{Rule, RuleKind};

use super::{Judged, bins_where};
use crate::warnings::{Warning, at_bins, kinds};

/// One warning for each custom rule that does not hold in every bin.
pub(super) fn check(run: &Judged<'_>) -> Vec<Warning> {
    let rules = run.checked.rules.iter().enumerate();
    rules.filter_map(|(at, (place, _))| broken(run, at, run.checked.model.validation.get(*place)?)).collect()
}

fn broken(run: &Judged<'_>, at: usize, rule: &Rule) -> Option<Warning> {
    let RuleKind::Custom { formula, expected } = &rule.kind else { return None };
    let found = run.plan.rule(run.evaluation, at)?;
    let bins = bins_where(found.len(), |t| (found[*t] != 0.0) != *expected);
    let what = match &rule.id {
        Some(id) => format!("rule `{}` does not hold", id.value),
        None => format!("`{}` is {}", one_line(&formula.text), !expected),
    };
    let message = format!("{what} {}", at_bins(&bins));
    let id = rule.id.as_ref().map(|id| id.value.clone());
    (!bins.is_empty()).then(|| Warning { id, ..Warning::new(kinds::CUSTOM, bins, message) })
}

fn one_line(formula: &str) -> String {
    formula.split_whitespace().collect::<Vec<_>>().join(" ")
}
