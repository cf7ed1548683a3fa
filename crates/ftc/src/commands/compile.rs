//! `ftc compile`: a model checked and compiled, and what it looks like at each stage on the way.

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use flowtime::check::{CheckedModel, SeriesId};
use flowtime::diagnostics::render;
use flowtime::diagnostics::suggest::nearest;
use flowtime::load::SourceCheck;
use flowtime::stages;

use crate::files;
use crate::models::{Counts, ModelText};
use crate::ui::{Outcome, Ui};

#[derive(Debug, Args)]
pub(crate) struct CompileArgs {
    /// The model, or `-` for standard input
    model: PathBuf,
    /// Print the model at this stage of its compilation
    #[arg(long, value_enum, value_name = "STAGE")]
    emit: Stage,
    /// Show one series alone
    #[arg(long, value_name = "NAME")]
    series: Option<String>,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What a model becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Stage {
    /// The syntax trees of the formulas
    Ast,
    /// The resolved trees, each node with its rate and type
    Typed,
    /// The program that computes the outputs
    Ir,
    /// Who reads whom at which lags, and which series form recurrences
    Dag,
    /// The same for Graphviz
    Dot,
}

/// Compiles the model and prints the stage asked for.
pub(crate) fn compile(args: &CompileArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let model = ModelText::read(&args.model)?;
    let mut check = model.check(SourceCheck::Probe);
    let mut counts = Counts::default();
    counts.add(&check.diagnostics);
    check.diagnostics = ui.wanted(check.diagnostics);
    ui.say(&render::full(&check.diagnostics, &check.sources, ui.colors(&io::stderr())));
    let Some(checked) = &check.model else {
        ui.note(&counts.summary());
        return Ok(Outcome::Problems);
    };
    let Ok(only) = args.series.as_deref().map(|name| find(checked, name, ui)).transpose() else {
        return Ok(Outcome::Problems);
    };
    let text = match args.emit {
        Stage::Ast => stages::ast(checked, only),
        Stage::Typed => stages::typed(checked, only),
        Stage::Ir => stages::ir(checked, only),
        Stage::Dag => stages::dag(checked, only),
        Stage::Dot => stages::dot(checked, only),
    };
    match &args.output {
        Some(path) => files::write(path, text.as_bytes())?,
        None => ui.result(&text)?,
    }
    Ok(Outcome::Clean)
}

/// The series called `name`; says so if there is none.
fn find(checked: &CheckedModel, name: &str, ui: &Ui) -> Result<SeriesId, ()> {
    let ids = || checked.model.series.iter().map(|series| series.id.value.as_str());
    if let Some((series, _)) = (0..).map(SeriesId).zip(ids()).find(|(_, id)| *id == name) {
        return Ok(series);
    }
    ui.error(&format!("the model has no series `{name}`"));
    if let Some(near) = nearest(name, ids()) {
        ui.help(&format!("use `{near}`"));
    }
    Err(())
}
