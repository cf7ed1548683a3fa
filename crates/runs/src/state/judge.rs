//! Colours: the worst of latency, demand gap and utilization, with the reason in words. A bin without data is gray, and
//! so is one of which nothing can be told.

use std::collections::BTreeMap;

use flowtime::diagnostics::suggest::nearest;
use serde::{Deserialize, Serialize};

use crate::warnings::number;

/// Where colours change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Thresholds {
    /// Latency over `sla_min` up to which a node is yellow; up to 1 it is green.
    pub latency_yellow: f64,
    /// Demand gap up to which a node is yellow; up to 0 it is green.
    pub demand_gap_yellow: f64,
    /// Utilization from which a node is yellow.
    pub utilization_yellow: f64,
    /// Utilization from which a node is red.
    pub utilization_red: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds { latency_yellow: 1.5, demand_gap_yellow: 10.0, utilization_yellow: 0.7, utilization_red: 0.9 }
    }
}

/// The thresholds by their names in JSON, and the least that each may be.
const NAMES: [(&str, f64, fn(&mut Thresholds) -> &mut f64); 4] = [
    ("latencyYellow", 1.0, |all| &mut all.latency_yellow),
    ("demandGapYellow", 0.0, |all| &mut all.demand_gap_yellow),
    ("utilizationYellow", 0.0, |all| &mut all.utilization_yellow),
    ("utilizationRed", 0.0, |all| &mut all.utilization_red),
];

/// Why thresholds are none.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ThresholdError {
    /// There is none of this name.
    #[error("there is no threshold `{name}`")]
    Unknown {
        /// The name.
        name: String,
    },
    /// A value below which there is no yellow.
    #[error("`{name}` is {value}, expected at least {least}")]
    TooSmall {
        /// The threshold.
        name: &'static str,
        /// What it was to be.
        value: f64,
        /// The least that it may be.
        least: f64,
    },
    /// Red begins before yellow.
    #[error("`utilizationYellow` is {yellow}, above `utilizationRed`, {red}")]
    Order {
        /// Where yellow was to begin.
        yellow: f64,
        /// Where red was to begin.
        red: f64,
    },
}

impl ThresholdError {
    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> String {
        match self {
            ThresholdError::Unknown { name } => {
                let names = NAMES.map(|(name, ..)| name);
                let names = nearest(name, names).map_or_else(|| names.join("`, `"), str::to_owned);
                format!("use `{names}`")
            }
            ThresholdError::TooSmall { .. } => "give a larger number".to_owned(),
            ThresholdError::Order { .. } => "set both, the lower one for yellow".to_owned(),
        }
    }
}

impl Thresholds {
    /// The default with some set by their names in JSON; of two of one name the later holds.
    ///
    /// # Errors
    /// There is no such name, or together they leave no place for a colour.
    pub fn with(settings: &[(String, f64)]) -> Result<Self, ThresholdError> {
        let mut thresholds = Self::default();
        for (name, value) in settings {
            let known = NAMES.iter().find(|(known, ..)| known == name);
            let (name, least, place) = *known.ok_or_else(|| ThresholdError::Unknown { name: name.clone() })?;
            if value.is_nan() || *value < least {
                return Err(ThresholdError::TooSmall { name, value: *value, least });
            }
            *place(&mut thresholds) = *value;
        }
        let (yellow, red) = (thresholds.utilization_yellow, thresholds.utilization_red);
        if yellow <= red { Ok(thresholds) } else { Err(ThresholdError::Order { yellow, red }) }
    }
}

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

/// The worst colour that the derived values give; of equals the first.
pub(super) fn color(
    derived: &BTreeMap<&'static str, Option<f64>>,
    sla_min: Option<f64>,
    is_gap: bool,
    thresholds: &Thresholds,
) -> Coloring {
    if is_gap {
        return gray("Incomplete data at this timestamp");
    }
    let value = |name: &str| derived.get(name).copied().flatten();
    let latency = value("latency_min").zip(sla_min).map(|(latency, sla)| latency_color(latency, sla, thresholds));
    let gap = value("demand_gap").map(|gap| gap_color(gap, thresholds));
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

fn gap_color(gap: f64, thresholds: &Thresholds) -> Coloring {
    if gap <= 0.0 {
        return Coloring { color: Color::Green, reason: "No backlog".to_owned() };
    }
    let color = if gap <= thresholds.demand_gap_yellow { Color::Yellow } else { Color::Red };
    Coloring { color, reason: format!("Demand exceeds arrivals by {}", short(gap)) }
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
        let found = color(&derived.iter().copied().collect(), sla, false, &Thresholds::default());
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
    fn what_cannot_be_judged_is_gray() {
        check_color(&[("latency_min", Some(3.0))], None, Color::Gray, "Nothing to judge by");
        check_color(&[("utilization", None)], None, Color::Gray, "Nothing to judge by");
        let gap = color(&BTreeMap::new(), None, true, &Thresholds::default());
        assert_eq!(gap.reason, "Incomplete data at this timestamp");
    }

    fn check_refused(settings: &[(&str, f64)], message: &str, help: &str) {
        let settings: Vec<_> = settings.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        let error = Thresholds::with(&settings).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.help().as_str()), (message, help));
    }

    #[test]
    fn thresholds_are_set_by_name_and_leave_a_place_for_each_color() {
        let set = Thresholds::with(&[("utilizationRed".into(), 0.95), ("latencyYellow".into(), 2.0)]).unwrap();
        assert_eq!(set, Thresholds { utilization_red: 0.95, latency_yellow: 2.0, ..Thresholds::default() });
        check_refused(&[("utilizationred", 1.0)], "there is no threshold `utilizationred`", "use `utilizationRed`");
        let all = "use `latencyYellow`, `demandGapYellow`, `utilizationYellow`, `utilizationRed`";
        check_refused(&[("x", 1.0)], "there is no threshold `x`", all);
        let message = "`latencyYellow` is 0.5, expected at least 1";
        check_refused(&[("latencyYellow", 0.5)], message, "give a larger number");
        let message = "`utilizationYellow` is 0.95, above `utilizationRed`, 0.9";
        check_refused(&[("utilizationYellow", 0.95)], message, "set both, the lower one for yellow");
    }
}
