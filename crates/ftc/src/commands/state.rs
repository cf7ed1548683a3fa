//! `ftc state`: what the nodes of a run did at a bin, or over all of it. Numbers have their units where the model says
//! them; of an overlay both sides are whole, queue and latency among them, whatever the overlay changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use flowtime::model::{Clock, Role};
use flowtime_runs::state::{
    Color, NodeMetrics, NodeState, NodeView, OverlayState, State, StateView, Thresholds, Worst,
};
use flowtime_runs::{NodeRecord, StoredRun};
use serde_json::json;

use crate::commands::run::parse_setting;
use crate::figure::{figure, figures};
use crate::table::{self, Align};
use crate::ui::{Outcome, Ui};

/// What the long help adds.
pub(crate) const MORE_HELP: &str = "\
Examples:
  ftc state runs/run_20251007T000000Z_9294e255 --at 14:00
  ftc state runs/run_20251007T000000Z_9294e255 --at 168 --json
  ftc state runs/run_20251007T000000Z_9294e255 --at 14:00 \\
      --threshold utilizationYellow=0.6
  ftc state runs/run_20251007T000000Z_9294e255    what was served, and waited

Thresholds, with their defaults:
  latencyYellow=1.5      latency / sla_min up to which a node is yellow; green up to 1
  demandGapYellow=10     demand gap up to which a node is yellow; green up to 0
  utilizationYellow=0.7  utilization from which a node is yellow
  utilizationRed=0.9     utilization from which a node is red

Exit codes:
  0  the state was shown
  1  there is no such bin
  2  the run can't be read, or the command line is wrong";

#[derive(Debug, Args)]
pub(crate) struct StateArgs {
    /// The run's folder
    run: PathBuf,
    /// The bin: its number, a time of day or an RFC 3339 time
    #[arg(long, value_name = "BIN")]
    at: Option<String>,
    /// Move a bound between colors, such as utilizationRed=0.95; may be repeated
    #[arg(long = "threshold", value_name = "NAME=VALUE", value_parser = parse_setting, requires = "at")]
    thresholds: Vec<(String, f64)>,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

/// Shows the state.
pub(crate) fn run(args: &StateArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let thresholds = match Thresholds::with(&args.thresholds) {
        Ok(thresholds) => thresholds,
        Err(error) => return refuse(&error, &error.help(), Outcome::Failed, ui),
    };
    let run = StoredRun::open(&args.run)?;
    let view = StateView::of(&run, thresholds)?;
    if run.topology()?.nodes.is_empty() && !args.json {
        ui.note("the run's model has no topology, so there are no nodes to show");
        return Ok(Outcome::Clean);
    }
    let Some(at) = &args.at else { return show_metrics(&view.metrics()?, &run, args, ui) };
    let bin = match run.index().clock().bin_named(at) {
        Ok(bin) => bin,
        Err(error) => return refuse(&error, &error.help(), Outcome::Problems, ui),
    };
    let state = view.at(bin)?;
    let text = if args.json { as_json(&state)? } else { for_people(&state, &run)? };
    ui.result(&text)?;
    Ok(Outcome::Clean)
}

/// Says what is wrong with an option, and what to do.
fn refuse(error: &dyn std::error::Error, help: &str, outcome: Outcome, ui: &Ui) -> anyhow::Result<Outcome> {
    ui.error(&error.to_string());
    ui.help(help);
    Ok(outcome)
}

fn as_json(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value).context("can't write the state as JSON")? + "\n")
}

fn show_metrics(metrics: &[NodeMetrics], run: &StoredRun, args: &StateArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    if args.json {
        ui.result(&as_json(&json!({ "services": metrics }))?)?;
        return Ok(Outcome::Clean);
    }
    if metrics.is_empty() {
        ui.note("no node of this run has both arrivals and served");
        return Ok(Outcome::Clean);
    }
    let headings = ["node", "served ≥ 95 % of arrivals", "most waiting", "longest latency"];
    let mut lines = vec![headings.map(str::to_owned).to_vec()];
    let clock = run.index().clock();
    let records = records(run)?;
    for node in metrics {
        let unit = records.get(node.id.as_str()).and_then(|node| node.units.get("queue"));
        lines.push(metrics_line(node, unit, &clock));
    }
    ui.result(&table::aligned(&lines, &[Align::Left; 4]))?;
    Ok(Outcome::Clean)
}

fn metrics_line(node: &NodeMetrics, unit: Option<&String>, clock: &Clock) -> Vec<String> {
    let NodeMetrics { id, sla_pct, bins_met, bins_total, worst_queue, worst_latency_min, .. } = node;
    let share = sla_pct.map_or_else(|| "-".to_owned(), |share| format!("{share:.1} %"));
    let when =
        |bin| clock.begin(bin).map_or_else(|| format!("bin {bin}"), |time| time.strftime("%F %H:%M").to_string());
    let worst = |one: &Option<Worst>, unit: &str| {
        let one = one.as_ref();
        one.map_or_else(|| "-".to_owned(), |one| format!("{}{unit} at {}", figure(Some(one.value)), when(one.bin)))
    };
    let unit = unit.map_or_else(String::new, |unit| format!(" {unit}"));
    let met = format!("{bins_met} of {bins_total} bins ({share})");
    vec![id.clone(), met, worst(worst_queue, &unit), worst(worst_latency_min, " min")]
}

/// The nodes of the topology by id, for their units and roles.
fn records(run: &StoredRun) -> anyhow::Result<BTreeMap<&str, &NodeRecord>> {
    Ok(run.topology()?.nodes.iter().map(|node| (node.id.as_str(), node)).collect())
}

/// The nodes in the order of the topology.
fn for_people(state: &State, run: &StoredRun) -> anyhow::Result<String> {
    let when = state.bin.start_utc.as_ref().map_or_else(String::new, |start| format!("{start}, "));
    let of = state.run_id.as_deref().unwrap_or_default();
    let mut text = format!("{when}bin {} of {of}\n", state.bin.index);
    for record in &run.topology()?.nodes {
        let Some((id, node)) = state.nodes.get_key_value(&record.id) else { continue };
        text.push('\n');
        let units = &record.units;
        text.push_str(&match node {
            NodeView::Plain(node) => plain(id, node, units),
            NodeView::Overlay(node) => overlay(id, node, units, state),
        });
        if is_queue_left(record) {
            text.push_str("  the queue is that of the base run: it does not follow what is served\n");
        }
    }
    let clock = run.index().clock();
    for gap in &state.data_quality.gaps {
        let bins = flowtime_runs::warnings::at_bins(&gap.bins);
        let times = clock.span(&gap.bins).map_or_else(String::new, |times| format!(" ({times})"));
        text.push_str(&format!("\n{} {bins}{times}", gap.reason));
    }
    Ok(if state.data_quality.complete { text } else { text + "\n" })
}

/// Whether an overlay changed what the node serves, and not what waits.
fn is_queue_left(node: &NodeRecord) -> bool {
    let is_other = |role| node.base_role(role).is_some();
    is_other(Role::Served) && !is_other(Role::Queue) && node.role(Role::Queue).is_some()
}

fn plain(id: &str, node: &NodeState, units: &BTreeMap<String, String>) -> String {
    let mut text = format!("{id} ({}): {}, {}\n", node.kind, color(node.coloring.color), node.coloring.reason);
    text.push_str(&figures(&node.metrics, units));
    if let Some(inferred) = &node.inferred {
        let (method, confidence) = (inferred.capacity_method.replace('_', " "), inferred.capacity_confidence);
        let unit = units.get("capacity").map_or_else(String::new, |unit| format!(" {unit}"));
        let capacity = figure(inferred.capacity);
        text.push_str(&format!("  capacity {capacity}{unit} ({method}, {confidence} confidence)\n"));
    }
    text.push_str(&figures(&node.derived, &BTreeMap::new()));
    if let Some(conservation) = node.validation.as_ref().map(|validation| &validation.conservation)
        && !conservation.valid
    {
        text.push_str(&format!("  conservation violated: residual {}\n", figure(Some(conservation.residual))));
    }
    text
}

/// Base run and overlay side by side: all roles, then what follows from them.
fn overlay(id: &str, node: &OverlayState, units: &BTreeMap<String, String>, state: &State) -> String {
    let [before, after] = [node.coloring.baseline, node.coloring.scenario].map(color);
    let head = format!("{id} ({}): {before} → {after}, {}\n", node.kind, node.coloring.reason);
    let name = state.scenario.as_deref().unwrap_or("overlay");
    let mut lines = vec![["", "base run", name, "change", ""].map(str::to_owned).to_vec()];
    let mut scenario = node.baseline.clone();
    scenario.extend(&node.scenario);
    for [before, after] in [[&node.baseline, &scenario], [&node.derived_baseline, &node.derived]] {
        let names: BTreeSet<&&str> = before.keys().chain(after.keys()).collect();
        for name in names {
            let value = |side: &BTreeMap<&'static str, Option<f64>>| side.get(*name).copied().flatten();
            let unit = units.get(*name).cloned().unwrap_or_default();
            lines.push(compared(name, value(before), value(after), unit));
        }
    }
    let aligns = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Left];
    head + &table::aligned(&lines, &aligns)
}

fn compared(name: &str, before: Option<f64>, after: Option<f64>, unit: String) -> Vec<String> {
    let change = before.zip(after).map(|(before, after)| after - before).filter(|change| *change != 0.0);
    let change = change.map_or_else(String::new, |change| {
        let sign = if change > 0.0 { "+" } else { "" };
        format!("{sign}{}", figure(Some(change)))
    });
    vec![format!("  {name}"), figure(before), figure(after), change, unit]
}

fn color(color: Color) -> &'static str {
    match color {
        Color::Gray => "gray",
        Color::Green => "green",
        Color::Yellow => "yellow",
        Color::Red => "red",
    }
}
