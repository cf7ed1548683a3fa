//! What to load and how, and the checks that need no row: the window's length, the nodes' names, and whether the bins
//! asked for can be made from those of the source.

use std::time::Duration;

use serde::Deserialize;

use super::LoadError;
use crate::source::TelemetrySource;
use crate::time::{BinSize, Window};

/// Bytes of a node's name at most, as in models.
const LONGEST_NAME: usize = 200;

/// A window and the nodes to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The bins to fill.
    pub window: Window,
    /// The nodes; empty for all that have rows in the window.
    pub nodes: Vec<String>,
}

/// What stands where nothing was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fill {
    /// The number 0.
    #[default]
    Zero,
    /// A missing value, also in bins that are known gaps.
    Nan,
}

/// How to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadOptions {
    /// What stands where nothing was measured.
    pub fill: Fill,
    /// Whether the manifest has the SHA-256 of each file.
    pub checksums: bool,
    /// The most bins that a window may have.
    pub max_bins: u32,
    /// Gaps longer than this are major.
    pub gap_warning_threshold: Duration,
    /// Replace a folder that holds other things than loaded telemetry.
    pub force: bool,
    /// Sync files and folders to the disk before the folder appears.
    pub durable: bool,
}

/// The source's bins that make one of the window's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    /// The length of each.
    pub(super) bin: BinSize,
    /// How many.
    pub(super) count: u32,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            fill: Fill::Zero,
            checksums: true,
            max_bins: 10_000,
            gap_warning_threshold: Duration::from_secs(15 * 60),
            force: false,
            durable: false,
        }
    }
}

impl Request {
    /// Which bins of `source` make one of the window's.
    pub(super) fn check(&self, source: &dyn TelemetrySource, options: &LoadOptions) -> Result<Parts, LoadError> {
        let (bins, most) = (self.window.bins(), options.max_bins);
        if bins > most {
            return Err(LoadError::WindowTooLarge { bins, most });
        }
        if let Some(name) = self.nodes.iter().find(|name| !is_node_name(name)) {
            return Err(LoadError::NodeName { found: name.clone() });
        }
        let (bin, requested) = (source.bin()?, self.window.bin());
        let count = requested.multiple_of(bin).ok_or(LoadError::BinAlignment { source_bin: bin, requested })?;
        Ok(Parts { bin, count })
    }
}

/// Whether a model could name a node so.
pub(crate) fn is_node_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len()) && !name.contains(|c: char| c.is_control() || c == '`')
}
