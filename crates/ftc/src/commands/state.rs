//! `ftc state`: what the nodes of a run did at a bin, or over all of it.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use flowtime_runs::StoredRun;
use flowtime_runs::state::{Color, NodeMetrics, NodeState, NodeView, OverlayState, State, StateView, Thresholds};
use serde_json::json;

use crate::commands::run::parse_setting;
use crate::figure::{figure, figures};
use crate::ui::{Outcome, Ui};

/// What the long help adds.
pub(crate) const MORE_HELP: &str = "\
Examples:
  ftc state runs/run_20251007T000000Z_9294e255 --at 14:00
  ftc state runs/run_20251007T000000Z_9294e255 --at 168 --json
  ftc state runs/run_20251007T000000Z_9294e255 --at 14:00 --threshold utilizationYellow=0.6
  ftc state runs/run_20251007T000000Z_9294e255             how often each node kept up, over the run

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
    let Some(at) = &args.at else { return show_metrics(&view.metrics()?, args, ui) };
    let bin = match run.index().clock().bin_named(at) {
        Ok(bin) => bin,
        Err(error) => return refuse(&error, &error.help(), Outcome::Problems, ui),
    };
    let state = view.at(bin)?;
    let text = if args.json { as_json(&state)? } else { for_people(&state, &run) };
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

fn show_metrics(metrics: &[NodeMetrics], args: &StateArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    if args.json {
        ui.result(&as_json(&json!({ "services": metrics }))?)?;
        return Ok(Outcome::Clean);
    }
    if metrics.is_empty() {
        ui.note("no node of this run has both arrivals and served");
    }
    let width = metrics.iter().map(|node| node.id.chars().count()).max().unwrap_or_default();
    for NodeMetrics { id, sla_pct, bins_met, bins_total, .. } in metrics {
        let share = sla_pct.map_or_else(|| "-".to_owned(), |share| format!("{share:.1} %"));
        ui.result(&format!("{id:<width$}  {share:>7}  kept up in {bins_met} of {bins_total} bins\n"))?;
    }
    Ok(Outcome::Clean)
}

fn for_people(state: &State, run: &StoredRun) -> String {
    let when = state.bin.start_utc.as_ref().map_or_else(String::new, |start| format!("{start}, "));
    let of = state.run_id.as_deref().unwrap_or_default();
    let mut text = format!("{when}bin {} of {of}\n", state.bin.index);
    for (id, node) in &state.nodes {
        text.push('\n');
        text.push_str(&match node {
            NodeView::Plain(node) => plain(id, node),
            NodeView::Overlay(node) => overlay(id, node, state),
        });
    }
    let clock = run.index().clock();
    for gap in &state.data_quality.gaps {
        let bins = flowtime_runs::warnings::at_bins(&gap.bins);
        let times = clock.span(&gap.bins).map_or_else(String::new, |times| format!(" ({times})"));
        text.push_str(&format!("\n{} {bins}{times}", gap.reason));
    }
    if state.data_quality.complete { text } else { text + "\n" }
}

fn plain(id: &str, node: &NodeState) -> String {
    let mut text = format!("{id} ({}): {}, {}\n", node.kind, color(node.coloring.color), node.coloring.reason);
    text.push_str(&figures("  ", &node.metrics));
    if let Some(inferred) = &node.inferred {
        let (method, confidence) = (inferred.capacity_method.replace('_', " "), inferred.capacity_confidence);
        text.push_str(&format!("  capacity {} ({method}, {confidence} confidence)\n", figure(inferred.capacity)));
    }
    text.push_str(&figures("  ", &node.derived));
    if let Some(conservation) = node.validation.as_ref().map(|validation| &validation.conservation)
        && !conservation.valid
    {
        text.push_str(&format!("  conservation violated: residual {}\n", figure(Some(conservation.residual))));
    }
    text
}

fn overlay(id: &str, node: &OverlayState, state: &State) -> String {
    let [before, after] = [node.coloring.baseline, node.coloring.scenario].map(color);
    let mut text = format!("{id} ({}): {before} → {after}, {}\n", node.kind, node.coloring.reason);
    text.push_str(&figures("  base run  ", &node.baseline));
    let name = state.scenario.as_deref().unwrap_or("overlay");
    text.push_str(&figures(&format!("  {name}  "), &node.scenario));
    text.push_str(&figures("  change  ", &node.delta));
    text
}

fn color(color: Color) -> &'static str {
    match color {
        Color::Gray => "gray",
        Color::Green => "green",
        Color::Yellow => "yellow",
        Color::Red => "red",
    }
}
