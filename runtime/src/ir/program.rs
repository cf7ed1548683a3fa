//! The finished program, read only: values, slots and outputs by id.
//!
//! The values stand in the order in which they were made. Nothing here is checked: a program may be asked about any id
//! of its own, and `verify` tells whether it means something.

use cranelift_entity::packed_option::PackedOption;
use cranelift_entity::{EntityRef, PrimaryMap};

use super::{Grid, InputId, Op, OutputId, ParamId, Rate, SlotId, Type, ValueId, components};

/// A program over the bins of one grid.
#[derive(Clone, Debug)]
pub struct Program {
    pub(super) grid: Grid,
    pub(super) values: PrimaryMap<ValueId, Value>,
    pub(super) slots: PrimaryMap<SlotId, Slot>,
    pub(super) outputs: PrimaryMap<OutputId, ValueId>,
}

/// A value: what it does, and what follows from that.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) op: Op,
    pub(super) ty: Type,
    pub(super) rate: Rate,
}

/// A place that delays read.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    pub(super) ty: Type,
    pub(super) value: PackedOption<ValueId>,
}

impl Slot {
    /// The type of what it holds.
    pub fn ty(&self) -> Type {
        self.ty
    }

    /// What it holds, once it is filled.
    pub fn value(&self) -> Option<ValueId> {
        self.value.expand()
    }
}

impl Program {
    /// The bins that the program runs over.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The values in the order in which they were made.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = ValueId> + ExactSizeIterator + use<> {
        self.values.keys()
    }

    /// How a value comes about.
    pub fn op(&self, value: ValueId) -> &Op {
        &self.values[value].op
    }

    /// The type of a value.
    pub fn ty(&self, value: ValueId) -> Type {
        self.values[value].ty
    }

    /// The rate of a value.
    pub fn rate(&self, value: ValueId) -> Rate {
        self.values[value].rate
    }

    /// The number of a constant.
    pub fn constant(&self, value: ValueId) -> Option<f64> {
        match *self.op(value) {
            Op::Const(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// The slots in the order in which they were made.
    pub fn slots(&self) -> impl Iterator<Item = (SlotId, &Slot)> {
        self.slots.iter()
    }

    /// What a slot holds, once it is filled.
    pub fn slot_value(&self, slot: SlotId) -> Option<ValueId> {
        self.slots[slot].value()
    }

    /// The outputs in order.
    pub fn outputs(&self) -> impl ExactSizeIterator<Item = (OutputId, ValueId)> {
        self.outputs.iter().map(|(output, &value)| (output, value))
    }

    /// How many inputs a run must bring: one more than the highest id in use.
    pub fn input_count(&self) -> usize {
        self.count_of(|op| if let Op::Input(input) = op { Some(InputId::index(*input)) } else { None })
    }

    /// How many parameters a run must bring: one more than the highest id in use.
    pub fn param_count(&self) -> usize {
        self.count_of(|op| if let Op::Param(param) = op { Some(ParamId::index(*param)) } else { None })
    }

    /// The values that a value is computed from, each as often as it occurs: what has to be there, at whatever bin.
    pub fn operands(&self, value: ValueId) -> impl Iterator<Item = ValueId> {
        let (args, first, second): (&[ValueId], _, _) = match self.op(value) {
            Op::Const(_) | Op::Param(_) | Op::Input(_) | Op::Forward(_) => (&[], None, None),
            Op::Call { args, .. } => (args, None, None),
            Op::Delay { slot, initial, .. } => (&[], self.slot_value(*slot), *initial),
            Op::Lead { value, .. } => (&[], Some(*value), None),
        };
        args.iter().copied().chain(first).chain(second)
    }

    /// The strongly connected components of the values, each after those that it reads; its values in their order.
    pub fn components(&self) -> impl Iterator<Item = Vec<ValueId>> + use<> {
        let operands = |index| self.operands(ValueId::new(index)).map(ValueId::index);
        let found = components(self.len(), operands).into_iter();
        found.map(|component| component.into_iter().map(ValueId::new).collect())
    }

    fn count_of(&self, index: impl Fn(&Op) -> Option<usize>) -> usize {
        self.values.values().filter_map(|value| index(&value.op)).max().map_or(0, |highest| highest + 1)
    }
}
