//! What a trace can't know by itself: which data of a stored run was never measured. Where telemetry has a gap, what
//! stands in its file was filled in by the loader, and the trace says so.

use flowtime::model::Clock;
use flowtime::trace::{Step, StepKind};

use crate::stored::{ReadError, StoredRun};
use crate::topology::{NodeRecord, TopologyRecord};
use crate::warnings::{Warning, at_bins};

/// Notes in a trace of `run` the data that lies in a telemetry gap of a node that it plays a role of.
///
/// # Errors
/// The run's topology can't be read.
pub fn note_gaps(step: &mut Step, run: &StoredRun) -> Result<(), ReadError> {
    let gaps = &run.index().gaps;
    if !gaps.is_empty() {
        let (topology, clock) = (run.topology()?, run.index().clock());
        note(step, &|series, bin| gap_at(series, bin, gaps, topology).map(|gap| in_words(gap, &clock)));
    }
    Ok(())
}

fn note(step: &mut Step, gap: &dyn Fn(&str, usize) -> Option<String>) {
    if step.kind == StepKind::Data {
        step.notes.extend(gap(&step.text, step.bin));
    }
    step.steps.iter_mut().for_each(|step| note(step, gap));
}

/// The gap that a value of a series lies in. One without a node is everyone's.
fn gap_at<'a>(series: &str, bin: usize, gaps: &'a [Warning], topology: &TopologyRecord) -> Option<&'a Warning> {
    let is_of = |node: &str| topology.nodes.iter().any(|record| record.id == node && plays_role(record, series));
    let mut here = gaps.iter().filter(|gap| gap.bins.contains(&bin));
    here.find(|gap| gap.node.as_deref().is_none_or(is_of))
}

fn plays_role(node: &NodeRecord, series: &str) -> bool {
    let now = node.semantics.values().filter_map(|value| value.as_str());
    now.chain(node.baseline.values().map(String::as_str)).any(|id| id == series)
}

fn in_words(gap: &Warning, clock: &Clock) -> String {
    let times = clock.span(&gap.bins).map_or_else(String::new, |times| format!(", {times}"));
    format!("not measured: telemetry gap {}{times}", at_bins(&gap.bins))
}
