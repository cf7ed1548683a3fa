//! The graph of the series: who reads whom at which lags, and which series form recurrences; as text, and for
//! Graphviz.

use crate::check::dependencies::Read;
use crate::check::{CheckedModel, SeriesId};

/// One line a read, in an order of evaluation: `queue reads inflow at 0, queue at 1`.
pub fn dag(checked: &CheckedModel, only: Option<SeriesId>) -> String {
    let mut text = String::new();
    for component in &checked.dependencies.components {
        let wanted = component.series.iter().filter(|series| only.is_none_or(|only| only == **series));
        let lines: Vec<String> = wanted.map(|series| series_line(checked, *series)).collect();
        if component.recurrent && !lines.is_empty() {
            let names: Vec<&str> = component.series.iter().map(|series| checked.id(*series)).collect();
            text.push_str(&format!("recurrence of {}\n", names.join(", ")));
        }
        let indent = if component.recurrent { "  " } else { "" };
        lines.iter().for_each(|line| text.push_str(&format!("{indent}{line}\n")));
    }
    text
}

fn series_line(checked: &CheckedModel, series: SeriesId) -> String {
    let reads: Vec<String> =
        edges(checked, series).into_iter().map(|(to, lags)| format!("{} {lags}", checked.id(to))).collect();
    match reads.as_slice() {
        [] => format!("{} reads no series", checked.id(series)),
        reads => format!("{} reads {}", checked.id(series), reads.join(", ")),
    }
}

/// The same for Graphviz: an arrow for each read, recurrences in boxes.
pub fn dot(checked: &CheckedModel, only: Option<SeriesId>) -> String {
    let mut text = String::from("digraph model {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n");
    for (at, component) in checked.dependencies.components.iter().enumerate().filter(|(_, one)| one.recurrent) {
        let names: Vec<String> = component.series.iter().map(|series| quote(checked.id(*series))).collect();
        text.push_str(&format!("  subgraph cluster_{at} {{ label=\"recurrence\"; {}; }}\n", names.join("; ")));
    }
    for series in (0..).map(SeriesId).take(checked.model.series.len()) {
        if only.is_some_and(|only| only != series) {
            continue;
        }
        text.push_str(&format!("  {};\n", quote(checked.id(series))));
        for (to, lags) in edges(checked, series) {
            let (from, to) = (quote(checked.id(to)), quote(checked.id(series)));
            text.push_str(&format!("  {from} -> {to} [label=\"{lags}\"];\n"));
        }
    }
    text + "}\n"
}

fn quote(id: &str) -> String {
    format!("\"{}\"", id.replace('\\', "\\\\").replace('"', "\\\""))
}

/// What a series reads, each series once, with the smallest and largest lag.
fn edges(checked: &CheckedModel, series: SeriesId) -> Vec<(SeriesId, String)> {
    let mut reads: Vec<&Read> = checked.dependencies.reads[series.index()].iter().collect();
    reads.sort_by_key(|read| read.to);
    reads.chunk_by(|a, b| a.to == b.to).map(|reads| (reads[0].to, lags(reads))).collect()
}

fn lags(reads: &[&Read]) -> String {
    if reads.iter().any(|read| read.ahead.is_some_and(|ahead| ahead.all)) {
        return "at all bins".to_owned();
    }
    let min = reads.iter().map(|read| read.min).min().unwrap_or_default();
    let max = reads.iter().map(|read| read.max).max().unwrap_or_default();
    if min == max { format!("at lag {min}") } else { format!("at lags {min} to {max}") }
}
