//! `ftc demo telemetry`: events, metrics and mapping of a small system, so that the way from events to a run can be tried
//! without a system of one's own. Says what to type next.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use flowtime_files::FileError;
use flowtime_telemetry::demo::{self, Demo, EVENTS, EventFormat, Made};
use indicatif::HumanCount;

use crate::interrupt;
use crate::pace::Pace;
use crate::progress::Progress;
use crate::ui::{Outcome, Ui};

/// What the long help adds.
const MORE_HELP: &str = "\
Three services read two queues from 2025-10-07 on. Each day has a lunchtime that is too much for OrderService, a retry
storm of BillingService from 15:30, and ten minutes from 01:00 in which nothing of OrderService is recorded. One event in
200 comes twice, and one in 200 up to 25 minutes late. A seed gives the same bytes on every machine.

Examples:
  ftc demo telemetry --out demo
  ftc demo telemetry --days 7 --seed 42 --out week
  ftc demo telemetry --events 10000000 --out large

Exit codes:
  0    the telemetry is there
  2    the folder is there already or can't be written, or the command line is wrong
  130  ended with Ctrl-C; nothing is left";

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write events, metrics and a mapping of a small system
    #[command(after_long_help = MORE_HELP)]
    Telemetry(TelemetryArgs),
}

#[derive(Debug, Args)]
struct TelemetryArgs {
    /// The new folder
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How many days
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    days: u32,
    /// What chance begins with
    #[arg(long, value_name = "N", default_value_t = 7)]
    seed: u64,
    /// About how many events in all; else 150,000 a day
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=1_000_000_000_000))]
    events: Option<u64>,
    /// About how many events a second
    #[arg(long, value_name = "N", conflicts_with = "events", value_parser = clap::value_parser!(u64).range(..=1_000_000))]
    rate: Option<u64>,
    /// Keep one message in a hundred, with an `itemCount` of 100
    #[arg(long)]
    sampling: bool,
    /// How to write the events
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// How events are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines of JSON
    #[default]
    Ndjson,
    /// CSV
    Csv,
}

/// Writes what is asked for.
pub(crate) fn demo(args: &DemoArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let What::Telemetry(args) = &args.what;
    let demo = Demo {
        days: args.days,
        seed: args.seed,
        events: events_a_day(args),
        sampling: args.sampling,
        format: match args.format {
            Format::Ndjson => EventFormat::Ndjson,
            Format::Csv => EventFormat::Csv,
        },
    };
    let bar = Progress::new(ui.shows_progress());
    let (pace, all) = (Pace::new(), demo.events.saturating_mul(demo.days.into()));
    let progress = |events| bar.say(&format!("writing {}{}", pace.rate(events, "events"), pace.left(events, all)));
    let written = interrupt::while_writing(|| demo::write(&args.out, &demo, &progress, Some(&interrupt::STOP)));
    drop(bar);
    match written {
        Ok(made) => {
            tell(&made, &demo, args, ui);
            Ok(Outcome::Clean)
        }
        Err(FileError::Interrupted) => Ok(Outcome::Interrupted),
        Err(error) => {
            ui.failure(&error.into());
            Ok(Outcome::Failed)
        }
    }
}

fn events_a_day(args: &TelemetryArgs) -> u64 {
    let of_all = args.events.map(|events| events / u64::from(args.days));
    of_all.or(args.rate.map(|rate| rate * 86_400)).unwrap_or(EVENTS)
}

/// Says what was written, and what to type next.
fn tell(made: &Made, demo: &Demo, args: &TelemetryArgs, ui: &Ui) {
    let Made { events, metrics, start } = made;
    let path = |name: &str| args.out.join(name).display().to_string();
    let (events, metrics) = (HumanCount(*events), HumanCount(*metrics));
    let file = path(demo.format.file());
    ui.note(&format!(
        "wrote {file} ({events} events), {} ({metrics}) and {}",
        path("metrics.csv"),
        path("mapping.csv")
    ));
    let bins = u64::from(demo.days) * 288;
    ui.note(&format!(
        "\nnext, make bins of them, and series of the bins:\n  \
         ftc etl --events {file} --metrics {} --mapping {} --gold gold.sqlite\n  \
         ftc load --source gold.sqlite --start {start} --bins {bins} --nodes OrderService --out telemetry",
        path("metrics.csv"),
        path("mapping.csv"),
    ));
}
