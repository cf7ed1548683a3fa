//! Tile scratch: for values that have no column and that another loop of their stage reads at the same bin.
//!
//! A scratch column is free again after the last step that reads it, so a stage needs no more of them than are in use at
//! its widest place, and they stay in the cache.

use cranelift_entity::{EntityRef, SecondaryMap};

use crate::ir::{Program, Rate, ValueId};
use crate::plan::{Plan, ScratchId, Stage};

/// Gives tile scratch.
pub(super) fn scratch(program: &Program, plan: &mut Plan) {
    for stage in std::mem::take(&mut plan.stages) {
        add_scratch(program, plan, &stage);
        plan.stages.push(stage);
    }
}

fn add_scratch(program: &Program, plan: &mut Plan, stage: &Stage) {
    let last_reader = last_readers(program, plan, stage);
    let mut free: Vec<ScratchId> = Vec::new();
    let mut freed_after: Vec<Vec<ScratchId>> = vec![Vec::new(); stage.steps.len()];
    for (number, step) in stage.steps.iter().enumerate() {
        let values: Vec<ValueId> = plan.values_of(step).collect();
        for value in values {
            let needs = last_reader[value] > 0 && plan.homes[value].columns.is_empty();
            if needs {
                let scratch = free.pop().unwrap_or_else(|| new_scratch(plan));
                plan.homes[value].scratch = scratch.into();
                freed_after[last_reader[value] - 1].push(scratch);
            }
        }
        free.append(&mut freed_after[number]);
    }
}

/// The last step that reads each value from memory, counted from 1.
fn last_readers(program: &Program, plan: &Plan, stage: &Stage) -> SecondaryMap<ValueId, usize> {
    let mut last = SecondaryMap::new();
    for (number, step) in (1..).zip(&stage.steps) {
        for value in plan.values_of(step) {
            let home = plan.homes[value].region;
            for operand in program.operands(value) {
                let elsewhere = plan.homes[operand].region != home || home.is_none();
                if elsewhere && program.rate(operand) == Rate::Series {
                    last[operand] = number;
                }
            }
        }
    }
    last
}

fn new_scratch(plan: &mut Plan) -> ScratchId {
    let scratch = ScratchId::new(plan.layout.scratch);
    plan.layout.scratch += 1;
    scratch
}
