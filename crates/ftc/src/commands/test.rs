//! `ftc test`: the tests that models hold, reported as `cargo test` does, as JSON, and as JUnit XML for whoever runs it.

mod json;
mod junit;

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use clap::Args;
use flowtime::check::CheckedModel;
use flowtime::diagnostics::render;
use flowtime::diagnostics::suggest::nearest;
use flowtime::driver::Check;
use flowtime::load::{FileLoader, SourceCheck};
use flowtime::source::Sources;
use flowtime::template::TemplateError;
use flowtime_runs::{TestProblem, TestResult, run_test};

use crate::commands::template::{load_file, show_error};
use crate::engine::Backend;
use crate::models::{ModelText, counted};
use crate::ui::{Outcome, Ui};
use crate::{files, paths};

/// Tests that are named where a filter left none.
const NAMES_SHOWN: usize = 5;

/// What the long help adds.
pub(crate) const MORE_HELP: &str = "\
Examples:
  ftc test                            every model and template from here down
  ftc test model.yaml --filter burst  the tests whose names contain `burst`
  ftc test --backend both             interpreted and compiled, bit for bit
  ftc test --junit report.xml         for a workflow

A template is tested as the model that its defaults make, with all telemetry there.

Exit codes:
  0  all tests passed
  1  a test failed, or a model has errors
  2  a path can't be read, the report can't be written, or the command line is wrong";

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// Models, templates, folders with them (YAML files with `schemaVersion` or `templateType`), or `-`
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Run only the tests whose names contain TEXT
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// What evaluates the models
    #[arg(long, value_enum, default_value_t)]
    backend: Backend,
    /// Write a report in JUnit's XML, too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Print the results as JSON
    #[arg(long)]
    json: bool,
}

/// The tests of one model.
struct Tested {
    /// The model, as it is called in messages.
    name: String,
    /// Its text, for places in it.
    sources: Sources,
    /// What is wrong with it, so that no test of it could run.
    broken: Option<String>,
    /// The tests that ran.
    results: Vec<TestResult>,
    /// The names of those that the filter left out.
    filtered: Vec<String>,
}

/// Runs the tests and reports them.
pub(crate) fn test(args: &TestArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    if !paths::exist(&args.paths, ui) {
        return Ok(Outcome::Failed);
    }
    let models = files::find_models_and_templates(&args.paths)?;
    if models.is_empty() {
        ui.warning(
            "no models found: a folder's models are its YAML files with a key `schemaVersion` or `templateType`",
        );
    }
    let begin = Instant::now();
    let mut tested = Vec::with_capacity(models.len());
    for model in &models {
        tested.push(test_model(model, args, ui)?);
    }
    let totals = Totals::of(&tested, begin.elapsed());
    if let Some(filter) = args.filter.as_ref().filter(|_| totals.passed + totals.failed == 0) {
        warn_of_none(filter, &tested, ui);
    }
    if args.json {
        ui.result(&json::document(&tested, &totals)?)?;
    } else {
        ui.result(&(failures(&tested) + &totals.summary(ui)))?;
    }
    if let Some(file) = &args.junit {
        files::write(file, junit::document(&tested, &totals).as_bytes())?;
    }
    Ok(if totals.failed + totals.broken > 0 { Outcome::Problems } else { Outcome::Clean })
}

/// Says that the filter left no test, and which there are.
fn warn_of_none(filter: &str, tested: &[Tested], ui: &Ui) {
    let names: Vec<&str> = tested.iter().flat_map(|model| &model.filtered).map(String::as_str).collect();
    if names.is_empty() {
        return;
    }
    ui.warning(&format!("no test's name contains `{filter}`"));
    let near = names.iter().copied().find(|name| name.split_whitespace().any(|word| nearest(filter, [word]).is_some()));
    match nearest(filter, names.iter().copied()).or(near) {
        Some(near) => ui.help(&format!("did you mean `{near}`?")),
        None => ui.help(&format!("choose from {}", listed(&names))),
    }
}

/// `` `a`, `b` and 3 more``.
fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(NAMES_SHOWN).map(|name| format!("`{name}`")).collect();
    let more = names.len() - shown.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    shown.join(", ") + &more
}

impl Tested {
    /// A model that no test could run of.
    fn broken(name: String, problem: String) -> Self {
        Self { name, sources: Sources::default(), broken: Some(problem), results: Vec::new(), filtered: Vec::new() }
    }
}

/// The model at `path`, or the one that the template there makes, and where its data is; or why there is none.
fn read(path: &Path) -> anyhow::Result<Result<(Check, FileLoader), TemplateError>> {
    if files::is_stdin(path) || !files::is_template(&files::read(path)?) {
        let model = ModelText::read(path)?;
        return Ok(Ok((model.check(SourceCheck::Skip), model.loader)));
    }
    let loader = FileLoader::new(path.parent().unwrap_or(Path::new("")).to_owned());
    let instance = load_file(path).and_then(|template| template.instantiate(&template.sample()));
    Ok(instance.map(|instance| (instance.check(&loader, SourceCheck::Skip), loader)))
}

/// Says why no test of a model can run.
fn refuse(name: String, problem: String, ui: &Ui) -> Tested {
    ui.error(&format!("the tests of `{name}` can't run: it has errors"));
    Tested::broken(name, problem)
}

fn test_model(path: &Path, args: &TestArgs, ui: &Ui) -> anyhow::Result<Tested> {
    let name = path.display().to_string();
    let (check, loader) = match read(path)? {
        Ok(read) => read,
        Err(error) => {
            let problem = in_words(&error);
            show_error(error, false, ui)?;
            return Ok(refuse(name, problem, ui));
        }
    };
    let Some(checked) = &check.model else {
        ui.say(&render::full(&check.diagnostics, &check.sources, ui.colors(&io::stderr())));
        return Ok(refuse(name, render::full(&check.diagnostics, &check.sources, false), ui));
    };
    let mut tested = Tested { name, sources: check.sources, broken: None, results: Vec::new(), filtered: Vec::new() };
    run_tests(checked, &loader, &mut tested, args, ui)?;
    Ok(tested)
}

/// Runs the tests of a model that the filter lets through.
fn run_tests(
    checked: &CheckedModel,
    loader: &FileLoader,
    tested: &mut Tested,
    args: &TestArgs,
    ui: &Ui,
) -> anyhow::Result<()> {
    let all = &checked.model.tests;
    let chosen = |name: &str| args.filter.as_ref().is_none_or(|text| name.contains(text.as_str()));
    let (tests, others): (Vec<_>, Vec<_>) = all.iter().partition(|test| chosen(&test.name.value));
    tested.filtered = others.iter().map(|test| test.name.value.clone()).collect();
    if all.is_empty() {
        ui.note(&format!("`{}` has no tests", tested.name));
    } else if !tests.is_empty() && !args.json {
        ui.result(&format!("running {} of {}\n", counted(tests.len(), "test"), tested.name))?;
    }
    for test in tests {
        show(args, ui, &format!("test {} ... ", test.name.value))?;
        let result = run_test(checked, test, loader, args.backend.options());
        show(args, ui, &format!("{} ({})\n", verdict(result.problems.is_empty(), ui), time(result.time)))?;
        tested.results.push(result);
    }
    Ok(())
}

/// What is wrong with a template, with the lines it is about.
fn in_words(error: &TemplateError) -> String {
    match error {
        TemplateError::Invalid { problems, .. } => render::full(&problems.diagnostics, &problems.sources, false),
        _ => error.to_string(),
    }
}

/// Shows progress to people; machines get a document at the end.
fn show(args: &TestArgs, ui: &Ui, text: &str) -> anyhow::Result<()> {
    if args.json { Ok(()) } else { ui.result(text) }
}

fn verdict(passed: bool, ui: &Ui) -> String {
    let (word, color) = if passed { ("ok", AnsiColor::Green) } else { ("FAILED", AnsiColor::BrightRed) };
    if !ui.colors(&io::stdout()) {
        return word.to_owned();
    }
    let style = Style::new().fg_color(Some(color.into()));
    format!("{style}{word}{style:#}")
}

fn time(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1e3;
    if milliseconds < 1e3 { format!("{milliseconds:.1} ms") } else { format!("{:.2} s", time.as_secs_f64()) }
}

/// Every failed test with what did not hold.
fn failures(tested: &[Tested]) -> String {
    let mut text = String::new();
    for model in tested {
        for result in model.results.iter().filter(|result| !result.problems.is_empty()) {
            text.push_str(&format!("\n---- {}: {} ----\n", model.name, result.name));
            result.problems.iter().for_each(|problem| text.push_str(&described(problem, &model.sources)));
        }
    }
    text
}

/// A problem on lines of its own, with what helps.
fn described(problem: &TestProblem, sources: &Sources) -> String {
    if let TestProblem::Model(diagnostics) = problem {
        return render::full(diagnostics, sources, false);
    }
    let help = problem.help().map(|help| format!("help: {help}\n")).unwrap_or_default();
    format!("{problem}\n{help}")
}

/// The counts over all models.
struct Totals {
    passed: usize,
    failed: usize,
    filtered: usize,
    broken: usize,
    time: Duration,
}

impl Totals {
    fn of(tested: &[Tested], time: Duration) -> Self {
        let results = || tested.iter().flat_map(|model| &model.results);
        let passed = results().filter(|result| result.problems.is_empty()).count();
        Self {
            passed,
            failed: results().count() - passed,
            filtered: tested.iter().map(|model| model.filtered.len()).sum(),
            broken: tested.iter().filter(|model| model.broken.is_some()).count(),
            time,
        }
    }

    fn summary(&self, ui: &Ui) -> String {
        let Self { passed, failed, filtered, broken, .. } = self;
        let verdict = verdict(failed + broken == 0, ui);
        let broken = if *broken > 0 { format!("; {} with errors", counted(*broken, "model")) } else { String::new() };
        let counts = format!("{passed} passed; {failed} failed; {filtered} filtered out{broken}");
        format!("\ntest result: {verdict}. {counts}; finished in {}\n", time(self.time))
    }
}
