//! `debug/dag.json`: the series graph of a checked model by the series' ids: who reads whom at which lags, which series
//! form recurrences, and an order in which all can be evaluated. Nothing in it depends on the backend.

use std::collections::BTreeMap;

use flowtime::check::dependencies::Read;
use flowtime::check::{CheckedModel, SeriesId};
use flowtime::model::SeriesKind;
use serde::Serialize;

/// The graph as it is written.
#[derive(Serialize)]
pub(crate) struct Dag<'a> {
    nodes: Vec<Node<'a>>,
    edges: Vec<Edge<'a>>,
    /// The recurrences, each with its series in the order of evaluation.
    components: Vec<Vec<&'a str>>,
    /// The computed series in the order of evaluation, cut where bins must be taken one by one.
    regions: Vec<Region<'a>>,
    /// All series in an order of evaluation.
    order: Vec<&'a str>,
}

/// Series that are evaluated together: a recurrence bin by bin (`scan`), all else column by column (`map`).
#[derive(Serialize)]
struct Region<'a> {
    kind: &'static str,
    series: Vec<&'a str>,
}

#[derive(Serialize)]
struct Node<'a> {
    id: &'a str,
    kind: &'static str,
}

/// `from` reads bins `t - maxLag ..= t - minLag` of `to`; all bins, where there are no lags.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Edge<'a> {
    from: &'a str,
    to: &'a str,
    min_lag: Option<i64>,
    max_lag: Option<i64>,
}

/// The graph of `checked`.
pub(crate) fn dag(checked: &CheckedModel) -> Dag<'_> {
    let id = |series: SeriesId| checked.model.series[series.0 as usize].id.value.as_str();
    let nodes = checked.model.series.iter().map(|series| Node { id: &series.id.value, kind: kind(&series.kind) });
    let components = &checked.dependencies.components;
    let recurrences = components.iter().filter(|component| component.recurrent);
    Dag {
        nodes: nodes.collect(),
        edges: edges(checked, &id),
        components: recurrences.map(|component| component.series.iter().copied().map(id).collect()).collect(),
        regions: regions(checked, &id),
        order: components.iter().flat_map(|component| &component.series).copied().map(id).collect(),
    }
}

fn regions<'a>(checked: &CheckedModel, id: &impl Fn(SeriesId) -> &'a str) -> Vec<Region<'a>> {
    let is_data = |series: SeriesId| matches!(checked.model.series[series.index()].kind, SeriesKind::Const(_));
    let mut regions: Vec<Region<'_>> = Vec::new();
    for component in &checked.dependencies.components {
        let series = component.series.iter().filter(|series| !is_data(**series)).map(|series| id(*series));
        match regions.last_mut() {
            Some(last) if last.kind == "map" && !component.recurrent => last.series.extend(series),
            _ => {
                let kind = if component.recurrent { "scan" } else { "map" };
                regions.push(Region { kind, series: series.collect() });
            }
        }
    }
    regions.retain(|region| !region.series.is_empty());
    regions
}

fn kind(kind: &SeriesKind) -> &'static str {
    match kind {
        SeriesKind::Const(_) => "const",
        SeriesKind::Expr { .. } => "expr",
        SeriesKind::Pmf(_) => "pmf",
        SeriesKind::Invalid => "invalid",
    }
}

/// One edge for each pair of series, with the smallest and largest lag of all reads.
fn edges<'a>(checked: &CheckedModel, id: &impl Fn(SeriesId) -> &'a str) -> Vec<Edge<'a>> {
    let mut edges = Vec::new();
    for (reader, reads) in (0..).map(SeriesId).zip(&checked.dependencies.reads) {
        let mut lags: BTreeMap<SeriesId, Option<(i64, i64)>> = BTreeMap::new();
        for read in reads {
            let known = lags.entry(read.to).or_insert_with(|| read_lags(read));
            *known = known.zip(read_lags(read)).map(|(a, b)| (a.0.min(b.0), a.1.max(b.1)));
        }
        edges.extend(lags.into_iter().map(|(read, lags)| Edge {
            from: id(reader),
            to: id(read),
            min_lag: lags.map(|(min, _)| min),
            max_lag: lags.map(|(_, max)| max),
        }));
    }
    edges
}

/// The lags of a read; none if it takes every bin.
fn read_lags(read: &Read) -> Option<(i64, i64)> {
    let reads_all = read.ahead.is_some_and(|ahead| ahead.all);
    (!reads_all).then_some((read.min, read.max))
}
