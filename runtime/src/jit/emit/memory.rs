//! What a loop loads and stores, and where: columns at a constant distance, tile scratch, numbers.
//!
//! An address is that of the current bin in the first column; the column adds a constant. Other bins are a constant
//! further; beyond the cells around the bins the address is bounded.

use cranelift_codegen::ir::types::{F64, F64X2};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value};
use cranelift_entity::EntityRef;

use super::super::lanes::Vector;
use super::{CELL, Emitter};
use crate::ir::{Rate, Type, ValueId};
use crate::plan::{ColumnId, HALO, Place, RegionKind};

/// Of a vector that begins at any number.
const UNALIGNED: MemFlagsData = MemFlagsData::new().with_notrap();

/// How many loaded operands and constants are kept in registers for what follows; of more, other values would have to
/// be spilled.
const NEAR: usize = 8;

impl Emitter<'_, '_> {
    /// Stores a vector where its value lives in memory.
    pub(super) fn store(&mut self, value: ValueId, vector: Vector) {
        if self.region.kind == RegionKind::Pairs {
            return self.store_pair(value, vector);
        }
        let Some(place) = self.plan.place(value) else {
            return;
        };
        let mut number = self.lanes().as_number(vector).value;
        if self.width() == 1 {
            number = self.builder.ins().extractlane(number, 0);
        }
        let (address, offset) = self.in_place(place, 0);
        self.builder.ins().store(MemFlagsData::trusted(), number, address, offset);
    }

    /// An operand at the current bins: from a register, or loaded.
    pub(super) fn operand(&mut self, value: ValueId) -> Vector {
        if let Some(&vector) = self.values.get(&value) {
            return vector;
        }
        if let Some(&(_, vector)) = self.near.iter().find(|(loaded, _)| *loaded == value) {
            return vector;
        }
        let vector = self.bring(value);
        self.near.push_back((value, vector));
        if self.near.len() > NEAR {
            self.near.pop_front();
        }
        vector
    }

    /// A constant, or what is loaded.
    fn bring(&mut self, value: ValueId) -> Vector {
        let ty = self.program.ty(value);
        match (self.program.constant(value), ty) {
            (Some(number), Type::Num) => self.lanes().splat(number),
            (Some(number), Type::Bool) => self.lanes().splat_truth(number != 0.0),
            _ if self.region.kind == RegionKind::Pairs => self.bring_pair(value, ty),
            _ => {
                let number = self.load(value);
                self.lanes().of_memory(number, ty)
            }
        }
    }

    pub(super) fn load(&mut self, value: ValueId) -> Value {
        if let Some(number) = self.plan.homes[value].number.expand() {
            return self.load_splat(self.params.numbers, number.index() as i64 * CELL);
        }
        // Every operand of another loop has a place.
        let place = self.plan.place(value).map_or((self.position, 0), |place| self.in_place(place, 0));
        self.load_lanes(place, MemFlagsData::trusted(), self.is_scanned(value))
    }

    /// Whether a value is stored bin by bin.
    fn is_scanned(&self, value: ValueId) -> bool {
        let region = self.plan.homes[value].region.expand();
        region.is_some_and(|region| self.plan.regions[region].kind == RegionKind::Scan)
    }

    /// What a value reads so many bins on.
    pub(super) fn load_source(&mut self, value: ValueId, by: i64) -> Vector {
        let Some(source) = self.program.source(value) else {
            return self.operand(value);
        };
        let Some(place) = self.plan.place(source) else {
            return self.operand(source);
        };
        let place = self.shifted(place, by);
        let number = self.load_lanes(place, UNALIGNED, self.is_scanned(source));
        let ty = self.program.ty(value);
        self.lanes().of_memory(number, ty)
    }

    /// What a delay finds before bin 0.
    pub(super) fn start(&mut self, initial: Option<ValueId>, ty: Type) -> Vector {
        let Some(initial) = initial else {
            let zero = self.lanes().splat(0.0);
            return if ty == Type::Bool { self.lanes().splat_truth(false) } else { zero };
        };
        match self.plan.homes[initial].column.expand().filter(|_| self.program.rate(initial) == Rate::Series) {
            Some(column) => {
                let (address, offset) = self.in_column(self.params.origin, column, 0);
                let number = self.load_splat(address, i64::from(offset));
                self.lanes().of_memory(number, ty)
            }
            None => self.operand(initial),
        }
    }

    /// The place of another bin. Beyond the cells before bin 0 and behind the last bin, all of which hold the same, the
    /// nearest of those cells.
    fn shifted(&mut self, place: Place, by: i64) -> (Value, i32) {
        let halo = HALO as i64;
        match place {
            Place::Scratch(scratch) => self.in_place(place, by.max(-(self.plan.scratch[scratch].kept as i64))),
            Place::Column(_) if (-halo..=halo).contains(&by) => self.in_place(place, by),
            Place::Column(column) => self.far_in_column(column, by),
        }
    }

    fn far_in_column(&mut self, column: ColumnId, by: i64) -> (Value, i32) {
        let address = self.builder.ins().iadd_imm_s(self.position, by * CELL);
        let bound = if by < 0 { -(HALO as i64) } else { self.plan.layout.bins as i64 };
        let bound = self.builder.ins().iadd_imm_s(self.params.origin, bound * CELL);
        let clamped = match by {
            ..0 => self.builder.ins().smax(address, bound),
            0.. => self.builder.ins().smin(address, bound),
        };
        self.in_column(clamped, column, 0)
    }

    /// The place of the bin that is so many from the current one.
    pub(super) fn in_place(&mut self, place: Place, by: i64) -> (Value, i32) {
        match place {
            Place::Column(column) => self.in_column(self.position, column, by),
            Place::Scratch(scratch) => self.at(self.in_scratch, (self.plan.scratch[scratch].start as i64 + by) * CELL),
        }
    }

    /// The place in a column that lies so many bins behind an address in column 0.
    pub(super) fn in_column(&mut self, address: Value, column: ColumnId, by: i64) -> (Value, i32) {
        let cells = (column.index() * self.plan.layout.stride()) as i64 + by;
        self.at(address, cells * CELL)
    }

    /// An address and an offset that fits the instruction.
    pub(super) fn at(&mut self, address: Value, bytes: i64) -> (Value, i32) {
        match i32::try_from(bytes) {
            Ok(offset) => (address, offset),
            Err(_) => (self.builder.ins().iadd_imm_s(address, bytes), 0),
        }
    }

    /// The vector at a place. Bin by bin only its first lane counts, and the next bin comes along, since a whole vector
    /// takes fewer instructions; but not where bins are stored one by one, whose stores it would have to wait for.
    fn load_lanes(&mut self, (address, offset): (Value, i32), flags: MemFlagsData, is_scanned: bool) -> Value {
        match self.width() {
            1 if is_scanned => {
                let number = self.builder.ins().load(F64, flags, address, offset);
                self.builder.ins().scalar_to_vector(F64X2, number)
            }
            1 => self.builder.ins().load(F64X2, UNALIGNED, address, offset),
            _ => self.builder.ins().load(F64X2, flags, address, offset),
        }
    }

    /// The same number in all lanes that count.
    pub(super) fn load_splat(&mut self, address: Value, bytes: i64) -> Value {
        let (address, offset) = self.at(address, bytes);
        let number = self.builder.ins().load(F64, MemFlagsData::trusted(), address, offset);
        self.builder.ins().splat(F64X2, number)
    }
}
