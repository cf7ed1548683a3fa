//! `ftc gold info`: what a store holds, node by node.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use flowtime_telemetry::gold::{GoldStore, Overview};
use flowtime_telemetry::time::{BinSize, parse_utc};
use serde_json::json;

use crate::models::counted;
use crate::table::{self, Align};
use crate::ui::{Outcome, Ui};

#[derive(Debug, Args)]
pub(super) struct InfoArgs {
    /// The store
    #[arg(long, value_name = "FILE")]
    gold: PathBuf,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// Shows what the store holds.
pub(super) fn info(args: &InfoArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let store = GoldStore::read(&args.gold)?;
    let overview = store.overview()?;
    let bin = store.bin();
    let text = if args.json { json_text(&overview, bin)? } else { table_text(&overview, bin) };
    ui.result(&text)?;
    Ok(Outcome::Clean)
}

fn json_text(overview: &[Overview], bin: BinSize) -> anyhow::Result<String> {
    let node = |one: &Overview| json!({ "node": one.node, "first": one.first, "last": one.last, "rows": one.rows, "missing": missing(one, bin) });
    let nodes: Vec<_> = overview.iter().map(node).collect();
    let document = json!({ "binMinutes": bin.minutes(), "nodes": nodes });
    Ok(serde_json::to_string_pretty(&document).context("can't write JSON")? + "\n")
}

fn table_text(overview: &[Overview], bin: BinSize) -> String {
    let mut lines = vec![["node", "first bin", "last bin", "rows", "missing"].map(str::to_owned).to_vec()];
    for one in overview {
        let missing = missing(one, bin).map_or_else(|| "-".to_owned(), |missing| missing.to_string());
        lines.push(vec![one.node.clone(), one.first.clone(), one.last.clone(), one.rows.to_string(), missing]);
    }
    let [left, right] = [Align::Left, Align::Right];
    let table = table::aligned(&lines, &[left, left, left, right, right]);
    format!("{}, bins of {bin}\n\n{table}", counted(overview.len(), "node"))
}

/// How many bins between the first and the last have no row; `None` where a time is none.
fn missing(one: &Overview, bin: BinSize) -> Option<i64> {
    let [first, last] = [&one.first, &one.last].map(|time| parse_utc(time).ok());
    let seconds = last?.as_second() - first?.as_second();
    Some((seconds / bin.seconds() + 1 - one.rows).max(0))
}
