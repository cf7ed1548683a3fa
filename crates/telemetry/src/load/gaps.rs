//! Gaps: bins without a row, and those that a row's `known_data_gaps` names. Gaps that follow each other are one.

use std::time::Duration;

use serde_json::Value;

use super::{Severity, Warning};
use crate::time::{Window, parse_utc};

/// Marks the bins of `window` in `gaps` that the JSON array `text` names: by the start of a bin, of the window or of the
/// source, or by its number. Bins outside the window are of no concern; `false` if it is no such array.
pub fn mark_known(text: &str, window: &Window, gaps: &mut [bool]) -> bool {
    let text = text.trim();
    if text.is_empty() {
        return true;
    }
    let Ok(Value::Array(entries)) = serde_json::from_str(text) else {
        return false;
    };
    let mut understood = true;
    for entry in &entries {
        let bin = match entry {
            Value::String(time) => parse_utc(time).ok().map(|time| window.bin_at(time)),
            number => number.as_i64().map(|number| u32::try_from(number).ok()),
        };
        understood &= bin.is_some();
        if let Some(gap) = bin.flatten().and_then(|bin| gaps.get_mut(bin as usize)) {
            *gap = true;
        }
    }
    understood
}

/// A warning for each run of `gaps`, one flag per bin; those longer than `threshold` are major.
pub(super) fn warnings(node: &str, gaps: &[bool], window: &Window, threshold: Duration) -> Vec<Warning> {
    let bins: Vec<u32> = (0..window.bins()).zip(gaps).filter(|(_, gap)| **gap).map(|(bin, _)| bin).collect();
    let runs = bins.chunk_by(|a, b| a + 1 == *b);
    let warning = |run: &[u32]| {
        let seconds = window.bin().seconds().unsigned_abs() * run.len() as u64;
        let is_major = Duration::from_secs(seconds) > threshold;
        let severity = if is_major { Severity::Major } else { Severity::Warning };
        Warning::gap(node, run.to_vec(), window, severity)
    };
    runs.map(warning).collect()
}
