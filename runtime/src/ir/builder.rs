//! Builds a program value by value: lowers, folds and shares on the way, so that what is equal exists once.
//!
//! Folding calls the entry's own function, so a folded value can't differ from one computed at run time. Slots and seeded
//! samples are never shared. The builder takes what it is given; `verify` finds what makes no sense.

use std::collections::HashMap;

use cranelift_entity::PrimaryMap;
use cranelift_entity::packed_option::PackedOption;

use super::program::Value;
use super::{Grid, InputId, Op, OutputId, ParamId, Program, Rate, Slot, SlotId, Type, ValueId};
use crate::builtins::{Builtin, Meaning, ParamKind, Reads, ResultType, Syntax};

/// Builds a program; see the methods.
#[derive(Debug)]
pub struct Builder {
    program: Program,
    shared: HashMap<(Op, Type), ValueId>,
    /// The slots made by `shift`, by what they hold.
    holders: HashMap<ValueId, SlotId>,
}

impl Builder {
    /// An empty program over `grid`.
    pub fn new(grid: Grid) -> Self {
        let (values, slots, outputs) = (PrimaryMap::new(), PrimaryMap::new(), PrimaryMap::new());
        let program = Program { grid, values, slots, outputs };
        Builder { program, shared: HashMap::new(), holders: HashMap::new() }
    }

    /// The bins that the program runs over.
    pub fn grid(&self) -> &Grid {
        self.program.grid()
    }

    /// How many values there are so far; ids count up from 0.
    pub fn size(&self) -> usize {
        self.program.len()
    }

    /// A constant number.
    pub fn number(&mut self, number: f64) -> ValueId {
        self.share(Op::constant(number), Type::Num, Rate::Constant)
    }

    /// A constant truth value.
    pub fn boolean(&mut self, truth: bool) -> ValueId {
        self.share(Op::constant(f64::from(u8::from(truth))), Type::Bool, Rate::Constant)
    }

    /// A parameter: a number that the run brings.
    pub fn param(&mut self, param: ParamId) -> ValueId {
        self.share(Op::Param(param), Type::Num, Rate::Uniform)
    }

    /// An input: a column that the run brings.
    pub fn input(&mut self, input: InputId) -> ValueId {
        self.share(Op::Input(input), Type::Num, Rate::Series)
    }

    /// A call, its arguments in the order of the parameters with defaults filled in, a kernel's taps last.
    ///
    /// Of an elementwise variadic entry more than two arguments fold from the left, and a single one is the result.
    pub fn call(&mut self, builtin: &'static Builtin, args: &[Option<ValueId>]) -> ValueId {
        if let Meaning::Lower(lower) = builtin.meaning {
            return lower(self, args);
        }
        let args: Vec<ValueId> = args.iter().copied().map_while(|arg| arg).collect();
        match (builtin.meaning, args.as_slice()) {
            (Meaning::Elementwise(_), &[first, ref rest @ ..]) if builtin.variadic => {
                rest.iter().fold(first, |left, &right| self.entry(builtin, vec![left, right]))
            }
            _ => self.entry(builtin, args),
        }
    }

    /// A new, empty slot.
    pub fn slot(&mut self, ty: Type) -> SlotId {
        self.program.slots.push(Slot { ty, value: PackedOption::default() })
    }

    /// Puts `value` into `slot`, once.
    pub fn fill(&mut self, slot: SlotId, value: ValueId) {
        self.program.slots[slot].value = value.into();
    }

    /// Stands for what `slot` will hold, to be shifted by a lag.
    pub fn forward(&mut self, slot: SlotId) -> ValueId {
        let ty = self.program.slots[slot].ty;
        self.share(Op::Forward(slot), ty, Rate::Series)
    }

    /// What the slot's value was `lag` ≥ 1 bins ago; before bin 0, bin 0 of `initial`, or 0 without it.
    pub fn delay(&mut self, slot: SlotId, lag: u32, initial: Option<ValueId>) -> ValueId {
        let ty = self.program.slots[slot].ty;
        self.share(Op::Delay { slot, lag, initial }, ty, Rate::Series)
    }

    /// `value` itself at lag 0, a delay of it at a positive one, and at a negative one its bins ahead, 0 past the end.
    pub fn shift(&mut self, value: ValueId, lag: i64, initial: Option<ValueId>) -> ValueId {
        let bins = u32::try_from(lag.unsigned_abs()).unwrap_or(u32::MAX);
        match lag {
            0 => value,
            1.. => {
                let slot = self.holder(value);
                self.delay(slot, bins, initial)
            }
            _ => self.share(Op::Lead { value, by: bins }, self.ty(value), Rate::Series),
        }
    }

    /// Makes `value` a column that the program leaves.
    pub fn output(&mut self, value: ValueId) -> OutputId {
        self.program.outputs.push(value)
    }

    /// The number of a constant.
    pub fn constant(&self, value: ValueId) -> Option<f64> {
        self.program.constant(value)
    }

    /// The type of a value.
    pub fn ty(&self, value: ValueId) -> Type {
        self.program.ty(value)
    }

    /// The rate of a value.
    pub fn rate(&self, value: ValueId) -> Rate {
        self.program.rate(value)
    }

    /// The program, complete.
    pub fn finish(self) -> Program {
        self.program
    }

    /// A call of an entry that doesn't lower.
    fn entry(&mut self, builtin: &'static Builtin, mut args: Vec<ValueId>) -> ValueId {
        let ty = self.result_type(builtin, &args);
        if let Some(number) = self.fold(builtin, &args) {
            return self.share(Op::constant(number), ty, Rate::Constant);
        }
        self.clear_unread(builtin, &mut args);
        let rate = self.result_rate(builtin, &args);
        let op = Op::Call { builtin, args: args.into() };
        match builtin.syntax {
            Syntax::Sample => self.program.values.push(Value { op, ty, rate }),
            _ => self.share(op, ty, rate),
        }
    }

    /// The type of a call's result.
    fn result_type(&self, builtin: &'static Builtin, args: &[ValueId]) -> Type {
        let is_same = |index| {
            let kind = builtin.param(index).map(|param| param.kind);
            matches!(kind, Some(ParamKind::Same | ParamKind::SameUniform))
        };
        match builtin.result {
            ResultType::Num => Type::Num,
            ResultType::Bool => Type::Bool,
            ResultType::Same => {
                (0..args.len()).find(|&index| is_same(index)).map_or(Type::Num, |index| self.ty(args[index]))
            }
        }
    }

    /// The number of an elementwise call of constants, if none is missing.
    fn fold(&self, builtin: &Builtin, args: &[ValueId]) -> Option<f64> {
        let Meaning::Elementwise(eval) = builtin.meaning else {
            return None;
        };
        if args.len() < builtin.params.len() {
            return None;
        }
        let numbers: Option<Vec<f64>> = args.iter().map(|&arg| self.constant(arg)).collect();
        numbers.map(|numbers| eval(&numbers))
    }

    /// Replaces a window's column by 0 where no bin of it is read: nothing is computed for it, no cycle hangs on it.
    fn clear_unread(&mut self, builtin: &'static Builtin, args: &mut [ValueId]) {
        if !matches!(builtin.meaning, Meaning::Window(_)) {
            return;
        }
        if let Some(&(column, Reads::Nothing)) = self.program.call_reads(builtin, args).first() {
            args[0] = self.share(Op::constant(0.0), self.ty(column), Rate::Constant);
        }
    }

    /// The rate of a call's result.
    fn result_rate(&self, builtin: &Builtin, args: &[ValueId]) -> Rate {
        match builtin.meaning {
            Meaning::Elementwise(_) | Meaning::Lower(_) => {
                args.iter().map(|&arg| self.rate(arg)).max().unwrap_or(Rate::Constant)
            }
            Meaning::Reduce(_) => Rate::Uniform,
            Meaning::Source(_) | Meaning::Window(_) | Meaning::Scan(_) => Rate::Series,
        }
    }

    /// The slot through which delays read `value`.
    fn holder(&mut self, value: ValueId) -> SlotId {
        if let Op::Forward(slot) = *self.program.op(value) {
            return slot;
        }
        if let Some(&slot) = self.holders.get(&value) {
            return slot;
        }
        let slot = self.slot(self.ty(value));
        self.fill(slot, value);
        self.holders.insert(value, slot);
        slot
    }

    /// The value that does `op`, made if there is none.
    fn share(&mut self, op: Op, ty: Type, rate: Rate) -> ValueId {
        let values = &mut self.program.values;
        *self.shared.entry((op, ty)).or_insert_with_key(|(op, _)| values.push(Value { op: op.clone(), ty, rate }))
    }
}

#[cfg(test)]
mod tests;
