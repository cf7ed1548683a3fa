//! What an overlay changes for the nodes whose roles it changes, in few figures: mean and largest value of each changed
//! role before and after, and the mean utilization.

use flowtime::driver::Evaluation;
use flowtime::model::{Role, TopologyNode};
use serde::Serialize;

use super::Overlay;
use super::cone::ConeCounts;
use super::merge::ServedRule;
use super::notices::Notice;
use super::roles::{id_of, role_of};
use crate::columns::{Column, RunColumns};
use crate::figures::Figures;
use crate::record::SeriesRecord;
use crate::stored::ReadError;

/// What an overlay changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// How far the change reaches.
    pub counts: ConeCounts,
    /// The nodes that serve by their new capacity because the base run's `served` was observed.
    pub served_rules: Vec<ServedRule>,
    /// What stays as it was though one might think that it follows.
    pub notices: Vec<Notice>,
    /// The nodes of which a role changes, in the order of the model.
    pub nodes: Vec<NodeComparison>,
    /// The base run's outputs that the change reaches.
    pub outputs: Vec<OutputComparison>,
}

/// An output before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutputComparison {
    /// Its name.
    pub id: String,
    /// In the base run.
    pub baseline: Figure,
    /// In the overlay.
    pub scenario: Figure,
}

/// A node before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NodeComparison {
    /// The topology node.
    pub id: String,
    /// Its changed roles.
    pub roles: Vec<RoleComparison>,
    /// The mean of served / capacity before and after, where both can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utilization: Option<[f64; 2]>,
}

/// A role before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RoleComparison {
    /// `served`, `capacity`, …
    pub role: &'static str,
    /// In the base run.
    pub baseline: Figure,
    /// In the overlay; none if nothing plays the role any more.
    pub scenario: Option<Figure>,
}

/// A series in few figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// Its id.
    pub series: String,
    /// Its unit, if the model says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The mean of its values, if it has any.
    pub mean: Option<f64>,
    /// The largest of them.
    pub max: Option<f64>,
}

impl Comparison {
    /// # Errors
    /// The base run can't be read.
    pub(super) fn of(overlay: &Overlay<'_>, evaluation: &Evaluation) -> Result<Self, ReadError> {
        let columns = RunColumns::of(&overlay.checked, evaluation);
        let compared = Compared { overlay, columns: columns.list() };
        let nodes = overlay.checked.model.topology.nodes.iter();
        let outputs = overlay.base.record()?.series.iter();
        Ok(Self {
            counts: overlay.counts(),
            served_rules: overlay.served_rules.clone(),
            notices: overlay.notices.clone(),
            nodes: nodes.filter_map(|node| compared.node(node)).collect(),
            outputs: outputs.filter_map(|output| compared.output(output)).collect(),
        })
    }
}

struct Compared<'a> {
    overlay: &'a Overlay<'a>,
    columns: Vec<Column<'a>>,
}

impl Compared<'_> {
    fn node(&self, node: &TopologyNode) -> Option<NodeComparison> {
        let before = self.overlay.lineage.baseline.get(&node.id.value)?;
        let roles = Role::ALL.into_iter().filter_map(|role| {
            let baseline = self.figure(before.get(role.name())?)?;
            let scenario = role_of(node, role).and_then(|id| self.figure(id));
            Some(RoleComparison { role: role.name(), baseline, scenario })
        });
        let after = |role| role_of(node, role);
        let old = |role: Role| before.get(role.name()).map(String::as_str).or_else(|| after(role));
        let utilization = self
            .utilization(old(Role::Served), old(Role::Capacity))
            .zip(self.utilization(after(Role::Served), after(Role::Capacity)));
        let utilization = utilization.map(|(before, after)| [before, after]);
        Some(NodeComparison { id: node.id.value.clone(), roles: roles.collect(), utilization })
    }

    /// An output of the base run, if the change reaches it.
    fn output(&self, before: &SeriesRecord) -> Option<OutputComparison> {
        let id = before.series.as_ref().unwrap_or(&before.id);
        let series = id_of(&self.overlay.checked.model, id).filter(|series| self.overlay.cone.contains(*series))?;
        let scenario = self.figure(self.overlay.checked.id(series))?;
        let baseline = Figure { mean: before.mean, max: before.max, ..scenario.clone() };
        Some(OutputComparison { id: before.id.clone(), baseline, scenario })
    }

    fn figure(&self, id: &str) -> Option<Figure> {
        let Figures { mean, max, .. } = Figures::of(self.values(id)?);
        let model = &self.overlay.checked.model;
        let unit = id_of(model, id).and_then(|series| model.series[series.index()].unit.clone());
        Some(Figure { series: id.to_owned(), unit, mean, max })
    }

    /// The mean over the bins that have one.
    fn utilization(&self, served: Option<&str>, capacity: Option<&str>) -> Option<f64> {
        let (served, capacity) = (self.values(served?)?, self.values(capacity?)?);
        let ratios = served.iter().zip(capacity).map(|(served, capacity)| match capacity {
            0.0 => f64::NAN,
            capacity => served / capacity,
        });
        Figures::of(&ratios.collect::<Vec<_>>()).mean
    }

    fn values(&self, id: &str) -> Option<&[f64]> {
        let series = self.overlay.checked.outputs.iter().position(|(_, series)| self.overlay.checked.id(*series) == id);
        let further = || self.columns.iter().position(|column| column.id == id);
        self.columns.get(series.or_else(further)?).map(|column| column.values)
    }
}
