//! Whether a program means something: what every backend relies on and none checks again.
//!
//! Operands are made before their users, slots are filled, arguments fit their parameters, and inside a cycle nothing
//! looks ahead. No cycle can be of lag 0: all but delays read earlier values of the list, and a delay's lag is at least 1.

use cranelift_entity::{EntityRef, SecondaryMap};

pub use self::error::VerifyError;
use super::{Op, Program, SlotId, Type, ValueId};
use crate::builtins::Reads;

mod call;
mod error;

/// Checks all that a backend relies on; the error is the first one, in the order of slots, outputs and values.
pub fn verify(program: &Program) -> Result<(), VerifyError> {
    verify_places(program)?;
    program.values().try_for_each(|value| verify_value(program, value))?;
    verify_cycles(program)
}

/// Slots and outputs hold values that exist and fit.
fn verify_places(program: &Program) -> Result<(), VerifyError> {
    for (id, slot) in program.slots() {
        let value = slot.value().ok_or(VerifyError::EmptySlot { slot: id })?;
        verify_exists(program, &id, value)?;
        verify_type(&id, slot.ty(), program.ty(value))?;
    }
    program.outputs().try_for_each(|(output, value)| verify_exists(program, &output, value))
}

fn verify_exists(program: &Program, place: &dyn ToString, value: ValueId) -> Result<(), VerifyError> {
    let exists = value.index() < program.len();
    let exists = exists && !matches!(program.op(value), Op::Forward(_));
    exists.then_some(()).ok_or_else(|| VerifyError::Dangling { place: place.to_string(), value })
}

fn verify_type(place: &dyn ToString, expected: Type, found: Type) -> Result<(), VerifyError> {
    let fits = expected == found;
    fits.then_some(()).ok_or_else(|| VerifyError::WrongType { place: place.to_string(), expected, found })
}

fn verify_value(program: &Program, value: ValueId) -> Result<(), VerifyError> {
    match program.op(value) {
        Op::Const(_) | Op::Param(_) | Op::Input(_) | Op::Forward(_) => Ok(()),
        Op::Call { builtin, args } => call::verify_call(program, value, builtin, args),
        Op::Delay { slot, lag, initial } => verify_delay(program, value, *slot, *lag, *initial),
        Op::Lead { value: operand, by } => {
            verify_defined(program, value, *operand)?;
            verify_shift(value, *by)
        }
    }
}

fn verify_delay(
    program: &Program,
    value: ValueId,
    slot: SlotId,
    lag: u32,
    initial: Option<ValueId>,
) -> Result<(), VerifyError> {
    if !program.slots.is_valid(slot) {
        return Err(VerifyError::UnknownSlot { value, slot });
    }
    if let Some(initial) = initial {
        verify_defined(program, value, initial)?;
        verify_type(&value, program.ty(value), program.ty(initial))?;
    }
    verify_shift(value, lag)
}

/// An operand is made before its user, and is no stand-in for what comes later.
fn verify_defined(program: &Program, value: ValueId, operand: ValueId) -> Result<(), VerifyError> {
    let defined = operand < value && !matches!(program.op(operand), Op::Forward(_));
    if defined { Ok(()) } else { Err(VerifyError::Undefined { value, operand }) }
}

fn verify_shift(value: ValueId, bins: u32) -> Result<(), VerifyError> {
    if bins == 0 { Err(VerifyError::NoShift { value }) } else { Ok(()) }
}

/// Inside a cycle nothing looks ahead.
fn verify_cycles(program: &Program) -> Result<(), VerifyError> {
    let mut component_of = SecondaryMap::with_capacity(program.len());
    for (number, component) in program.components().enumerate() {
        component.into_iter().for_each(|value| component_of[value] = number);
    }
    let is_inside = |value: ValueId, operand: ValueId| component_of[operand] == component_of[value];
    let on_cycle = |value: &ValueId| program.operands(*value).any(|operand| is_inside(*value, operand));
    program.values().filter(on_cycle).try_for_each(|value| {
        let looks_ahead = |&(operand, reads): &(ValueId, Reads)| {
            is_inside(value, operand) && matches!(reads, Reads::All | Reads::Lags { min: ..0, .. })
        };
        match program.reads(value).find(looks_ahead) {
            Some((operand, _)) => Err(VerifyError::LooksAhead { value, operand }),
            None => Ok(()),
        }
    })
}

#[cfg(test)]
mod tests;
