//! Calls: inline where the entry says how, else of the entry's scalar function, lane by lane.

use cranelift_codegen::ir::types::{F64X2, I64};
use cranelift_codegen::ir::{
    ExtFuncData, ExternalName, FuncRef, InstBuilder, StackSlot, StackSlotData, StackSlotKind, UserExternalName, Value,
};
use cranelift_entity::EntityRef;

use super::super::entry::Entry;
use super::super::lanes::Vector;
use super::{CELL, Emitter, signature};
use crate::builtins::{self, Builtin, Emit, Meaning};
use crate::ir::ValueId;

impl Emitter<'_, '_> {
    /// The result of a call at the current bins.
    pub(super) fn emit_call(&mut self, value: ValueId, builtin: &'static Builtin, args: &[ValueId]) -> Vector {
        match (builtin.emit, builtin.meaning) {
            (Emit::Inline(emit), _) => {
                let args: Vec<Vector> = args.iter().map(|&arg| self.operand(arg)).collect();
                emit(&mut self.lanes(), &args)
            }
            (Emit::Carry(emit), _) => self.emit_scan(value, emit, args),
            (Emit::Call, Meaning::Source(_)) => self.emit_entry(Entry::Source, value, builtin, args),
            (Emit::Call, Meaning::Scan(_)) => self.emit_entry(Entry::Scan, value, builtin, args),
            (Emit::Call, Meaning::Window(_)) => self.emit_entry(Entry::Window, value, builtin, &args[1..]),
            (Emit::Call, _) => self.emit_entry(Entry::Elementwise, value, builtin, args),
        }
    }

    fn emit_scan(&mut self, value: ValueId, emit: builtins::EmitCarry, args: &[ValueId]) -> Vector {
        let args: Vec<Vector> = args.iter().map(|&arg| self.operand(arg)).collect();
        let Some(&carried) = self.carried.get(&value) else {
            return self.operand(value);
        };
        let (next, result) = emit(&mut self.lanes(), carried, &args);
        self.carried.insert(value, next);
        result
    }

    /// Calls the scalar function of an entry for each lane.
    fn emit_entry(&mut self, entry: Entry, value: ValueId, builtin: &'static Builtin, args: &[ValueId]) -> Vector {
        let index = builtins::all().position(|other| other == builtin).unwrap_or_default() as i64;
        let index = self.builder.ins().iconst(I64, index);
        let args: Vec<Vector> = args.iter().map(|&arg| self.operand(arg)).collect();
        let numbers: Vec<Value> = args.iter().map(|&arg| self.lanes().as_number(arg).value).collect();
        let results: Vec<Value> =
            (0..self.width()).map(|lane| self.call_lane(entry, index, value, &numbers, lane)).collect();
        let number = self.join(&results);
        let ty = self.program.ty(value);
        self.lanes().of_memory(number, ty)
    }

    fn call_lane(&mut self, entry: Entry, index: Value, value: ValueId, args: &[Value], lane: usize) -> Value {
        let slot = self.store_arguments(args, lane);
        let count = self.builder.ins().iconst(I64, args.len() as i64);
        let mut call = vec![index];
        call.extend(self.subject(entry, value, lane));
        call.extend([slot, count]);
        let function = self.entry(entry);
        let call = self.builder.ins().call(function, &call);
        self.builder.inst_results(call)[0]
    }

    /// What an entry is called with besides its arguments.
    fn subject(&mut self, entry: Entry, value: ValueId, lane: usize) -> Vec<Value> {
        let source = self.program.source(value).and_then(|source| self.plan.homes[source].column.expand());
        match (entry, self.plan.homes[value].state.expand(), source) {
            (Entry::Source, _, _) => vec![self.bin(lane), self.params.grid],
            (Entry::Scan, Some(state), _) => {
                vec![self.builder.ins().iadd_imm_s(self.params.states, state.index() as i64 * CELL)]
            }
            (Entry::Window, _, Some(column)) => {
                let (address, offset) = self.in_column(self.params.origin, column, 0);
                vec![self.builder.ins().iadd_imm_s(address, i64::from(offset)), self.bin(lane)]
            }
            _ => Vec::new(),
        }
    }

    /// The number of the current bin.
    fn bin(&mut self, lane: usize) -> Value {
        let bytes = self.builder.ins().isub(self.position, self.params.origin);
        let bin = self.builder.ins().ushr_imm_s(bytes, 3);
        self.builder.ins().iadd_imm_s(bin, lane as i64)
    }

    fn store_arguments(&mut self, args: &[Value], lane: usize) -> Value {
        let slot = self.argument_slot();
        for (place, &arg) in args.iter().enumerate() {
            let number = self.builder.ins().extractlane(arg, lane as u8);
            self.builder.ins().stack_store(I64, number, slot, (place as i64 * CELL) as i32);
        }
        self.builder.ins().stack_addr(I64, slot, 0)
    }

    /// One place for the arguments of all calls, large enough for the longest list.
    fn argument_slot(&mut self) -> StackSlot {
        if let Some(slot) = self.arguments {
            return slot;
        }
        let longest = self.region.values.iter().map(|&value| self.program.operands(value).count()).max().unwrap_or(0);
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, (longest.max(1) * 8) as u32, 3);
        *self.arguments.insert(self.builder.create_sized_stack_slot(data))
    }

    /// The results of the lanes as one vector.
    fn join(&mut self, lanes: &[Value]) -> Value {
        let first = self.builder.ins().scalar_to_vector(F64X2, lanes[0]);
        lanes
            .iter()
            .enumerate()
            .skip(1)
            .fold(first, |vector, (lane, &number)| self.builder.ins().insertlane(vector, number, lane as u8))
    }

    fn entry(&mut self, entry: Entry) -> FuncRef {
        let index = entry as usize;
        if let Some(function) = self.entries[index] {
            return function;
        }
        let signature = self.builder.import_signature(signature(self.config.default_call_conv, entry.params(), true));
        let name = UserExternalName::new(Entry::NAMESPACE, index as u32);
        let name = ExternalName::user(self.builder.func.declare_imported_user_function(name));
        let data = ExtFuncData { name, signature, colocated: false, patchable: false };
        *self.entries[index].insert(self.builder.import_function(data))
    }
}
