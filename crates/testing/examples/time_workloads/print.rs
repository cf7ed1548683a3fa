//! Times as rows of a table with ratios and goals, or as JSON.
//!
//! Times are nanoseconds per series and bin; a goal stands beside what it is about, with whether it is met here.

use std::time::Duration;

use flowtime_testing::workloads::Workload;
use serde_json::{Value, json};

use super::Times;

pub(super) const HEADING: &str =
    "workload                    bins   native      jit  jit/native  baseline/jit  interp/jit  goal";
pub(super) const PREPARE_HEADING: &str = "series to prepare      ms   us each  goal";

/// What is asked of machine code on a workload.
enum Goal {
    /// At most so many times native Rust.
    Native(f64),
    /// At least so many times faster than the baseline.
    Baseline(f64),
}

/// One workload as a row.
pub(super) fn row(workload: &Workload, times: &[Times]) -> String {
    let of = |backend: &str| times.iter().find(|times| times.backend == backend).map(Times::shortest);
    let (native, jit) = (of("native").unwrap_or(f64::NAN), of("jit").unwrap_or(f64::NAN));
    let each = |time: f64| time / (workload.series * workload.bins()) as f64;
    let slower = |backend| of(backend).map_or("-".to_owned(), |time| format!("{:.0}", time / jit));
    let goal = goal(workload).map_or(String::new(), |goal| match goal {
        Goal::Native(most) => format!("jit/native <= {most}: {}", met(jit / native <= most)),
        Goal::Baseline(least) => {
            format!("baseline/jit >= {least}: {}", met(of("baseline").is_some_and(|time| time / jit >= least)))
        }
    });
    let (name, bins, ratio) = (&workload.name, workload.bins(), jit / native);
    let (native, jit, baseline, interp) = (each(native), each(jit), slower("baseline"), slower("interp"));
    let row =
        format!("{name:<22} {bins:>9} {native:>8.3} {jit:>8.3} {ratio:>11.2} {baseline:>13} {interp:>11}  {goal}");
    row.trim_end().to_owned()
}

/// How long so many series took to prepare.
pub(super) fn prepare_row(series: usize, time: Duration) -> String {
    let (ms, each) = (time.as_secs_f64() * 1e3, time.as_secs_f64() * 1e6 / series as f64);
    let goal = if series == 300 { format!("<= 2 ms: {}", met(ms <= 2.0)) } else { String::new() };
    format!("{series:>17} {ms:>7.2} {each:>9.1}  {goal}").trim_end().to_owned()
}

fn goal(workload: &Workload) -> Option<Goal> {
    let is_near = workload.bins() <= 10_000;
    match workload.name.as_str() {
        "W1" => Some(Goal::Native(if is_near { 1.6 } else { 1.2 })),
        "W2" => Some(Goal::Native(if is_near { 4.3 } else { 1.2 })),
        name if name.starts_with("W5") && is_near => Some(Goal::Baseline(25.0)),
        _ => None,
    }
}

fn met(is_met: bool) -> &'static str {
    if is_met { "met" } else { "missed" }
}

/// The backends of one workload as objects.
pub(super) fn lines(workload: &Workload, times: &[Times]) -> Vec<Value> {
    times.iter().map(|times| line(workload, times)).collect()
}

fn line(workload: &Workload, times: &Times) -> Value {
    let nanoseconds = |time: Duration| time.as_nanos() as u64;
    json!({
        "workload": workload.name,
        "bins": workload.bins(),
        "series": workload.series,
        "backend": times.backend,
        "prepareNs": times.prepare.map(nanoseconds),
        "evalNsMin": nanoseconds(times.evaluate[0]),
        "evalNsMedian": nanoseconds(times.evaluate[times.evaluate.len() / 2]),
    })
}
