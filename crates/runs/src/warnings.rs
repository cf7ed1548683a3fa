//! What a run tells about its result though nothing failed. Bins are all in the field and at most a few ranges of them in
//! the message.

mod text;

use flowtime::model::Clock;
use serde::{Deserialize, Serialize};

pub use text::at_bins;
pub(crate) use text::{exact, number};

/// Something to know about a result; its type says which of the last fields it has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    /// `division_by_zero`, `missing_values`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// How much it matters.
    pub severity: Severity,
    /// The rule of the model that found it, if that has an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The topology node it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The series it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// All the bins, ascending.
    #[serde(default)]
    pub bins: Vec<usize>,
    /// For people; names the first few bins.
    pub message: String,
    /// `data_gap`: when it begins, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// `data_gap`: when it ends, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// `conservation_violation`: the largest difference of the queue from what it should be, with its sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst_residual: Option<f64>,
    /// `conservation_violation`: what the queue should be where the residual is worst.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_queue: Option<f64>,
    /// `conservation_violation`: what the queue is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual_queue: Option<f64>,
    /// `capacity_underestimate`: true where nothing was ever saturated, so that no bin shows the capacity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub never_saturated: Option<bool>,
}

/// How much a warning matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// The result may mislead.
    #[default]
    Warning,
    /// A good part of the result is not to be trusted.
    Major,
}

/// The types of warnings that validation raises, as they are spelled.
pub mod kinds {
    /// Telemetry is missing.
    pub const DATA_GAP: &str = "data_gap";
    /// A queue is not what came in less what was served.
    pub const CONSERVATION_VIOLATION: &str = "conservation_violation";
    /// An inferred capacity is below what was served at another time.
    pub const CAPACITY_UNDERESTIMATE: &str = "capacity_underestimate";
    /// An inferred capacity is far above anything that was served.
    pub const CAPACITY_UNREALISTIC: &str = "capacity_unrealistic";
    /// More was served than the capacity allows.
    pub const CAPACITY_EXCEEDED: &str = "capacity_exceeded";
    /// Nothing was served where telemetry is missing.
    pub const LOW_THROUGHPUT: &str = "low_throughput";
    /// A count is negative.
    pub const NEGATIVE_VALUE: &str = "negative_value";
    /// More was served than came in, and nothing could wait.
    pub const SERVED_EXCEEDS_ARRIVALS: &str = "served_exceeds_arrivals";
    /// A rule of the model does not hold.
    pub const CUSTOM: &str = "custom";
    /// A division by zero gave 0.
    pub const DIVISION_BY_ZERO: &str = "division_by_zero";
    /// A `CLAMP` met a lower bound above the upper one.
    pub const CLAMP_BOUNDS: &str = "clamp_bounds";
    /// An output has missing values.
    pub const MISSING_VALUES: &str = "missing_values";

    /// Every one of them.
    pub const ALL: [&str; 12] = [
        DATA_GAP,
        CONSERVATION_VIOLATION,
        CAPACITY_UNDERESTIMATE,
        CAPACITY_UNREALISTIC,
        CAPACITY_EXCEEDED,
        LOW_THROUGHPUT,
        NEGATIVE_VALUE,
        SERVED_EXCEEDS_ARRIVALS,
        CUSTOM,
        DIVISION_BY_ZERO,
        CLAMP_BOUNDS,
        MISSING_VALUES,
    ];
}

impl Warning {
    /// A warning of type `kind` about `bins`.
    pub(crate) fn new(kind: &str, bins: Vec<usize>, message: String) -> Self {
        Self { kind: kind.to_owned(), bins, message, ..Self::default() }
    }

    /// The same about the topology node `node`.
    pub(crate) fn of_node(self, node: &str) -> Self {
        Self { node: Some(node.to_owned()), ..self }
    }

    /// The same about the series `series`.
    pub(crate) fn of_series(self, series: &str) -> Self {
        Self { series: Some(series.to_owned()), ..self }
    }

    /// The warning on one line: whom it is about, what it says, in which bins, and when that was.
    pub fn line(&self, clock: &Clock) -> String {
        let subject = self.node.as_ref().map(|node| format!("{node}: ")).unwrap_or_default();
        let says_bins = self.message.contains(" bin");
        let at = if says_bins || self.bins.is_empty() { String::new() } else { format!(" {}", at_bins(&self.bins)) };
        let times = clock.span(&self.bins).filter(|_| !self.message.contains(" UTC)"));
        let times = times.map(|times| format!(" ({times})")).unwrap_or_default();
        format!("{subject}{}{at}{times}", self.message)
    }
}
