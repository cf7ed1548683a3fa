//! What the results themselves hide or lack: conventions that stood in for a result, by series, and missing values, by
//! output.

use flowtime::driver::{Flag, OutputColumn};
use flowtime::model::Clock;
use flowtime_runtime::builtins::Convention;

use super::{Judged, bins_where};
use crate::warnings::{Warning, at_bins, kinds};

/// The warnings about conventions in their order, then those about missing values in the order of the outputs.
pub(super) fn check(run: &Judged<'_>) -> Vec<Warning> {
    let clock = run.checked.model.clock();
    let flags = run.evaluation.flags.iter().filter(|flag| !flag.bins.is_empty());
    let flags = flags.map(|flag| flagged(run.checked.id(flag.series), flag, &clock));
    flags.chain(run.evaluation.outputs.iter().filter_map(|output| missing(output, &clock))).collect()
}

fn flagged(series: &str, flag: &Flag, clock: &Clock) -> Warning {
    let (kind, what) = match flag.convention {
        Convention::DivisionByZero => (kinds::DIVISION_BY_ZERO, format!("division by zero in `{series}` gave 0")),
        Convention::ClampBounds => {
            (kinds::CLAMP_BOUNDS, format!("a `CLAMP` in `{series}` met a lower bound above the upper one"))
        }
    };
    let message = format!("{what} {}", at(&flag.bins, clock));
    Warning::new(kind, flag.bins.clone(), message).of_series(series)
}

fn missing(output: &OutputColumn, clock: &Clock) -> Option<Warning> {
    let (name, count) = (&output.name, output.values.len());
    let bins = bins_where(count, |t| output.values[*t].is_nan());
    let message = format!("{} of {count} values of `{name}` are missing, {}", bins.len(), at(&bins, clock));
    (!bins.is_empty()).then(|| Warning::new(kinds::MISSING_VALUES, bins, message).of_series(name))
}

fn at(bins: &[usize], clock: &Clock) -> String {
    let times = clock.span(bins).map(|times| format!(" ({times})")).unwrap_or_default();
    format!("{}{times}", at_bins(bins))
}
