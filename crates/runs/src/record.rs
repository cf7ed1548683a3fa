//! `run.json`: who, when, over which bins, with what result. A record is complete when it is written; a folder without
//! one is no run.

mod index;

use std::collections::BTreeMap;

use flowtime::driver::OutputColumn;
use flowtime::model::{Clock, Grid, Series, Window};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

pub use index::RunIndex;

use crate::figures::Figures;
use crate::warnings::Warning;
use crate::write::Lineage;

/// The version of `run.json` that this crate writes and reads.
pub(crate) const SCHEMA_VERSION: u32 = 1;

/// The record of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunRecord {
    /// The version of this file's format, 1.
    pub schema_version: u32,
    /// The run's name and its folder's; none where nothing was kept.
    pub run_id: Option<String>,
    /// How it ended.
    pub status: Status,
    /// Where the model came from: `model`, for one given as it is.
    pub mode: String,
    /// The run that an overlay was laid over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_run_id: Option<String>,
    /// What an overlay is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The bins.
    pub grid: GridRecord,
    /// When they are, if the model says so.
    pub window: Option<WindowRecord>,
    /// Every parameter's value in this run.
    pub parameters: BTreeMap<String, f64>,
    /// What made the record, from what.
    pub provenance: Provenance,
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

impl RunRecord {
    /// When its bins are.
    pub fn clock(&self) -> Clock {
        clock(self.window.as_ref(), &self.grid)
    }
}

fn clock(window: Option<&WindowRecord>, grid: &GridRecord) -> Clock {
    let start = window.and_then(|window| window.start.parse().ok());
    Clock { start, bins: grid.bins, bin_minutes: grid.bin_minutes }
}

/// What made a record, from what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    /// When, RFC 3339.
    pub generated_at: String,
    /// The program.
    pub engine: Engine,
    /// The model's own `provenance`, as it stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<serde_json::Value>,
    /// Where a replay's telemetry came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<TelemetryRecord>,
}

/// Where telemetry came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TelemetryRecord {
    /// What holds the rows; never with a secret in it.
    pub source: String,
    /// When the newest of the rows was made, RFC 3339.
    pub extraction_ts: Option<String>,
    /// The version of the loader.
    pub loader_version: String,
    /// The loader's manifest, relative to the run's folder.
    pub manifest: String,
}

/// A program and its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engine {
    /// `flowtime`.
    pub name: String,
    /// As in `ftc --version`.
    pub version: String,
}

impl Provenance {
    pub(crate) fn new(generated_at: &str, lineage: &Lineage, model: Option<&serde_json::Value>) -> Self {
        let engine = Engine { name: "flowtime".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
        let telemetry = lineage.telemetry.as_ref().map(|telemetry| telemetry.record.clone());
        Self { generated_at: generated_at.to_owned(), engine, model: model.cloned(), telemetry }
    }
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

/// An output: its figures over all bins, `null` where there is none or it is infinite, and its file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesRecord {
    /// Its name.
    pub id: String,
    /// The series' id, where the output has another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// Its unit, if the model says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Its smallest value.
    pub min: Option<f64>,
    /// The mean of its values.
    pub mean: Option<f64>,
    /// Its largest value.
    pub max: Option<f64>,
    /// Its value in the last bin.
    pub last: Option<f64>,
    /// How many values are missing.
    pub missing: usize,
    /// Its file, relative to the run's folder; absent where nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The SHA-256 of that file, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl SeriesRecord {
    pub(crate) fn new(output: &OutputColumn, series: &Series) -> Self {
        let Figures { min, mean, max, last, missing } = Figures::of(&output.values);
        let [min, mean, max, last] = [min, mean, max, last].map(|figure| figure.filter(|value| value.is_finite()));
        let renamed = Some(&series.id.value).filter(|id| **id != output.name).cloned();
        let unit = series.unit.clone();
        Self { id: output.name.clone(), series: renamed, unit, min, mean, max, last, missing, path: None, sha256: None }
    }
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
