//! The program as bytes, for models that are compiled beforehand; `decode` makes the program of them again.
//!
//! Numbers stand in their bits, the lowest byte first, lists behind their lengths, entries of the table by syntax and name.

use cranelift_entity::packed_option::ReservedValue;

use super::decode::tag;
use super::program::Value;
use super::{Op, Program, ValueId};

/// The bytes of a program.
pub(crate) fn encode(program: &Program) -> Vec<u8> {
    let mut bytes = Vec::new();
    let grid = program.grid();
    put(&mut bytes, (grid.bins as u64).to_le_bytes());
    put(&mut bytes, grid.bin_minutes.to_le_bytes());
    put(&mut bytes, [u8::from(grid.start_minutes.is_some())]);
    put(&mut bytes, grid.start_minutes.unwrap_or(0).to_le_bytes());
    put_list(&mut bytes, program.values.values(), put_value);
    put_list(&mut bytes, program.slots.values(), |bytes, slot| {
        put(bytes, [slot.ty as u8]);
        put_id(bytes, slot.value());
    });
    put_list(&mut bytes, program.outputs.values(), |bytes, &value| put_id(bytes, Some(value)));
    bytes
}

fn put_value(bytes: &mut Vec<u8>, value: &Value) {
    put(bytes, [value.ty as u8, value.rate as u8]);
    match &value.op {
        Op::Const(bits) => {
            put(bytes, [tag::CONST]);
            put(bytes, bits.to_le_bytes());
        }
        Op::Param(param) => put_tagged(bytes, tag::PARAM, param.as_u32()),
        Op::Input(input) => put_tagged(bytes, tag::INPUT, input.as_u32()),
        Op::Call { builtin, args } => {
            put(bytes, [tag::CALL, builtin.syntax as u8]);
            put_list(bytes, builtin.name.as_bytes().iter(), |bytes, &byte| bytes.push(byte));
            put_list(bytes, args.iter(), |bytes, &arg| put_id(bytes, Some(arg)));
        }
        Op::Delay { slot, lag, initial } => {
            put_tagged(bytes, tag::DELAY, slot.as_u32());
            put(bytes, lag.to_le_bytes());
            put_id(bytes, *initial);
        }
        Op::Forward(slot) => put_tagged(bytes, tag::FORWARD, slot.as_u32()),
        Op::Lead { value, by } => {
            put_tagged(bytes, tag::LEAD, value.as_u32());
            put(bytes, by.to_le_bytes());
        }
    }
}

fn put<const N: usize>(bytes: &mut Vec<u8>, more: [u8; N]) {
    bytes.extend_from_slice(&more);
}

fn put_tagged(bytes: &mut Vec<u8>, tag: u8, number: u32) {
    bytes.push(tag);
    put(bytes, number.to_le_bytes());
}

fn put_id(bytes: &mut Vec<u8>, value: Option<ValueId>) {
    put(bytes, value.unwrap_or_else(ValueId::reserved_value).as_u32().to_le_bytes());
}

fn put_list<T>(
    bytes: &mut Vec<u8>,
    items: impl ExactSizeIterator<Item = T>,
    mut put_item: impl FnMut(&mut Vec<u8>, T),
) {
    put(bytes, (items.len() as u32).to_le_bytes());
    items.for_each(|item| put_item(bytes, item));
}
