//! What stands before bin 0, what the stages fill, and what leads find behind the last bin, once all places are known.
//!
//! The cells before bin 0 of a place hold the start of the first delay that reads it. A delay with another start, or of
//! a value that is the same at every bin, has no such cells: it is marked, and its loop chooses.

use std::collections::BTreeMap;

use cranelift_entity::EntitySet;

use super::homes::stages;
use crate::ir::{Op, Program, Rate, ValueId};
use crate::plan::{Place, Plan, Start, StartPlace};

/// Gives each stage what it sets up and cleans up.
pub(super) fn starts(program: &Program, live: &EntitySet<ValueId>, plan: &mut Plan) {
    let stage_of = stages(plan);
    let mut before: BTreeMap<Place, Option<ValueId>> = BTreeMap::new();
    for value in program.values().filter(|&value| live.contains(value)) {
        let stage = stage_of[value].saturating_sub(1);
        let start = start(program, plan, value, &mut before);
        let is_in_memory = plan.homes[value].state.is_none() && matches!(program.op(value), Op::Delay { .. });
        plan.homes[value].chooses = is_in_memory && start.is_none();
        let Some(set_up) = plan.stages.get_mut(stage) else {
            continue;
        };
        set_up.starts.extend(start);
        if program.rate(value) < Rate::Series && plan.homes[value].column.is_some() {
            set_up.fills.push(value);
        }
        if let Op::Lead { value: source, .. } = *program.op(value) {
            add_end(plan, stage_of[source], source);
        }
    }
    for stage in &mut plan.stages {
        stage.starts.sort_unstable();
        stage.starts.dedup();
        stage.ends.sort_unstable();
        stage.ends.dedup();
    }
}

/// What a value finds before bin 0; none where it finds nothing, has to choose, or finds the 0 that a state is at first.
fn start(
    program: &Program,
    plan: &Plan,
    value: ValueId,
    before: &mut BTreeMap<Place, Option<ValueId>>,
) -> Option<Start> {
    match (program.op(value), plan.homes[value].state.expand()) {
        (Op::Delay { initial, .. }, Some(state)) => {
            initial.map(|initial| Start { place: StartPlace::State(state), initial: initial.into() })
        }
        (Op::Delay { initial, .. }, None) => {
            let source = program.source(value).filter(|&source| program.rate(source) == Rate::Series)?;
            let place = plan.place(source)?;
            let is_its = *before.entry(place).or_insert(*initial) == *initial;
            is_its.then_some(Start { place: StartPlace::Before(place), initial: (*initial).into() })
        }
        (_, Some(state)) => Some(Start { place: StartPlace::Unseen(state), initial: None.into() }),
        _ => None,
    }
}

/// The column that a lead reads ends in zeros after the stage that computes it; an input's does anyway.
fn add_end(plan: &mut Plan, stage: usize, source: ValueId) {
    let column = plan.homes[source].column.expand();
    if let (Some(stage), Some(column)) = (stage.checked_sub(1).and_then(|stage| plan.stages.get_mut(stage)), column) {
        stage.ends.push(column);
    }
}
