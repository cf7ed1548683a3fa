//! Runs Cranelift over the regions of a plan.
//!
//! The settings were chosen by measurement; see [`Effort`]. The machine is looked at once. Nothing here depends on what
//! the program computes.

use std::sync::OnceLock;

use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{CompiledCode, Context, FinalizedRelocTarget, ir};
use cranelift_frontend::FunctionBuilderContext;
use thiserror::Error;

use super::emit::emit;
use super::kernel::{Code, Fault, Function, Symbol};
use crate::ir::Program;
use crate::plan::{Plan, RegionKind};

/// Why there is no code.
#[derive(Debug, Error)]
pub enum CompileError {
    /// There is no code generator for this machine.
    #[error("no code can be generated for this machine: {0}")]
    Unsupported(String),
    /// Cranelift refuses what was emitted.
    #[error("code generation failed: {0}")]
    Codegen(String),
    /// The code can't be laid down.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// How much time code generation takes for how good code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Effort {
    /// The least.
    Quick,
    /// What measurement found best.
    #[default]
    Normal,
    /// All of Cranelift's optimizations.
    Thorough,
}

/// The code of all regions.
pub(crate) fn compile(program: &Program, plan: &Plan, effort: Effort) -> Result<Code, CompileError> {
    let isa = isa(effort)?;
    let mut builder = FunctionBuilderContext::new();
    let mut context = Context::new();
    let mut functions = Vec::with_capacity(plan.regions.len());
    for region in plan.regions.keys() {
        context.clear();
        context.func = emit(program, plan, region, isa.frontend_config(), &mut builder);
        let compiled = context.compile(&**isa, &mut ControlPlane::default());
        compiled.map_err(|error| CompileError::Codegen(error.inner.to_string()))?;
        functions.push(function(plan.regions[region].kind, &context)?);
    }
    Ok(Code::new(functions, plan.layout)?)
}

/// The functions of all regions as text, as they go into Cranelift.
pub(crate) fn clif(program: &Program, plan: &Plan) -> Result<String, CompileError> {
    let isa = isa(Effort::default())?;
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

/// The machine that this runs on.
fn isa(effort: Effort) -> Result<&'static OwnedTargetIsa, CompileError> {
    static QUICK: OnceLock<Result<OwnedTargetIsa, String>> = OnceLock::new();
    static NORMAL: OnceLock<Result<OwnedTargetIsa, String>> = OnceLock::new();
    static THOROUGH: OnceLock<Result<OwnedTargetIsa, String>> = OnceLock::new();
    let (isa, regalloc, level) = match effort {
        Effort::Quick => (&QUICK, "single_pass", "none"),
        Effort::Normal => (&NORMAL, "backtracking", "none"),
        Effort::Thorough => (&THOROUGH, "backtracking", "speed"),
    };
    isa.get_or_init(|| find_isa(regalloc, level)).as_ref().map_err(|reason| CompileError::Unsupported(reason.clone()))
}

fn find_isa(regalloc: &str, level: &str) -> Result<OwnedTargetIsa, String> {
    // Elsewhere caches of code would have to be told of new code.
    if !cfg!(target_arch = "x86_64") {
        return Err("only x86-64 is supported".to_owned());
    }
    let verifier = if cfg!(debug_assertions) { "true" } else { "false" };
    let mut flags = settings::builder();
    let chosen = [
        ("opt_level", level),
        ("regalloc_algorithm", regalloc),
        ("enable_verifier", verifier),
        ("probestack_strategy", "inline"),
        ("unwind_info", "false"),
    ];
    chosen.iter().try_for_each(|(name, value)| flags.set(name, value)).map_err(|error| error.to_string())?;
    let builder = cranelift_native::builder()?;
    let isa = builder.finish(settings::Flags::new(flags)).map_err(|error| error.to_string())?;
    let has_rounding = isa.isa_flags().iter().any(|flag| flag.name == "has_sse41" && flag.as_bool() == Some(true));
    if has_rounding { Ok(isa) } else { Err("it has no SSE4.1".to_owned()) }
}
