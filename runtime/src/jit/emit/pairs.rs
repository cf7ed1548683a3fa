//! A loop over pairs of recurrences alike: one in each lane, two bins a step.
//!
//! The code is that of the first of a pair. What it reads is loaded of both, two bins each, and turned into a vector for
//! each bin; what it leaves is turned back. A bin behind the last one is computed too, like that of any vector: it has
//! cells, and nobody reads them.

use std::collections::HashMap;

use cranelift_codegen::ir::types::{F64X2, I8X16};
use cranelift_codegen::ir::{ConstantData, InstBuilder, MemFlagsData, Value};

use super::super::lanes::Vector;
use super::Emitter;
use crate::ir::{Op, Type, ValueId};
use crate::plan::{Place, Region};

/// The bytes of the first and of the second lanes of two vectors.
const LANES: [[u8; 16]; 2] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23],
    [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31],
];

/// The pair at hand.
#[derive(Default)]
pub(super) struct Pair {
    /// What the second lane has in place of a value of the first, or of an operand.
    partners: HashMap<ValueId, ValueId>,
    /// Operands at the second bin of the step.
    ahead: HashMap<ValueId, Vector>,
    /// What is to be stored, at the first bin of the step.
    behind: HashMap<ValueId, Value>,
    is_second_bin: bool,
}

impl Pair {
    /// Who is beside whom in a region.
    pub(super) fn beside(region: &Region) -> Pair {
        let mut pair = Pair::default();
        for [first, second] in region.pairs() {
            pair.partners.extend(first.iter().copied().zip(second.iter().copied()));
        }
        pair
    }

    /// What the second lane has in place of a value: itself, if nothing is beside it.
    pub(super) fn partner(&self, value: ValueId) -> ValueId {
        self.partners.get(&value).copied().unwrap_or(value)
    }
}

impl Emitter<'_, '_> {
    /// All pairs of the region, each at both bins before the next, so that little is in registers at a time.
    pub(super) fn emit_pairs(&mut self) {
        let region = self.region;
        for [first, second] in region.pairs() {
            self.begin_pair(first, second);
            for is_second_bin in [false, true] {
                self.near.clear();
                self.pair.is_second_bin = is_second_bin;
                first.iter().for_each(|&value| self.emit_value(value));
                self.advance(first);
            }
        }
    }

    fn begin_pair(&mut self, first: &[ValueId], second: &[ValueId]) {
        self.pair.ahead.clear();
        for (&value, &beside) in first.iter().zip(second) {
            self.pair.partners.extend(self.program.operands(value).zip(self.program.operands(beside)));
        }
    }

    /// What delays find at the next bin. After the last bin of the step that is what the loop carries on.
    fn advance(&mut self, values: &[ValueId]) {
        for &value in values {
            if let Op::Delay { slot, .. } = *self.program.op(value) {
                let source = self.program.slot_value(slot).and_then(|source| self.values.get(&source));
                if let Some(&source) = source {
                    self.values.insert(value, source);
                }
            }
        }
    }

    /// An operand of both lanes at the current bin.
    pub(super) fn bring_pair(&mut self, value: ValueId, ty: Type) -> Vector {
        if let Some(&ahead) = self.pair.ahead.get(&value).filter(|_| self.pair.is_second_bin) {
            return ahead;
        }
        let beside = self.pair.partner(value);
        let first = self.load(value);
        let second = if beside == value { first } else { self.load(beside) };
        let [now, ahead] = self.turn(first, second).map(|number| self.lanes().of_memory(number, ty));
        self.pair.ahead.insert(value, ahead);
        now
    }

    /// Stores both bins of a value and of the one beside it, once both are there.
    pub(super) fn store_pair(&mut self, value: ValueId, vector: Vector) {
        let beside = Some(self.pair.partner(value)).filter(|&beside| beside != value);
        let places = [Some(value), beside].map(|value| self.plan.place(value?));
        if places == [None, None] {
            return;
        }
        let number = self.lanes().as_number(vector).value;
        match self.pair.behind.remove(&value) {
            None => drop(self.pair.behind.insert(value, number)),
            Some(behind) => {
                let bins = self.turn(behind, number);
                places.into_iter().zip(bins).for_each(|(place, bins)| self.store_vector(place, bins));
            }
        }
    }

    fn store_vector(&mut self, place: Option<Place>, vector: Value) {
        if let Some(place) = place {
            let (address, offset) = self.in_place(place, 0);
            self.builder.ins().store(MemFlagsData::trusted(), vector, address, offset);
        }
    }

    /// The first lanes of both, and the second lanes.
    pub(super) fn turn(&mut self, first: Value, second: Value) -> [Value; 2] {
        let [first, second] = [first, second].map(|value| self.lanes().bits(I8X16, value));
        LANES.map(|bytes| {
            let mask = self.builder.func.dfg.immediates.push(ConstantData::from(&bytes[..]));
            let lanes = self.builder.ins().shuffle(first, second, mask);
            self.lanes().bits(F64X2, lanes)
        })
    }
}
