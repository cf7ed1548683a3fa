//! What preparing a program came to and what a run consists of, for people who ask.

/// A part of preparing a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Checking that it means something.
    Verify,
    /// Stages, regions and where values live.
    Plan,
    /// Machine code.
    Generate,
}

/// A part of a run, once for each tile where a stage runs tile by tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Work {
    /// Memory, and the inputs copied into it; none of it where a frame is run again.
    Load,
    /// What a stage does once: uniform values, and what stands before bin 0.
    Setup {
        /// The stage's place in the plan.
        stage: usize,
    },
    /// One step of a stage.
    Step {
        /// The stage's place in the plan.
        stage: usize,
        /// The step's place in the stage.
        step: usize,
    },
    /// All that the interpreter does.
    Interpret,
}

/// What a prepared program consists of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Values of the program.
    pub values: usize,
    /// Stages, each complete before the next.
    pub stages: usize,
    /// Loops over vectors of bins.
    pub map_regions: usize,
    /// Loops bin by bin.
    pub scan_regions: usize,
    /// Calls of window kernels.
    pub windows: usize,
    /// Columns kept for all bins.
    pub columns: usize,
    /// Columns of tile scratch.
    pub scratch: usize,
    /// Bytes of columns and tile scratch that a run takes.
    pub run_bytes: usize,
    /// Bytes of machine code.
    pub code_bytes: usize,
}
