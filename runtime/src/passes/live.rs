//! Dead code: which values the outputs need.

use cranelift_entity::EntitySet;

use crate::ir::{Program, ValueId};

/// The values that the outputs need, at whatever bin.
pub(super) fn live(program: &Program) -> EntitySet<ValueId> {
    let mut live = EntitySet::with_capacity(program.len());
    let mut pending: Vec<ValueId> = program.outputs().map(|(_, value)| value).collect();
    while let Some(value) = pending.pop() {
        if live.insert(value) {
            pending.extend(program.operands(value));
        }
    }
    live
}
