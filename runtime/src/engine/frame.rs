//! The memory of a run: columns that are loaded and columns that it leaves, to be used again for the next run.

use super::memory::Cells;
use super::run::{check_columns, run};
use super::{Prepared, RunControl, RunError};
use crate::ir::{OutputId, Program};
use crate::kernels::Scratch;
use crate::plan::{ColumnId, Plan};

/// The columns of a prepared program: load them once, run with any parameters, read the outputs in place.
#[derive(Debug)]
pub struct Frame {
    prepared: Prepared,
    work: Workspace,
}

/// The numbers behind a frame.
#[derive(Debug)]
pub(super) struct Workspace {
    pub(super) columns: Cells,
    pub(super) scratch: Cells,
    /// Of uniform values; those of constants are always there.
    pub(super) numbers: Vec<f64>,
    pub(super) states: Vec<f64>,
    /// The arguments of the call at hand.
    pub(super) args: Vec<f64>,
    /// Room for kernels.
    pub(super) room: Scratch,
}

impl Frame {
    pub(super) fn new(prepared: Prepared, work: Workspace) -> Self {
        Frame { prepared, work }
    }

    /// Copies the inputs in, each a column with a number per bin; they stay for all runs that follow.
    pub fn load(&mut self, columns: &[&[f64]]) -> Result<(), RunError> {
        check_columns(self.prepared.program(), columns)?;
        self.work.load(self.prepared.plan(), columns);
        Ok(())
    }

    /// Runs over what is loaded, zeros if nothing was; the outputs are those of this run until the next.
    pub fn run(&mut self, params: &[f64], control: &RunControl<'_>) -> Result<(), RunError> {
        run(&self.prepared, &mut self.work, params, control)
    }

    /// The column of an output; empty for one that the program doesn't have.
    pub fn output(&self, output: OutputId) -> &[f64] {
        let column = self.prepared.plan().outputs.get(output);
        column.map_or(&[], |&column| self.work.column(self.prepared.plan(), column))
    }

    /// Bytes of memory that it holds, but for what kernels need for a tile.
    pub fn bytes(&self) -> usize {
        let Workspace { columns, scratch, numbers, states, .. } = &self.work;
        let cells = columns.get().len() + scratch.get().len() + numbers.len() + states.len();
        cells * size_of::<f64>()
    }

    /// The columns of all outputs in order.
    pub fn outputs(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.prepared.plan().outputs.values().map(|&column| self.work.column(self.prepared.plan(), column))
    }
}

impl Workspace {
    /// Memory for a plan, with the constants of its program; none if there is not enough.
    pub(super) fn new(program: &Program, plan: &Plan) -> Option<Workspace> {
        let layout = plan.layout;
        let mut numbers = vec![0.0; layout.numbers];
        for value in program.values() {
            if let (Some(constant), Some(number)) = (program.constant(value), plan.homes[value].number.expand()) {
                numbers[number.as_u32() as usize] = constant;
            }
        }
        let columns = Cells::new(layout.cells()?)?;
        let scratch = Cells::new(layout.scratch)?;
        Some(Workspace {
            columns,
            scratch,
            numbers,
            states: vec![0.0; layout.states],
            args: Vec::new(),
            room: Scratch::default(),
        })
    }

    /// Copies the inputs in; they have been checked.
    pub(super) fn load(&mut self, plan: &Plan, columns: &[&[f64]]) {
        for &(input, column) in &plan.inputs {
            let cells = &mut self.columns.get_mut()[plan.layout.bins_of(column)];
            cells.copy_from_slice(columns[input.as_u32() as usize]);
        }
    }

    /// The bins of a column.
    pub(super) fn column(&self, plan: &Plan, column: ColumnId) -> &[f64] {
        &self.columns.get()[plan.layout.bins_of(column)]
    }
}
