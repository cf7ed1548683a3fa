//! Prepares programs and runs them: what everyone above this crate calls.
//!
//! [`prepare`] turns a program into a [`Prepared`], which can be run any number of times, from several threads, over any
//! columns and parameters. Every backend leaves the same bits. Nothing is allocated per bin, and with a [`Frame`] of
//! one's own nothing per run.
//!
//! ```
//! use flowtime_runtime::builtins;
//! use flowtime_runtime::engine::{Inputs, Options, RunControl, prepare};
//! use flowtime_runtime::ir::{Builder, Grid, InputId, OutputId, ParamId};
//!
//! // load = demand * factor
//! let mut builder = Builder::new(Grid { bins: 3, bin_minutes: 5, start_minutes: None });
//! let demand = builder.input(InputId::from_u32(0));
//! let factor = builder.param(ParamId::from_u32(0));
//! let load = builder.call(builtins::infix("*").unwrap(), &[Some(demand), Some(factor)]);
//! let output = builder.output(load);
//!
//! // Compile once …
//! let prepared = prepare(builder.finish(), &Options::default())?;
//!
//! // … run many times: here over the same columns, with other parameters.
//! let mut frame = prepared.frame()?;
//! frame.load(&[&[10.0, 20.0, f64::NAN]])?;
//! for factor in [1.0, 1.5] {
//!     frame.run(&[factor], &RunControl::default())?;
//!     assert_eq!(frame.output(output)[..2], [10.0 * factor, 20.0 * factor]);
//! }
//!
//! // Or all at once, into columns of one's own.
//! let mut column = [0.0; 3];
//! let inputs = Inputs { columns: &[&[1.0, 2.0, 3.0]], params: &[2.0] };
//! prepared.run_into(&inputs, &RunControl::default(), &mut [&mut column])?;
//! assert_eq!(column, [2.0, 4.0, 6.0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::sync::Arc;

use crate::ir::{Program, verify};
use crate::jit::{self, Effort};
use crate::kernels::Simd;
use crate::passes;

mod auto;
mod cache;
mod error;
mod frame;
mod memory;
mod prepared;
mod run;
mod stats;
#[cfg(test)]
mod tests;
mod window;

pub use auto::EXPECTED_RUNS;
pub use cache::{Cache, ProgramHash, program_hash};
pub use error::{Difference, PrepareError, RunError};
pub use frame::Frame;
pub use prepared::{Inputs, Prepared, RunControl};
pub use stats::{Phase, Stats, Work};

/// What computes a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Backend {
    /// The interpreter, which is the definition.
    Interp,
    /// Machine code.
    Jit,
    /// Both; a run fails where they differ.
    Both,
    /// Whichever is done first, by a measured rule.
    #[default]
    Auto,
}

/// How to prepare a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Options {
    /// What computes it.
    pub backend: Backend,
    /// How much time code generation takes.
    pub effort: Effort,
    /// The widest instructions that kernels may use; never other bits.
    pub simd: Simd,
    /// How often it will be run; for [`Backend::Auto`].
    pub expected_runs: u32,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            backend: Backend::default(),
            effort: Effort::default(),
            simd: Simd::detect(),
            expected_runs: EXPECTED_RUNS,
        }
    }
}

/// Makes a program ready to run; it must pass [`verify()`].
pub fn prepare(program: impl Into<Arc<Program>>, options: &Options) -> Result<Prepared, PrepareError> {
    prepare_observed(program, options, |_| ())
}

/// Like [`prepare`]; tells the end of each phase, so that it can be timed.
pub fn prepare_observed(
    program: impl Into<Arc<Program>>,
    options: &Options,
    mut done: impl FnMut(Phase),
) -> Result<Prepared, PrepareError> {
    let program = program.into();
    verify(&program)?;
    done(Phase::Verify);
    let backend = auto::choose(&program, options);
    let plan = match backend {
        Backend::Interp => passes::plan_interpreted(&program),
        _ => passes::plan(&program),
    };
    plan.layout.cells().ok_or(PrepareError::TooLarge)?;
    done(Phase::Plan);
    let code = match backend {
        Backend::Interp => None,
        _ => Some(jit::compile(&program, &plan, options.effort)?),
    };
    done(Phase::Generate);
    Ok(Prepared::new(program, plan, backend, options.simd, code))
}
