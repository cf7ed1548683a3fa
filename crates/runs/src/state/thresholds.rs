//! Where colours change: four numbers with defaults, set by name. Whatever is set, each colour keeps a place of its own.

use flowtime::diagnostics::suggest::nearest;
use serde::{Deserialize, Serialize};

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

/// Where a threshold stands.
type Place = fn(&mut Thresholds) -> &mut f64;

/// The thresholds by their names in JSON, and the least that each may be.
const NAMES: [(&str, f64, Place); 4] = [
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

#[cfg(test)]
mod tests {
    use super::*;

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
