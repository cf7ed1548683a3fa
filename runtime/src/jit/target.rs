//! The machines that code is generated for: this one, or all of a kind.
//!
//! The settings were chosen by measurement; see [`Effort`]. This machine is looked at once.

use std::sync::OnceLock;

use cranelift_codegen::isa::{self, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};

use super::{CompileError, Effort};
use crate::aot::Cpu;

/// The machine that this runs on.
pub(super) fn host(effort: Effort) -> Result<&'static OwnedTargetIsa, CompileError> {
    static QUICK: OnceLock<Result<OwnedTargetIsa, String>> = OnceLock::new();
    static NORMAL: OnceLock<Result<OwnedTargetIsa, String>> = OnceLock::new();
    static THOROUGH: OnceLock<Result<OwnedTargetIsa, String>> = OnceLock::new();
    let isa = match effort {
        Effort::Quick => &QUICK,
        Effort::Normal => &NORMAL,
        Effort::Thorough => &THOROUGH,
    };
    let find = || find(&cranelift_native::builder()?, effort, false);
    isa.get_or_init(find).as_ref().map_err(|reason| CompileError::Unsupported(reason.clone()))
}

/// The system that this runs on, on machines that have these instructions; code for it can be linked anywhere.
pub(super) fn portable(cpu: Cpu) -> Result<OwnedTargetIsa, CompileError> {
    let find = || {
        let mut builder = cranelift_native::builder_with_options(false)?;
        builder.enable(preset(cpu)).map_err(|error| error.to_string())?;
        find(&builder, Effort::Thorough, true)
    };
    find().map_err(CompileError::Unsupported)
}

/// What Cranelift calls the first processor that had the instructions of a level.
fn preset(cpu: Cpu) -> &'static str {
    match cpu {
        Cpu::V2 => "nehalem",
        Cpu::V3 => "haswell",
    }
}

fn find(builder: &isa::Builder, effort: Effort, is_pic: bool) -> Result<OwnedTargetIsa, String> {
    // Elsewhere caches of code would have to be told of new code.
    if !cfg!(target_arch = "x86_64") {
        return Err("only x86-64 is supported".to_owned());
    }
    let flags = flags(effort, is_pic).map_err(|error| error.to_string())?;
    let isa = builder.finish(flags).map_err(|error| error.to_string())?;
    let has_rounding = isa.isa_flags().iter().any(|flag| flag.name == "has_sse41" && flag.as_bool() == Some(true));
    if has_rounding { Ok(isa) } else { Err("it has no SSE4.1".to_owned()) }
}

fn flags(effort: Effort, is_pic: bool) -> Result<settings::Flags, settings::SetError> {
    let (regalloc, level) = match effort {
        Effort::Quick => ("single_pass", "none"),
        Effort::Normal => ("backtracking", "none"),
        Effort::Thorough => ("backtracking", "speed"),
    };
    let mut flags = settings::builder();
    flags.set("opt_level", level)?;
    flags.set("regalloc_algorithm", regalloc)?;
    flags.set("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" })?;
    flags.set("probestack_strategy", "inline")?;
    flags.set("unwind_info", "false")?;
    flags.set("is_pic", if is_pic { "true" } else { "false" })?;
    Ok(settings::Flags::new(flags))
}
