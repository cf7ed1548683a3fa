//! The values of all parts of one formula at all bins, computed by the engine from the columns of the series that the
//! formula names.

use std::collections::BTreeMap;

use crate::check::tree::Node;
use crate::check::{CheckedModel, SeriesId};
use crate::driver::{Columns, RunError, Settings};
use crate::lower::{LoweredFormula, lower_formula};
use crate::source::Span;
use flowtime_runtime::engine::{self, Inputs, RunControl};

/// The columns of a formula's parts.
#[derive(Debug, Default)]
pub(super) struct Parts {
    columns: BTreeMap<Span, Vec<f64>>,
    tests: BTreeMap<Span, Vec<f64>>,
}

impl Parts {
    /// Computes the parts of the formula of `series`; none for a series without one.
    pub(super) fn new(
        checked: &CheckedModel,
        series: SeriesId,
        columns: &Columns,
        settings: &Settings,
    ) -> Result<Self, RunError> {
        let Some(LoweredFormula { program, inputs, nodes, tests }) = lower_formula(checked, series) else {
            return Ok(Parts::default());
        };
        let bins = program.grid().bins;
        let unknown = vec![f64::NAN; bins];
        let inputs: Vec<&[f64]> =
            inputs.iter().map(|input| columns.series.get(input).map_or(&*unknown, Vec::as_slice)).collect();
        let prepared = engine::prepare(program, &settings.engine)?;
        let inputs = Inputs { columns: &inputs, params: &columns.parameters };
        let frame = prepared.run(&inputs, &RunControl::default())?;
        let mut outputs = frame.outputs().map(<[f64]>::to_vec);
        let columns = nodes.into_iter().zip(&mut outputs).collect();
        Ok(Parts { columns, tests: tests.into_iter().zip(outputs).collect() })
    }

    /// The column of a node; none where it was folded away with what it is part of.
    pub(super) fn column(&self, node: &Node) -> &[f64] {
        self.columns.get(&node.span).map_or(&[], Vec::as_slice)
    }

    /// Whether the test of a call held at a bin; false for a call without one.
    pub(super) fn held(&self, call: &Node, bin: usize) -> bool {
        self.tests.get(&call.span).and_then(|column| column.get(bin)).is_some_and(|value| *value == 1.0)
    }
}
