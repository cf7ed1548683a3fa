//! Models compiled beforehand: a program becomes an object file, and a program linked with that file runs it.
//!
//! The file holds the code of the regions and the program itself; everything between regions is done by this crate, which
//! is linked too, makes the plan again and keeps it. Code fits the plan that it was made for and no other, so the file
//! also holds a digest of program and plan: where this crate comes to another one, nothing is run.

#[cfg(feature = "compile")]
use crate::engine::PrepareError;
#[cfg(feature = "compile")]
use crate::ir::encode;
use crate::ir::{Program, decode, verify};
#[cfg(feature = "compile")]
use crate::jit;
use crate::passes;
use crate::plan::Plan;

mod columns;
mod cpu;
mod digest;
mod floats;
mod status;

pub(crate) use columns::check_columns;
pub use cpu::{Cpu, UnknownCpu};
pub(crate) use digest::{Digest, digest};
pub(crate) use floats::check_floats;
pub use status::Status;

/// The version of what object files and this crate agree on: the record of a model, what its functions take, and what
/// they call. Counted up with every change of these.
pub(crate) const ABI: u32 = 1;

/// `flowtime_rt.h`, which declares what other languages see of this crate.
pub const HEADER: &str = include_str!("../include/flowtime_rt.h");

/// A model as an object file holds it.
#[cfg(feature = "compile")]
pub(crate) struct Image<'a> {
    /// The start of all names.
    pub(crate) name: &'a str,
    /// The instructions that it needs.
    pub(crate) cpu: Cpu,
    /// Of program and plan.
    pub(crate) digest: Digest,
    /// The program as bytes.
    pub(crate) program: Vec<u8>,
}

/// A native object file with one function, `NAME_run`, that runs the program; `name` must be an identifier of C.
///
/// # Errors
/// Where the program means nothing, or there is no code generator for this machine.
#[cfg(feature = "compile")]
pub fn object(program: &Program, name: &str, cpu: Cpu) -> Result<Vec<u8>, PrepareError> {
    verify(program)?;
    let plan = passes::plan(program);
    plan.layout.cells().ok_or(PrepareError::TooLarge)?;
    let image = Image { name, cpu, digest: digest(program, &plan), program: encode(program) };
    Ok(jit::object(program, &plan, &image)?)
}

/// The program of an object file and its plan, where they are those that its code was made for.
pub(crate) fn plan(bytes: &[u8], expected: &Digest) -> Result<(Program, Plan), Status> {
    let program = decode(bytes).filter(|program| verify(program).is_ok()).ok_or(Status::Mismatch)?;
    let plan = passes::plan(&program);
    let fits = plan.layout.cells().is_some() && digest(&program, &plan) == *expected;
    if fits { Ok((program, plan)) } else { Err(Status::Mismatch) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_has_the_statuses_and_no_others() {
        let declared: Vec<&str> = HEADER.lines().filter_map(|line| line.trim().strip_prefix("FLOWTIME_")).collect();
        let declared: Vec<&str> = declared.iter().map(|line| line.trim_end_matches(',')).collect();
        let expected = Status::ALL.map(|status| format!("{} = {}", status.name(), status.code()));
        assert_eq!(declared, expected.each_ref().map(|line| line.trim_start_matches("FLOWTIME_")));
    }
}
