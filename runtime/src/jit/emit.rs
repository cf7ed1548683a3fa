//! From a region to one function in Cranelift's representation.
//!
//! The function runs over some bins of a tile, a vector at a time in a map region and one at a time in a scan region; in
//! one of pairs (`pairs`) a vector has two recurrences. It gets the addresses of the first bin in the columns, which stand
//! at a constant distance, and in tile scratch. It loads what it needs where it is first read and stores what lives in
//! memory. This is where a recurrence becomes a loop: what it carries from bin to bin are the loop's parameters, in
//! registers (`states`).

use std::collections::{HashMap, VecDeque};

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F64, I64};
use cranelift_codegen::ir::{
    AbiParam, Block, BlockArg, FuncRef, Function, InstBuilder, Signature, StackSlot, UserFuncName, Value,
};
use cranelift_codegen::isa::{CallConv, TargetFrontendConfig};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

use self::pairs::Pair;
use super::entry::Entry;
use super::lanes::{Carried, Lanes, Vector};
use crate::ir::{Op, Program, ValueId};
use crate::plan::{Plan, Region, RegionId, RegionKind};

mod call;
mod memory;
mod pairs;
mod states;

/// Bytes of a number.
const CELL: i64 = 8;

/// The parameters of each function, all 64 bits wide.
#[derive(Clone, Copy)]
struct Params {
    /// The first bin in column 0, and the one behind the last.
    first: Value,
    limit: Value,
    /// The first bin in tile scratch.
    scratch: Value,
    numbers: Value,
    states: Value,
    grid: Value,
    /// Bin 0 in column 0.
    origin: Value,
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
    /// The values of the loop at hand.
    current: &'a [ValueId],
    builder: FunctionBuilder<'f>,
    config: TargetFrontendConfig,
    params: Params,
    /// The address of the current bin in column 0.
    position: Value,
    /// The address of the current bin in tile scratch.
    in_scratch: Value,
    values: HashMap<ValueId, Vector>,
    /// What this loop has loaded last.
    near: VecDeque<(ValueId, Vector)>,
    /// The state of each scan that is inline.
    carried: HashMap<ValueId, Carried>,
    entries: [Option<FuncRef>; Entry::COUNT],
    /// Where arguments of calls go.
    arguments: Option<StackSlot>,
    /// In a region of pairs, the one at hand.
    pair: Pair,
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
            first: param(0),
            limit: param(1),
            scratch: param(2),
            numbers: param(3),
            states: param(4),
            grid: param(5),
            origin: param(6),
        };
        let (values, carried) = (HashMap::new(), HashMap::new());
        let (position, in_scratch) = (params.first, params.scratch);
        let entries = [None; Entry::COUNT];
        Emitter {
            program,
            plan,
            region,
            current: &[],
            builder,
            config,
            params,
            position,
            in_scratch,
            values,
            near: VecDeque::new(),
            carried,
            entries,
            arguments: None,
            pair: Pair::beside(region),
        }
    }

    /// How many bins a step of the loop takes.
    fn width(&self) -> usize {
        match self.region.kind {
            RegionKind::Map | RegionKind::Pairs => 2,
            RegionKind::Scan => 1,
        }
    }

    fn emit(mut self) {
        let to_scratch = self.builder.ins().isub(self.params.scratch, self.params.first);
        for values in self.region.loops() {
            self.emit_loop(values, to_scratch);
        }
        self.builder.ins().return_(&[]);
        self.builder.seal_all_blocks();
        self.builder.finalize(self.config);
    }

    /// One loop; tile scratch lies so far behind column 0.
    fn emit_loop(&mut self, values: &'a [ValueId], to_scratch: Value) {
        let (header, exit) = (self.builder.create_block(), self.builder.create_block());
        self.current = values;
        self.near.clear();
        self.enter(header);
        self.in_scratch = self.builder.ins().iadd(self.position, to_scratch);
        match self.region.kind {
            RegionKind::Map | RegionKind::Scan => values.iter().for_each(|&value| self.emit_value(value)),
            RegionKind::Pairs => self.emit_pairs(),
        }
        self.repeat(header, exit);
        self.builder.switch_to_block(exit);
        self.leave(exit);
    }

    /// Jumps into the loop with the states.
    fn enter(&mut self, header: Block) {
        let mut args = vec![BlockArg::Value(self.params.first)];
        for (states, ty) in self.states() {
            let state = self.load_state(states, ty);
            args.push(BlockArg::Value(state.value));
        }
        self.builder.ins().jump(header, &args);
        self.builder.switch_to_block(header);
        self.position = self.builder.append_block_param(header, I64);
        self.bind_states(header);
    }

    /// Jumps back while there are bins.
    fn repeat(&mut self, header: Block, exit: Block) {
        let step = self.width() as i64 * CELL;
        let position = self.builder.ins().iadd_imm_s(self.position, step);
        let more = self.builder.ins().icmp(IntCC::UnsignedLessThan, position, self.params.limit);
        let states: Vec<_> = self.next_states().iter().map(|state| BlockArg::Value(state.value)).collect();
        let again: Vec<_> = std::iter::once(BlockArg::Value(position)).chain(states.iter().copied()).collect();
        self.builder.ins().brif(more, header, &again, exit, &states);
    }

    fn lanes(&mut self) -> Lanes<'_, 'f> {
        let (position, width) = ([self.position, self.params.origin], self.width());
        Lanes { builder: &mut self.builder, position, width }
    }

    /// Computes a value and stores it where it lives.
    fn emit_value(&mut self, value: ValueId) {
        let vector = match self.program.op(value) {
            Op::Call { builtin, args } => self.emit_call(value, builtin, args),
            Op::Delay { lag, initial, .. } => match self.values.get(&value) {
                Some(&carried) => carried,
                None => self.emit_delay(value, *lag, *initial),
            },
            Op::Lead { by, .. } => self.load_source(value, i64::from(*by)),
            // These are in no region.
            Op::Const(_) | Op::Param(_) | Op::Input(_) | Op::Forward(_) => self.operand(value),
        };
        self.values.insert(value, vector);
        self.store(value, vector);
    }

    /// A delay that no register carries: what is kept, or its start, where that does not stand before bin 0.
    fn emit_delay(&mut self, value: ValueId, lag: u32, initial: Option<ValueId>) -> Vector {
        let past = self.load_source(value, -i64::from(lag));
        if !self.plan.homes[value].chooses {
            return past;
        }
        let start = self.start(initial, self.program.ty(value));
        let (bin, first) = (self.lanes().bin(), self.lanes().splat(f64::from(lag)));
        let is_early = self.lanes().lt(bin, first);
        self.lanes().select(is_early, start, past)
    }
}
