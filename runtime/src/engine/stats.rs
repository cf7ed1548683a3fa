//! What preparing a program came to, for people who ask.

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
    /// Bytes of machine code.
    pub code_bytes: usize,
}
