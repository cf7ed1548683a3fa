//! The base run's model and the overlay become one text. What the overlay says goes in first and is checked, so that it is
//! known what the change reaches; then what follows from it: a node whose capacity changes and whose `served` was
//! observed serves by its new capacity, and series of changed roles keep the base run's values beside the new ones.

use std::collections::{BTreeMap, BTreeSet};

use flowtime::check::{CheckedModel, SeriesId};
use flowtime::model::{Model, Role, SeriesKind, TopologyNode};
use flowtime::syntax::print;
use serde::Serialize;

use super::check;
use super::cone::{Changed, Cone};
use super::document::{BaseData, Document};
use super::error::OverlayError;
use super::names::check_names;
use super::old_values::{baseline_id, offer};
use super::roles::{id_of, role_of};
use super::spec::{OverlayKind, OverlaySpec, Scalar, SeriesOverlay};
use crate::stored::{ReadError, StoredRun};

/// A merged model.
pub(super) struct Merged {
    pub(super) text: String,
    pub(super) changed: Changed,
    /// Node to role to the series that has the base run's values.
    pub(super) baseline: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) served_rules: Vec<ServedRule>,
}

/// That a node serves by its new capacity, as the base run's `served` was observed and the overlay gave none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServedRule {
    /// The topology node.
    pub node: String,
    /// The series that was added.
    pub series: String,
    /// Its formula.
    pub expr: String,
    /// The series that `served` was, and `served_baseline` now is.
    pub baseline: String,
}

/// Merges `spec` into the model of `base`.
pub(super) fn merge(base: &StoredRun, spec: &OverlaySpec) -> Result<Merged, OverlayError> {
    let stored = base.model()?;
    check_names(base, spec, &stored.checked.model)?;
    let mut document = Document::parse(&stored.text)?;
    let offered = offer(&mut document, base, spec, &stored.checked.model)?;
    let changed = apply(&mut document, spec, &stored.checked.model)?;
    let (checked, ..) = check(base, spec, &document.text()?)?;
    let cone = Cone::of(&checked, &changed, base)?;
    let before = &stored.checked;
    let mut merger = Merger { kept: offered, ..Merger::new(base, before, &checked, spec, document, changed) };
    for (place, node) in checked.model.topology.nodes.iter().enumerate() {
        merger.keep_baselines(place, node, &cone)?;
        merger.serve_by_capacity(place, node, &cone);
        merger.map_baseline(place, node);
    }
    merger.finish()
}

/// Writes into the document what the overlay says; of two that say something of one series the later holds.
fn apply(document: &mut Document, spec: &OverlaySpec, model: &Model) -> Result<Changed, OverlayError> {
    let mut overlays: Vec<&SeriesOverlay> = Vec::new();
    for overlay in &spec.overlays {
        match overlays.iter_mut().find(|other| other.node_id == overlay.node_id) {
            Some(other) => *other = overlay,
            None => overlays.push(overlay),
        }
    }
    for overlay in &overlays {
        document.set_series(overlay, model)?;
    }
    for (name, value) in &spec.parameters.values {
        if let Some(place) = model.parameters.iter().position(|parameter| parameter.id.value == *name) {
            document.set_parameter(place, *value);
        }
    }
    for node in &spec.topology_override.nodes {
        if let Some(place) = model.topology.nodes.iter().position(|other| other.id.value == node.id) {
            node.semantics.iter().for_each(|(role, value)| document.set_role(place, role, value.as_ref()));
        }
    }
    Ok(Changed {
        series: overlays.iter().map(|overlay| overlay.node_id.clone()).collect(),
        parameters: spec.parameters.values.keys().cloned().collect(),
    })
}

/// Adds what follows from an overlay, node by node.
struct Merger<'a> {
    base: &'a StoredRun,
    before: &'a CheckedModel,
    model: &'a Model,
    spec: &'a OverlaySpec,
    document: Document,
    changed: Changed,
    taken: BTreeSet<String>,
    /// The new series that have values of the base run, by the series whose values they are.
    kept: BTreeMap<String, String>,
    outputs: Vec<String>,
    baseline: BTreeMap<String, BTreeMap<String, String>>,
    served_rules: Vec<ServedRule>,
}

impl<'a> Merger<'a> {
    fn new(
        base: &'a StoredRun,
        before: &'a CheckedModel,
        checked: &'a CheckedModel,
        spec: &'a OverlaySpec,
        document: Document,
        changed: Changed,
    ) -> Self {
        let model = &checked.model;
        let parameters = model.parameters.iter().map(|parameter| &parameter.id.value);
        let taken = model.series.iter().map(|series| &series.id.value).chain(parameters).cloned().collect();
        let outputs = spec.overlays.iter().map(|overlay| overlay.node_id.clone()).collect();
        let (kept, baseline, served_rules) = Default::default();
        Self { base, before, model, spec, document, changed, taken, kept, outputs, baseline, served_rules }
    }

    /// For each role that is now played by another series, or whose series the change reaches: the base run's values.
    fn keep_baselines(&mut self, place: usize, node: &TopologyNode, cone: &Cone) -> Result<(), ReadError> {
        for (role, old) in &self.before.model.topology.nodes[place].semantics {
            let old = old.value.as_str();
            let now = role_of(node, *role);
            let is_other = now != Some(old);
            let is_reached = is_reached(self.model, old, cone);
            if *role == Role::ServedBaseline || !(is_other || is_reached) {
                continue;
            }
            self.outputs.extend(now.map(str::to_owned));
            let kept = if is_reached { self.keep(old)? } else { Some(old.to_owned()) };
            let Some(kept) = kept else { continue };
            self.outputs.push(kept.clone());
            self.note(node, *role, kept);
        }
        Ok(())
    }

    /// A data series with what `series` was in the base run.
    fn keep(&mut self, series: &str) -> Result<Option<String>, ReadError> {
        if let Some(kept) = self.kept.get(series) {
            return Ok(Some(kept.clone()));
        }
        let Some(data) = base_data(self.base, series)? else { return Ok(None) };
        let id = self.free(&baseline_id(series));
        self.document.add_data(&id, data);
        self.kept.insert(series.to_owned(), id.clone());
        Ok(Some(id))
    }

    /// Adds `served_scenario` where capacity changes, `served` was observed and the overlay gives none.
    fn serve_by_capacity(&mut self, place: usize, node: &TopologyNode, cone: &Cone) {
        let id = node.id.value.as_str();
        let is_new = self.baseline.get(id).is_some_and(|roles| roles.contains_key(Role::Capacity.name()))
            || role_of(&self.before.model.topology.nodes[place], Role::Capacity).is_none();
        let (capacity, arrivals) = (role_of(node, Role::Capacity), role_of(node, Role::Arrivals));
        let served = role_of(node, Role::Served).filter(|_| is_new && !self.gives_served(id));
        let (Some(capacity), Some(arrivals), Some(served)) = (capacity, arrivals, served) else { return };
        if !self.is_observed(node, served) || is_reached(self.model, served, cone) {
            return;
        }
        let expr = format!("MIN({}, {})", print::id(arrivals), print::id(capacity));
        let rule = ServedRule { node: id.to_owned(), series: String::new(), expr, baseline: served.to_owned() };
        self.served_rules.push(rule);
        let (served, role) = (served.to_owned(), Role::Served);
        self.outputs.push(served.clone());
        self.note(node, role, served);
    }

    /// Whether the overlay says what the node served.
    fn gives_served(&self, node: &str) -> bool {
        let mut overrides = self.spec.topology_override.nodes.iter().filter(|other| other.id == node);
        overrides.any(|node| node.semantics.contains_key(Role::Served.name()))
    }

    /// Whether `served` is data of the base run, or follows from a capacity by this rule in an overlay.
    fn is_observed(&self, node: &TopologyNode, served: &str) -> bool {
        let model = &self.before.model;
        let is_data = |series: SeriesId| matches!(model.series[series.index()].kind, SeriesKind::Const(_));
        let by_rule = role_of(node, Role::ServedBaseline).is_some() && served.starts_with("served_scenario");
        id_of(model, served).is_some_and(is_data) || by_rule
    }

    /// Keeps the served of the base run as the node's `served_baseline`, unless the overlay gives one.
    fn map_baseline(&mut self, place: usize, node: &TopologyNode) {
        let mut overrides = self.spec.topology_override.nodes.iter().filter(|other| other.id == node.id.value);
        let role = Role::ServedBaseline.name();
        let served = self.baseline.get(&node.id.value).and_then(|roles| roles.get(Role::Served.name()));
        if let Some(served) = served.filter(|_| !overrides.any(|node| node.semantics.contains_key(role))) {
            self.document.set_role(place, role, Some(&Scalar::Name(served.clone())));
        }
    }

    fn note(&mut self, node: &TopologyNode, role: Role, series: String) {
        self.baseline.entry(node.id.value.clone()).or_default().insert(role.name().to_owned(), series);
    }

    fn finish(mut self) -> Result<Merged, OverlayError> {
        self.add_served()?;
        let outputs = self.all_outputs();
        self.document.set_outputs(&outputs);
        self.document.set_origin(&self.base.id().unwrap_or_default(), self.spec.parameters.scenario_name.as_deref());
        let text = self.document.text()?;
        Ok(Merged { text, changed: self.changed, baseline: self.baseline, served_rules: self.served_rules })
    }

    /// Names and adds the series of the served rules; only now it is known how many there are.
    fn add_served(&mut self) -> Result<(), OverlayError> {
        let is_one = self.served_rules.len() == 1 && !self.taken.contains("served_scenario");
        let mut rules = std::mem::take(&mut self.served_rules);
        for rule in &mut rules {
            let wanted = if is_one { "served_scenario".to_owned() } else { format!("served_scenario_{}", rule.node) };
            rule.series = self.free(&wanted);
            let (node_id, expr) = (rule.series.clone(), Some(rule.expr.clone()));
            let (values, value, initial) = Default::default();
            let series = SeriesOverlay { node_id, kind: OverlayKind::Expr, expr, values, value, initial };
            self.document.set_series(&series, self.model)?;
            let place = self.model.topology.nodes.iter().position(|node| node.id.value == rule.node);
            let name = Scalar::Name(rule.series.clone());
            place.into_iter().for_each(|place| self.document.set_role(place, Role::Served.name(), Some(&name)));
            self.changed.series.insert(rule.series.clone());
            self.outputs.push(rule.series.clone());
        }
        self.served_rules = rules;
        Ok(())
    }

    /// The base run's outputs under their names, then those of the overlay.
    fn all_outputs(&self) -> Vec<(String, String)> {
        let named = |(name, series): &(String, _)| (name.clone(), self.before.id(*series).to_owned());
        let mut outputs: Vec<(String, String)> = self.before.outputs.iter().map(named).collect();
        for series in &self.outputs {
            if outputs.iter().any(|(_, known)| known == series) {
                continue;
            }
            let is_free = |name: &String| !outputs.iter().any(|(known, _)| known == name);
            let name = candidates(series).find(is_free).unwrap_or_default();
            outputs.push((name, series.clone()));
        }
        outputs
    }

    /// The name, with a number behind it if it is taken.
    fn free(&mut self, wanted: &str) -> String {
        let free = candidates(wanted).find(|name| !self.taken.contains(name)).unwrap_or_default();
        self.taken.insert(free.clone());
        free
    }
}

fn is_reached(model: &Model, series: &str, cone: &Cone) -> bool {
    id_of(model, series).is_some_and(|series| cone.contains(series))
}

/// A name, then the same with `_2`, `_3` and so on.
fn candidates(name: &str) -> impl Iterator<Item = String> {
    std::iter::once(name.to_owned()).chain((2..).map(move |number: u64| format!("{name}_{number}")))
}

/// The values of a series of the base run: its file, or what the columns have.
pub(super) fn base_data(base: &StoredRun, series: &str) -> Result<Option<BaseData>, ReadError> {
    let mut records = base.record()?.series.iter();
    let record = records.find(|record| record.series.as_deref().unwrap_or(&record.id) == series);
    if let Some(path) = record.and_then(|record| record.path.clone()) {
        return Ok(Some(BaseData::File(path)));
    }
    let Some(column) = base.column_of(series)? else { return Ok(None) };
    Ok(Some(BaseData::Values(base.columns()?.column(column)?)))
}
