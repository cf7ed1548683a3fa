//! What validation needs beyond the outputs of a model, as further formulas of the same program: its rules, where inferred
//! capacities rest on saturation, and the series that the topology names and that nobody writes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use flowtime::check::tree::{Argument, Call, Kind, Node};
use flowtime::check::{CheckedModel, SeriesId};
use flowtime::driver::Evaluation;
use flowtime::model::{Role, SeriesKind, TopologyNode};
use flowtime::source::Span;
use flowtime_runtime::builtins;

/// The further formulas, and what each of them is.
pub(crate) struct Plan<'m> {
    checked: &'m CheckedModel,
    /// The rules' first, then the masks of saturation, then series.
    pub(crate) formulas: Vec<Node>,
    masks: BTreeMap<SeriesId, Mask>,
    series: BTreeMap<SeriesId, usize>,
    outputs: BTreeMap<SeriesId, usize>,
    ids: HashMap<&'m str, SeriesId>,
}

/// Where the mask of an inferred capacity is.
struct Mask {
    formula: usize,
    has_queue: bool,
}

/// How an inferred capacity came about.
pub(crate) struct Inference<'a> {
    /// 1 in the bins that were saturated, where the capacity is what was served then; 0 elsewhere.
    pub(crate) saturated: &'a [f64],
    /// Whether a queue had a say in that.
    pub(crate) has_queue: bool,
}

impl<'m> Plan<'m> {
    /// What validation of this model needs.
    pub(crate) fn of(checked: &'m CheckedModel) -> Self {
        let mut ids = HashMap::new();
        for (id, series) in (0..).map(SeriesId).zip(&checked.model.series) {
            ids.entry(series.id.value.as_str()).or_insert(id);
        }
        let formulas = checked.rules.iter().map(|(_, rule)| rule.clone()).collect();
        let outputs = checked.outputs.iter().zip(0..).map(|((_, series), at)| (*series, at)).collect();
        let (masks, series) = Default::default();
        let mut plan = Self { checked, formulas, masks, series, outputs, ids };
        plan.add_masks();
        plan.add_roles();
        plan
    }

    fn add_masks(&mut self) {
        let nodes = self.checked.model.topology.nodes.iter();
        let capacities: BTreeSet<SeriesId> = nodes.filter_map(|node| self.role(node, Role::Capacity)).collect();
        for series in capacities {
            let Some(call) = inference(self.checked, series) else { continue };
            let has_queue = !matches!(call.args.get(2), None | Some(Argument::Absent));
            self.masks.insert(series, Mask { formula: self.formulas.len(), has_queue });
            let call = Call { builtin: builtins::saturated(), args: call.args.clone() };
            self.formulas.push(Node { kind: Kind::Call(Box::new(call)), span: Span::default() });
        }
    }

    fn add_roles(&mut self) {
        let nodes = self.checked.model.topology.nodes.iter();
        let mut roles: BTreeSet<SeriesId> = nodes
            .flat_map(|node| &node.semantics)
            .filter_map(|(_, id)| self.ids.get(id.value.as_str()))
            .copied()
            .collect();
        roles.retain(|series| !self.outputs.contains_key(series));
        for series in roles {
            self.series.insert(series, self.formulas.len());
            self.formulas.push(Node { kind: Kind::Series(series), span: Span::default() });
        }
    }

    /// The series that plays `role` for `node`.
    pub(crate) fn role(&self, node: &TopologyNode, role: Role) -> Option<SeriesId> {
        let (_, id) = node.semantics.iter().find(|(other, _)| *other == role)?;
        self.ids.get(id.value.as_str()).copied()
    }

    /// The result of the custom rule at this place of [`CheckedModel::rules`]; 1 is true.
    pub(crate) fn rule<'e>(&self, evaluation: &'e Evaluation, at: usize) -> Option<&'e [f64]> {
        evaluation.extra.get(at).map(Vec::as_slice)
    }

    /// How the capacity `series` was inferred, if it was.
    pub(crate) fn inference<'e>(&self, evaluation: &'e Evaluation, series: SeriesId) -> Option<Inference<'e>> {
        let Mask { formula, has_queue } = self.masks.get(&series)?;
        Some(Inference { saturated: evaluation.extra.get(*formula)?, has_queue: *has_queue })
    }

    /// The inferred capacities.
    pub(crate) fn inferred(&self) -> impl Iterator<Item = SeriesId> {
        self.masks.keys().copied()
    }

    /// The values of a series that is an output or plays a role.
    pub(crate) fn column<'e>(&self, evaluation: &'e Evaluation, series: SeriesId) -> Option<&'e [f64]> {
        let values = match self.series.get(&series) {
            Some(formula) => evaluation.extra.get(*formula)?,
            None => &evaluation.outputs.get(*self.outputs.get(&series)?)?.values,
        };
        Some(values)
    }

    /// The computed series that play a role and are no outputs.
    pub(crate) fn further_roles(&self) -> impl Iterator<Item = SeriesId> {
        let is_data = |series: SeriesId| matches!(self.checked.model.series[series.index()].kind, SeriesKind::Const(_));
        self.series.keys().copied().filter(move |series| !is_data(*series))
    }
}

/// The call that infers the capacity `series`, if its formula is just that.
fn inference(checked: &CheckedModel, series: SeriesId) -> Option<&Call> {
    match &checked.formulas[series.index()].as_ref()?.kind {
        Kind::Call(call) if call.builtin == builtins::infer_capacity() => Some(call),
        _ => None,
    }
}
