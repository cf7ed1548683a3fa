//! What to run in which order, and where each value lives meanwhile: what the passes leave and every code generator
//! reads.
//!
//! A stage runs over all bins before the next one begins; inside it the steps run tile by tile, each over the whole
//! tile before the next. A value lives in registers inside its region; in tile scratch where another region of the
//! stage reads it at the same bin; in columns where it is an output, or read at other bins, by windows, by reductions
//! or by other stages. Of a uniform value there is one number, and a column only where something reads columns.

use std::ops::Range;

use cranelift_entity::packed_option::PackedOption;
use cranelift_entity::{PrimaryMap, SecondaryMap, entity_impl};

use crate::builtins::Builtin;
use crate::ir::{InputId, OutputId, ValueId};

mod print;

pub use print::Listing;

/// Bins that run through all steps of a stage together: a power of two.
pub const TILE: usize = 1_024;
/// Cells of a column before bin 0, which hold what delays read there, and at least as many behind the last bin.
pub const HALO: usize = 8;

/// Code of one loop.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegionId(u32);
entity_impl!(RegionId, "region");

/// A window that a kernel of the runtime computes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WindowId(u32);
entity_impl!(WindowId, "window");

/// A number per bin, kept for all bins.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnId(u32);
entity_impl!(ColumnId, "column");

/// A number per bin, kept for a tile.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScratchId(u32);
entity_impl!(ScratchId, "scratch");

/// A number that a recurrence carries from bin to bin.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StateId(u32);
entity_impl!(StateId, "state");

/// The place of a uniform value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NumberId(u32);
entity_impl!(NumberId, "number");

/// How a program runs.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// How much memory of each kind a run needs.
    pub layout: Layout,
    /// Where each value lives.
    pub homes: SecondaryMap<ValueId, Home>,
    /// The loops.
    pub regions: PrimaryMap<RegionId, Region>,
    /// The windows that kernels compute.
    pub windows: PrimaryMap<WindowId, Window>,
    /// In the order in which they run.
    pub stages: Vec<Stage>,
    /// The columns that the inputs go into, in the order of inputs.
    pub inputs: Vec<(InputId, ColumnId)>,
    /// The columns that hold the outputs.
    pub outputs: PrimaryMap<OutputId, ColumnId>,
}

/// How much memory a run needs, all counted in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Bins of the grid.
    pub bins: usize,
    /// How many columns.
    pub columns: usize,
    /// How many columns of tile scratch.
    pub scratch: usize,
    /// How many states.
    pub states: usize,
    /// How many numbers of uniform values.
    pub numbers: usize,
}

/// Where a value lives besides registers.
#[derive(Clone, Debug, Default)]
pub struct Home {
    /// The loop that computes it.
    pub region: PackedOption<RegionId>,
    /// The columns that hold it, one for each start that delays of it have.
    pub columns: Vec<ColumnId>,
    /// Its tile scratch.
    pub scratch: PackedOption<ScratchId>,
    /// Its number, if it is uniform.
    pub number: PackedOption<NumberId>,
    /// Where it finds its past, if it has one: the last value of a delay by one bin in its own loop, or the state of a
    /// scan, which takes the cell after it too.
    pub state: PackedOption<StateId>,
    /// The column that a delay, a lead, a window or a reduction reads.
    pub source: PackedOption<ColumnId>,
}

/// Values that one loop computes.
#[derive(Clone, Debug)]
pub struct Region {
    /// How the loop runs.
    pub kind: RegionKind,
    /// The values in an order in which those of one bin can be computed.
    pub values: Vec<ValueId>,
}

/// How a loop runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionKind {
    /// Over vectors of bins: no bin depends on another one of the region.
    Map,
    /// Bin by bin: recurrences, and scans with their states.
    Scan,
}

/// What is complete before the next stage begins.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    /// Uniform values to compute first, in their order.
    pub uniforms: Vec<ValueId>,
    /// Uniform values that need columns, which are filled next.
    pub fills: Vec<ValueId>,
    /// What delays find before bin 0: set before the first tile.
    pub starts: Vec<Start>,
    /// What each tile runs, in order.
    pub steps: Vec<Step>,
    /// Columns that leads read behind the last bin: these cells become 0 after the last tile.
    pub ends: Vec<ColumnId>,
}

/// What stands before bin 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Start {
    /// Where.
    pub place: StartPlace,
    /// Bin 0 of this value, else 0.
    pub initial: PackedOption<ValueId>,
}

/// Where a start stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StartPlace {
    /// In the cells before bin 0.
    Column(ColumnId),
    /// In a state.
    State(StateId),
    /// In a scan's two states: nothing seen. Its `initial` is none.
    Unseen(StateId),
}

/// What runs over a tile.
#[derive(Clone, Debug)]
pub enum Step {
    /// One loop.
    Loop(RegionId),
    /// A recurrence too large for one function: all of them at a bin, then all at the next.
    Alternate(Vec<RegionId>),
    /// A window over a complete part of a column, by a kernel of the runtime.
    Window(WindowId),
}

/// A call of a window's entry whose other arguments are constants.
#[derive(Clone, Debug)]
pub struct Window {
    /// The value.
    pub value: ValueId,
    /// Its entry.
    pub builtin: &'static Builtin,
    /// Its other arguments.
    pub args: Vec<f64>,
}

impl Plan {
    /// A column that holds the value.
    pub fn column(&self, value: ValueId) -> Option<ColumnId> {
        self.homes[value].columns.first().copied()
    }

    /// The values that a step computes.
    pub fn values_of(&self, step: &Step) -> impl Iterator<Item = ValueId> {
        let (regions, window): (&[RegionId], _) = match step {
            Step::Loop(region) => (std::slice::from_ref(region), None),
            Step::Alternate(regions) => (regions, None),
            Step::Window(window) => (&[], Some(self.windows[*window].value)),
        };
        regions.iter().flat_map(|&region| self.regions[region].values.iter().copied()).chain(window)
    }
}

impl Layout {
    /// From a bin of one column to that bin of the next. Whole cache lines, and an odd number of them, so that the
    /// same bin of many columns doesn't fall into the same sets of the cache.
    pub fn stride(&self) -> usize {
        let lines = self.bins.div_ceil(8) + 2 * (HALO / 8);
        8 * (lines | 1)
    }

    /// Where bin 0 of a column stands.
    pub fn start(&self, column: ColumnId) -> usize {
        column.0 as usize * self.stride() + HALO
    }

    /// Where the bins of a column stand.
    pub fn bins_of(&self, column: ColumnId) -> Range<usize> {
        self.start(column)..self.start(column) + self.bins
    }

    /// The cells of all columns, if that many can be addressed.
    pub fn cells(&self) -> Option<usize> {
        let most = isize::MAX as usize / 64;
        let cells = if self.bins > most { None } else { self.stride().checked_mul(self.columns) };
        cells.filter(|&cells| cells <= most)
    }
}
