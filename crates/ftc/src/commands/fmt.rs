//! `ftc fmt`: formulas in their canonical form, everything else byte for byte as it is. What can't be parsed is left
//! alone and said; names and types don't matter here. Line breaks stay where they are, in a literal block and elsewhere.

use std::io;
use std::path::{Path, PathBuf};

use anstyle::AnsiColor;
use clap::Args;
use flowtime::diagnostics::{Edit, Sink, edit, render};
use flowtime::driver::Check;
use flowtime::load::SourceCheck;
use flowtime::model::{Formula, Model, RuleKind, ScalarStyle, SeriesKind, decode, yaml};
use flowtime::source::Sources;
use flowtime::syntax::{parse, print};
use flowtime_runtime::builtins;
use similar::{ChangeTag, TextDiff};

use crate::files;
use crate::models::{ModelText, counted};
use crate::paths;
use crate::ui::{Outcome, Ui};

/// What the long help adds.
pub(crate) const MORE_HELP: &str = "\
Examples:
  ftc fmt                    every model in this folder and below
  ftc fmt --diff model.yaml  show what would change
  ftc fmt - < model.yaml     standard input to standard output

Formulas on one line and in literal blocks (`|`) are formatted whole. In a formula that YAML folds
from several lines the line breaks stay; --verbose names those.

Exit codes:
  0  all is formatted
  1  --check or --diff found something to change, or a formula can't be read
  2  a file can't be read or written, or the command line is wrong";

#[derive(Debug, Args)]
pub(crate) struct FmtArgs {
    /// Models, folders with models, or `-` to format standard input to standard output
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Change nothing; end with 1 if a file isn't formatted
    #[arg(long)]
    check: bool,
    /// Change nothing; show what would change, and end with 1 if something would
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
    if !paths::exist(&args.paths, ui) {
        return Ok(Outcome::Failed);
    }
    let (mut changed, mut broken) = (0, 0);
    let paths = files::find_models(&args.paths)?;
    for path in &paths {
        let result = fmt_one(path, args, ui)?;
        changed += usize::from(result.changed);
        broken += usize::from(result.broken);
    }
    let only_looks = args.check || args.diff;
    ui.note(&summary(paths.len(), changed, broken, only_looks));
    let problems = broken > 0 || (only_looks && changed > 0);
    Ok(if problems { Outcome::Problems } else { Outcome::Clean })
}

fn summary(models: usize, changed: usize, broken: usize, only_looks: bool) -> String {
    let verb = if only_looks { "would be formatted" } else { "formatted" };
    let broken = if broken > 0 { format!(", {broken} with errors") } else { String::new() };
    format!("{changed} of {} {verb}{broken}", counted(models, "model"))
}

fn fmt_one(path: &Path, args: &FmtArgs, ui: &Ui) -> anyhow::Result<Result> {
    let model = ModelText::read(path)?;
    let Formatted { edits, folded, problems } = format(&model);
    for line in folded {
        ui.detail(&format!("{}:{line}: line breaks left as they are: YAML joins these lines", model.name));
    }
    let Check { sources, diagnostics, .. } = &problems;
    ui.say(&render::full(diagnostics, sources, ui.colors(&io::stderr())));
    let old = model.as_str();
    let new = edit::apply(old, &edits);
    let changed = new != old;
    if args.diff {
        ui.result(&unified_diff(&model.name, old, &new, ui.colors(&io::stdout())))?;
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
    /// The lines where formulas begin that YAML folds from several lines.
    folded: Vec<usize>,
    problems: Check,
}

/// Formats every formula that parses; whether it means something is not asked.
fn format(model: &ModelText) -> Formatted {
    let Ok(text) = &model.text else {
        return Formatted { edits: Vec::new(), folded: Vec::new(), problems: model.check(SourceCheck::Skip) };
    };
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let file = sources.add(&model.name, text.as_str());
    let decoded = yaml::parse(file, text, &mut sink).map(|tree| decode::decode(&tree, &mut Sink::default()));
    let (mut edits, mut folded) = (Vec::new(), Vec::new());
    for formula in decoded.iter().flat_map(formulas) {
        parse::parse(formula, &mut sink);
        edits.extend(print::format(formula, &canonical_name));
        folded.extend(is_folded(formula, text).then(|| line_of(formula, text)));
    }
    Formatted { edits, folded, problems: Check { sources, diagnostics: sink.finish(), model: None } }
}

/// Whether YAML makes one line of several that the formula has in the file.
fn is_folded(formula: &Formula, text: &str) -> bool {
    let whole = formula.map.whole();
    let written = text.get(whole.start as usize..whole.end as usize).unwrap_or_default();
    formula.style != ScalarStyle::Literal && written.trim_end().contains('\n')
}

fn line_of(formula: &Formula, text: &str) -> usize {
    let before = text.get(..formula.map.whole().start as usize).unwrap_or_default();
    1 + before.matches('\n').count()
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

fn unified_diff(name: &str, old: &str, new: &str, color: bool) -> String {
    let diff = TextDiff::from_lines(old, new);
    let mut unified = diff.unified_diff();
    unified.header(name, &format!("{name} (formatted)"));
    if old == new || !color {
        return if old == new { String::new() } else { unified.to_string() };
    }
    let mut text = painted(AnsiColor::Yellow, &format!("--- {name}\n+++ {name} (formatted)\n"));
    for hunk in unified.iter_hunks() {
        text.push_str(&painted(AnsiColor::Cyan, &format!("{}\n", hunk.header())));
        for change in hunk.iter_changes() {
            let line = format!("{}{}\n", change.tag(), change.value().trim_end_matches(['\r', '\n']));
            text.push_str(&match change.tag() {
                ChangeTag::Delete => painted(AnsiColor::Red, &line),
                ChangeTag::Insert => painted(AnsiColor::Green, &line),
                ChangeTag::Equal => line,
            });
        }
    }
    text
}

/// Each line of `text` in a colour.
fn painted(color: AnsiColor, text: &str) -> String {
    let style = color.on_default();
    text.lines().map(|line| format!("{style}{line}{style:#}\n")).collect()
}
