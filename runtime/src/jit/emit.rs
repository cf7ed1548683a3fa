//! From a region to one function in Cranelift's representation.
//!
//! The function runs over the bins `start..end`, a vector at a time in a map region and one at a time in a scan region.
//! It gets the address of the columns, which stand at a constant distance, and of tile scratch, numbers and states. It
//! loads what it needs where it is first read and stores what lives in memory. This is where a recurrence becomes a
//! loop: what it carries from bin to bin are the loop's parameters, in registers, read from the states before it and
//! written there after it.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F64, F64X2, I64, I64X2};
use cranelift_codegen::ir::{
    AbiParam, Block, BlockArg, ExtFuncData, ExternalName, FuncRef, Function, InstBuilder, MemFlagsData, Signature,
    StackSlot, StackSlotData, StackSlotKind, UserExternalName, UserFuncName, Value,
};
use cranelift_codegen::isa::{CallConv, TargetFrontendConfig};
use cranelift_entity::{EntityRef, SecondaryMap};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

use super::entry::Entry;
use super::lanes::{Carried, Lanes, Vector};
use crate::builtins::{self, Builtin, Emit, Meaning};
use crate::ir::{Op, Program, Type, ValueId};
use crate::plan::{ColumnId, HALO, Home, Plan, Region, RegionId, RegionKind, StateId, TILE};

/// Bytes of a number.
const CELL: i64 = 8;

/// The parameters of each function, all 64 bits wide.
#[derive(Clone, Copy)]
struct Params {
    columns: Value,
    scratch: Value,
    numbers: Value,
    states: Value,
    grid: Value,
    start: Value,
    end: Value,
}

/// Writes the function of a region.
pub(super) fn emit(
    program: &Program,
    plan: &Plan,
    region: RegionId,
    config: TargetFrontendConfig,
    context: &mut FunctionBuilderContext,
) -> Function {
    let signature = signature(config.default_call_conv, 7, false);
    let mut function = Function::with_name_signature(UserFuncName::user(0, region.as_u32()), signature);
    let builder = FunctionBuilder::new(&mut function, context);
    Emitter::new(program, plan, &plan.regions[region], builder, config).emit();
    function
}

/// So many addresses or numbers in, maybe a float out.
fn signature(call_conv: CallConv, params: usize, returns: bool) -> Signature {
    let mut signature = Signature::new(call_conv);
    signature.params.resize(params, AbiParam::new(I64));
    signature.returns.extend(returns.then(|| AbiParam::new(F64)));
    signature
}

struct Emitter<'a, 'f> {
    program: &'a Program,
    plan: &'a Plan,
    region: &'a Region,
    builder: FunctionBuilder<'f>,
    config: TargetFrontendConfig,
    params: Params,
    /// The address of bin 0 of column 0.
    origin: Value,
    /// The addresses of the current bin in column 0 and in scratch 0.
    position: Value,
    scratch: Value,
    values: SecondaryMap<ValueId, Option<Vector>>,
    /// The state of each scan that is inline.
    carried: SecondaryMap<ValueId, Option<Carried>>,
    entries: [Option<FuncRef>; Entry::COUNT],
    /// Where arguments of calls go.
    arguments: Option<StackSlot>,
}

impl<'a, 'f> Emitter<'a, 'f> {
    fn new(
        program: &'a Program,
        plan: &'a Plan,
        region: &'a Region,
        mut builder: FunctionBuilder<'f>,
        config: TargetFrontendConfig,
    ) -> Self {
        let entry = builder.create_block();
        builder.append_block_params_for_function_params(entry);
        builder.switch_to_block(entry);
        let param = |index| builder.block_params(entry)[index];
        let params = Params {
            columns: param(0),
            scratch: param(1),
            numbers: param(2),
            states: param(3),
            grid: param(4),
            start: param(5),
            end: param(6),
        };
        let origin = builder.ins().iadd_imm_s(params.columns, HALO as i64 * CELL);
        let (values, carried) = (SecondaryMap::new(), SecondaryMap::new());
        let (position, scratch) = (origin, params.scratch);
        let entries = [None; Entry::COUNT];
        Emitter {
            program,
            plan,
            region,
            builder,
            config,
            params,
            origin,
            position,
            scratch,
            values,
            carried,
            entries,
            arguments: None,
        }
    }

    /// How many bins a step of the loop takes.
    fn width(&self) -> usize {
        match self.region.kind {
            RegionKind::Map => 2,
            RegionKind::Scan => 1,
        }
    }

    fn emit(mut self) {
        let limit = self.address_of(self.params.end);
        let (header, exit) = (self.builder.create_block(), self.builder.create_block());
        self.enter(header);
        for &value in &self.region.values {
            self.emit_value(value);
        }
        self.repeat(header, exit, limit);
        self.builder.switch_to_block(exit);
        self.leave(exit);
        self.builder.ins().return_(&[]);
        self.builder.seal_all_blocks();
        self.builder.finalize(self.config);
    }

    /// The address of a bin in column 0.
    fn address_of(&mut self, bin: Value) -> Value {
        let bytes = self.builder.ins().ishl_imm_s(bin, 3);
        self.builder.ins().iadd(self.origin, bytes)
    }

    /// Jumps into the loop with the states.
    fn enter(&mut self, header: Block) {
        let first = self.address_of(self.params.start);
        let in_tile = self.builder.ins().band_imm_s(self.params.start, TILE as i64 - 1);
        let bytes = self.builder.ins().ishl_imm_s(in_tile, 3);
        let scratch = self.builder.ins().iadd(self.params.scratch, bytes);
        let mut args = vec![BlockArg::Value(first), BlockArg::Value(scratch)];
        for (state, ty) in self.states() {
            let number = self.load_splat(self.params.states, state.index() as i64 * CELL);
            let state = self.lanes().from_memory(number, ty);
            args.push(BlockArg::Value(state.value));
        }
        self.builder.ins().jump(header, &args);
        self.builder.switch_to_block(header);
        self.position = self.builder.append_block_param(header, I64);
        self.scratch = self.builder.append_block_param(header, I64);
        self.bind_states(header);
    }

    /// Makes the states parameters of the loop.
    fn bind_states(&mut self, header: Block) {
        for &value in &self.region.values {
            if !self.is_carried(value) {
                continue;
            }
            let first = self.state_param(header, self.program.ty(value));
            match self.program.op(value) {
                Op::Delay { .. } => self.values[value] = Some(first),
                _ => {
                    let seen = self.state_param(header, Type::Bool);
                    self.carried[value] = Some(Carried { value: first, seen });
                }
            }
        }
    }

    fn state_param(&mut self, header: Block, ty: Type) -> Vector {
        match ty {
            Type::Num => Vector::number(self.builder.append_block_param(header, F64X2)),
            Type::Bool => Vector::mask(self.builder.append_block_param(header, I64X2)),
        }
    }

    /// Whether a value carries something in registers.
    fn is_carried(&self, value: ValueId) -> bool {
        let is_inline = match self.program.op(value) {
            Op::Call { builtin, .. } => matches!(builtin.emit, Emit::Carry(_)),
            _ => true,
        };
        is_inline && self.plan.homes[value].state.is_some()
    }

    /// The states that are carried in registers, in the order of their parameters.
    fn states(&self) -> Vec<(StateId, Type)> {
        let mut states = Vec::new();
        for &value in self.region.values.iter().filter(|&&value| self.is_carried(value)) {
            if let Some(state) = self.plan.homes[value].state.expand() {
                states.push((state, self.program.ty(value)));
                if !matches!(self.program.op(value), Op::Delay { .. }) {
                    states.push((StateId::new(state.index() + 1), Type::Bool));
                }
            }
        }
        states
    }

    /// What the states are after this bin, in the order of their parameters.
    fn next_states(&mut self) -> Vec<Vector> {
        let mut next = Vec::new();
        for &value in &self.region.values {
            if !self.is_carried(value) {
                continue;
            }
            match self.program.op(value) {
                Op::Delay { slot, .. } => {
                    next.extend(self.program.slot_value(*slot).and_then(|source| self.values[source]))
                }
                _ => next.extend(self.carried[value].into_iter().flat_map(|carried| [carried.value, carried.seen])),
            }
        }
        next
    }

    /// Jumps back while there are bins.
    fn repeat(&mut self, header: Block, exit: Block, limit: Value) {
        let bytes = self.width() as i64 * CELL;
        let position = self.builder.ins().iadd_imm_s(self.position, bytes);
        let scratch = self.builder.ins().iadd_imm_s(self.scratch, bytes);
        let more = self.builder.ins().icmp(IntCC::UnsignedLessThan, position, limit);
        let states: Vec<_> = self.next_states().iter().map(|state| BlockArg::Value(state.value)).collect();
        let again: Vec<_> =
            [position, scratch].map(BlockArg::Value).into_iter().chain(states.iter().copied()).collect();
        self.builder.ins().brif(more, header, &again, exit, &states);
    }

    /// Writes the states back.
    fn leave(&mut self, exit: Block) {
        for (state, ty) in self.states() {
            let state_at_end = self.state_param(exit, ty);
            let number = self.lanes().as_number(state_at_end);
            let lane = self.builder.ins().extractlane(number.value, 0);
            let offset = (state.index() as i64 * CELL) as i32;
            self.builder.ins().store(MemFlagsData::trusted(), lane, self.params.states, offset);
        }
    }

    fn lanes(&mut self) -> Lanes<'_, 'f> {
        let (position, width) = ([self.position, self.origin], self.width());
        Lanes { builder: &mut self.builder, position, width }
    }

    /// Computes a value and stores it where it lives.
    fn emit_value(&mut self, value: ValueId) {
        let home = &self.plan.homes[value];
        let vector = match self.program.op(value) {
            Op::Call { builtin, args } => self.emit_call(value, builtin, args),
            Op::Delay { lag, .. } => match self.values[value] {
                Some(carried) => carried,
                None => self.load_source(value, home, -i64::from(*lag)),
            },
            Op::Lead { by, .. } => self.load_source(value, home, i64::from(*by)),
            // These are in no region.
            Op::Const(_) | Op::Param(_) | Op::Input(_) | Op::Forward(_) => self.operand(value),
        };
        self.values[value] = Some(vector);
        self.store(home, vector);
    }

    /// Stores a vector in all columns of a value and in its scratch.
    fn store(&mut self, home: &Home, vector: Vector) {
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
    fn operand(&mut self, value: ValueId) -> Vector {
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
        self.lanes().from_memory(number, ty)
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
        self.load_lanes(place, MemFlagsData::trusted())
    }

    /// What stands in the column that a value reads, so many bins on.
    fn load_source(&mut self, value: ValueId, home: &Home, by: i64) -> Vector {
        let Some(column) = home.source.expand() else {
            return self.operand(value);
        };
        let place = self.shifted(column, by);
        let number = self.load_lanes(place, MemFlagsData::new().with_notrap());
        let ty = self.program.ty(value);
        self.lanes().from_memory(number, ty)
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
    fn in_column(&mut self, address: Value, column: ColumnId, by: i64) -> (Value, i32) {
        let cells = (column.index() * self.plan.layout.stride()) as i64 + by;
        self.at(address, cells * CELL)
    }

    /// An address and an offset that fits the instruction.
    fn at(&mut self, address: Value, bytes: i64) -> (Value, i32) {
        match i32::try_from(bytes) {
            Ok(offset) => (address, offset),
            Err(_) => (self.builder.ins().iadd_imm_s(address, bytes), 0),
        }
    }

    /// The vector at a place; bin by bin only its first lane counts.
    fn load_lanes(&mut self, (address, offset): (Value, i32), flags: MemFlagsData) -> Value {
        match self.width() {
            1 => {
                let number = self.builder.ins().load(F64, flags, address, offset);
                self.builder.ins().scalar_to_vector(F64X2, number)
            }
            _ => self.builder.ins().load(F64X2, flags, address, offset),
        }
    }

    /// The same number in all lanes that count.
    fn load_splat(&mut self, address: Value, bytes: i64) -> Value {
        let (address, offset) = self.at(address, bytes);
        let number = self.builder.ins().load(F64, MemFlagsData::trusted(), address, offset);
        match self.width() {
            1 => self.builder.ins().scalar_to_vector(F64X2, number),
            _ => self.builder.ins().splat(F64X2, number),
        }
    }

    fn emit_call(&mut self, value: ValueId, builtin: &'static Builtin, args: &[ValueId]) -> Vector {
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
        let Some(carried) = self.carried[value] else {
            return self.operand(value);
        };
        let (next, result) = emit(&mut self.lanes(), carried, &args);
        self.carried[value] = Some(next);
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
        self.lanes().from_memory(number, ty)
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
        let home = &self.plan.homes[value];
        match (entry, home.state.expand(), home.source.expand()) {
            (Entry::Source, _, _) => vec![self.bin(lane), self.params.grid],
            (Entry::Scan, Some(state), _) => {
                vec![self.builder.ins().iadd_imm_s(self.params.states, state.index() as i64 * CELL)]
            }
            (Entry::Window, _, Some(column)) => {
                let (address, offset) = self.in_column(self.origin, column, 0);
                vec![self.builder.ins().iadd_imm_s(address, i64::from(offset)), self.bin(lane)]
            }
            _ => Vec::new(),
        }
    }

    /// The number of the current bin.
    fn bin(&mut self, lane: usize) -> Value {
        let bytes = self.builder.ins().isub(self.position, self.origin);
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
