//! The warnings of a run for people: those of one type together, each on a line with whom it is about, the bins as ranges
//! and the times of day.

use flowtime::model::Clock;
use flowtime_runs::warnings::kinds;
use flowtime_runs::{RunRecord, Severity, Warning};

use crate::ui::Ui;

/// Warnings of one type that are shown.
const SHOWN: usize = 8;

/// Shows the warnings of the run with this record, in the order in which their types come up.
pub(crate) fn show(record: &RunRecord, ui: &Ui) {
    let clock = record.clock();
    let mut seen: Vec<&str> = Vec::new();
    for warning in &record.warnings {
        if !seen.contains(&warning.kind.as_str()) {
            seen.push(&warning.kind);
            let group: Vec<&Warning> = record.warnings.iter().filter(|other| other.kind == warning.kind).collect();
            show_group(&group, &clock, ui);
        }
    }
    if seen.contains(&kinds::DIVISION_BY_ZERO) {
        ui.advice("guard a division with `IF`, for example `IF(served > 0, errors / served, 0)`");
    }
}

fn show_group(group: &[&Warning], clock: &Clock, ui: &Ui) {
    let heading = match group {
        [warning] => warning.line(clock),
        [first, ..] => format!("{}, {} times", title(&first.kind), group.len()),
        [] => return,
    };
    if group.iter().all(|warning| warning.severity == Severity::Info) {
        ui.note(&format!("note: {heading}"));
    } else {
        ui.warning(&heading);
    }
    if group.len() > 1 {
        group.iter().take(SHOWN).for_each(|warning| ui.note(&format!("  {}", warning.line(clock))));
    }
    if group.len() > SHOWN {
        ui.note(&format!("  and {} more; `--json` has them all", group.len() - SHOWN));
    }
}

/// A type of warnings in words.
fn title(kind: &str) -> String {
    if kind == kinds::CUSTOM { "rules of the model".to_owned() } else { kind.replace('_', " ") }
}
