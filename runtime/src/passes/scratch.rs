//! Tile scratch: for values that have no column and that another step of their stage reads.
//!
//! What is read at the same bin alone is free again after the last step that reads it, so a stage needs no more than is
//! in use at its widest place, and it stays in the cache. What is read back keeps its bins from tile to tile.

use cranelift_entity::SecondaryMap;

use crate::ir::{Program, Rate, ValueId};
use crate::plan::{Plan, ScratchId, Stage};

/// Gives tile scratch.
pub(super) fn scratch(program: &Program, plan: &mut Plan) {
    for mut stage in std::mem::take(&mut plan.stages) {
        add_scratch(program, plan, &mut stage);
        plan.stages.push(stage);
    }
}

fn add_scratch(program: &Program, plan: &mut Plan, stage: &mut Stage) {
    let last_reader = last_readers(program, plan, stage);
    let mut free: Vec<ScratchId> = Vec::new();
    let mut freed_after: Vec<Vec<ScratchId>> = vec![Vec::new(); stage.steps.len()];
    for (number, step) in stage.steps.iter().enumerate() {
        let values: Vec<ValueId> = plan.values_of(step).filter(|&value| plan.homes[value].column.is_none()).collect();
        for value in values {
            let scratch = match (plan.homes[value].reach, last_reader[value]) {
                (0, 0) => continue,
                (0, last) => {
                    let scratch = free.pop().unwrap_or_else(|| new_scratch(plan, 0));
                    freed_after[last - 1].push(scratch);
                    scratch
                }
                (reach, _) => {
                    let scratch = new_scratch(plan, reach);
                    stage.kept.push(scratch);
                    scratch
                }
            };
            plan.homes[value].scratch = scratch.into();
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

fn new_scratch(plan: &mut Plan, kept: usize) -> ScratchId {
    let track = plan.layout.add_scratch(kept);
    plan.scratch.push(track)
}
