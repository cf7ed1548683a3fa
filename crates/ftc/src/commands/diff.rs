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
  ftc diff runs/run_20251007T000000Z_9294e255 \\
      runs/run_20251007T000000Z_04a1c0de
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
    section("roles", found.roles.iter().map(|(id, one)| format!("{id}: {}", change(one, Clone::clone))).collect());
    section("values of these roles, by largest relative change", columns(&found.role_values, clock));
    let model = found.model.iter().filter(|(id, _)| !is_kept(id, found));
    section("model", model.map(|(id, one)| format!("{id}: {}", change(one, Clone::clone))).collect());
    section("data", columns(&found.data, clock));
    section("series, by largest relative change", columns(&found.series, clock));
    let outputs = found.outputs.iter().filter(|(id, _)| !is_kept(id, found)).map(|(id, one)| {
        let which = if one.before.is_some() { "first" } else { "second" };
        format!("{id}: in the {which} run only")
    });
    section("outputs", outputs.collect());
    let kept: Vec<String> = found.model.keys().filter(|id| is_kept(id, found)).map(|id| format!("`{id}`")).collect();
    if !kept.is_empty() {
        text.push_str(&format!("what the overlay keeps of its base run: {}\n", kept.join(", ")));
    }
    text
}

/// Whether a series holds what another was in the base run.
fn is_kept(id: &str, found: &RunDiff) -> bool {
    let is_new_data = |one: &Change<String>| one.before.is_none() && one.after.as_deref() == Some("data");
    id.ends_with("_baseline") && found.model.get(id).is_some_and(is_new_data)
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
