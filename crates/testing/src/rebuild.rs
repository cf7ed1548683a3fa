//! A program made anew from another: fewer outputs, another order, another grid, values changed on the way.
//!
//! Only what the outputs need is made again. Without changes the new program must leave the same bits, because neither
//! dead code nor the order of independent values means anything; with changes it is a candidate of the shrinker.

use std::collections::HashMap;

use cranelift_entity::SecondaryMap;
use cranelift_entity::packed_option::PackedOption;
use flowtime_runtime::ir::{Builder, Grid, Op, Program, SlotId, Type, ValueId};

/// What becomes of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// It stays what it is.
    Keep,
    /// It is this number, which for a truth value is 0 or 1.
    Constant(f64),
    /// It is what an earlier value is, of the same type.
    Earlier(ValueId),
}

/// In which order independent values are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// From the first output and operand on.
    Forwards,
    /// From the last output and operand on.
    Backwards,
}

/// How to make a program anew.
pub struct Rebuild<'a> {
    /// The bins of the new program.
    pub grid: Grid,
    /// Its outputs.
    pub outputs: Vec<ValueId>,
    /// The order of its values; that of its outputs stays.
    pub order: Order,
    /// What becomes of each value.
    pub change: &'a dyn Fn(ValueId) -> Change,
}

impl<'a> Rebuild<'a> {
    /// The same program without its dead code.
    pub fn of(program: &Program) -> Self {
        let outputs = program.outputs().map(|(_, value)| value).collect();
        Rebuild { grid: *program.grid(), outputs, order: Order::Forwards, change: &|_| Change::Keep }
    }

    /// The new program.
    pub fn run(&self, program: &'a Program) -> Program {
        let (made, slots) = (SecondaryMap::new(), HashMap::new());
        let mut copy =
            Copy { from: program, how: self, builder: Builder::new(self.grid), made, slots, unfilled: Vec::new() };
        let mut roots = self.outputs.clone();
        if self.order == Order::Backwards {
            roots.reverse();
        }
        roots.into_iter().for_each(|root| copy.make_all(root));
        for output in &self.outputs {
            let value = copy.of(*output);
            copy.builder.output(value);
        }
        copy.builder.finish()
    }
}

struct Copy<'a> {
    from: &'a Program,
    how: &'a Rebuild<'a>,
    builder: Builder,
    made: SecondaryMap<ValueId, PackedOption<ValueId>>,
    slots: HashMap<SlotId, SlotId>,
    /// Slots of the old program whose new ones wait for their value.
    unfilled: Vec<SlotId>,
}

impl Copy<'_> {
    /// Makes `root`, all that it needs, and what goes into the slots read on the way.
    fn make_all(&mut self, root: ValueId) {
        self.make(root);
        while let Some(slot) = self.unfilled.pop() {
            if let Some(value) = self.from.slot_value(slot) {
                self.make(value);
                let value = self.of(value);
                self.builder.fill(self.slots[&slot], value);
            }
        }
    }

    /// Makes `root` after its operands, all on a stack of its own.
    fn make(&mut self, root: ValueId) {
        let mut pending = vec![root];
        while let Some(&value) = pending.last() {
            let mut missing = self.needs(value);
            missing.retain(|operand| self.made[*operand].is_none());
            if self.how.order == Order::Forwards {
                missing.reverse();
            }
            if missing.is_empty() || self.made[value].is_some() {
                self.make_one(value);
                pending.pop();
            }
            pending.append(&mut missing);
        }
    }

    /// What has to be made before a value: not what its slot holds.
    fn needs(&self, value: ValueId) -> Vec<ValueId> {
        match ((self.how.change)(value), self.from.op(value)) {
            (Change::Constant(_), _) => Vec::new(),
            (Change::Earlier(earlier), _) => vec![earlier],
            (Change::Keep, Op::Delay { initial, .. }) => initial.iter().copied().collect(),
            (Change::Keep, _) => self.from.operands(value).collect(),
        }
    }

    fn make_one(&mut self, value: ValueId) {
        if self.made[value].is_none() {
            let new = match ((self.how.change)(value), self.from.ty(value)) {
                (Change::Keep, _) => self.keep(value),
                (Change::Constant(number), Type::Num) => self.builder.number(number),
                (Change::Constant(number), Type::Bool) => self.builder.boolean(number != 0.0),
                (Change::Earlier(earlier), _) => self.of(earlier),
            };
            self.made[value] = new.into();
        }
    }

    fn keep(&mut self, value: ValueId) -> ValueId {
        match *self.from.op(value) {
            Op::Const(bits) if self.from.ty(value) == Type::Bool => self.builder.boolean(f64::from_bits(bits) != 0.0),
            Op::Const(bits) => self.builder.number(f64::from_bits(bits)),
            Op::Param(param) => self.builder.param(param),
            Op::Input(input) => self.builder.input(input),
            Op::Call { builtin, ref args } => {
                let args: Vec<Option<ValueId>> = args.iter().map(|&arg| Some(self.of(arg))).collect();
                self.builder.call(builtin, &args)
            }
            Op::Delay { slot, lag, initial } => {
                let slot = self.slot(slot);
                let initial = initial.map(|initial| self.of(initial));
                self.builder.delay(slot, lag, initial)
            }
            Op::Forward(slot) => {
                let slot = self.slot(slot);
                self.builder.forward(slot)
            }
            Op::Lead { value, by } => {
                let value = self.of(value);
                self.builder.shift(value, -i64::from(by), None)
            }
        }
    }

    /// The new slot for an old one.
    fn slot(&mut self, old: SlotId) -> SlotId {
        if let Some(&new) = self.slots.get(&old) {
            return new;
        }
        let held = self.from.slot_value(old);
        let new = self.builder.slot(held.map_or(Type::Num, |held| self.from.ty(held)));
        self.slots.insert(old, new);
        self.unfilled.push(old);
        new
    }

    /// The new value for an old one that has been made.
    fn of(&self, old: ValueId) -> ValueId {
        self.made[old].expand().unwrap_or(old)
    }
}
