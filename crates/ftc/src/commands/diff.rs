//! `ftc diff`: what differs between two runs.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use flowtime::model::Clock;
use flowtime_runs::StoredRun;
use flowtime_runs::diff::{Change, ColumnChange, RunDiff, diff};

use crate::figure::figure;
use crate::ui::{Outcome, Ui};

/// What the long help adds.
pub(crate) const MORE_HELP: &str = "\
Examples:
  ftc diff runs/run_20251007T000000Z_9294e255 runs/run_20251007T000000Z_04a1c0de
  ftc diff A B --json | jq '.series[0]'
  ftc diff A B --detailed-exitcode --quiet

Exit codes:
  0  the runs were compared
  2  a run can't be read, or the command line is wrong
  3  they differ (with --detailed-exitcode)";

/// Changed series that are shown; `--json` has all.
const SHOWN: usize = 20;

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The first run's folder
    before: PathBuf,
    /// The second run's folder
    after: PathBuf,
    /// Print the differences as JSON
    #[arg(long)]
    json: bool,
    /// End with 3 if the runs differ
    #[arg(long)]
    detailed_exitcode: bool,
}

/// Compares the runs and shows what differs.
pub(crate) fn run(args: &DiffArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let (before, after) = (StoredRun::open(&args.before)?, StoredRun::open(&args.after)?);
    let found = diff(&before, &after)?;
    if args.json {
        ui.result(&(serde_json::to_string_pretty(&found).context("can't write the differences as JSON")? + "\n"))?;
    } else if found.is_empty() {
        ui.note("the runs do not differ");
    } else {
        ui.result(&for_people(&found, &before.index().clock()))?;
        if found.grid.is_some() {
            ui.note("the bins are not the same ones, so no values are compared");
        }
    }
    let differs = args.detailed_exitcode && !found.is_empty();
    Ok(if differs { Outcome::Differs } else { Outcome::Clean })
}

fn for_people(found: &RunDiff, clock: &Clock) -> String {
    let mut text = String::new();
    let mut section = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            text.push_str(&format!("{title}\n  {}\n", lines.join("\n  ")));
        }
    };
    section("grid", found.grid.iter().map(|grid| change(grid, Clone::clone)).collect());
    let parameters = found.parameters.iter();
    section("parameters", parameters.map(|(id, one)| format!("{id}: {}", change(one, |v| figure(Some(*v))))).collect());
    let model = found.model.iter().map(|(id, one)| format!("{id}: {}", change(one, Clone::clone)));
    section("model", model.collect());
    let outputs = found.outputs.iter().map(|(id, one)| {
        let which = if one.before.is_some() { "first" } else { "second" };
        format!("{id}: in the {which} run only")
    });
    section("outputs", outputs.collect());
    section("data", columns(&found.data, clock));
    section("series, by largest relative change", columns(&found.series, clock));
    text
}

fn change<T>(change: &Change<T>, shown: impl Fn(&T) -> String) -> String {
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{} → {}", shown(before), shown(after)),
        (None, Some(after)) => format!("{} (new)", shown(after)),
        (Some(before), None) => format!("{} (gone)", shown(before)),
        (None, None) => String::new(),
    }
}

fn columns(changes: &[ColumnChange], clock: &Clock) -> Vec<String> {
    let width = changes.iter().take(SHOWN).map(|change| change.id.chars().count()).max().unwrap_or_default();
    let mut lines: Vec<String> = changes.iter().take(SHOWN).map(|change| column(change, width, clock)).collect();
    if changes.len() > SHOWN {
        lines.push(format!("and {} more; `--json` has them all", changes.len() - SHOWN));
    }
    lines
}

fn column(change: &ColumnChange, width: usize, clock: &Clock) -> String {
    let ColumnChange { id, bins, worst_bin, before, after, relative, .. } = change;
    let when = clock.begin(*worst_bin).map_or_else(String::new, |time| time.strftime("%H:%M, ").to_string());
    let value = |value: f64| if value.is_nan() { "missing".to_owned() } else { figure(Some(value)) };
    let share = relative.map_or_else(String::new, |share| format!(" ({:.1} % of its largest)", share * 100.0));
    let noun = if *bins == 1 { "bin" } else { "bins" };
    let (before, after) = (value(*before), value(*after));
    format!("{id:<width$}  {bins} {noun}; most at {when}bin {worst_bin}: {before} → {after}{share}")
}
