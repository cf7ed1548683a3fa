//! `ftc gold`: the embedded Gold store; rows of bins imported, exported, looked at.

mod export;
mod import;
mod info;
mod query;

use std::convert::Infallible;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use flowtime_telemetry::etl::When;
use flowtime_telemetry::gold::{GoldError, GoldStore};
use flowtime_telemetry::source::Query;
use flowtime_telemetry::time::{BinSize, TimeError, parse_time};
use jiff::Timestamp;

use crate::ui::{Outcome, Ui};

/// What the long help adds.
pub(crate) const MORE_HELP: &str = "\
Examples:
  ftc gold import bins.csv --gold gold.sqlite
  ftc gold query --gold gold.sqlite --node OrderService --from 2025-10-07
  ftc gold query --gold gold.sqlite --node OrderService --from -1d
  ftc gold export --gold gold.sqlite --out bins.ndjson
  ftc gold info --gold gold.sqlite

Exit codes:
  0    done
  1    a row or a file is wrong, or there is nothing of what was asked for
  2    a file or the store can't be read or written, or the command line is wrong
  130  ended with Ctrl-C; the store is as it was";

#[derive(Debug, Args)]
pub(crate) struct GoldArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Put the rows of CSV, NDJSON or Parquet files into a store
    Import(import::ImportArgs),
    /// Write the rows of a store as CSV, NDJSON or Parquet
    Export(export::ExportArgs),
    /// Show the bins of a node as a table, with the course of each metric
    Query(query::QueryArgs),
    /// Show the nodes of a store, when their bins are and how many miss
    Info(info::InfoArgs),
}

/// Which rows of which store.
#[derive(Debug, Args)]
struct Selection {
    /// The store
    #[arg(long, value_name = "FILE")]
    gold: PathBuf,
    /// The first bin's start: a time in UTC, a date, or one before now like `-1d`
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true)]
    from: Option<Timestamp>,
    /// The last bin's end
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true)]
    to: Option<Timestamp>,
}

impl Selection {
    fn store(&self) -> Result<GoldStore, GoldError> {
        GoldStore::read(&self.gold)
    }

    /// Whether it ends after it begins; says so if not.
    fn is_in_order(&self, ui: &Ui) -> bool {
        let (Some(from), Some(to)) = (self.from, self.to) else {
            return true;
        };
        if to <= from {
            ui.error(&format!("the time ends at {to}, which is not after its start {from}"));
            ui.help("end later, or begin earlier");
        }
        to > from
    }

    /// The rows of `nodes`; without `--from` and `--to` whenever they are.
    fn query(&self, nodes: Vec<String>) -> Query {
        Query { start: self.from.unwrap_or(Timestamp::MIN), end: self.to.unwrap_or(Timestamp::MAX), nodes }
    }
}

/// A time in UTC or a date from the command line.
pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    parse_time(text).map_err(with_help)
}

/// The same, or a time before now.
fn moment(text: &str) -> Result<Timestamp, String> {
    let when: When = text.parse().map_err(with_help)?;
    Ok(when.at(Timestamp::now()))
}

/// The length of a bin from the command line.
pub(crate) fn bin_size(text: &str) -> Result<BinSize, String> {
    text.parse().map_err(with_help)
}

/// A time for whoever checks it: a date becomes its midnight, all else stays as it is.
#[expect(clippy::unnecessary_wraps, reason = "what clap calls returns a result")]
pub(crate) fn start(text: &str) -> Result<String, Infallible> {
    Ok(parse_time(text).map_or_else(|_| text.to_owned(), |time| time.to_string()))
}

/// Why a time on the command line is none, and what helps.
#[expect(clippy::needless_pass_by_value, reason = "it is the end of a result")]
pub(crate) fn with_help(error: TimeError) -> String {
    format!("{error}; {}", error.help())
}

/// Carries out the command that was named.
pub(crate) fn gold(args: &GoldArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    match &args.command {
        Command::Import(args) => import::import(args, ui),
        Command::Export(args) => export::export(args, ui),
        Command::Query(args) => query::query(args, ui),
        Command::Info(args) => info::info(args, ui),
    }
}
