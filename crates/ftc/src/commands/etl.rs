//! `ftc etl`: events and metrics to bins of Gold, once or again and again. What is bad is shown with its place; Gold
//! changes by one transaction or not at all.

pub(crate) mod emit;
mod every;
mod report;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use flowtime_telemetry::etl::{self, Dedupe, EtlError, Job, Memory, Schedule, Summary, When, parse_span};
use flowtime_telemetry::time::BinSize;
use jiff::{SignedDuration, Timestamp};

use super::gold::{bin_size, with_help};
use crate::interrupt;
use crate::ui::{Outcome, Ui};

/// What the long help adds.
pub(crate) const MORE_HELP: &str = "\
Examples:
  ftc etl --events events.ndjson --metrics metrics.csv \\
      --mapping mapping.csv --gold gold.sqlite
  ftc etl --events 'export/*.json' --mapping mapping.csv \\
      --gold gold.sqlite --from -1d --to -5m
  ftc etl --events export/ --metrics metrics/ \\
      --mapping mapping.csv --gold gold.sqlite --every 5m

Files are lines of JSON or CSV, as App Insights and Azure Monitor export them. A window is computed from all
files given and replaced as a whole: name every file that has events of it, the old ones too.

Exit codes:
  0    the bins are in Gold
  1    too many lines are bad, or the mapping or the window has a problem; Gold is as it was
  2    a file can't be read or written, or the command line is wrong
  130  ended with Ctrl-C, also a run with `--every`";

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct EtlArgs {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    job: Option<JobArgs>,
}

/// What else there is to do with the ETL.
#[derive(Debug, Subcommand)]
enum Action {
    /// Write the ETL as a script for another system
    #[command(after_long_help = emit::MORE_HELP)]
    Emit(emit::EmitArgs),
}

#[derive(Debug, Args)]
struct JobArgs {
    /// Events: files, folders or patterns
    #[arg(long, value_name = "PATH", num_args = 1.., required = true)]
    events: Vec<PathBuf>,
    /// Metrics of queues: files, folders or patterns
    #[arg(long, value_name = "PATH", num_args = 1.., requires = "mapping")]
    metrics: Vec<PathBuf>,
    /// Which node reads which queue: CSV with the header `node,inputQueue`, or YAML
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// The Gold store; made if it isn't there
    #[arg(long, value_name = "FILE")]
    gold: PathBuf,
    /// The window's start: a time in UTC, a date, or one before now like `-1d`; else where the data begin
    #[arg(long, value_name = "TIME", value_parser = when, allow_hyphen_values = true)]
    from: Option<When>,
    /// The window's end; else where the data end
    #[arg(long, value_name = "TIME", value_parser = when, allow_hyphen_values = true)]
    to: Option<When>,
    /// The length of bins
    #[arg(long, visible_alias = "bin-size", value_name = "SIZE", value_parser = bin_size, default_value_t = BinSize::DEFAULT)]
    bin: BinSize,
    /// Which of a message's events count
    #[arg(long, value_enum, default_value_t)]
    dedupe: Once,
    /// How many lines may be bad
    #[arg(long, value_name = "N", default_value_t = 0)]
    max_rejects: u64,
    /// Where bad lines are kept; else beside Gold, with `.rejects.ndjson` behind its name
    #[arg(long, value_name = "FILE")]
    reject: Option<PathBuf>,
    /// An empty bin is a gap if the 24 bins around it have a median of so many events
    #[arg(long, value_name = "N", default_value_t = 5)]
    gap_median: u32,
    /// Keep running, with a pass every so often, like `5m`
    #[arg(long, value_name = "SPAN", value_parser = span, conflicts_with_all = ["from", "to"])]
    every: Option<SignedDuration>,
    /// With `--every`: how long events take to arrive
    #[arg(long, value_name = "SPAN", value_parser = span, default_value = "5m", requires = "every")]
    lag: SignedDuration,
    /// With `--every`: how far each pass reaches back behind the one before
    #[arg(long, value_name = "SPAN", value_parser = span, default_value = "10m", requires = "every")]
    overlap: SignedDuration,
    /// Print what was done as JSON; with `--every`, a line for each pass
    #[arg(long)]
    json: bool,
}

/// Which of a message's events count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Once {
    /// Each delivery: those that differ in their time
    #[default]
    Delivery,
    /// The earliest of each kind
    Message,
}

fn span(text: &str) -> Result<SignedDuration, String> {
    parse_span(text).map_err(with_help)
}

fn when(text: &str) -> Result<When, String> {
    text.parse().map_err(with_help)
}

/// Runs the ETL once, or until it is stopped; or what else is asked for.
pub(crate) fn etl(args: &EtlArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    match (&args.action, &args.job) {
        (Some(Action::Emit(args)), _) => emit::emit(args, ui),
        (None, Some(job)) => run_job(job, ui),
        (None, None) => anyhow::bail!("neither a job nor a command is given"),
    }
}

fn run_job(args: &JobArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    match args.every {
        Some(every) => {
            let schedule = Schedule { every, lag: args.lag, overlap: args.overlap, bin: args.bin };
            interrupt::while_writing(|| every::run_passes(args, &schedule, ui))
        }
        None => {
            let job = job(args, Timestamp::now());
            match interrupt::while_writing(|| run(&job, &mut Memory::default(), ui)) {
                Ok(summary) => show(&summary, &job, args, ui),
                Err(error) => Ok(report::failure(error, &job, ui)),
            }
        }
    }
}

fn job(args: &JobArgs, now: Timestamp) -> Job {
    // To the millisecond, as events have it.
    let now = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
    let beside = || {
        let mut name = args.gold.clone().into_os_string();
        name.push(".rejects.ndjson");
        PathBuf::from(name)
    };
    Job {
        events: args.events.clone(),
        metrics: args.metrics.clone(),
        mapping: args.mapping.clone(),
        gold: args.gold.clone(),
        rejects: args.reject.clone().unwrap_or_else(beside),
        from: args.from.map(|from| from.at(now)),
        to: args.to.map(|to| to.at(now)),
        bin: args.bin,
        dedupe: match args.dedupe {
            Once::Delivery => Dedupe::Delivery,
            Once::Message => Dedupe::Message,
        },
        max_rejects: args.max_rejects,
        growing: args.every.is_some(),
        busy: args.gap_median,
        now,
    }
}

fn run(job: &Job, memory: &mut Memory, ui: &Ui) -> Result<Summary, EtlError> {
    let progress = report::Bar::new(ui);
    etl::run_again(job, memory, &|now| progress.show(now), Some(&interrupt::STOP))
}

fn show(summary: &Summary, job: &Job, args: &JobArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    report::summary(summary, job, ui);
    if args.json {
        let json = if args.every.is_some() { serde_json::to_string } else { serde_json::to_string_pretty };
        ui.result(&(json(summary).context("can't write the summary as JSON")? + "\n"))?;
    }
    Ok(Outcome::Clean)
}
