//! Memory for what registers can't hold: columns, numbers of uniform values, states of scans.
//!
//! Each reader asks for what it needs. A column serves delays with one start only, since that stands in its cells before
//! bin 0; for another start the value gets another column. Tile scratch comes later, for what has no column.

use cranelift_entity::{EntityRef, EntitySet, SecondaryMap};

use crate::builtins::Meaning;
use crate::ir::{Op, Program, Rate, ValueId};
use crate::plan::{ColumnId, NumberId, Plan, RegionKind, Start, StartPlace, StateId};

/// Gives columns, numbers and states.
pub(super) fn homes(program: &Program, live: &EntitySet<ValueId>, plan: &mut Plan) {
    boundary(program, live, plan);
    let mut homes = Homes { program, starts: vec![None; plan.layout.columns], plan };
    for value in program.values().filter(|&value| live.contains(value)) {
        homes.add_number(value);
        homes.add_sources(value);
    }
    homes.add_crossing(live);
    homes.finish(live);
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
        let column = plan.column(value).unwrap_or_else(|| add_column(plan, value));
        plan.outputs.push(column);
    }
}

fn add_column(plan: &mut Plan, value: ValueId) -> ColumnId {
    let column = ColumnId::new(plan.layout.columns);
    plan.layout.columns += 1;
    plan.homes[value].columns.push(column);
    column
}

struct Homes<'a> {
    program: &'a Program,
    plan: &'a mut Plan,
    /// What stands before bin 0 of each column, once a delay has asked.
    starts: Vec<Option<Option<ValueId>>>,
}

impl Homes<'_> {
    fn add_number(&mut self, value: ValueId) {
        if self.program.rate(value) < Rate::Series {
            self.plan.homes[value].number = NumberId::new(self.plan.layout.numbers).into();
            self.plan.layout.numbers += 1;
        }
    }

    /// Columns and states for what a value reads of other bins.
    fn add_sources(&mut self, value: ValueId) {
        match self.program.op(value) {
            Op::Delay { slot, lag, initial } => {
                if let Some(source) = self.program.slot_value(*slot) {
                    self.add_past(value, source, *lag, *initial);
                }
            }
            Op::Lead { value: source, .. } => {
                let column = self.column(*source);
                self.plan.homes[value].source = column.into();
            }
            Op::Call { builtin, args } => match builtin.meaning {
                Meaning::Window(_) | Meaning::Reduce(_) => {
                    let column = self.column(args[0]);
                    self.plan.homes[value].source = column.into();
                }
                Meaning::Scan(_) => self.plan.homes[value].state = self.states(2).into(),
                _ => (),
            },
            _ => (),
        }
    }

    /// A delay by one bin inside its own loop is carried in a register; others read a column.
    fn add_past(&mut self, value: ValueId, source: ValueId, lag: u32, initial: Option<ValueId>) {
        if let Some(initial) = initial.filter(|&initial| self.program.rate(initial) == Rate::Series) {
            self.column(initial);
        }
        let home = &self.plan.homes[value];
        let is_scan = home.region.expand().is_some_and(|region| self.plan.regions[region].kind == RegionKind::Scan);
        if is_scan && lag == 1 && home.region == self.plan.homes[source].region {
            self.plan.homes[value].state = self.states(1).into();
        } else {
            let column = self.past_column(source, initial);
            self.plan.homes[value].source = column.into();
        }
    }

    fn states(&mut self, count: usize) -> StateId {
        let state = StateId::new(self.plan.layout.states);
        self.plan.layout.states += count;
        state
    }

    fn column(&mut self, value: ValueId) -> ColumnId {
        self.plan.column(value).unwrap_or_else(|| self.new_column(value))
    }

    fn new_column(&mut self, value: ValueId) -> ColumnId {
        self.starts.push(None);
        let column = add_column(self.plan, value);
        if let Op::Input(input) = *self.program.op(value) {
            self.plan.inputs.push((input, column));
        }
        column
    }

    /// The column of `value` that has this start before bin 0.
    fn past_column(&mut self, value: ValueId, initial: Option<ValueId>) -> ColumnId {
        let fits = |column: &&ColumnId| self.starts[column.index()].is_none_or(|start| start == initial);
        let found = self.plan.homes[value].columns.iter().find(fits).copied();
        let column = found.unwrap_or_else(|| self.new_column(value));
        self.starts[column.index()] = Some(initial);
        column
    }

    /// Columns for values that another stage reads.
    fn add_crossing(&mut self, live: &EntitySet<ValueId>) {
        let stage_of = stages(self.plan);
        for value in self.program.values().filter(|&value| live.contains(value)) {
            for operand in self.program.operands(value) {
                let is_computed = stage_of[operand] > 0 && stage_of[value] > 0;
                if is_computed && stage_of[operand] != stage_of[value] && self.program.rate(operand) == Rate::Series {
                    self.column(operand);
                }
            }
        }
    }

    /// What stages set up and clean up, now that all columns are known.
    fn finish(&mut self, live: &EntitySet<ValueId>) {
        let stage_of = stages(self.plan);
        for value in self.program.values().filter(|&value| live.contains(value)) {
            let stage = stage_of[value].saturating_sub(1);
            let starts = self.start(value);
            self.plan.stages[stage].starts.extend(starts);
            if let Op::Lead { value: source, .. } = *self.program.op(value) {
                self.add_end(stage_of[source], value);
            }
            if self.program.rate(value) < Rate::Series && !self.plan.homes[value].columns.is_empty() {
                self.plan.stages[stage].fills.push(value);
            }
        }
        for stage in &mut self.plan.stages {
            stage.starts.sort_unstable();
            stage.starts.dedup();
            stage.ends.sort_unstable();
            stage.ends.dedup();
        }
    }

    fn start(&self, value: ValueId) -> Option<Start> {
        let home = &self.plan.homes[value];
        match (self.program.op(value), home.state.expand(), home.source.expand()) {
            (Op::Delay { initial, .. }, Some(state), _) => {
                Some(Start { place: StartPlace::State(state), initial: (*initial).into() })
            }
            (Op::Delay { initial, .. }, _, Some(column)) => {
                Some(Start { place: StartPlace::Column(column), initial: (*initial).into() })
            }
            (_, Some(state), _) => Some(Start { place: StartPlace::Unseen(state), initial: None.into() }),
            _ => None,
        }
    }

    /// The column that a lead reads ends in zeros after the stage that computes it; an input's does anyway.
    fn add_end(&mut self, stage: usize, lead: ValueId) {
        if let (Some(stage), Some(column)) = (stage.checked_sub(1), self.plan.homes[lead].source.expand()) {
            self.plan.stages[stage].ends.push(column);
        }
    }
}

/// The stage of each value that is computed, counted from 1.
fn stages(plan: &Plan) -> SecondaryMap<ValueId, usize> {
    let mut stage_of = SecondaryMap::new();
    for (number, stage) in (1..).zip(&plan.stages) {
        stage.uniforms.iter().for_each(|&value| stage_of[value] = number);
        for step in &stage.steps {
            plan.values_of(step).for_each(|value| stage_of[value] = number);
        }
    }
    stage_of
}
