//! Whose formula each value of a program comes from: what the runtime counts by loops is told by series. A value that
//! several formulas share belongs to the first of them; values that count conventions belong to none.

use std::collections::BTreeSet;

use crate::check::{CheckedModel, SeriesId};
use flowtime_runtime::ir::ValueId;
use flowtime_runtime::plan::{Plan, RegionId, RegionKind, Step};

/// Series that a name lists at most.
const MOST_NAMED: usize = 6;

/// The series that each value comes from.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// By number of the value.
    series: Vec<SeriesId>,
}

impl Origins {
    /// Notes that the values up to the `size`th that have no origin yet come from `series`.
    pub(crate) fn extend(&mut self, size: usize, series: SeriesId) {
        self.series.resize(size, series);
    }

    /// The series that values come from, in the order of the model.
    pub fn of(&self, values: impl IntoIterator<Item = ValueId>) -> Vec<SeriesId> {
        let series = values.into_iter().filter_map(|value| self.series.get(value.as_u32() as usize));
        series.copied().collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// What to call a region: `scan_3[queue_depth,inflow]`, without spaces and control characters.
    pub fn region_name(&self, checked: &CheckedModel, plan: &Plan, region: RegionId) -> String {
        let kind = match plan.regions[region].kind {
            RegionKind::Map => "map",
            RegionKind::Scan | RegionKind::Pairs => "scan",
        };
        let series = self.of(plan.regions[region].values.iter().copied());
        format!("{kind}_{}[{}]", region.as_u32(), listed(checked, &series))
    }
}

/// What to call a step without its series: `map_0`, `window_2`, and of a recurrence in turns its first region.
pub fn step_name(plan: &Plan, step: &Step) -> String {
    match step {
        Step::Loop(region) if plan.regions[*region].kind == RegionKind::Map => format!("map_{}", region.as_u32()),
        Step::Loop(region) => format!("scan_{}", region.as_u32()),
        Step::Alternate(regions) => {
            let numbers = regions.first().zip(regions.last());
            numbers.map_or_else(String::new, |(first, last)| format!("scan_{}-{}", first.as_u32(), last.as_u32()))
        }
        Step::Window(window) => format!("window_{}", window.as_u32()),
    }
}

/// Names with commas between them, the first few of many.
fn listed(checked: &CheckedModel, series: &[SeriesId]) -> String {
    let plain = |c: char| if c.is_whitespace() || c.is_control() { '_' } else { c };
    let mut names: Vec<String> =
        series.iter().take(MOST_NAMED).map(|&series| checked.id(series).chars().map(plain).collect()).collect();
    if let Some(more) = series.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
        names.push(format!("+{more}"));
    }
    names.join(",")
}
