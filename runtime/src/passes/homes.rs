//! Memory for what registers can't hold: columns, numbers of uniform values, states of scans, and how much of its past
//! each value has to keep.
//!
//! A column is for what needs all bins: outputs, reductions, leads, other stages. All else that is read at other bins
//! needs only those before the tile, in tile scratch, which comes later. What stands before bin 0 of a place is the start
//! of one delay; delays with another start choose in their loops.

use cranelift_entity::{EntityRef, EntitySet, SecondaryMap};

use crate::builtins::Meaning;
use crate::ir::{Op, Program, Rate, ValueId};
use crate::plan::{ColumnId, FARTHEST, NumberId, Plan, RegionKind, StateId};

/// Gives columns, numbers and states.
pub(super) fn homes(program: &Program, live: &EntitySet<ValueId>, plan: &mut Plan) {
    boundary(program, live, plan);
    let mut homes = Homes { program, plan };
    for value in program.values().filter(|&value| live.contains(value)) {
        homes.add_number(value);
        homes.add_whole(value);
    }
    homes.add_crossing(live);
    for value in program.values().filter(|&value| live.contains(value)) {
        homes.add_past(value);
    }
    homes.add_reach();
}

/// Gives columns to the inputs that are needed, and to the outputs.
pub(super) fn boundary(program: &Program, live: &EntitySet<ValueId>, plan: &mut Plan) {
    plan.layout.bins = program.grid().bins;
    for value in program.values().filter(|&value| live.contains(value)) {
        if let Op::Input(input) = *program.op(value) {
            let column = add_column(plan, value);
            plan.inputs.push((input, column));
        }
    }
    for (_, value) in program.outputs() {
        let column = add_column(plan, value);
        plan.outputs.push(column);
    }
}

/// The column of a value, new if it has none.
fn add_column(plan: &mut Plan, value: ValueId) -> ColumnId {
    if let Some(column) = plan.homes[value].column.expand() {
        return column;
    }
    let column = ColumnId::new(plan.layout.columns);
    plan.layout.columns += 1;
    plan.homes[value].column = column.into();
    column
}

struct Homes<'a> {
    program: &'a Program,
    plan: &'a mut Plan,
}

impl Homes<'_> {
    fn add_number(&mut self, value: ValueId) {
        if self.program.rate(value) < Rate::Series {
            self.plan.homes[value].number = NumberId::new(self.plan.layout.numbers).into();
            self.plan.layout.numbers += 1;
        }
    }

    /// Columns for what has to be there at all bins, and the states of scans.
    fn add_whole(&mut self, value: ValueId) {
        match self.program.op(value) {
            Op::Delay { initial: Some(initial), .. } if self.program.rate(*initial) == Rate::Series => {
                add_column(self.plan, *initial);
            }
            Op::Lead { value: source, .. } => {
                add_column(self.plan, *source);
            }
            Op::Call { builtin, args } => match builtin.meaning {
                // Code that asks for a window bin by bin hands over the column.
                Meaning::Window(_) if self.plan.homes[value].region.is_some() => {
                    add_column(self.plan, args[0]);
                }
                // A kernel reads memory, also what is the same at every bin.
                Meaning::Window(_) if self.program.rate(args[0]) < Rate::Series => {
                    add_column(self.plan, args[0]);
                }
                Meaning::Reduce(_) => {
                    add_column(self.plan, args[0]);
                }
                Meaning::Scan(_) => self.plan.homes[value].state = self.states(2).into(),
                _ => (),
            },
            _ => (),
        }
    }

    fn states(&mut self, count: usize) -> StateId {
        let state = StateId::new(self.plan.layout.states);
        self.plan.layout.states += count;
        state
    }

    /// Columns for values that another stage reads.
    fn add_crossing(&mut self, live: &EntitySet<ValueId>) {
        let stage_of = stages(self.plan);
        for value in self.program.values().filter(|&value| live.contains(value)) {
            for operand in self.program.operands(value) {
                let is_computed = stage_of[operand] > 0 && stage_of[value] > 0;
                if is_computed && stage_of[operand] != stage_of[value] && self.program.rate(operand) == Rate::Series {
                    add_column(self.plan, operand);
                }
            }
        }
    }

    /// A delay by one bin inside its own loop is carried in a register; others, and windows, read what is kept.
    fn add_past(&mut self, value: ValueId) {
        let Some(source) = self.program.source(value).filter(|&source| self.program.rate(source) == Rate::Series)
        else {
            return;
        };
        match *self.program.op(value) {
            Op::Delay { lag: 1, .. } if self.is_carried(value, source) => {
                self.plan.homes[value].state = self.states(1).into();
            }
            Op::Delay { lag, .. } => self.keep(source, lag as usize),
            _ => (),
        }
    }

    fn is_carried(&self, value: ValueId, source: ValueId) -> bool {
        let region = self.plan.homes[value].region;
        let is_scan = region.expand().is_some_and(|region| self.plan.regions[region].kind != RegionKind::Map);
        is_scan && region == self.plan.homes[source].region
    }

    /// So many bins before the current one are read.
    fn keep(&mut self, source: ValueId, reach: usize) {
        let home = &mut self.plan.homes[source];
        home.reach = home.reach.max(reach);
    }

    /// What windows read, and columns for what is read from too far back. Tiles are not much shorter than the rest.
    fn add_reach(&mut self) {
        for (source, reach) in
            self.plan.windows.values().map(|window| (window.source, window.reach)).collect::<Vec<_>>()
        {
            self.keep(source, reach);
        }
        for value in self.program.values() {
            let home = &self.plan.homes[value];
            match home.reach.min(self.plan.layout.bins) {
                _ if home.column.is_some() => (),
                reach @ ..=FARTHEST => self.plan.layout.lengthen_tiles(reach),
                _ => {
                    add_column(self.plan, value);
                }
            }
        }
    }
}

/// The stage of each value that is computed, counted from 1.
pub(super) fn stages(plan: &Plan) -> SecondaryMap<ValueId, usize> {
    let mut stage_of = SecondaryMap::new();
    for (number, stage) in (1..).zip(&plan.stages) {
        stage.uniforms.iter().for_each(|&value| stage_of[value] = number);
        for step in &stage.steps {
            plan.values_of(step).for_each(|value| stage_of[value] = number);
        }
    }
    stage_of
}
