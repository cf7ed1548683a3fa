//! `ftc load`: a window of telemetry into a folder of dense series with a manifest.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::{Args, ValueEnum};
use flowtime_telemetry::load::{
    self, Config, Control, Fill, LoadError, LoadOptions, Loaded, Request, Warning, WarningKind,
};
use flowtime_telemetry::source::{self, SourceKind, SourceOptions, TelemetrySource};
use flowtime_telemetry::time::{BinSize, Window};
use jiff::Timestamp;

use super::gold::{bin_size, time};
use crate::models::counted;
use crate::pace::Pace;
use crate::progress::Progress;
use crate::ui::{Outcome, Ui};
use crate::{files, interrupt};

/// Warnings that are shown; all are in the manifest.
const WARNINGS_SHOWN: usize = 20;

/// What the long help adds.
pub(crate) const MORE_HELP: &str = "\
Examples:
  ftc load --source gold.sqlite --start 2025-10-07 --bins 288 --out telemetry
  ftc load --source bins.csv --start 2025-10-06 --bins 168 --bin-size 1h \\
      --nodes OrderService --out telemetry --fill nan
  ftc load --source 'kusto:https://CLUSTER/Telemetry?table=NodeTimeBinLatest' \\
      --start 2025-10-07 --bins 288 --out telemetry --json | jq .warnings

Exit codes:
  0    the telemetry was loaded (warnings don't count)
  1    the window or a node can't be, there is no telemetry, or a row is wrong
  2    the source can't be read, the folder can't be written, or the command line is wrong
  130  ended with Ctrl-C; the folder is as it was";

#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    /// A Gold store, a CSV, NDJSON or Parquet file with rows of Gold, a folder of such files, or `kusto:` and an address
    #[arg(long, value_name = "SOURCE")]
    source: String,
    /// When the first bin begins: a time in UTC, or a date
    #[arg(long, value_name = "TIME", value_parser = time)]
    start: Timestamp,
    /// How many bins
    #[arg(long, value_name = "COUNT")]
    bins: u32,
    /// The length of a bin, like `5m`: that of the source's, which it is without this, or a multiple
    #[arg(long, value_name = "SIZE", visible_alias = "bin", value_parser = bin_size)]
    bin_size: Option<BinSize>,
    /// The nodes, separated by commas; all without it
    #[arg(long, value_name = "NODE", value_delimiter = ',')]
    nodes: Vec<String>,
    /// The folder to write; one that was loaded before is replaced
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// What stands where nothing was measured
    #[arg(long, value_enum)]
    fill: Option<FillArg>,
    /// Leave the digests of the files out of the manifest
    #[arg(long)]
    no_checksums: bool,
    /// The most bins that a window may have [default: 10000]
    #[arg(long, value_name = "COUNT")]
    max_bins: Option<u32>,
    /// How long a query to Kusto may take [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = load::parse_duration)]
    query_timeout: Option<Duration>,
    /// How often a query to Kusto is tried before it has failed [default: 3]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    retry_count: Option<u32>,
    /// Gaps longer than this are major [default: 15m]
    #[arg(long, value_name = "TIME", value_parser = load::parse_duration)]
    gap_warning_threshold: Option<Duration>,
    /// The length of the bins in files, which don't state it [default: 5m]
    #[arg(long, value_name = "SIZE", value_parser = bin_size)]
    source_bin_size: Option<BinSize>,
    /// A YAML file with `fill`, `maxBins`, … for what no flag says
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Replace the folder with all it holds, whatever that is
    #[arg(long)]
    force: bool,
    /// Print the manifest
    #[arg(long)]
    json: bool,
}

/// What stands where nothing was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FillArg {
    /// The number 0
    Zero,
    /// A missing value, an empty cell
    Nan,
}

/// Loads the telemetry and says what was amiss.
pub(crate) fn load(args: &LoadArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    if let Some((flag, help)) = idle_flag(args) {
        ui.error(&format!("`{flag}` means nothing for the source `{}`", args.source));
        ui.help(help);
        return Ok(Outcome::Failed);
    }
    let Some(config) = config(args.config.as_deref(), ui)? else {
        return Ok(Outcome::Problems);
    };
    let (progress, pace) = (Progress::new(ui.shows_progress()), Pace::new());
    let tell = |rows| progress.say(&format!("reading {}", pace.rate(rows, "rows")));
    let result = interrupt::while_writing(|| run(args, &config, &tell, ui));
    drop(progress);
    match result {
        Ok(loaded) => show(&loaded, args, ui),
        Err(error) if error.is_interrupted() => Ok(Outcome::Interrupted),
        Err(error) if error.is_users() => {
            ui.failure(&error.into());
            Ok(Outcome::Problems)
        }
        Err(error) => Err(error.into()),
    }
}

/// The first flag that was given for another kind of source, and what helps.
fn idle_flag(args: &LoadArgs) -> Option<(&'static str, &'static str)> {
    let kind = SourceKind::of(&args.source);
    let network = "leave it out; it is for sources that begin with `kusto:`";
    let files = "leave it out; stores tell the length of their bins, and an address of Kusto has `bin=`";
    let flags = [
        ("--query-timeout", args.query_timeout.is_some(), SourceKind::Kusto, network),
        ("--retry-count", args.retry_count.is_some(), SourceKind::Kusto, network),
        ("--source-bin-size", args.source_bin_size.is_some(), SourceKind::Files, files),
    ];
    let idle = flags.into_iter().find(|(_, is_given, of, _)| *is_given && *of != kind);
    idle.map(|(flag, _, _, help)| (flag, help))
}

/// The configuration file's content, if there is one; `None` if it is wrong.
fn config(path: Option<&Path>, ui: &Ui) -> anyhow::Result<Option<Config>> {
    let Some(path) = path else {
        return Ok(Some(Config::default()));
    };
    let text = String::from_utf8(files::read(path)?).with_context(|| format!("can't read `{}`", path.display()))?;
    match Config::parse(&text, &path.display().to_string()) {
        Ok(config) => Ok(Some(config)),
        Err(error) => {
            ui.error(&error.to_string());
            ui.help(error.help());
            Ok(None)
        }
    }
}

fn run(args: &LoadArgs, config: &Config, progress: &dyn Fn(u64), ui: &Ui) -> Result<Loaded, LoadError> {
    let defaults = SourceOptions::default();
    let options = SourceOptions {
        bin: args.source_bin_size.unwrap_or(defaults.bin),
        query_timeout: args.query_timeout.or(config.query_timeout).unwrap_or(defaults.query_timeout),
        retry_count: args.retry_count.or(config.retry_count).unwrap_or(defaults.retry_count),
    };
    let source = source::open(&args.source, &options)?;
    let window = Window::new(args.start, args.bins, bin_of(source.as_ref(), args, ui)?)?;
    let request = Request { window, nodes: args.nodes.clone() };
    let control = Control { stop: Some(&interrupt::STOP), progress: Some(progress) };
    load::load(source.as_ref(), &request, &load_options(args, config), &args.out, &control)
}

/// The length of the bins to make: as asked for, else as the source has them, which is said where it isn't the usual.
fn bin_of(source: &dyn TelemetrySource, args: &LoadArgs, ui: &Ui) -> Result<BinSize, LoadError> {
    if let Some(bin) = args.bin_size {
        return Ok(bin);
    }
    let bin = source.bin()?;
    if bin != BinSize::DEFAULT {
        ui.note(&format!("bins of {bin}, as {} has them", source.name()));
    }
    Ok(bin)
}

fn load_options(args: &LoadArgs, config: &Config) -> LoadOptions {
    let defaults = LoadOptions::default();
    let fill = args.fill.map(|fill| if fill == FillArg::Nan { Fill::Nan } else { Fill::Zero });
    let threshold = args.gap_warning_threshold.or(config.gap_warning_threshold);
    LoadOptions {
        fill: fill.or(config.fill).unwrap_or(defaults.fill),
        checksums: !args.no_checksums && config.checksums.unwrap_or(defaults.checksums),
        max_bins: args.max_bins.or(config.max_bins).unwrap_or(defaults.max_bins),
        gap_warning_threshold: threshold.unwrap_or(defaults.gap_warning_threshold),
        force: args.force,
        ..defaults
    }
}

fn show(loaded: &Loaded, args: &LoadArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let manifest = &loaded.manifest;
    for warning in manifest.warnings.iter().take(WARNINGS_SHOWN) {
        ui.warning(&with_node(warning));
    }
    if let Some(more @ 1..) = manifest.warnings.len().checked_sub(WARNINGS_SHOWN) {
        ui.note(&format!("{} more in {}/{}", counted(more, "warning"), args.out.display(), load::MANIFEST));
    }
    if args.json {
        ui.result(&(serde_json::to_string_pretty(manifest).context("can't write the manifest as JSON")? + "\n"))?;
        return Ok(Outcome::Clean);
    }
    let nodes = manifest.files.chunk_by(|a, b| a.node == b.node).count();
    let (files, nodes) = (counted(manifest.files.len(), "file"), counted(nodes, "node"));
    ui.result(&format!("telemetry: {} ({files} of {nodes}, {} bins each)\n", args.out.display(), args.bins))?;
    Ok(Outcome::Clean)
}

/// The message of a gap doesn't name its node.
fn with_node(warning: &Warning) -> String {
    match (&warning.node, warning.kind) {
        (Some(node), WarningKind::DataGap) => format!("{node}: {}", warning.message),
        _ => warning.message.clone(),
    }
}
