//! Colours: the worst of latency, demand gap and utilization, with the reason in words. A bin without data is gray, and
//! so is one of which nothing can be told.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Thresholds;
use crate::warnings::number;

/// How a node looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Color {
    /// Nothing can be told.
    Gray,
    /// All is well.
    Green,
    /// It is getting tight.
    Yellow,
    /// Work piles up.
    Red,
}

/// A colour and its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coloring {
    /// The colour.
    pub color: Color,
    /// In words.
    pub reason: String,
}

/// What waits at a node, as far as anybody knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Waiting {
    /// No series says.
    Untold,
    /// A series says, but not at this bin.
    Missing,
    /// So much.
    Known(f64),
}

/// The worst colour that the derived values give; of equals the first.
pub(super) fn color(
    derived: &BTreeMap<&'static str, Option<f64>>,
    waiting: Waiting,
    sla_min: Option<f64>,
    is_gap: bool,
    thresholds: &Thresholds,
) -> Coloring {
    if is_gap {
        return gray("Incomplete data at this timestamp");
    }
    let value = |name: &str| derived.get(name).copied().flatten();
    let latency = value("latency_min").zip(sla_min).map(|(latency, sla)| latency_color(latency, sla, thresholds));
    let gap = value("demand_gap").map(|gap| gap_color(gap, waiting, thresholds));
    let utilization = value("utilization").map(|utilization| utilization_color(utilization, thresholds));
    let worst = [latency, gap, utilization].into_iter().flatten().reduce(|a, b| if b.color > a.color { b } else { a });
    worst.unwrap_or_else(|| gray("Nothing to judge by"))
}

fn gray(reason: &str) -> Coloring {
    Coloring { color: Color::Gray, reason: reason.to_owned() }
}

fn latency_color(latency: f64, sla: f64, thresholds: &Thresholds) -> Coloring {
    if latency <= sla {
        return Coloring { color: Color::Green, reason: "Latency within SLA".to_owned() };
    }
    let color = if latency <= sla * thresholds.latency_yellow { Color::Yellow } else { Color::Red };
    Coloring { color, reason: format!("Latency of {} min exceeds the SLA of {} min", short(latency), number(sla)) }
}

fn gap_color(gap: f64, waiting: Waiting, thresholds: &Thresholds) -> Coloring {
    if gap <= 0.0 {
        return Coloring { color: Color::Green, reason: demand_met(waiting) };
    }
    let color = if gap <= thresholds.demand_gap_yellow { Color::Yellow } else { Color::Red };
    Coloring { color, reason: format!("Demand exceeds arrivals by {}", short(gap)) }
}

/// That nothing is left of demand says nothing of what waits from before.
fn demand_met(waiting: Waiting) -> String {
    match waiting {
        Waiting::Untold | Waiting::Known(0.0) => "No backlog".to_owned(),
        Waiting::Known(queue) => format!("Demand met, {} waiting", short(queue)),
        Waiting::Missing => "Demand met".to_owned(),
    }
}

fn utilization_color(utilization: f64, thresholds: &Thresholds) -> Coloring {
    let color = match utilization {
        value if value < thresholds.utilization_yellow => Color::Green,
        value if value < thresholds.utilization_red => Color::Yellow,
        _ => Color::Red,
    };
    let reason = match color {
        Color::Green => "Capacity to spare".to_owned(),
        _ => format!("Utilization is {} %", short(utilization * 100.0)),
    };
    Coloring { color, reason }
}

/// To two digits behind the point.
fn short(value: f64) -> String {
    number((value * 100.0).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_color(derived: &[(&'static str, Option<f64>)], sla: Option<f64>, expected: Color, reason: &str) {
        let derived = derived.iter().copied().collect();
        let found = color(&derived, Waiting::Untold, sla, false, &Thresholds::default());
        assert_eq!(found, Coloring { color: expected, reason: reason.to_owned() });
    }

    #[test]
    fn the_worst_rule_gives_the_color_and_of_equals_the_first_the_reason() {
        let [latency, gap, load] = ["latency_min", "demand_gap", "utilization"];
        check_color(&[(gap, Some(0.0)), (load, Some(0.0))], None, Color::Green, "No backlog");
        check_color(&[(latency, Some(5.0)), (gap, Some(0.0))], Some(5.0), Color::Green, "Latency within SLA");
        check_color(&[(load, Some(0.69))], None, Color::Green, "Capacity to spare");
        check_color(&[(gap, Some(10.0)), (load, Some(0.5))], None, Color::Yellow, "Demand exceeds arrivals by 10");
        check_color(&[(gap, Some(1.0)), (load, Some(0.9))], None, Color::Red, "Utilization is 90 %");
        let reason = "Latency of 7.5 min exceeds the SLA of 5 min";
        check_color(&[(latency, Some(7.5)), (load, Some(0.7))], Some(5.0), Color::Yellow, reason);
        let reason = "Latency of 7.51 min exceeds the SLA of 5 min";
        check_color(&[(latency, Some(7.51))], Some(5.0), Color::Red, reason);
    }

    #[test]
    fn a_backlog_is_denied_only_where_nothing_says_that_work_waits() {
        let reason = |waiting| {
            let derived = BTreeMap::from([("demand_gap", Some(-43.0))]);
            color(&derived, waiting, None, false, &Thresholds::default()).reason
        };
        assert_eq!(reason(Waiting::Untold), "No backlog");
        assert_eq!(reason(Waiting::Known(0.0)), "No backlog");
        assert_eq!(reason(Waiting::Known(975.0)), "Demand met, 975 waiting");
        assert_eq!(reason(Waiting::Missing), "Demand met");
    }

    #[test]
    fn what_cannot_be_judged_is_gray() {
        check_color(&[("latency_min", Some(3.0))], None, Color::Gray, "Nothing to judge by");
        check_color(&[("utilization", None)], None, Color::Gray, "Nothing to judge by");
        let gap = color(&BTreeMap::new(), Waiting::Untold, None, true, &Thresholds::default());
        assert_eq!(gap.reason, "Incomplete data at this timestamp");
    }
}
