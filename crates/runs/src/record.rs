//! `run.json`: who, when, over which bins, with what result. A record is complete when it is written; a folder without
//! one is no run.

use std::collections::BTreeMap;

use flowtime::model::{Grid, Window};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// The record of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunRecord {
    /// The run's name and its folder's.
    pub run_id: String,
    /// How it ended.
    pub status: Status,
    /// Where the model came from: `model`, for one given as it is.
    pub mode: String,
    /// The bins.
    pub grid: GridRecord,
    /// When they are, if the model says so.
    pub window: Option<WindowRecord>,
    /// Every parameter's value in this run.
    pub parameters: BTreeMap<String, f64>,
    /// The model's own, with `generatedAt` and `generator` of this run.
    pub provenance: serde_json::Value,
    /// What the result hides or lacks.
    pub warnings: Vec<Warning>,
    /// The outputs, in order.
    pub series: Vec<SeriesRecord>,
    /// Digest of model, parameters and sources, for runs with a deterministic id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inputs_sha256: Option<String>,
    /// When the record was made, RFC 3339.
    pub completed_at: String,
    /// How long the steps took.
    pub timings: Timings,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// With a result.
    Completed,
}

/// The bins of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GridRecord {
    /// How many.
    pub bins: u32,
    /// Units in one.
    pub bin_size: u32,
    /// `minutes`, `hours`, `days` or `weeks`.
    pub bin_unit: String,
    /// Minutes in one.
    pub bin_minutes: u64,
}

impl From<&Grid> for GridRecord {
    fn from(grid: &Grid) -> Self {
        let Grid { bins, bin_size, bin_unit, .. } = *grid;
        Self { bins, bin_size, bin_unit: bin_unit.name().to_owned(), bin_minutes: grid.bin_minutes() }
    }
}

/// The time a run covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowRecord {
    /// When bin 0 begins, RFC 3339.
    pub start: String,
    /// When the last bin ends; absent behind the end of the calendar.
    pub end: Option<String>,
    /// `UTC`.
    pub timezone: String,
}

impl WindowRecord {
    pub(crate) fn new(window: &Window, grid: &Grid) -> Self {
        let minutes = u64::from(grid.bins).saturating_mul(grid.bin_minutes());
        let seconds = i64::try_from(minutes).ok().and_then(|minutes| minutes.checked_mul(60));
        let end = seconds.and_then(|seconds| window.start.checked_add(SignedDuration::from_secs(seconds)).ok());
        let end = end.map(|end| end.to_string());
        Self { start: window.start.to_string(), end, timezone: "UTC".to_owned() }
    }
}

/// Something to know about a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// `division_by_zero`, `missing_values`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// How much it matters.
    pub severity: Severity,
    /// The series it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// All the bins, ascending.
    pub bins: Vec<usize>,
    /// For people; names the first few bins.
    pub message: String,
}

/// How much a warning matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// The result may mislead.
    Warning,
}

/// An output in the run's folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesRecord {
    /// Its name.
    pub id: String,
    /// Its file, relative to the run's folder; absent where nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The SHA-256 of that file, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// How long the steps of a run took, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Timings {
    /// Reading and checking the model.
    pub check_ms: f64,
    /// Reading the data.
    pub load_ms: f64,
    /// Evaluating.
    pub evaluate_ms: f64,
    /// Writing the artifacts, all but `run.json`.
    pub artifacts_ms: f64,
}
