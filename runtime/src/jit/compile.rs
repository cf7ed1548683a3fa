//! Runs Cranelift over the regions of a plan.
//!
//! Out come the bytes of a function for each region, with the places where addresses belong; they are laid down here, or
//! written to an object file. Nothing here depends on what the program computes.

use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::{CompiledCode, Context, FinalizedRelocTarget, ir};
use cranelift_frontend::FunctionBuilderContext;

use super::emit::emit;
use super::kernel::{Code, Fault, Function, Symbol};
use super::{CompileError, Effort, target};
use crate::ir::Program;
use crate::plan::{Plan, RegionKind};

/// The code of all regions, for this machine and in memory.
pub(crate) fn compile(program: &Program, plan: &Plan, effort: Effort) -> Result<Code, CompileError> {
    let functions = functions(program, plan, &**target::host(effort)?)?;
    Ok(Code::new(functions, plan.layout)?)
}

/// The functions of all regions.
pub(super) fn functions(program: &Program, plan: &Plan, isa: &dyn TargetIsa) -> Result<Vec<Function>, CompileError> {
    let mut builder = FunctionBuilderContext::new();
    let mut context = Context::new();
    let mut functions = Vec::with_capacity(plan.regions.len());
    for region in plan.regions.keys() {
        context.clear();
        context.func = emit(program, plan, region, isa.frontend_config(), &mut builder);
        let compiled = context.compile(isa, &mut ControlPlane::default());
        compiled.map_err(|error| CompileError::Codegen(error.inner.to_string()))?;
        functions.push(function(plan.regions[region].kind, &context)?);
    }
    Ok(functions)
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
