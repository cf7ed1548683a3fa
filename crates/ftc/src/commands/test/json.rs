//! The results of tests as JSON, version 1: `{version, passed, failed, filtered, durationMs, models: [{file, broken,
//! error, tests: [{name, status, durationMs, problems: [{message, …}]}]}]}`. Values that are missing or infinite are `null`.

use anyhow::Context;
use flowtime_runs::{TestProblem, TestResult};
use serde_json::{Value, json};

use super::{Tested, Totals, described};

/// The document, with a newline at its end.
pub(super) fn document(tested: &[Tested], totals: &Totals) -> anyhow::Result<String> {
    let document = json!({
        "version": 1,
        "passed": totals.passed,
        "failed": totals.failed,
        "filtered": totals.filtered,
        "durationMs": milliseconds(totals.time),
        "models": tested.iter().map(model).collect::<Vec<_>>(),
    });
    Ok(serde_json::to_string_pretty(&document).context("can't write the results as JSON")? + "\n")
}

fn model(model: &Tested) -> Value {
    let test = |result: &TestResult| {
        json!({
            "name": result.name,
            "status": if result.problems.is_empty() { "passed" } else { "failed" },
            "durationMs": milliseconds(result.time),
            "problems": result.problems.iter().map(|one| problem(one, model)).collect::<Vec<_>>(),
        })
    };
    json!({ "file": model.name, "broken": model.broken.is_some(), "error": model.broken, "tests": model.results.iter().map(test).collect::<Vec<_>>() })
}

fn problem(problem: &TestProblem, model: &Tested) -> Value {
    let message = described(problem, &model.sources);
    let message = message.trim_end();
    match problem {
        TestProblem::Differs { series, bin, expected, found, differing, .. } => json!({
            "message": message, "series": series, "bin": bin, "expected": expected, "found": found,
            "differing": differing,
        }),
        TestProblem::Warning(warning) => json!({ "message": message, "warning": warning }),
        _ => json!({ "message": message }),
    }
}

fn milliseconds(time: std::time::Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}
