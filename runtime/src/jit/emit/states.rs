//! What a loop carries from bin to bin: its parameters, read from the states before it and written there after it.
//!
//! A delay by one bin carries the number that it found last, a scan two: its last result, and whether it has seen one. In
//! a region of pairs each lane has states of its own.

use cranelift_codegen::ir::types::{F64X2, I64X2};
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Value};
use cranelift_entity::EntityRef;

use super::super::lanes::{Carried, Vector};
use super::{CELL, Emitter};
use crate::builtins::Emit;
use crate::ir::{Op, Type, ValueId};
use crate::plan::StateId;

impl Emitter<'_, '_> {
    /// Makes the states parameters of the loop.
    pub(super) fn bind_states(&mut self, header: Block) {
        for &value in self.current {
            if !self.is_carried(value) {
                continue;
            }
            let first = self.state_param(header, self.program.ty(value));
            match self.program.op(value) {
                Op::Delay { .. } => {
                    self.values.insert(value, first);
                }
                _ => {
                    let seen = self.state_param(header, Type::Bool);
                    self.carried.insert(value, Carried { value: first, seen });
                }
            }
        }
    }

    fn state_param(&mut self, header: Block, ty: Type) -> Vector {
        match ty {
            Type::Num => Vector::number(self.builder.append_block_param(header, F64X2)),
            Type::Bool => Vector::mask(self.builder.append_block_param(header, I64X2)),
        }
    }

    /// Whether a value carries something in registers.
    fn is_carried(&self, value: ValueId) -> bool {
        let is_inline = match self.program.op(value) {
            Op::Call { builtin, .. } => matches!(builtin.emit, Emit::Carry(_)),
            _ => true,
        };
        is_inline && self.plan.homes[value].state.is_some()
    }

    /// The states that are carried in registers, those of both lanes, in the order of their parameters.
    pub(super) fn states(&self) -> Vec<([StateId; 2], Type)> {
        let mut states = Vec::new();
        for &value in self.current.iter().filter(|&&value| self.is_carried(value)) {
            let lanes = [value, self.pair.partner(value)].map(|value| self.plan.homes[value].state.expand());
            if let [Some(first), Some(second)] = lanes {
                states.push(([first, second], self.program.ty(value)));
                if !matches!(self.program.op(value), Op::Delay { .. }) {
                    states.push(([first, second].map(|state| StateId::new(state.index() + 1)), Type::Bool));
                }
            }
        }
        states
    }

    /// The states of both lanes, as the last call left them.
    pub(super) fn load_state(&mut self, [first, second]: [StateId; 2], ty: Type) -> Vector {
        let mut number = self.load_splat(self.params.states, first.index() as i64 * CELL);
        if second != first {
            let beside = self.load_splat(self.params.states, second.index() as i64 * CELL);
            [number, _] = self.turn(number, beside);
        }
        self.lanes().of_memory(number, ty)
    }

    /// What the states are after this bin, in the order of their parameters.
    pub(super) fn next_states(&self) -> Vec<Vector> {
        let mut next = Vec::new();
        for &value in self.current.iter().filter(|&&value| self.is_carried(value)) {
            match self.program.op(value) {
                Op::Delay { slot, .. } => {
                    next.extend(self.program.slot_value(*slot).and_then(|source| self.values.get(&source)));
                }
                _ => next.extend(
                    self.carried.get(&value).map(|carried| [carried.value, carried.seen]).into_iter().flatten(),
                ),
            }
        }
        next
    }

    /// Writes the states back.
    pub(super) fn leave(&mut self, exit: Block) {
        let states = self.states();
        let last: Vec<_> = states.iter().map(|&(_, ty)| self.state_param(exit, ty)).collect();
        for (([first, second], _), last) in states.into_iter().zip(last) {
            let number = self.lanes().as_number(last).value;
            self.store_state(first, number, 0);
            if second != first {
                self.store_state(second, number, 1);
            }
        }
    }

    fn store_state(&mut self, state: StateId, number: Value, lane: u8) {
        let lane = self.builder.ins().extractlane(number, lane);
        let (address, offset) = self.at(self.params.states, state.index() as i64 * CELL);
        self.builder.ins().store(MemFlagsData::trusted(), lane, address, offset);
    }
}
