//! `ftc template instantiate` and `run`: a template and its parameters to a model, which is checked, then written or
//! evaluated. What is wrong with the model is shown in the template.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context;
use clap::Args;
use flowtime::diagnostics::{codes, render};
use flowtime::driver::Check;
use flowtime::load::{FileLoader, SourceCheck};
use flowtime::template::{Arguments, Instance, METRICS, Problems, Template};
use flowtime_files::encode;
use flowtime_telemetry::time::BinSize;
use serde_json::{Map, Value, json};

use super::{Origin, document, show_error, show_problems};
use crate::commands::gold::{bin_size, start};
use crate::commands::run::{RunOptions, run_model};
use crate::files;
use crate::models::ModelText;
use crate::ui::{Outcome, Ui};

/// What the long help of `instantiate` adds.
pub(super) const MORE_HELP: &str = "\
Examples:
  ftc template instantiate microservices --param demand=160 -o model.yaml
  ftc template instantiate order-system --start 2025-10-07 --bins 288 \\
      --bin-size 5m --nodes OrderService
  ftc template instantiate retail-flow | ftc run -

A template uses the telemetry files that it finds in the telemetry folder, beside the model.

Exit codes:
  0  the model was made (warnings don't count)
  1  a parameter doesn't fit, the template or the model has errors, or there is no such template
  2  a file can't be read or written, or the command line is wrong";

/// What the long help of `run` adds.
pub(super) const MORE_RUN_HELP: &str = "\
Examples:
  ftc template run microservices
  ftc template run microservices --param demand=160 --param retry_share=0.9
  ftc template run retail-flow --bins 336 --json

Exit codes:
  0    the model was run (warnings don't count)
  1    a parameter doesn't fit, the template or the model has errors, or there is no such template
  2    a file can't be read or written, or the command line is wrong
  130  ended with Ctrl-C";

#[derive(Debug, Args)]
pub(crate) struct InstantiateArgs {
    #[command(flatten)]
    template: TemplateArgs,
    /// Write the model to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Don't look at the data files
    #[arg(long)]
    no_sources: bool,
    /// Write the model in a JSON object with template, version and parameters, or the error as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    template: TemplateArgs,
    #[command(flatten)]
    options: RunOptions,
}

/// A template and what is set for it.
#[derive(Debug, Args)]
pub(crate) struct TemplateArgs {
    /// The template: its name, or a file
    #[arg(value_name = "NAME|FILE")]
    name: String,
    /// Set a parameter of the template; may be repeated
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parse_parameter)]
    parameters: Vec<(String, String)>,
    /// When bin 0 begins: a time in UTC like 2025-10-07T00:00:00Z, or a date
    #[arg(long, value_name = "TIME", value_parser = start)]
    start: Option<String>,
    /// How many bins
    #[arg(long, value_name = "COUNT")]
    bins: Option<u64>,
    /// The length of a bin, like `5m`; or a number of what `--bin-unit` says
    #[arg(long, value_name = "SIZE", visible_alias = "bin")]
    bin_size: Option<BinLength>,
    /// The unit of a `--bin-size` that is a number: minutes, hours, days or weeks
    #[arg(long, value_name = "UNIT")]
    bin_unit: Option<String>,
    /// The topology nodes wanted; all unless some are named
    #[arg(long, value_name = "NODES", value_delimiter = ',')]
    nodes: Option<Vec<String>>,
    /// The folder with telemetry files, relative to the model
    #[arg(long, value_name = "DIR", default_value = "telemetry")]
    telemetry_dir: String,
    #[command(flatten)]
    origin: Origin,
}

/// The length of a bin as it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BinLength {
    /// So many units, which are said elsewhere.
    Units(u64),
    /// With its unit.
    Whole(BinSize),
}

impl FromStr for BinLength {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(BinLength::Units).or_else(|_| bin_size(text).map(BinLength::Whole))
    }
}

/// `name=value`, where the value may hold `=`.
pub(crate) fn parse_parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected `name=value`")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

/// Makes a model, checks it and writes it.
pub(super) fn instantiate(args: &InstantiateArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let folder = args.output.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let sources = if args.no_sources { SourceCheck::Skip } else { SourceCheck::Probe };
    let instance = match make(&args.template, folder, sources, args.json, ui)? {
        Ok(instance) => instance,
        Err(outcome) => return Ok(outcome),
    };
    let text = if args.json { instance_json(&instance)? } else { instance.text.clone() };
    match &args.output {
        None => ui.result(&text)?,
        Some(path) => {
            files::write(path, text.as_bytes())?;
            ui.note(&format!("wrote {}; run it with `ftc run {0}`", path.display()));
        }
    }
    Ok(Outcome::Clean)
}

/// Makes a model, checks it and runs it.
pub(super) fn run(args: &RunArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let instance = match make(&args.template, Path::new(""), SourceCheck::Probe, args.options.json(), ui)? {
        Ok(instance) => instance,
        Err(outcome) => return Ok(outcome),
    };
    let loader = FileLoader::new(PathBuf::new());
    let model = ModelText { name: format!("{}.yaml", instance.name), text: Ok(instance.text), loader };
    run_model(&model, &args.options, ui)
}

/// The model of a template whose telemetry lies relative to `folder`; without errors, or else they have been shown.
fn make(
    args: &TemplateArgs,
    folder: &Path,
    sources: SourceCheck,
    as_json: bool,
    ui: &Ui,
) -> anyhow::Result<Result<Instance, Outcome>> {
    if let (Some(BinLength::Whole(bin)), Some(unit)) = (args.bin_size, &args.bin_unit) {
        ui.error(&format!("`--bin-size {bin}` has its unit, found `--bin-unit {unit}` too"));
        ui.help("remove `--bin-unit`");
        return Ok(Err(Outcome::Failed));
    }
    let template = match args.origin.load(&args.name) {
        Ok(template) => template,
        Err(error) => return Ok(Err(show_error(error, as_json, ui)?)),
    };
    ui.say(&render::full(&ui.wanted(template.warnings.clone()), &template.sources, ui.colors(&io::stderr())));
    let instance = match template.instantiate(&arguments(args, &template, folder)) {
        Ok(instance) => instance,
        Err(error) => return Ok(Err(show_error(error, as_json, ui)?)),
    };
    let check = instance.check(&FileLoader::new(folder.to_owned()), sources);
    if check.model.is_some() {
        return Ok(Ok(instance));
    }
    show_errors(check, as_json, ui)?;
    Ok(Err(Outcome::Problems))
}

/// Shows what is wrong with the model of a template, in the template.
fn show_errors(check: Check, as_json: bool, ui: &Ui) -> anyhow::Result<()> {
    let unreadable = check.diagnostics.iter().any(|one| one.code == codes::UNREADABLE_SOURCE);
    let problems = Problems { diagnostics: check.diagnostics, sources: check.sources };
    if as_json {
        ui.result(&document(&[problems]))?;
    } else {
        show_problems(problems, ui);
    }
    if unreadable {
        ui.help("name the folder with the telemetry with `--telemetry-dir`, relative to the model");
    }
    Ok(())
}

fn arguments(args: &TemplateArgs, template: &Template, folder: &Path) -> Arguments {
    let (bin_size, bin_unit) = grid(args);
    let mut arguments = Arguments {
        start: args.start.clone(),
        bins: args.bins,
        bin_size,
        bin_unit,
        telemetry_dir: Some(args.telemetry_dir.clone()),
        selection: args.nodes.clone(),
        generated_at: Some(jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        ..Arguments::default()
    };
    for (name, value) in &args.parameters {
        arguments.set(name, value);
    }
    let telemetry = folder.join(&args.telemetry_dir);
    let is_there = |(node, metric): &(String, String)| is_there(&telemetry, node, metric);
    arguments.available = template.flags().into_iter().filter(is_there).collect();
    arguments
}

/// The length of a bin as count and unit; a length with a unit has its own.
fn grid(args: &TemplateArgs) -> (Option<u64>, Option<String>) {
    match args.bin_size {
        Some(BinLength::Whole(bin)) => {
            let (count, unit) = bin.in_units();
            (Some(u64::from(count)), Some(unit.to_owned()))
        }
        Some(BinLength::Units(count)) => (Some(count), args.bin_unit.clone()),
        None => (None, args.bin_unit.clone()),
    }
}

/// Whether a folder has telemetry of a node's metric.
fn is_there(folder: &Path, node: &str, metric: &str) -> bool {
    METRICS.contains(&metric)
        && fs::metadata(folder.join(encode(&format!("{node}_{metric}")) + ".csv")).is_ok_and(|file| file.is_file())
}

fn instance_json(instance: &Instance) -> anyhow::Result<String> {
    let parameters: Map<String, Value> = instance.parameters.iter().cloned().collect();
    let object = json!({
        "template": { "name": instance.name, "version": instance.version },
        "parameters": parameters,
        "model": instance.text,
    });
    Ok(serde_json::to_string_pretty(&object).context("can't write JSON")? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bin_has_its_unit_or_is_a_number_of_some() {
        assert_eq!("5".parse(), Ok(BinLength::Units(5)));
        assert_eq!("1h".parse(), Ok(BinLength::Whole(BinSize::from_minutes(60).unwrap())));
        let error = "5x".parse::<BinLength>().unwrap_err();
        assert_eq!(error, "`5x` is no bin size; write a number and `m`, `h`, `d` or `w`, like `5m`");
    }

    #[test]
    fn a_parameter_is_a_name_and_any_text() {
        assert_eq!(parse_parameter("q0=5"), Ok(("q0".to_owned(), "5".to_owned())));
        assert_eq!(parse_parameter("label = a=b "), Ok(("label".to_owned(), " a=b ".to_owned())));
        assert!(parse_parameter("q0").is_err());
    }
}
