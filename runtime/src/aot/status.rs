//! What a call of a compiled model came to, as a number for callers in other languages.

use std::ffi::CStr;

use crate::engine::RunError;

/// The outcome of a call; all but `Ok` leave the outputs in any state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    /// The outputs are computed.
    Ok = 0,
    /// A pointer is null or not aligned.
    Pointer = 1,
    /// The columns don't have the bins of the model.
    Bins = 2,
    /// An output overlaps another column.
    Overlap = 3,
    /// The thread doesn't compute as IEEE 754 has it.
    FloatMode = 4,
    /// There is no memory for the columns.
    Memory = 5,
    /// The object file belongs to another version of the library.
    Mismatch = 6,
    /// The processor lacks instructions that the object file was made for.
    Processor = 7,
    /// A bug.
    Internal = 8,
}

impl Status {
    /// All of them, in the order of their numbers.
    pub const ALL: [Status; 9] = [
        Status::Ok,
        Status::Pointer,
        Status::Bins,
        Status::Overlap,
        Status::FloatMode,
        Status::Memory,
        Status::Mismatch,
        Status::Processor,
        Status::Internal,
    ];

    /// The number that callers get.
    pub fn code(self) -> i32 {
        self as i32
    }

    /// What it is called in `flowtime_rt.h`.
    pub fn name(self) -> &'static str {
        match self {
            Status::Ok => "FLOWTIME_OK",
            Status::Pointer => "FLOWTIME_POINTER",
            Status::Bins => "FLOWTIME_BINS",
            Status::Overlap => "FLOWTIME_OVERLAP",
            Status::FloatMode => "FLOWTIME_FLOAT_MODE",
            Status::Memory => "FLOWTIME_MEMORY",
            Status::Mismatch => "FLOWTIME_MISMATCH",
            Status::Processor => "FLOWTIME_PROCESSOR",
            Status::Internal => "FLOWTIME_INTERNAL",
        }
    }

    /// What went wrong and what helps, for people.
    pub fn message(self) -> &'static CStr {
        match self {
            Status::Ok => c"the outputs are computed",
            Status::Pointer => c"a pointer is null or not aligned to 8 bytes",
            Status::Bins => c"the columns do not have as many bins as the model",
            Status::Overlap => c"an output overlaps another column: give each output memory of its own",
            Status::FloatMode => {
                c"this thread flushes subnormal numbers to zero or does not round to nearest: build without -ffast-math"
            }
            Status::Memory => c"there is no memory for the columns",
            Status::Mismatch => {
                c"the object file belongs to another version of libflowtime_rt: compile the model again"
            }
            Status::Processor => c"the processor lacks instructions: compile the model for --target-cpu x86-64-v2",
            Status::Internal => c"a bug in libflowtime_rt, please report it with the model",
        }
    }
}

impl From<RunError> for Status {
    fn from(error: RunError) -> Self {
        match error {
            RunError::NoMemory => Status::Memory,
            _ => Status::Internal,
        }
    }
}
