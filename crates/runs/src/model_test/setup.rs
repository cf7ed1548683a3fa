//! The model that a test runs: the grid as long as the test's inputs, these in place of const series, all other data
//! that is needed cut to that length, and no outputs unless the test looks at warnings.

use std::collections::HashMap;

use flowtime::check::tree::{Kind, Node};
use flowtime::check::{self, CheckedModel, SeriesId};
use flowtime::diagnostics::Sink;
use flowtime::driver;
use flowtime::load::{self, SourceLoader};
use flowtime::model::{ConstData, Id, Model, ModelTest, SeriesKind};
use flowtime::source::{Span, Spanned};

use super::TestProblem;
use crate::validate;

/// A test that is ready to run.
pub(super) struct Setup {
    /// The model of the test.
    pub(super) checked: CheckedModel,
    /// What is evaluated beside its outputs: what validation needs, then what the test expects.
    pub(super) formulas: Vec<Node>,
}

/// Makes the model of `test` from that which it belongs to.
pub(super) fn prepare(
    original: &CheckedModel,
    test: &ModelTest,
    loader: &dyn SourceLoader,
) -> Result<Setup, TestProblem> {
    let ids = ids(&original.model);
    let find = |id: &Id| ids.get(id.value.as_str()).copied();
    let mut model = original.model.clone();
    model.tests.clear();
    if test.warnings.is_none() {
        model.outputs = Some(Vec::new());
    }
    for (id, values) in &test.inputs {
        model.grid.bins = u32::try_from(values.len()).unwrap_or(u32::MAX);
        if let Some(series) = find(id) {
            model.series[series.index()].kind = values_of(values.clone());
        }
    }
    let mut sink = Sink::default();
    let mut checked = check::check(model, &mut sink, &mut |_| ());
    if sink.has_errors() {
        return Err(TestProblem::Model(sink.finish()));
    }
    let mut formulas = if test.warnings.is_some() { validate::formulas(&checked) } else { Vec::new() };
    formulas.extend(test.expect.iter().map(|(id, _)| series_node(find(id))));
    for series in driver::data(&checked, &formulas) {
        if !test.inputs.iter().any(|(id, _)| find(id) == Some(series)) {
            cut(&mut checked.model, original, series, loader)?;
        }
    }
    Ok(Setup { checked, formulas })
}

fn ids(model: &Model) -> HashMap<&str, SeriesId> {
    let mut ids = HashMap::new();
    for (id, series) in (0..).map(SeriesId).zip(&model.series) {
        ids.entry(series.id.value.as_str()).or_insert(id);
    }
    ids
}

fn values_of(values: Vec<f64>) -> SeriesKind {
    SeriesKind::Const(ConstData::Values(Spanned::new(values, Span::default())))
}

fn series_node(series: Option<SeriesId>) -> Node {
    Node { kind: series.map_or(Kind::Error, Kind::Series), span: Span::default() }
}

/// Gives `series` the first values of what it has in the original model.
fn cut(
    model: &mut Model,
    original: &CheckedModel,
    series: SeriesId,
    loader: &dyn SourceLoader,
) -> Result<(), TestProblem> {
    let bins = model.grid.bins as usize;
    if matches!(model.series[series.index()].kind, SeriesKind::Const(ConstData::Value(_))) {
        return Ok(());
    }
    let mut sink = Sink::default();
    let mut values = load::read(&original.model, &[series], loader, &mut |_| (), &mut sink).pop().unwrap_or_default();
    if sink.has_errors() {
        return Err(TestProblem::Model(sink.finish()));
    }
    if values.len() < bins {
        let series = original.id(series).to_owned();
        return Err(TestProblem::TooShort { series, found: values.len(), bins });
    }
    values.truncate(bins);
    model.series[series.index()].kind = values_of(values);
    Ok(())
}
