//! Conservation: what waits now is what waited before, plus what came in, less what was served. Every node with these
//! three series is held to it, with the tolerance of its rules or else the usual one.

use flowtime::model::{Clock, Initial, Model, Role, Rule, RuleKind, TopologyNode};

use super::{Judged, RoleColumn, bins_where};
use crate::warnings::{Warning, at_bins, kinds, number};

/// The largest residual that passes where no rule says otherwise.
pub(crate) const TOLERANCE: f64 = 0.01;

/// One warning for each rule about `node` that is broken, or for the usual one where the model has none.
pub(super) fn check(run: &Judged<'_>, node: &TopologyNode) -> Vec<Warning> {
    let Some(balance) = Balance::of(run, node) else { return Vec::new() };
    let mut rules: Vec<(Option<&str>, f64)> =
        run.checked.model.validation.iter().filter_map(|rule| about(rule, node)).collect();
    if rules.is_empty() {
        rules.push((None, TOLERANCE));
    }
    let clock = run.checked.model.clock();
    let warnings = rules.into_iter().filter_map(|(id, tolerance)| {
        let warning = balance.warning(tolerance, &clock)?.of_node(&node.id.value);
        Some(Warning { id: id.map(str::to_owned), ..warning })
    });
    warnings.collect()
}

/// The tolerance that the first rule of the model about `node` gives, else the usual one.
pub(crate) fn tolerance(model: &Model, node: &TopologyNode) -> f64 {
    model.validation.iter().find_map(|rule| about(rule, node)).map_or(TOLERANCE, |(_, tolerance)| tolerance)
}

/// The id and the tolerance of a rule, if it is about the conservation of `node`.
fn about<'r>(rule: &'r Rule, node: &TopologyNode) -> Option<(Option<&'r str>, f64)> {
    match &rule.kind {
        RuleKind::Conservation { node: named, tolerance } if named.value == node.id.value => {
            Some((rule.id.as_ref().map(|id| id.value.as_str()), *tolerance))
        }
        _ => None,
    }
}

struct Balance<'a> {
    arrivals: RoleColumn<'a>,
    served: RoleColumn<'a>,
    queue: RoleColumn<'a>,
    /// The queue before bin 0.
    start: Option<f64>,
}

impl<'a> Balance<'a> {
    fn of(run: &Judged<'a>, node: &TopologyNode) -> Option<Self> {
        Some(Self {
            arrivals: run.role(node, Role::Arrivals)?,
            served: run.role(node, Role::Served)?,
            queue: run.role(node, Role::Queue)?,
            start: start(run, node),
        })
    }

    /// What the queue should be at bin t; missing where that can't be told.
    fn expected(&self, t: usize) -> f64 {
        let before = match t {
            0 => self.start.unwrap_or(f64::NAN),
            _ => self.queue.values[t - 1],
        };
        before + self.arrivals.values[t] - self.served.values[t]
    }

    fn residual(&self, t: usize) -> f64 {
        self.queue.values[t] - self.expected(t)
    }

    fn warning(&self, tolerance: f64, clock: &Clock) -> Option<Warning> {
        let bins = bins_where(self.queue.values.len(), |t| self.residual(*t).abs() > tolerance);
        let worse =
            |worst: usize, t: usize| if self.residual(t).abs() > self.residual(worst).abs() { t } else { worst };
        let worst = bins.iter().copied().reduce(worse)?;
        let message = message(&bins, worst, self.residual(worst), clock);
        let finite = |value: f64| Some(value).filter(|value| value.is_finite());
        Some(Warning {
            worst_residual: finite(self.residual(worst)),
            expected_queue: finite(self.expected(worst)),
            actual_queue: finite(self.queue.values[worst]),
            ..Warning::new(kinds::CONSERVATION_VIOLATION, bins, message).of_series(self.queue.id)
        })
    }
}

/// `q0` of a node as it is in this run.
fn start(run: &Judged<'_>, node: &TopologyNode) -> Option<f64> {
    match &node.q0.as_ref()?.value {
        Initial::Number(number) => Some(*number),
        Initial::Name(name) => {
            crate::write::parameters(run.checked, run.settings).find(|(id, _)| id == name).map(|(_, value)| value)
        }
        Initial::Bool(_) | Initial::Invalid => None,
    }
}

fn message(bins: &[usize], worst: usize, residual: f64, clock: &Clock) -> String {
    let residual = number(residual);
    let times = clock.span(bins).map_or_else(String::new, |times| format!(" ({times})"));
    match bins {
        [bin] => format!("Conservation violated at bin {bin}: residual = {residual}"),
        _ => format!(
            "Conservation violated in {} bins, {}{times}: worst residual = {residual} at bin {worst}{}",
            bins.len(),
            at_bins(bins),
            beside(worst, clock)
        ),
    }
}

/// ` (12:45 UTC)`: when `bin` begins, if there is a window.
fn beside(bin: usize, clock: &Clock) -> String {
    clock.times().and_then(|times| times.at(bin)).map_or_else(String::new, |time| format!(" ({time} UTC)"))
}
