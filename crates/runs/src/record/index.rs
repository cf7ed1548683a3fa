//! `series/index.json`: the part of a record that reading values needs. A record names every bin of every warning and may
//! take megabytes; the state of one bin must not have to read them.

use std::collections::BTreeMap;

use flowtime::model::Clock;
use serde::{Deserialize, Serialize};

use super::{GridRecord, RunRecord, WindowRecord, clock};
use crate::warnings::{Warning, kinds};

/// What a reader of single values has to know about a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunIndex {
    /// The version of this file's format, 1.
    pub schema_version: u32,
    /// Where the model came from, as in the record.
    pub mode: String,
    /// The run that an overlay was laid over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_run_id: Option<String>,
    /// What an overlay is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// Every parameter's value.
    pub parameters: BTreeMap<String, f64>,
    /// The bins.
    pub grid: GridRecord,
    /// When they are, if the model says so.
    pub window: Option<WindowRecord>,
    /// The outputs that are not called like their series, each with the series' id.
    pub renamed: BTreeMap<String, String>,
    /// The warnings of type `data_gap`.
    pub gaps: Vec<Warning>,
}

impl RunIndex {
    /// When the run's bins are.
    pub fn clock(&self) -> Clock {
        clock(self.window.as_ref(), &self.grid)
    }
}

impl From<&RunRecord> for RunIndex {
    fn from(record: &RunRecord) -> Self {
        let renamed = record.series.iter().filter_map(|output| Some((output.id.clone(), output.series.clone()?)));
        let gaps = record.warnings.iter().filter(|warning| warning.kind == kinds::DATA_GAP);
        Self {
            schema_version: record.schema_version,
            mode: record.mode.clone(),
            base_run_id: record.base_run_id.clone(),
            scenario: record.scenario.clone(),
            parameters: record.parameters.clone(),
            grid: record.grid.clone(),
            window: record.window.clone(),
            renamed: renamed.collect(),
            gaps: gaps.cloned().collect(),
        }
    }
}
