//! `ftc fmt`: formulas in their canonical form, everything else byte for byte as it is. What can't be parsed is left
//! alone and said; names and types don't matter here.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use flowtime::diagnostics::{Edit, Sink, edit, render};
use flowtime::driver::Check;
use flowtime::load::SourceCheck;
use flowtime::model::{Formula, Model, RuleKind, SeriesKind, decode, yaml};
use flowtime::source::Sources;
use flowtime::syntax::{parse, print};
use flowtime_runtime::builtins;
use similar::TextDiff;

use crate::files;
use crate::models::{ModelText, counted};
use crate::ui::{Outcome, Ui};

#[derive(Debug, Args)]
pub(crate) struct FmtArgs {
    /// Models, folders with models, or `-` to format standard input to standard output
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Change nothing; end with 1 if a file isn't formatted
    #[arg(long)]
    check: bool,
    /// Change nothing; show what would change
    #[arg(long)]
    diff: bool,
}

/// What became of one model.
#[derive(Clone, Copy, Debug)]
struct Result {
    changed: bool,
    /// Whether a part of it could not be read.
    broken: bool,
}

/// Formats all models.
pub(crate) fn fmt(args: &FmtArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let (mut changed, mut broken) = (0, 0);
    let paths = files::find_models(&args.paths)?;
    for path in &paths {
        let result = fmt_one(path, args, ui)?;
        changed += usize::from(result.changed);
        broken += usize::from(result.broken);
    }
    let only_looks = args.check || args.diff;
    ui.note(&summary(paths.len(), changed, broken, only_looks));
    let problems = broken > 0 || (args.check && changed > 0);
    Ok(if problems { Outcome::Problems } else { Outcome::Clean })
}

fn summary(models: usize, changed: usize, broken: usize, only_looks: bool) -> String {
    let verb = if only_looks { "would be formatted" } else { "formatted" };
    let broken = if broken > 0 { format!(", {broken} with errors") } else { String::new() };
    format!("{changed} of {} {verb}{broken}", counted(models, "model"))
}

fn fmt_one(path: &Path, args: &FmtArgs, ui: &Ui) -> anyhow::Result<Result> {
    let model = ModelText::read(path)?;
    let Formatted { edits, problems } = format(&model);
    let Check { sources, diagnostics, .. } = &problems;
    ui.say(&render::full(diagnostics, sources, ui.colors(&io::stderr())));
    let old = model.as_str();
    let new = edit::apply(old, &edits);
    let changed = new != old;
    if args.diff {
        ui.result(&unified_diff(&model.name, old, &new))?;
    } else if args.check {
        if changed {
            ui.result(&format!("{}\n", model.name))?;
        }
    } else if files::is_stdin(path) {
        ui.result(&new)?;
    } else if changed {
        files::replace(path, &new)?;
    }
    Ok(Result { changed, broken: !diagnostics.is_empty() })
}

/// What to change in a model, and what kept parts of it from being formatted.
struct Formatted {
    edits: Vec<Edit>,
    problems: Check,
}

/// Formats every formula that parses; whether it means something is not asked.
fn format(model: &ModelText) -> Formatted {
    let Ok(text) = &model.text else {
        return Formatted { edits: Vec::new(), problems: model.check(SourceCheck::Skip) };
    };
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let file = sources.add(&model.name, text.as_str());
    let decoded = yaml::parse(file, text, &mut sink).map(|tree| decode::decode(&tree, &mut Sink::default()));
    let mut edits = Vec::new();
    for formula in decoded.iter().flat_map(formulas) {
        parse::parse(formula, &mut sink);
        edits.extend(print::format(formula, &canonical_name));
    }
    Formatted { edits, problems: Check { sources, diagnostics: sink.finish(), model: None } }
}

/// A function's name as the table spells it.
fn canonical_name(name: &str) -> Option<&'static str> {
    builtins::function(name).map(|builtin| builtin.name)
}

fn formulas(model: &Model) -> impl Iterator<Item = &Formula> {
    let series = model.series.iter().filter_map(|series| match &series.kind {
        SeriesKind::Expr { formula, .. } => Some(formula),
        SeriesKind::Const(_) | SeriesKind::Pmf(_) | SeriesKind::Invalid => None,
    });
    let rules = model.validation.iter().filter_map(|rule| match &rule.kind {
        RuleKind::Custom { formula, .. } => Some(formula),
        RuleKind::Conservation { .. } => None,
    });
    series.chain(rules)
}

fn unified_diff(name: &str, old: &str, new: &str) -> String {
    if old == new {
        return String::new();
    }
    TextDiff::from_lines(old, new).unified_diff().header(name, &format!("{name} (formatted)")).to_string()
}
