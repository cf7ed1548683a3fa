//! What tells whether code fits a plan: a digest of all that went into the code.
//!
//! That is the program, the plan but for what only the engine reads, the sizes of tiles and of the cells around columns,
//! and the order of the builtin table, by which code names its entries. It's the same on every machine.

use std::fmt::Write;

use sha2::{Digest as _, Sha256};

use super::ABI;
use crate::builtins;
use crate::ir::Program;
use crate::plan::{HALO, Plan, TILE};

/// Names a program with its plan.
pub(crate) type Digest = [u8; 32];

/// The digest of a program and its plan.
pub(crate) fn digest(program: &Program, plan: &Plan) -> Digest {
    let Plan { layout, homes, regions, windows: _, scratch, stages, inputs, outputs } = plan;
    let mut text = format!("{ABI} {} {TILE} {HALO}\n{program}", env!("CARGO_PKG_VERSION"));
    // Writing into a text can't fail.
    let _ = write!(text, "{layout:?}\n{homes:?}\n{scratch:?}\n{regions:?}\n{stages:?}\n{inputs:?}\n{outputs:?}\n");
    builtins::all().for_each(|builtin| text.push_str(&format!("{:?} {}\n", builtin.syntax, builtin.name)));
    Sha256::digest(text).into()
}
