//! Bins where a convention hid something: `division_by_zero q: 1,3` or `clamp_bounds q: 0-4`, one series and kind a
//! line. The set is exact; its order means nothing.

use std::fmt::Write as _;

use flowtime::driver::{Check, Flag};
use flowtime_runtime::builtins::Convention;

/// The flags of a run, one a line.
pub(crate) fn render(check: &Check, flags: &[Flag]) -> Vec<String> {
    let mut lines: Vec<String> = flags.iter().map(|flag| render_line(check, flag)).collect();
    lines.sort();
    lines
}

fn render_line(check: &Check, flag: &Flag) -> String {
    let kind = match flag.convention {
        Convention::DivisionByZero => "division_by_zero",
        Convention::ClampBounds => "clamp_bounds",
    };
    let series = check.model.as_ref().and_then(|checked| checked.model.series.get(flag.series.0 as usize));
    format!("{kind} {}: {}\n", series.map_or("?", |series| &series.id.value), ranges(&flag.bins))
}

/// `0-2,5` for 0, 1, 2, 5.
fn ranges(bins: &[usize]) -> String {
    let mut text = String::new();
    for run in bins.chunk_by(|left, right| left + 1 == *right) {
        let comma = if text.is_empty() { "" } else { "," };
        let _ = match run {
            [first, .., last] => write!(text, "{comma}{first}-{last}"),
            [only] => write!(text, "{comma}{only}"),
            [] => Ok(()),
        };
    }
    text
}

/// What differs, if anything does.
pub(crate) fn compare(expected: &str, found: &[String]) -> Result<(), String> {
    let mut wanted: Vec<String> = expected.lines().map(|line| format!("{line}\n")).collect();
    wanted.sort();
    if wanted == found {
        return Ok(());
    }
    Err(format!("expected flags:\n{}found:\n{}", wanted.concat(), found.concat()))
}
