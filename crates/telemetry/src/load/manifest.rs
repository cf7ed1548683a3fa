//! The manifest of loaded telemetry: window, grid, files with their digests, warnings, and where the rows came from. It
//! is written last; a reader that finds none finds nothing.

use std::fmt;
use std::io::Write;

use flowtime_files::{FileError, Staging};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Warning;
use crate::time::Window;

/// The name of the manifest's file.
pub const MANIFEST: &str = "manifest.json";

/// What a node's rows tell, by the name it has in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Messages that arrived.
    Arrivals,
    /// Messages that were served.
    Served,
    /// Messages that failed.
    Errors,
    /// Messages that were sent to it: the column `external_demand`.
    Demand,
    /// Messages waiting: the column `queue_depth`.
    Queue,
}

impl Metric {
    /// All of them, in the order of the columns.
    pub const ALL: [Metric; 5] = [Metric::Arrivals, Metric::Served, Metric::Errors, Metric::Demand, Metric::Queue];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Arrivals => "arrivals",
            Metric::Served => "served",
            Metric::Errors => "errors",
            Metric::Demand => "demand",
            Metric::Queue => "queue",
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a folder of loaded telemetry holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// From when to when.
    pub window: Span,
    /// How many bins of which length.
    pub grid: Grid,
    /// The series files, by node, then metric.
    pub files: Vec<FileEntry>,
    /// What was amiss.
    pub warnings: Vec<Warning>,
    /// Where the rows came from.
    pub provenance: Provenance,
}

/// From when to when, in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The start of the first bin.
    pub start: Timestamp,
    /// The end of the last bin.
    pub end: Timestamp,
    /// Always `UTC`.
    pub timezone: String,
}

/// Bins as a model's grid says them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Grid {
    /// How many.
    pub bins: u32,
    /// The length of each in `bin_unit`.
    pub bin_size: u32,
    /// `minutes`, `hours`, `days` or `weeks`.
    pub bin_unit: String,
}

/// One series file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// The node.
    pub node: String,
    /// The metric.
    pub metric: Metric,
    /// The file's name in the folder.
    pub path: String,
    /// Values in it, one per bin.
    pub rows: u32,
    /// `sha256:` and the digest in lower-case hex; absent where nobody wanted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
}

/// Where the rows came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    /// When the newest of the rows was made.
    pub extraction_ts: Option<Timestamp>,
    /// The source.
    pub source: String,
    /// The version of the loader.
    pub loader_version: String,
}

impl Span {
    /// The span of `window`.
    pub(super) fn new(window: &Window) -> Self {
        Self { start: window.start(), end: window.end(), timezone: "UTC".to_owned() }
    }
}

impl Grid {
    /// The bins of `window`, in the longest unit that divides them.
    pub(super) fn new(window: &Window) -> Self {
        let (bin_size, bin_unit) = window.bin().in_units();
        Self { bins: window.bins(), bin_size, bin_unit: bin_unit.to_owned() }
    }
}

/// Writes `manifest` into the folder in the making.
pub(super) fn write(manifest: &Manifest, staging: &Staging<'_>) -> Result<(), FileError> {
    let written = staging.file(MANIFEST, |file| {
        serde_json::to_writer_pretty(&mut *file, manifest)?;
        file.write_all(b"\n")
    });
    written.map(|_| ())
}
