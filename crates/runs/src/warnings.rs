//! What a run should tell about its result though nothing failed: conventions that stood in for a result, and missing
//! values in the outputs. Bins are all in the field and at most a few ranges of them in the message.

use flowtime::check::CheckedModel;
use flowtime::driver::{Evaluation, Flag, OutputColumn};
use flowtime_runtime::builtins::Convention;

use crate::record::{Severity, Warning};

/// Ranges of bins that a message shows.
const RANGES_SHOWN: usize = 5;

/// The warnings of an evaluation: flags in their order, then missing values in the order of the outputs.
pub(crate) fn warnings(checked: &CheckedModel, evaluation: &Evaluation) -> Vec<Warning> {
    let flags = evaluation.flags.iter().filter(|flag| !flag.bins.is_empty()).map(|flag| flag_warning(checked, flag));
    flags.chain(evaluation.outputs.iter().filter_map(missing_warning)).collect()
}

fn flag_warning(checked: &CheckedModel, flag: &Flag) -> Warning {
    let (kind, what) = match flag.convention {
        Convention::DivisionByZero => ("division_by_zero", "Division by zero gave 0"),
        Convention::ClampBounds => ("clamp_bounds", "CLAMP's lower bound was above the upper one"),
    };
    let series = checked.model.series.get(flag.series.0 as usize).map(|series| series.id.value.clone());
    let message = format!("{what} {}", at_bins(&flag.bins));
    Warning { kind: kind.to_owned(), severity: Severity::Warning, series, bins: flag.bins.clone(), message }
}

fn missing_warning(output: &OutputColumn) -> Option<Warning> {
    let present = |(bin, value): (usize, &f64)| value.is_nan().then_some(bin);
    let bins: Vec<usize> = output.values.iter().enumerate().filter_map(present).collect();
    let message = format!("{} of {} values are missing, {}", bins.len(), output.values.len(), at_bins(&bins));
    let (kind, series) = ("missing_values".to_owned(), Some(output.name.clone()));
    (!bins.is_empty()).then_some(Warning { kind, severity: Severity::Warning, series, bins, message })
}

/// `at bin 11`, `at bins 3, 12-14`; what is too much is counted.
fn at_bins(bins: &[usize]) -> String {
    let ranges: Vec<&[usize]> = bins.chunk_by(|a, b| a + 1 == *b).collect();
    let shown = &ranges[..ranges.len().min(RANGES_SHOWN)];
    let texts: Vec<String> = shown.iter().map(|range| range_text(range)).collect();
    let rest = bins.len() - shown.iter().map(|range| range.len()).sum::<usize>();
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let noun = if bins.len() == 1 { "bin" } else { "bins" };
    format!("at {noun} {}{more}", texts.join(", "))
}

fn range_text(range: &[usize]) -> String {
    match range {
        [first, .., last] => format!("{first}-{last}"),
        _ => range.iter().map(usize::to_string).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_show_ranges_and_count_the_rest() {
        assert_eq!(at_bins(&[11]), "at bin 11");
        assert_eq!(at_bins(&[3, 12, 13, 14]), "at bins 3, 12-14");
        let many: Vec<usize> = (0..20).map(|bin| bin * 2).collect();
        assert_eq!(at_bins(&many), "at bins 0, 2, 4, 6, 8 and 15 more");
    }
}
