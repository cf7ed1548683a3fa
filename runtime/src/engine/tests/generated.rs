//! Valid programs of all shapes, each from a number.

use cranelift_entity::EntityRef;

use crate::builtins::{self, Builtin, Default as Standard, Meaning, ParamKind};
use crate::ir::{Builder, Grid, InputId, ParamId, Program, Rate, Type, ValueId};

const BINS: [usize; 7] = [0, 1, 2, 3, 17, 1_025, 3_000];

/// A generator of numbers that is its own next seed.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }

    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// A valid program: calls, delays, leads and recurrences over what came before.
pub(super) struct Generator {
    random: Random,
    builder: Builder,
    values: Vec<ValueId>,
    /// Whether something may look ahead: not inside a recurrence.
    free: bool,
}

pub(super) const NUMBERS: [f64; 10] = [0.0, -0.0, 1.0, -2.5, 0.1, 100.0, 1e300, f64::INFINITY, f64::NAN, 3.0];

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1);
        let grid = Grid { bins: random.pick(&BINS), bin_minutes: 5, start_minutes: Some(29_330_640) };
        let mut builder = Builder::new(grid);
        let mut values: Vec<_> = (0..4).map(|input| builder.input(InputId::new(input))).collect();
        values.extend((0..2).map(|param| builder.param(ParamId::new(param))));
        Generator { random, builder, values, free: true }
    }

    fn value(&mut self, ty: Type, most: Rate) -> ValueId {
        let fits = |value: &ValueId| self.builder.ty(*value) == ty && self.builder.rate(*value) <= most;
        let found: Vec<_> = self.values.iter().copied().filter(fits).collect();
        match ty {
            _ if !found.is_empty() && self.random.below(8) > 0 => {
                // The newest are what recurrences are made of.
                let skip = if self.random.below(2) == 0 { found.len().saturating_sub(4) } else { 0 };
                self.random.pick(&found[skip..])
            }
            Type::Num => {
                let number = self.random.pick(&NUMBERS);
                self.builder.number(number)
            }
            Type::Bool => {
                let truth = self.random.below(2) == 0;
                self.builder.boolean(truth)
            }
        }
    }

    fn call(&mut self, entry: &'static Builtin) {
        let truth = self.random.below(4) == 0;
        let mut args = Vec::new();
        for param in entry.params {
            if param.default == Standard::Absent && self.random.below(2) == 0 {
                break;
            }
            args.extend(self.args(param.kind, if truth { Type::Bool } else { Type::Num }));
        }
        let args: Vec<_> = args.into_iter().map(Some).collect();
        let value = self.builder.call(entry, &args);
        self.values.push(value);
    }

    fn args(&mut self, kind: ParamKind, same: Type) -> Vec<ValueId> {
        match kind {
            ParamKind::Num => vec![self.value(Type::Num, Rate::Series)],
            ParamKind::Bool => vec![self.value(Type::Bool, Rate::Series)],
            ParamKind::Same => vec![self.value(same, Rate::Series)],
            ParamKind::SameUniform => vec![self.value(same, Rate::Uniform)],
            ParamKind::Uniform { .. } => vec![self.value(Type::Num, Rate::Uniform)],
            ParamKind::Int { min } => {
                let lowest = if self.free { min.max(-20) } else { min.max(1) };
                let number = lowest + self.random.pick(&[0, 1, 2, 5, 9, 30]);
                vec![self.builder.number(number as f64)]
            }
            ParamKind::Kernel => [0.0, 0.5, 0.25, 0.0].map(|tap| self.builder.number(tap)).to_vec(),
        }
    }

    fn grow(&mut self, count: usize) {
        let entries: Vec<_> = builtins::all().filter(|entry| self.free || stays_behind(entry)).collect();
        for _ in 0..count {
            match self.random.below(6) {
                0 => self.shift(),
                _ => {
                    let entry = self.random.pick(&entries);
                    self.call(entry);
                }
            }
        }
    }

    fn shift(&mut self) {
        let ty = self.random.pick(&[Type::Num, Type::Num, Type::Bool]);
        let value = self.value(ty, Rate::Series);
        let lag = self.random.pick(&[1, 1, 2, 8, 9, 31, 5_000]);
        let ahead = self.free && self.random.below(3) == 0;
        let most = if self.free { Rate::Series } else { Rate::Uniform };
        let initial = (self.random.below(2) == 0).then(|| self.value(ty, most));
        let shifted = self.builder.shift(value, if ahead { -lag } else { lag }, initial);
        self.values.push(shifted);
    }

    /// Some values around a slot, the last of which it holds.
    fn recurrence(&mut self) {
        let ty = self.random.pick(&[Type::Num, Type::Num, Type::Bool]);
        let slot = self.builder.slot(ty);
        let initial = (self.random.below(2) == 0).then(|| self.value(ty, Rate::Series));
        self.free = false;
        for _ in 0..1 + self.random.below(2) {
            let lag = self.random.pick(&[1, 1, 1, 2, 12]);
            let before = self.builder.delay(slot, lag, initial);
            self.values.push(before);
        }
        let count = 1 + self.random.below(7);
        self.grow(count);
        let value = self.value(ty, Rate::Series);
        self.builder.fill(slot, value);
        self.free = true;
    }

    /// The program.
    pub(super) fn program(mut self) -> Program {
        for _ in 0..3 + self.random.below(8) {
            let count = self.random.below(6);
            self.grow(count);
            if self.random.below(2) == 0 {
                self.recurrence();
            }
        }
        for _ in 0..1 + self.random.below(6) {
            let value = self.random.pick(&self.values);
            self.builder.output(value);
        }
        self.builder.finish()
    }
}

/// Whether an entry reads no bin behind t whatever its arguments.
fn stays_behind(entry: &Builtin) -> bool {
    !matches!(entry.meaning, Meaning::Reduce(_)) && !matches!(entry.name, "COUNT" | "SHIFT")
}
