//! Which telemetry a template reads with the defaults of its parameters: the model that it makes where no telemetry is
//! there names the files that it can't do without, the one where all is there names the rest.

use std::collections::BTreeSet;
use std::path::PathBuf;

use flowtime::load::{FileLoader, SourceCheck};
use flowtime::model::{ConstData, SeriesKind};
use flowtime::template::{Arguments, METRICS, Template};

/// Telemetry by node and metric, as `OrderService.arrivals`.
pub(super) struct Needs {
    /// What the template can't do without.
    pub(super) required: Vec<String>,
    /// What it uses besides, where it is there.
    pub(super) optional: Vec<String>,
}

/// A Monday, so that bins of any length may begin there.
const START: &str = "2024-01-01T00:00:00Z";

/// What `template` reads. Where it makes no model of its defaults alone, what it asks for is all that is known.
pub(super) fn of(template: &Template) -> Needs {
    let flags = template.flags();
    let asked = flags.iter().map(|(node, metric)| format!("{node}.{metric}"));
    let required = read(template, BTreeSet::new());
    let all: BTreeSet<String> = read(template, flags.clone()).into_iter().chain(asked).collect();
    Needs { optional: all.difference(&required).cloned().collect(), required: required.into_iter().collect() }
}

/// What the model reads that the template makes of the telemetry `available`.
fn read(template: &Template, available: BTreeSet<(String, String)>) -> BTreeSet<String> {
    let arguments = Arguments { start: Some(START.to_owned()), bins: Some(1), available, ..Arguments::default() };
    let instance = template.instantiate(&arguments).ok();
    let loader = FileLoader::new(PathBuf::new());
    let model = instance.and_then(|instance| instance.check(&loader, SourceCheck::Skip).model);
    let series = model.into_iter().flat_map(|checked| checked.model.series);
    let sources = series.filter_map(|series| match series.kind {
        SeriesKind::Const(ConstData::Source(source)) => Some(source.value),
        _ => None,
    });
    sources.filter_map(|source| metric(&source)).collect()
}

/// `OrderService.arrivals` of `file://telemetry/OrderService_arrivals.csv`.
fn metric(source: &str) -> Option<String> {
    let name = source.rsplit('/').next()?.strip_suffix(".csv")?;
    let (node, metric) = name.rsplit_once('_').filter(|(_, metric)| METRICS.contains(metric))?;
    Some(format!("{node}.{metric}"))
}
