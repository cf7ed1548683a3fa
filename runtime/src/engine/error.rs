//! Why a program can't be prepared, or a run came to nothing.

use std::fmt;

use thiserror::Error;

use crate::interp;
use crate::ir::{OutputId, ValueId, VerifyError};
use crate::jit::{CompileError, Fault};

/// Why a program can't be prepared.
#[derive(Debug, Error)]
pub enum PrepareError {
    /// The program means nothing.
    #[error(transparent)]
    Invalid(#[from] VerifyError),
    /// Its columns don't fit into memory.
    #[error("the columns of the program do not fit into memory")]
    TooLarge,
    /// No code could be generated.
    #[error(transparent)]
    Compile(#[from] CompileError),
}

/// Why a run came to nothing.
#[derive(Debug, Error)]
pub enum RunError {
    /// Inputs or parameters don't fit the program.
    #[error(transparent)]
    Inputs(#[from] interp::RunError),
    /// The columns for the outputs are too few, too many or of the wrong length.
    #[error("the program leaves {expected} columns of {bins} bins, the columns given do not fit")]
    Outputs {
        /// How many outputs the program has.
        expected: usize,
        /// The bins of its grid.
        bins: usize,
    },
    /// The columns don't fit into memory.
    #[error("no memory for the columns")]
    NoMemory,
    /// Somebody asked it to stop.
    #[error("the run was cancelled")]
    Cancelled,
    /// Interpreter and machine code differ.
    #[error("the backends differ: {0}")]
    Differs(Difference),
    /// Code could not be called.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// The first bin where interpreter and machine code differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The output.
    pub output: OutputId,
    /// The value that it is.
    pub value: ValueId,
    /// The bin.
    pub bin: usize,
    /// The bits that the interpreter leaves.
    pub interp: u64,
    /// The bits that machine code leaves.
    pub jit: u64,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { output, value, bin, interp, jit } = *self;
        let [number, other] = [interp, jit].map(f64::from_bits);
        write!(
            f,
            "{output} ({value}) at bin {bin}: interpreted {number:?} ({interp:#018x}), compiled {other:?} ({jit:#018x})"
        )
    }
}
