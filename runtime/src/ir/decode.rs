//! The program of the bytes that `encode` left.
//!
//! Bytes that end too soon, go on too long or name an unknown entry are no program. What comes out is not checked, `verify`
//! does that.

use cranelift_entity::PrimaryMap;

use super::program::Value;
use super::{Grid, InputId, Op, OutputId, ParamId, Program, Rate, Slot, SlotId, Type, ValueId};
use crate::builtins::{self, Builtin};

/// What tells one operation from another.
pub(super) mod tag {
    pub(in crate::ir) const CONST: u8 = 0;
    pub(in crate::ir) const PARAM: u8 = 1;
    pub(in crate::ir) const INPUT: u8 = 2;
    pub(in crate::ir) const CALL: u8 = 3;
    pub(in crate::ir) const DELAY: u8 = 4;
    pub(in crate::ir) const FORWARD: u8 = 5;
    pub(in crate::ir) const LEAD: u8 = 6;
}

/// The program of the bytes, if they are one.
pub(crate) fn decode(bytes: &[u8]) -> Option<Program> {
    let mut reader = Reader(bytes);
    let bins = usize::try_from(reader.u64()?).ok()?;
    let bin_minutes = reader.u64()?;
    let (has_start, start) = (reader.u8()? != 0, reader.u64()?.cast_signed());
    let grid = Grid { bins, bin_minutes, start_minutes: has_start.then_some(start) };
    let values: PrimaryMap<ValueId, Value> = reader.list(Reader::value)?.into_iter().collect();
    let slots: PrimaryMap<SlotId, Slot> = reader.list(Reader::slot)?.into_iter().collect();
    let outputs: PrimaryMap<OutputId, ValueId> = reader.list(Reader::output)?.into_iter().collect();
    reader.0.is_empty().then_some(Program { grid, values, slots, outputs })
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take().map(|[byte]| byte)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }

    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.u32()?;
        (0..count).map(|_| item(self)).collect()
    }

    /// The number of something; the highest stands for none.
    fn number(&mut self) -> Option<u32> {
        self.u32().filter(|&number| number != u32::MAX)
    }

    /// The id of a value, where there is one.
    fn id(&mut self) -> Option<Option<ValueId>> {
        let number = self.u32()?;
        Some((number != u32::MAX).then(|| ValueId::from_u32(number)))
    }

    fn value(&mut self) -> Option<Value> {
        let (ty, rate) = (self.ty()?, self.rate()?);
        Some(Value { op: self.op()?, ty, rate })
    }

    fn slot(&mut self) -> Option<Slot> {
        Some(Slot { ty: self.ty()?, value: self.id()?.into() })
    }

    fn output(&mut self) -> Option<ValueId> {
        self.id()?
    }

    fn ty(&mut self) -> Option<Type> {
        let tag = self.u8()?;
        [Type::Num, Type::Bool].into_iter().find(|ty| *ty as u8 == tag)
    }

    fn rate(&mut self) -> Option<Rate> {
        let tag = self.u8()?;
        [Rate::Constant, Rate::Uniform, Rate::Series].into_iter().find(|rate| *rate as u8 == tag)
    }

    fn op(&mut self) -> Option<Op> {
        Some(match self.u8()? {
            tag::CONST => Op::Const(self.u64()?),
            tag::PARAM => Op::Param(ParamId::from_u32(self.number()?)),
            tag::INPUT => Op::Input(InputId::from_u32(self.number()?)),
            tag::CALL => Op::Call { builtin: self.builtin()?, args: self.list(|reader| reader.id()?)?.into() },
            tag::DELAY => Op::Delay { slot: SlotId::from_u32(self.number()?), lag: self.u32()?, initial: self.id()? },
            tag::FORWARD => Op::Forward(SlotId::from_u32(self.number()?)),
            tag::LEAD => Op::Lead { value: ValueId::from_u32(self.number()?), by: self.u32()? },
            _ => return None,
        })
    }

    fn builtin(&mut self) -> Option<&'static Builtin> {
        let syntax = self.u8()?;
        let name = self.list(Self::u8)?;
        builtins::all().find(|builtin| builtin.syntax as u8 == syntax && builtin.name.as_bytes() == name)
    }
}

#[cfg(test)]
mod tests {
    use cranelift_entity::EntityRef;

    use super::*;
    use crate::ir::Builder;
    use crate::ir::encode::encode;
    use crate::ir::verify;

    /// A program with every operation, none of its values in a cycle but by a slot.
    fn program() -> Program {
        let mut builder = Builder::new(Grid { bins: 7, bin_minutes: 5, start_minutes: Some(-60) });
        let (x, factor) = (builder.input(InputId::new(1)), builder.param(ParamId::new(0)));
        let slot = builder.slot(Type::Num);
        let forward = builder.forward(slot);
        let before = builder.shift(forward, 2, Some(x));
        let without_start = builder.shift(forward, 4, None);
        let ahead = builder.shift(x, -3, None);
        let scaled = builder.call(builtins::infix("*").unwrap(), &[Some(ahead), Some(factor)]);
        let sum = builder.call(builtins::infix("+").unwrap(), &[Some(before), Some(scaled)]);
        let limit = builder.number(-0.0);
        let above = builder.call(builtins::infix(">").unwrap(), &[Some(sum), Some(limit)]);
        builder.fill(slot, sum);
        builder.output(sum);
        builder.output(above);
        builder.output(without_start);
        builder.finish()
    }

    #[test]
    fn a_program_survives_its_bytes() {
        let program = program();
        let decoded = decode(&encode(&program)).unwrap();
        assert_eq!(format!("{decoded:?}"), format!("{program:?}"));
    }

    #[test]
    fn bytes_cut_short_or_added_to_are_no_program() {
        let mut bytes = encode(&program());
        (0..bytes.len()).for_each(|len| assert!(decode(&bytes[..len]).is_none(), "{len} bytes"));
        bytes.push(0);
        assert!(decode(&bytes).is_none());
    }

    /// Whatever is changed, it's a program or none.
    #[test]
    fn changed_bytes_are_no_panic() {
        let bytes = encode(&program());
        for (place, byte) in (0..bytes.len()).flat_map(|place| [0x01, 0x55, 0xff].map(|byte| (place, byte))) {
            let mut changed = bytes.clone();
            changed[place..bytes.len().min(place + 4)].iter_mut().for_each(|old| *old ^= byte);
            decode(&changed).map(|program| verify(&program));
            changed[place..bytes.len().min(place + 4)].fill(byte);
            decode(&changed).map(|program| verify(&program));
        }
    }

    #[test]
    fn an_unknown_entry_is_no_program() {
        let mut bytes = encode(&program());
        let star = bytes.iter().position(|&byte| byte == b'*').unwrap();
        bytes[star] = b'?';
        assert!(decode(&bytes).is_none());
    }
}
