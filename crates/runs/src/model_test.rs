//! A model's own tests. Each is a run of a smaller model: its const series replaced or cut to the length of the test's
//! inputs, its parameters set, and of its series only what the test looks at. What does not hold is a list of
//! [`TestProblem`]s; data that the test replaces is never opened.

mod problem;
mod setup;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use flowtime::check::CheckedModel;
use flowtime::driver::{self, Evaluation, RunError, Settings, Watch};
use flowtime::load::SourceLoader;
use flowtime::model::ModelTest;
use flowtime::source::Spanned;
use flowtime_runtime::engine;

pub use problem::TestProblem;
use setup::Setup;

use crate::validate::validate;
use crate::warnings::{Severity, Warning, kinds};

/// How a test of a model went.
#[derive(Debug)]
pub struct TestResult {
    /// The test's name.
    pub name: String,
    /// What did not hold; nothing of a test that passed.
    pub problems: Vec<TestProblem>,
    /// How long it took.
    pub time: Duration,
}

/// Runs `test`, which is one of the tests of `checked`; `engine` says what evaluates it.
pub fn run_test(
    checked: &CheckedModel,
    test: &ModelTest,
    loader: &dyn SourceLoader,
    engine: engine::Options,
) -> TestResult {
    let begin = Instant::now();
    let problems = match setup::prepare(checked, test, loader) {
        Ok(setup) => judge(&setup, test, loader, engine),
        Err(problem) => vec![problem],
    };
    TestResult { name: test.name.value.clone(), problems, time: begin.elapsed() }
}

fn judge(setup: &Setup, test: &ModelTest, loader: &dyn SourceLoader, engine: engine::Options) -> Vec<TestProblem> {
    let parameters = test.set.iter().map(|(id, value)| (id.value.clone(), *value)).collect();
    let settings = Settings { parameters, engine };
    let mut evaluation = match driver::run_with(&setup.checked, loader, &settings, &setup.formulas, &Watch::default()) {
        Ok(evaluation) => evaluation,
        Err(RunError::Data(diagnostics)) => return vec![TestProblem::Model(diagnostics)],
        Err(error) => return vec![TestProblem::Run(error)],
    };
    let expected = evaluation.extra.split_off(setup.formulas.len() - test.expect.len());
    let differences = test
        .expect
        .iter()
        .zip(&expected)
        .filter_map(|((id, expected), found)| difference(&id.value, &expected.value, found, test.tolerance));
    let mut problems: Vec<TestProblem> = differences.collect();
    if let Some(expected) = &test.warnings {
        problems.extend(judge_warnings(setup, &settings, &evaluation, expected));
    }
    problems
}

fn difference(series: &str, expected: &[f64], found: &[f64], tolerance: f64) -> Option<TestProblem> {
    let differs = |bin: &usize| !agree(expected[*bin], found[*bin], tolerance);
    let bins: Vec<usize> = (0..expected.len().min(found.len())).filter(differs).collect();
    let bin = *bins.first()?;
    Some(TestProblem::Differs {
        series: series.to_owned(),
        bin,
        expected: expected[bin],
        found: found[bin],
        differing: bins.len(),
        bins: expected.len(),
    })
}

/// Whether two values are one to a test: both missing, the same bits, or no further apart than the tolerance.
fn agree(expected: f64, found: f64, tolerance: f64) -> bool {
    let same = expected.to_bits() == found.to_bits() || (expected.is_nan() && found.is_nan());
    same || (tolerance > 0.0 && (expected - found).abs() <= tolerance)
}

/// Every type that is expected must come up, and none that is not; what is only good to know may.
fn judge_warnings(
    setup: &Setup,
    settings: &Settings,
    evaluation: &Evaluation,
    expected: &[Spanned<String>],
) -> Vec<TestProblem> {
    let expected: BTreeSet<&str> = expected.iter().map(|kind| kind.value.as_str()).collect();
    let found = validate(&setup.checked, settings, evaluation, &[]);
    let types: BTreeSet<&str> = found.iter().map(|warning| warning.kind.as_str()).collect();
    let absent = expected.difference(&types).map(|kind| match kinds::ALL.contains(kind) {
        true => TestProblem::NoWarning { kind: (*kind).to_owned() },
        false => TestProblem::UnknownWarning { kind: (*kind).to_owned() },
    });
    let unexpected =
        |warning: &&Warning| warning.severity != Severity::Info && !expected.contains(warning.kind.as_str());
    let surplus = found.iter().filter(unexpected).map(|warning| TestProblem::Warning(Box::new(warning.clone())));
    absent.chain(surplus).collect()
}
