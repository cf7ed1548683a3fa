//! What a loop loads and stores, and where: columns at a constant distance, tile scratch, numbers.
//!
//! An address is that of the current bin in the first column; the column adds a constant. Other bins are a constant
//! further; beyond the cells around the bins the address is bounded.

use cranelift_codegen::ir::types::{F64, F64X2};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value};
use cranelift_entity::EntityRef;

use super::super::lanes::Vector;
use super::{CELL, Emitter};
use crate::ir::{Type, ValueId};
use crate::plan::{ColumnId, HALO, Home, RegionKind, TILE};

/// Of a vector that begins at any number.
const UNALIGNED: MemFlagsData = MemFlagsData::new().with_notrap();

impl Emitter<'_, '_> {
    /// Stores a vector in all columns of a value and in its scratch.
    pub(super) fn store(&mut self, home: &Home, vector: Vector) {
        if home.columns.is_empty() && home.scratch.is_none() {
            return;
        }
        let mut number = self.lanes().as_number(vector).value;
        if self.width() == 1 {
            number = self.builder.ins().extractlane(number, 0);
        }
        for &column in &home.columns {
            let (address, offset) = self.in_column(self.position, column, 0);
            self.builder.ins().store(MemFlagsData::trusted(), number, address, offset);
        }
        if let Some(scratch) = home.scratch.expand() {
            let (address, offset) = self.at(self.scratch, (scratch.index() * TILE) as i64 * CELL);
            self.builder.ins().store(MemFlagsData::trusted(), number, address, offset);
        }
    }

    /// An operand at the current bins: from a register, or loaded.
    pub(super) fn operand(&mut self, value: ValueId) -> Vector {
        if let Some(vector) = self.values[value] {
            return vector;
        }
        let ty = self.program.ty(value);
        match (self.program.constant(value), ty) {
            (Some(number), Type::Num) => return self.lanes().splat(number),
            (Some(number), Type::Bool) => return self.lanes().splat_truth(number != 0.0),
            _ => (),
        }
        let number = self.load(value);
        self.lanes().of_memory(number, ty)
    }

    fn load(&mut self, value: ValueId) -> Value {
        let home = &self.plan.homes[value];
        if let Some(number) = home.number.expand() {
            return self.load_splat(self.params.numbers, number.index() as i64 * CELL);
        }
        let place = match (home.columns.first(), home.scratch.expand()) {
            (Some(&column), _) => self.in_column(self.position, column, 0),
            (None, Some(scratch)) => self.at(self.scratch, (scratch.index() * TILE) as i64 * CELL),
            // Every operand of another loop has one of these.
            (None, None) => (self.position, 0),
        };
        self.load_lanes(place, MemFlagsData::trusted(), self.is_scanned(value))
    }

    /// Whether a value is stored bin by bin.
    fn is_scanned(&self, value: ValueId) -> bool {
        let region = self.plan.homes[value].region.expand();
        region.is_some_and(|region| self.plan.regions[region].kind == RegionKind::Scan)
    }

    /// What stands in the column that a value reads, so many bins on.
    pub(super) fn load_source(&mut self, value: ValueId, home: &Home, by: i64) -> Vector {
        let Some(column) = home.source.expand() else {
            return self.operand(value);
        };
        let place = self.shifted(column, by);
        let is_scanned = self.program.operands(value).next().is_some_and(|source| self.is_scanned(source));
        let number = self.load_lanes(place, UNALIGNED, is_scanned);
        let ty = self.program.ty(value);
        self.lanes().of_memory(number, ty)
    }

    /// The place of another bin of a column. Beyond the cells before bin 0 and behind the last bin, all of which hold
    /// the same, the nearest of those cells.
    fn shifted(&mut self, column: ColumnId, by: i64) -> (Value, i32) {
        let halo = HALO as i64;
        if (-halo..=halo).contains(&by) {
            return self.in_column(self.position, column, by);
        }
        let address = self.builder.ins().iadd_imm_s(self.position, by * CELL);
        let bound = if by < 0 { -halo } else { self.plan.layout.bins as i64 };
        let bound = self.builder.ins().iadd_imm_s(self.origin, bound * CELL);
        let clamped = match by {
            ..0 => self.builder.ins().smax(address, bound),
            0.. => self.builder.ins().smin(address, bound),
        };
        self.in_column(clamped, column, 0)
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
