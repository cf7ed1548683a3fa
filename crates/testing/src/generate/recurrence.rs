//! Recurrences: slots are opened and read with a lag, values are made of them, and one of these goes into each slot.

use flowtime_runtime::builtins;
use flowtime_runtime::ir::{Rate, SlotId, Type, ValueId};

use super::Generator;

impl Generator<'_, '_> {
    /// One recurrence of up to three series that may read each other, with calls of any entry inside.
    pub(super) fn recurrence(&mut self) {
        let open = self.made.len();
        self.open = Some(open);
        let slots: Vec<(SlotId, Type)> = (0..=self.choices.below(3)).map(|_| self.open_slot()).collect();
        for _ in 0..slots.len() + self.choices.below(8) {
            self.call_any();
        }
        for (slot, ty) in slots {
            let value = self.of_recurrence(ty, open);
            self.builder.fill(slot, value);
        }
        self.open = None;
    }

    /// A slot and one or two delays of it.
    fn open_slot(&mut self) -> (SlotId, Type) {
        let ty = self.any_type();
        let slot = self.builder.slot(ty);
        for _ in 0..=self.choices.below(2) {
            let lag = self.choices.pick(&[1, 1, 1, 2, 3, 7, 8, 64, 5000]);
            let initial = self.choices.one_in(3).then(|| self.value(ty, Rate::Series, true));
            let delay = self.delay(slot, lag, initial);
            self.made.push(delay);
        }
        (slot, ty)
    }

    /// A delay, made as the compiler makes it: by slot, or by shifting what stands for the slot.
    fn delay(&mut self, slot: SlotId, lag: u32, initial: Option<ValueId>) -> ValueId {
        if self.choices.one_in(2) {
            let forward = self.builder.forward(slot);
            return self.builder.shift(forward, i64::from(lag), initial);
        }
        self.builder.delay(slot, lag, initial)
    }

    /// A value of this type made since the recurrence was opened, any one if there is none.
    fn of_recurrence(&mut self, ty: Type, open: usize) -> ValueId {
        let fits = |value: &ValueId| self.builder.ty(*value) == ty;
        let fitting: Vec<ValueId> = self.made[open..].iter().copied().filter(fits).collect();
        if fitting.is_empty() { self.value(ty, Rate::Series, false) } else { self.late(&fitting) }
    }

    /// Up to 17 queues alike, `MAX(0, q[t-1] + arrivals - served)`: what backends run side by side.
    pub(super) fn queues(&mut self) {
        for _ in 0..=self.choices.below(17) {
            let slot = self.builder.slot(Type::Num);
            let before = self.builder.delay(slot, 1, None);
            let mut queue = before;
            for operator in ["+", "-"].into_iter().filter_map(builtins::infix) {
                let flow = self.value(Type::Num, Rate::Series, false);
                queue = self.builder.call(operator, &[Some(queue), Some(flow)]);
            }
            if let Some(max) = builtins::function("MAX") {
                let zero = self.builder.number(0.0);
                queue = self.builder.call(max, &[Some(zero), Some(queue)]);
            }
            self.builder.fill(slot, queue);
            self.made.push(queue);
        }
    }
}
