//! What has been computed and is still to be read: a number for each uniform value, a column for each series.
//!
//! A column lives until its last reader has run, so a long model needs no more memory than its widest place.

use std::borrow::Cow;

use cranelift_entity::{EntityRef, SecondaryMap};

use crate::ir::{Op, ParamId, Program, Rate, ValueId};

/// The numbers and columns of one run.
pub(super) struct Store<'a> {
    program: &'a Program,
    inputs: &'a [&'a [f64]],
    params: &'a [f64],
    numbers: SecondaryMap<ValueId, f64>,
    columns: SecondaryMap<ValueId, Cow<'a, [f64]>>,
    /// How many readers, outputs among them, have yet to read each value; none: nothing needs it.
    uses: SecondaryMap<ValueId, usize>,
}

impl<'a> Store<'a> {
    /// An empty store for the values that the outputs need.
    pub(super) fn new(program: &'a Program, inputs: &'a [&'a [f64]], params: &'a [f64]) -> Self {
        let (numbers, columns) = (SecondaryMap::new(), SecondaryMap::new());
        Store { program, inputs, params, numbers, columns, uses: count_uses(program) }
    }

    /// Whether anything has yet to read `value`.
    pub(super) fn is_used(&self, value: ValueId) -> bool {
        self.uses[value] > 0
    }

    /// A parameter of the run.
    pub(super) fn param(&self, param: ParamId) -> f64 {
        self.params[param.index()]
    }

    /// The number of a uniform value.
    pub(super) fn number(&self, value: ValueId) -> f64 {
        self.numbers[value]
    }

    /// The bins of a series, as far as they are computed.
    pub(super) fn column(&self, value: ValueId) -> &[f64] {
        &self.columns[value]
    }

    /// What any value is at bin 0; 0 on a grid without bins.
    pub(super) fn first(&self, value: ValueId) -> f64 {
        match self.program.rate(value) {
            Rate::Series => self.column(value).first().copied().unwrap_or(0.0),
            Rate::Constant | Rate::Uniform => self.number(value),
        }
    }

    /// Keeps the number of a uniform value.
    pub(super) fn set_number(&mut self, value: ValueId, number: f64) {
        self.numbers[value] = number;
    }

    /// Lets an input's column be read.
    pub(super) fn set_input(&mut self, value: ValueId) {
        if let Op::Input(input) = *self.program.op(value) {
            self.columns[value] = Cow::Borrowed(self.inputs[input.index()]);
        }
    }

    /// Keeps the next bin of a series.
    pub(super) fn push(&mut self, value: ValueId, number: f64) {
        let column = self.columns[value].to_mut();
        if column.is_empty() {
            column.reserve_exact(self.program.grid().bins);
        }
        column.push(number);
    }

    /// Gives a uniform value a column of equal bins, for a reader of columns; returns the value.
    pub(super) fn widen(&mut self, value: ValueId) -> ValueId {
        if self.program.rate(value) < Rate::Series && self.columns[value].is_empty() {
            let bins = self.program.grid().bins;
            self.columns[value] = Cow::Owned(vec![self.numbers[value]; bins]);
        }
        value
    }

    /// Notes that `values` are computed; what has been read for the last time is dropped.
    pub(super) fn release_operands(&mut self, values: &[ValueId]) {
        for operand in values.iter().flat_map(|&value| self.program.operands(value)) {
            self.uses[operand] -= 1;
            if self.uses[operand] == 0 {
                self.columns[operand] = Cow::default();
            }
        }
    }

    /// The column of an output, moved out for the last reader.
    pub(super) fn take(&mut self, value: ValueId) -> Vec<f64> {
        self.widen(value);
        self.uses[value] -= 1;
        match self.uses[value] {
            0 => std::mem::take(&mut self.columns[value]).into_owned(),
            _ => self.columns[value].to_vec(),
        }
    }
}

/// How often each value is read on the way to the outputs, each of which counts as a reader.
fn count_uses(program: &Program) -> SecondaryMap<ValueId, usize> {
    let mut uses = SecondaryMap::with_capacity(program.len());
    let mut pending: Vec<ValueId> = program.outputs().map(|(_, value)| value).collect();
    while let Some(value) = pending.pop() {
        uses[value] += 1;
        if uses[value] == 1 {
            pending.extend(program.operands(value));
        }
    }
    uses
}
