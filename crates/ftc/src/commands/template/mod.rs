//! `ftc template`: the shipped templates, or those of a folder, listed, shown, checked, and made into models.

mod catalogue;
mod check;
mod make;
mod telemetry;

pub(crate) use make::parse_parameter;

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use flowtime::diagnostics::{Report, json, render};
use flowtime::template::{FolderTemplates, ParameterError, Problems, Template, TemplateError, TemplateSet, shipped};

use crate::models::Counts;
use crate::ui::{Outcome, Ui};

/// What the long help adds.
pub(crate) const MORE_HELP: &str = "\
Examples:
  ftc template list
  ftc template show microservices
  ftc template run microservices --param demand=160
  ftc template instantiate microservices -o model.yaml

A template that needs telemetry is run with `ftc replay`.";

/// What is done with templates.
#[derive(Debug, Subcommand)]
pub(crate) enum TemplateCommand {
    /// List the templates
    #[command(after_long_help = catalogue::MORE_LIST_HELP)]
    List(catalogue::ListArgs),
    /// Show what a template is, its parameters and its nodes
    #[command(after_long_help = catalogue::MORE_HELP)]
    Show(catalogue::ShowArgs),
    /// Check templates with all their choices, without data
    #[command(after_long_help = check::MORE_HELP)]
    Check(check::CheckArgs),
    /// Make a model of a template
    #[command(after_long_help = make::MORE_HELP)]
    Instantiate(make::InstantiateArgs),
    /// Make a model of a template and run it
    #[command(after_long_help = make::MORE_RUN_HELP)]
    Run(make::RunArgs),
}

/// Carries out a command about templates.
pub(crate) fn template(command: &TemplateCommand, ui: &Ui) -> anyhow::Result<Outcome> {
    match command {
        TemplateCommand::List(args) => catalogue::list(args, ui),
        TemplateCommand::Show(args) => catalogue::show(args, ui),
        TemplateCommand::Check(args) => check::check(args, ui),
        TemplateCommand::Instantiate(args) => make::instantiate(args, ui),
        TemplateCommand::Run(args) => make::run(args, ui),
    }
}

/// Where templates come from.
#[derive(Debug, Args)]
pub(crate) struct Origin {
    /// Take templates from this folder instead of the shipped ones
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

impl Origin {
    /// The folder named, or what is shipped.
    pub(crate) fn set(&self) -> Box<dyn TemplateSet> {
        match &self.templates {
            Some(folder) => Box::new(FolderTemplates::new(folder)),
            None => Box::new(shipped()),
        }
    }

    /// Loads a template by its name, or from a file.
    fn load(&self, name: &str) -> Result<Template, TemplateError> {
        let (set, name) = self.find(name);
        Template::load(&*set, &name)
    }

    /// Where a template is that is named, or is a file: the set, and its name there.
    pub(crate) fn find(&self, name: &str) -> (Box<dyn TemplateSet>, String) {
        match (&self.templates, file(name)) {
            (None, Some(path)) => {
                let (set, name) = beside(path);
                (Box::new(set), name)
            }
            _ => (self.set(), name.to_owned()),
        }
    }
}

/// The file that `name` is, if it is one.
fn file(name: &str) -> Option<&Path> {
    let path = Path::new(name);
    let is_yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    (is_yaml && path.is_file()).then_some(path)
}

/// Loads a template from a file.
pub(crate) fn load_file(path: &Path) -> Result<Template, TemplateError> {
    let (set, name) = beside(path);
    Template::load(&set, &name)
}

/// The folder `templates` above a file, else the one that it lies in, and the name of the file there.
fn beside(path: &Path) -> (FolderTemplates, String) {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let parent = path.parent().unwrap_or(Path::new(""));
    let (path, root) = [path, &whole]
        .into_iter()
        .find_map(|path| Some((path, path.ancestors().find(|folder| is_root(folder))?)))
        .unwrap_or((path, parent));
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<String> = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    (FolderTemplates::new(root), parts.join("/"))
}

fn is_root(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name == "templates")
}

/// Says why there is no model: to people, or as the members of an HTTP answer.
pub(crate) fn show_error(error: TemplateError, as_json: bool, ui: &Ui) -> anyhow::Result<Outcome> {
    if as_json {
        ui.result(&(serde_json::to_string_pretty(&error.body().1).context("can't write the error as JSON")? + "\n"))?;
        return Ok(outcome(&error));
    }
    let outcome = outcome(&error);
    match error {
        TemplateError::Invalid { problems, .. } => show_problems_of("template", *problems, ui),
        TemplateError::Parameters(errors) => {
            for error in errors {
                ui.error(&error.to_string());
                advice(&error).iter().for_each(|help| ui.help(help));
            }
        }
        TemplateError::Read { .. } => return Err(error.into()),
        _ => {
            ui.error(&error.to_string());
            error.help().iter().for_each(|help| ui.help(help));
        }
    }
    Ok(outcome)
}

/// What to do about a parameter, in options of the command line.
fn advice(error: &ParameterError) -> Option<String> {
    let ParameterError::Missing { parameter, .. } = error else { return error.help() };
    let option = match parameter.as_str() {
        "window.start" => "--start 2025-10-07",
        "window.bins" => "--bins 288",
        "grid.binSize" => "--bin-size 5m",
        // Told with the size, whose unit it is.
        "grid.binUnit" => return None,
        _ => return Some(format!("give it a value with `--param {parameter}=VALUE`")),
    };
    Some(format!("give it with an option, like `{option}`"))
}

fn outcome(error: &TemplateError) -> Outcome {
    match error {
        TemplateError::Read { .. } => Outcome::Failed,
        _ => Outcome::Problems,
    }
}

/// Shows diagnostics of a model on standard error, and how many there are.
pub(crate) fn show_problems(problems: Problems, ui: &Ui) {
    show_problems_of("model", problems, ui);
}

fn show_problems_of(noun: &str, problems: Problems, ui: &Ui) {
    let mut counts = Counts::default();
    counts.add(&problems.diagnostics);
    let diagnostics = ui.wanted(problems.diagnostics);
    ui.say(&render::full(&diagnostics, &problems.sources, ui.colors(&std::io::stderr())));
    ui.note(&counts.summary_of(noun));
}

/// The machine form of diagnostics.
fn document(all: &[Problems]) -> String {
    let reports: Vec<Report<'_>> =
        all.iter().map(|one| Report { diagnostics: &one.diagnostics, sources: &one.sources }).collect();
    json::document(&reports) + "\n"
}
