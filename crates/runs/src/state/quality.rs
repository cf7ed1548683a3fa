//! Which data of a run is missing, from its index.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::record::RunIndex;

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
pub(super) struct Gaps {
    gaps: Vec<Gap>,
    /// Node and bin; no node stands for all.
    bins: BTreeSet<(Option<String>, usize)>,
}

impl Gaps {
    pub(super) fn of(index: &RunIndex) -> Self {
        let gap = |warning: &crate::Warning| Gap {
            node: warning.node.clone(),
            bins: warning.bins.clone(),
            reason: "Telemetry gap".to_owned(),
        };
        let gaps: Vec<Gap> = index.gaps.iter().map(gap).collect();
        let bins = gaps.iter().flat_map(|gap| gap.bins.iter().map(|bin| (gap.node.clone(), *bin))).collect();
        Self { gaps, bins }
    }

    /// Whether `node` has no data at `bin`.
    pub(super) fn is_gap(&self, node: &str, bin: usize) -> bool {
        self.bins.contains(&(None, bin)) || self.bins.contains(&(Some(node.to_owned()), bin))
    }

    pub(super) fn quality(&self) -> DataQuality {
        DataQuality { complete: self.gaps.is_empty(), gaps: self.gaps.clone() }
    }
}
