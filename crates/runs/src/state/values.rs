//! One node's columns by role, and what its values at a bin come to.

use std::collections::BTreeMap;

use flowtime::model::Role;

use super::Inferred;
use super::judge::Waiting;
use crate::columns::ColumnKind;
use crate::stored::{ReadError, StoredRun};
use crate::topology::NodeRecord;

/// The columns that play roles for a node.
#[derive(Clone, Debug)]
pub(super) struct NodeColumns<'r> {
    pub(super) node: &'r NodeRecord,
    roles: BTreeMap<Role, usize>,
    /// Those of the base run, of an overlay.
    before: Option<BTreeMap<Role, usize>>,
    /// How sure inferred capacities are, by the number of their column.
    confidences: BTreeMap<usize, usize>,
}

/// An inferred capacity at a bin.
#[derive(Clone, Copy)]
pub(super) struct Capacity {
    pub(super) value: Option<f64>,
    /// 0 low, 1 medium, 2 high.
    pub(super) confidence: usize,
}

impl<'r> NodeColumns<'r> {
    pub(super) fn of(run: &StoredRun, node: &'r NodeRecord) -> Result<Self, ReadError> {
        let (mut roles, mut before, mut confidences) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for role in Role::ALL {
            for (place, id) in [(&mut roles, node.role(role)), (&mut before, node.base_role(role))] {
                let Some(id) = id else { continue };
                let Some(column) = run.column_of(id)? else { continue };
                place.insert(role, column);
                if let Some(confidence) = run.columns()?.find(ColumnKind::Confidence, id) {
                    confidences.insert(column, confidence);
                }
            }
        }
        let before = (run.index().mode == "overlay").then_some(before);
        Ok(Self { node, roles, before, confidences })
    }

    /// The same node with the roles that it had in the base run; of a run that is no overlay there are none.
    pub(super) fn baseline(&self) -> Option<Self> {
        let mut roles = self.roles.clone();
        roles.extend(self.before.as_ref()?);
        Some(Self { roles, before: None, ..self.clone() })
    }

    /// The columns that its state reads.
    pub(super) fn all(&self) -> impl Iterator<Item = usize> {
        let before = self.before.iter().flat_map(BTreeMap::values);
        self.roles.values().chain(before).chain(self.confidences.values()).copied()
    }

    /// The roles that series play, and their columns.
    pub(super) fn roles(&self) -> impl Iterator<Item = (Role, usize)> {
        self.roles.iter().map(|(role, column)| (*role, *column))
    }

    pub(super) fn role(&self, role: Role) -> Option<usize> {
        self.roles.get(&role).copied()
    }

    /// The values of its series by role; an inferred capacity is none of them.
    pub(super) fn metrics(&self, now: &[f64]) -> BTreeMap<&'static str, Option<f64>> {
        let shown = |role: &Role| *role != Role::ServedBaseline && !(*role == Role::Capacity && self.is_inferred());
        let roles = self.roles.iter().filter(|(role, _)| shown(role));
        roles.map(|(role, column)| (role.name(), present(now, *column))).collect()
    }

    pub(super) fn inferred(&self, now: &[f64]) -> Option<Inferred> {
        let column = self.role(Role::Capacity)?;
        let confidence = (now[*self.confidences.get(&column)?] as usize).min(2);
        Some(Inferred::new(Capacity { value: present(now, column), confidence }))
    }

    /// What its queue says.
    pub(super) fn waiting(&self, now: &[f64]) -> Waiting {
        let queue = self.role(Role::Queue);
        queue.map_or(Waiting::Untold, |queue| present(now, queue).map_or(Waiting::Missing, Waiting::Known))
    }

    fn is_inferred(&self) -> bool {
        self.role(Role::Capacity).is_some_and(|column| self.confidences.contains_key(&column))
    }

    /// What follows from the values, of which some need those of the bin before.
    pub(super) fn derived(
        &self,
        now: &[f64],
        before: Option<&[f64]>,
        bin_minutes: f64,
    ) -> BTreeMap<&'static str, Option<f64>> {
        let has = |role| self.roles.contains_key(&role);
        let value = |role| present(now, self.role(role)?);
        let ratio = |above, below| Some(value(above)? / value(below).filter(|value| *value != 0.0)?);
        let mut derived = BTreeMap::new();
        if has(Role::Served) && has(Role::Capacity) {
            derived.insert("utilization", ratio(Role::Served, Role::Capacity));
        }
        if has(Role::LatencyMin) {
            derived.insert("latency_min", value(Role::LatencyMin));
        } else if has(Role::Queue) && has(Role::Served) {
            derived.insert("latency_min", ratio(Role::Queue, Role::Served).map(|bins| bins * bin_minutes));
        }
        if has(Role::Served) && has(Role::Arrivals) {
            derived.insert("throughput_ratio", ratio(Role::Served, Role::Arrivals));
        }
        if has(Role::Errors) && has(Role::Arrivals) {
            derived.insert("success_rate", ratio(Role::Errors, Role::Arrivals).map(|rate| 1.0 - rate));
        }
        if has(Role::ExternalDemand) && has(Role::Arrivals) {
            let gap =
                value(Role::ExternalDemand).zip(value(Role::Arrivals)).map(|(demand, arrivals)| demand - arrivals);
            derived.insert("demand_gap", gap);
        }
        if let Some(queue) = self.role(Role::Queue) {
            let growth = before.and_then(|before| Some(present(now, queue)? - present(before, queue)?));
            derived.insert("queue_growth", growth);
        }
        derived
    }
}

/// The value of a column, if it isn't missing.
fn present(values: &[f64], column: usize) -> Option<f64> {
    values.get(column).copied().filter(|value| !value.is_nan())
}
