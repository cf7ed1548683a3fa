//! Which data of a run is missing, from its index.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::record::RunIndex;
use crate::warnings::Warning;

/// Whether a run's data is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DataQuality {
    /// Whether no bin is missing.
    pub complete: bool,
    /// What is missing.
    pub gaps: Vec<Gap>,
}

/// Bins without data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The node that lacks it, if only one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The bins.
    pub bins: Vec<usize>,
    /// In words.
    pub reason: String,
}

/// The gaps of a run, for looking bins up.
#[derive(Debug)]
pub(super) struct Gaps(Vec<Gap>);

impl Gaps {
    pub(super) fn of(index: &RunIndex) -> Self {
        let gap = |warning: &Warning| Gap {
            node: warning.node.clone(),
            bins: warning.bins.clone(),
            reason: "Telemetry gap".to_owned(),
        };
        Self(index.gaps.iter().map(gap).collect())
    }

    /// The nodes without data at `bin`; none stands for all of them.
    pub(super) fn nodes(&self, bin: usize) -> BTreeSet<Option<&str>> {
        let at_bin = self.0.iter().filter(|gap| gap.bins.binary_search(&bin).is_ok());
        at_bin.map(|gap| gap.node.as_deref()).collect()
    }

    pub(super) fn quality(&self) -> DataQuality {
        DataQuality { complete: self.0.is_empty(), gaps: self.0.clone() }
    }
}
