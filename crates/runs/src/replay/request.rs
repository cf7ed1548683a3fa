//! What is asked of a replay, as JSON has it: template, window, nodes and parameters. What a request leaves out, the
//! template and the source say.

use std::collections::BTreeMap;

use flowtime::template::{Argument, Arguments};
use flowtime_telemetry::time::{BinSize, TimeError, Window, parse_utc};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Minutes in the units of a grid.
const UNITS: [(&str, u32); 4] = [("minutes", 1), ("hours", 60), ("days", 1_440), ("weeks", 10_080)];

/// One replay: `{mode, template, window, selection, parameters}`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplayRequest {
    /// Whether telemetry is loaded.
    #[serde(default)]
    pub mode: ReplayMode,
    /// The template's name.
    pub template: String,
    /// The bins; a simulation may leave it, or parts of it, to its template.
    #[serde(default)]
    pub window: WindowRequest,
    /// The nodes; all of the template's unless some are named.
    #[serde(default)]
    pub selection: Selection,
    /// Values of the template's parameters, by name.
    #[serde(default, deserialize_with = "parameters")]
    pub parameters: BTreeMap<String, Argument>,
}

/// Where a replay's series come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplayMode {
    /// From telemetry, which is loaded.
    #[default]
    Telemetry,
    /// From the template alone.
    Simulation,
}

/// `{start, bins, binSize, binUnit}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WindowRequest {
    /// When bin 0 begins, RFC 3339 in UTC.
    pub start: Option<String>,
    /// How many bins.
    pub bins: Option<u32>,
    /// Units in a bin; as the source has it unless given.
    pub bin_size: Option<u32>,
    /// `minutes`, `hours`, `days` or `weeks`; `minutes` unless given.
    pub bin_unit: Option<String>,
}

/// `{nodes}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// The nodes; all of the template's without it.
    pub nodes: Option<Vec<String>>,
}

fn parameters<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Argument>, D::Error> {
    let values = BTreeMap::<String, Value>::deserialize(deserializer)?;
    Ok(values.into_iter().map(|(name, value)| (name, Argument::Value(value))).collect())
}

impl WindowRequest {
    /// The window, with bins of `bin` unless the request says otherwise; none where start or count is missing.
    ///
    /// # Errors
    /// A part of it is none, or they are no window together.
    pub(super) fn window(&self, bin: BinSize) -> Result<Option<Window>, TimeError> {
        let (Some(start), Some(bins)) = (&self.start, self.bins) else {
            return Ok(None);
        };
        Window::new(parse_utc(start)?, bins, self.bin()?.unwrap_or(bin)).map(Some)
    }

    /// The length of a bin, if the request says it.
    fn bin(&self) -> Result<Option<BinSize>, TimeError> {
        if self.bin_size.is_none() && self.bin_unit.is_none() {
            return Ok(None);
        }
        let (size, unit) = (self.bin_size.unwrap_or(1), self.bin_unit.as_deref().unwrap_or("minutes"));
        let minutes = UNITS.iter().find(|(name, _)| *name == unit).and_then(|(_, minutes)| minutes.checked_mul(size));
        let bin = minutes.and_then(BinSize::from_minutes);
        bin.map(Some).ok_or_else(|| TimeError::BinSize { found: format!("{size} {unit}") })
    }
}

impl ReplayRequest {
    /// What the template is told; `window` where telemetry is loaded.
    pub(super) fn arguments(&self, window: Option<&Window>) -> Arguments {
        let mut arguments = Arguments {
            parameters: self.parameters.clone(),
            start: self.window.start.clone(),
            bins: self.window.bins.map(u64::from),
            bin_size: self.window.bin_size.map(u64::from),
            bin_unit: self.window.bin_unit.clone(),
            telemetry_dir: Some(super::TELEMETRY.to_owned()),
            selection: self.selection.nodes.clone(),
            generated_at: Some(jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
            ..Arguments::default()
        };
        if let Some(window) = window {
            let (size, unit) = window.bin().in_units();
            arguments.bin_size = Some(u64::from(size));
            arguments.bin_unit = Some(unit.to_owned());
        }
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_the_json_of_the_api() {
        let text = r#"{"mode":"telemetry","template":"order-system",
            "window":{"start":"2025-10-07T00:00:00Z","bins":288,"binSize":5,"binUnit":"minutes"},
            "selection":{"nodes":["OrderService"]},"parameters":{"q0":0,"enable_capacity_inference":true}}"#;
        let request: ReplayRequest = serde_json::from_str(text).unwrap();
        let window = request.window.window(BinSize::DEFAULT).unwrap().unwrap();
        assert_eq!((window.bins(), window.clock(12, 13)), (288, "01:00-01:10 UTC".to_owned()));
        let arguments = request.arguments(Some(&window));
        assert_eq!(arguments.selection.as_deref(), Some(&["OrderService".to_owned()][..]));
        assert_eq!(arguments.parameters["q0"], Argument::Value(0.into()));
        assert!(serde_json::from_str::<ReplayRequest>(r#"{"template":"x","windows":{}}"#).is_err());
    }

    fn check_refused(window: &WindowRequest, code: &str, message: &str) {
        let error = window.window(BinSize::DEFAULT).unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), (code, message));
    }

    #[test]
    fn what_is_no_window_is_refused() {
        let at =
            |start: &str| WindowRequest { start: Some(start.to_owned()), bins: Some(1), ..WindowRequest::default() };
        check_refused(&at("monday"), "invalid_window", "`monday` is no time in UTC");
        let message = "the window's start 2025-10-07T00:02:00Z is not on a boundary of 5m bins";
        check_refused(&at("2025-10-07T00:02:00Z"), "bin_alignment", message);
        let odd = WindowRequest { bin_unit: Some("moons".to_owned()), ..at("2025-10-07T00:00:00Z") };
        check_refused(&odd, "invalid_window", "`1 moons` is no bin size");
    }
}
