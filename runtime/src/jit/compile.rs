//! Runs Cranelift over the regions of a plan.
//!
//! Out come the bytes of a function for each region, with the places where addresses belong; they are laid down here, or
//! written to an object file. Nothing here depends on what the program computes.

use std::cmp::Reverse;
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::{CompiledCode, Context, FinalizedRelocTarget, ir};
use cranelift_frontend::FunctionBuilderContext;

use super::emit::emit;
use super::kernel::{Code, Fault, Function, Symbol};
use super::{CompileError, Effort, target};
use crate::ir::Program;
use crate::plan::{Plan, RegionId, RegionKind};

/// Values that are worth a thread: most of a millisecond. Less is done before a busy machine comes back to a thread.
const VALUES_OF_THREAD: usize = 128;
/// Threads at most.
const MOST_THREADS: usize = 8;

/// The code of all regions, for this machine and in memory.
pub(crate) fn compile(program: &Program, plan: &Plan, effort: Effort) -> Result<Code, CompileError> {
    let functions = functions(program, plan, &**target::host(effort)?)?;
    Ok(Code::new(functions, plan.layout)?)
}

/// The functions of all regions, in their order, whoever makes them.
pub(super) fn functions(program: &Program, plan: &Plan, isa: &dyn TargetIsa) -> Result<Vec<Function>, CompileError> {
    let mut regions: Vec<RegionId> = plan.regions.keys().collect();
    // The largest first, so that no thread is left alone with one.
    regions.sort_by_key(|&region| Reverse(plan.regions[region].values.len()));
    let (next, regions) = (AtomicUsize::new(0), &regions);
    let make = || {
        let mut maker = Maker { program, plan, isa, builder: FunctionBuilderContext::new(), context: Context::new() };
        let take = || regions.get(next.fetch_add(1, Ordering::Relaxed));
        std::iter::from_fn(take).map(|&region| Ok((region, maker.make(region)?))).collect::<Result<Vec<_>, _>>()
    };
    let made = std::thread::scope(|scope| {
        let helper = |_| std::thread::Builder::new().spawn_scoped(scope, make).ok();
        let helpers: Vec<_> = (0..helpers(plan)).filter_map(helper).collect();
        let mut made = vec![make()];
        made.extend(helpers.into_iter().map(|helper| helper.join().unwrap_or_else(|panic| resume_unwind(panic))));
        made.into_iter().collect::<Result<Vec<_>, CompileError>>()
    })?;
    let mut made: Vec<(RegionId, Function)> = made.into_iter().flatten().collect();
    made.sort_by_key(|(region, _)| *region);
    Ok(made.into_iter().map(|(_, function)| function).collect())
}

/// How many threads help, where there is enough for them to do.
fn helpers(plan: &Plan) -> usize {
    static PROCESSORS: OnceLock<usize> = OnceLock::new();
    let processors = *PROCESSORS.get_or_init(|| std::thread::available_parallelism().map_or(1, NonZeroUsize::get));
    let values: usize = plan.regions.values().map(|region| region.values.len()).sum();
    processors.min(plan.regions.len()).min(values / VALUES_OF_THREAD).min(MOST_THREADS).saturating_sub(1)
}

/// Makes one function after the other.
struct Maker<'a> {
    program: &'a Program,
    plan: &'a Plan,
    isa: &'a dyn TargetIsa,
    builder: FunctionBuilderContext,
    context: Context,
}

impl Maker<'_> {
    fn make(&mut self, region: RegionId) -> Result<Function, CompileError> {
        self.context.clear();
        self.context.func = emit(self.program, self.plan, region, self.isa.frontend_config(), &mut self.builder);
        let compiled = self.context.compile(self.isa, &mut ControlPlane::default());
        compiled.map_err(|error| CompileError::Codegen(error.inner.to_string()))?;
        Ok(function(self.plan.regions[region].kind, &self.context)?)
    }
}

/// The functions of all regions as text, as they go into Cranelift.
pub(crate) fn clif(program: &Program, plan: &Plan) -> Result<String, CompileError> {
    let isa = target::host(Effort::default())?;
    let mut builder = FunctionBuilderContext::new();
    let functions = plan.regions.keys().map(|region| {
        let function = emit(program, plan, region, isa.frontend_config(), &mut builder);
        format!("; {region}\n{function}")
    });
    Ok(functions.collect::<Vec<_>>().join("\n"))
}

/// What was compiled last.
fn function(kind: RegionKind, context: &Context) -> Result<Function, Fault> {
    let compiled = context.compiled_code();
    let symbols = compiled.map_or(Ok(Vec::new()), |compiled| symbols(compiled, &context.func))?;
    Ok(Function { kind, code: compiled.map(|code| code.code_buffer().to_vec()).unwrap_or_default(), symbols })
}

/// The places where addresses belong; anything but an address of what we declared is refused.
fn symbols(compiled: &CompiledCode, function: &ir::Function) -> Result<Vec<Symbol>, Fault> {
    let relocs = compiled.buffer.relocs().iter();
    let symbol = |target: &FinalizedRelocTarget| match target {
        FinalizedRelocTarget::ExternalName(ir::ExternalName::User(name)) => {
            function.params.user_named_funcs().get(*name).cloned()
        }
        _ => None,
    };
    relocs
        .map(|reloc| {
            let name = symbol(&reloc.target).ok_or(Fault::UnknownSymbol)?;
            let (offset, kind, addend) = (reloc.offset as usize, reloc.kind, reloc.addend);
            Ok(Symbol { offset, kind, namespace: name.namespace, index: name.index, addend })
        })
        .collect()
}

/// Whether code can be generated for this machine.
pub(crate) fn is_supported() -> bool {
    target::host(Effort::default()).is_ok()
}
