//! `ftc etl emit`: the ETL in another system's language, for those whose events stay there. The script goes to standard
//! output or to a file; nothing is sent anywhere.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use flowtime_telemetry::etl::{self, EtlError};
use flowtime_telemetry::kql::{self, EventsTable, Settings};
use flowtime_telemetry::time::BinSize;

use super::Once;
use crate::commands::gold::bin_size;
use crate::files;
use crate::ui::{Outcome, Ui};

/// What the long help adds.
pub(crate) const MORE_HELP: &str = "\
Examples:
  ftc etl emit --target kql --mapping mapping.csv -o flowtime.kql
  ftc etl emit --target kql --bin 1h \\
      --events-table workspace --metrics-table MyMetrics

The script makes tables, functions and a view; run it in the database that has the events. docs/kusto.md tells
what is run when, and how `ftc load` reads the result.

Exit codes:
  0    the script is written
  1    the mapping or the name of the table has a problem
  2    a file can't be read or written, or the command line is wrong";

#[derive(Debug, Args)]
pub(crate) struct EmitArgs {
    /// What the script is written in
    #[arg(long, value_enum)]
    target: Target,
    /// The length of bins
    #[arg(long, visible_alias = "bin-size", value_name = "SIZE", value_parser = bin_size, default_value_t = BinSize::DEFAULT)]
    bin: BinSize,
    /// Which node reads which queue: CSV with the header `node,inputQueue`, or YAML
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// The tables of App Insights that have the events
    #[arg(long, value_enum, default_value_t)]
    events_table: Events,
    /// The table that has the metrics, with the columns of `AzureMetrics`
    #[arg(long, value_name = "NAME", default_value = "AzureMetrics")]
    metrics_table: String,
    /// Which of a message's events count
    #[arg(long, value_enum, default_value_t)]
    dedupe: Once,
    /// An empty bin is a gap if the 24 bins around it have a median of so many events
    #[arg(long, value_name = "N", default_value_t = 5)]
    gap_median: u32,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What a script is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    /// Kusto, for Azure Data Explorer and Fabric
    Kql,
}

/// Where App Insights keeps events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Events {
    /// `customEvents`
    #[default]
    Classic,
    /// `AppEvents`, in a Log Analytics workspace
    Workspace,
}

/// Writes the script.
pub(crate) fn emit(args: &EmitArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let Target::Kql = args.target;
    let mapping = match args.mapping.as_deref().map(etl::read_mapping).transpose() {
        Ok(mapping) => mapping.unwrap_or_default(),
        Err(error @ EtlError::Mapping { .. }) => return Ok(problem(ui, &error.to_string(), error.help())),
        Err(error) => return Err(error.into()),
    };
    match kql::script(&settings(args, mapping)) {
        Ok(script) => write(&script, args, ui),
        Err(error) => Ok(problem(ui, &error.to_string(), Some(error.help().to_owned()))),
    }
}

fn settings(args: &EmitArgs, mapping: BTreeMap<String, String>) -> Settings {
    Settings {
        bin: args.bin,
        mapping,
        events: match args.events_table {
            Events::Classic => EventsTable::Classic,
            Events::Workspace => EventsTable::Workspace,
        },
        metrics: args.metrics_table.clone(),
        first_only: args.dedupe == Once::Message,
        busy: args.gap_median,
    }
}

fn write(script: &str, args: &EmitArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    match &args.output {
        Some(path) => files::write(path, script.as_bytes())?,
        None => ui.result(script)?,
    }
    Ok(Outcome::Clean)
}

fn problem(ui: &Ui, message: &str, help: Option<impl AsRef<str>>) -> Outcome {
    ui.error(message);
    if let Some(help) = help {
        ui.help(help.as_ref());
    }
    Outcome::Problems
}
