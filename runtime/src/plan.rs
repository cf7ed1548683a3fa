//! What to run in which order, and where each value lives meanwhile: what the passes leave and every code generator
//! reads.
//!
//! A stage runs over all bins before the next one begins; inside it the steps run tile by tile, each over the whole
//! tile before the next. A value lives in registers inside its region; in tile scratch where another region of the
//! stage reads it, with as many bins before the tile as delays and windows reach back; in a column where it is an
//! output, or is read by reductions, leads or other stages. Of a uniform value there is one number.

use std::ops::Range;

use cranelift_entity::packed_option::PackedOption;
use cranelift_entity::{PrimaryMap, SecondaryMap, entity_impl};

use crate::builtins::Builtin;
use crate::ir::{InputId, OutputId, ValueId};

mod print;
mod region;

pub use print::Listing;
pub use region::{Region, RegionKind};

/// Bins that run through all steps of a stage together, at least: a power of two.
pub const TILE: usize = 1_024;
/// Cells of a column before bin 0, which hold what delays read there, and at least as many behind the last bin.
pub const HALO: usize = 8;
/// How far back tile scratch is kept at most. Of what is read further back there is a column.
pub const FARTHEST: usize = 16 * TILE;
/// How many times a tile the bins kept before it are at most: they are moved once a tile.
const MOST_KEPT: usize = 4;

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

/// A number per bin, kept for a tile and maybe some bins before it.
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
    /// Where tile scratch stands.
    pub scratch: PrimaryMap<ScratchId, Track>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Bins of the grid.
    pub bins: usize,
    /// How many columns.
    pub columns: usize,
    /// Bins of a tile: a power of two.
    pub tile: usize,
    /// How many cells of tile scratch.
    pub scratch: usize,
    /// How many states.
    pub states: usize,
    /// How many numbers of uniform values.
    pub numbers: usize,
}

/// Where tile scratch stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Track {
    /// The cell of the tile's first bin.
    pub start: usize,
    /// Cells before it, which hold the bins before the tile: whole cache lines.
    pub kept: usize,
}

/// Where a value lives besides registers.
#[derive(Clone, Debug, Default)]
pub struct Home {
    /// The loop that computes it.
    pub region: PackedOption<RegionId>,
    /// The column that holds it.
    pub column: PackedOption<ColumnId>,
    /// Its tile scratch, if it has no column.
    pub scratch: PackedOption<ScratchId>,
    /// Its number, if it is uniform.
    pub number: PackedOption<NumberId>,
    /// Where it finds its past, if it has one: the last value of a delay by one bin in its own loop, or the state of a
    /// scan, which takes the cell after it too.
    pub state: PackedOption<StateId>,
    /// How far back loops and windows of its stage read it.
    pub reach: usize,
    /// Of a delay: its start does not stand before bin 0 of what it reads, so its loop chooses.
    pub chooses: bool,
}

/// Where a number per bin stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// For all bins.
    Column(ColumnId),
    /// For a tile.
    Scratch(ScratchId),
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
    /// Tile scratch whose last bins are kept for the next tile.
    pub kept: Vec<ScratchId>,
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
    Before(Place),
    /// In a state, which is 0 at first.
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
    /// A window over bins up to those of the tile, by a kernel of the runtime.
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
    /// The value that it reads.
    pub source: ValueId,
    /// How many bins before bin t it reads.
    pub reach: usize,
}

impl Plan {
    /// Where a value stands in memory.
    pub fn place(&self, value: ValueId) -> Option<Place> {
        let home = &self.homes[value];
        let column = home.column.expand().map(Place::Column);
        column.or(home.scratch.expand().map(Place::Scratch))
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

impl Default for Layout {
    fn default() -> Self {
        Layout { bins: 0, columns: 0, tile: TILE, scratch: 0, states: 0, numbers: 0 }
    }
}

impl Layout {
    /// Bytes of memory that a run takes.
    pub fn bytes(&self) -> usize {
        let numbers = self.scratch + self.states + self.numbers;
        self.cells().unwrap_or(usize::MAX).saturating_add(numbers).saturating_mul(size_of::<f64>())
    }

    /// Makes tiles long enough for tile scratch that keeps so many bins.
    pub(crate) fn lengthen_tiles(&mut self, kept: usize) {
        self.tile = self.tile.max(kept.div_ceil(MOST_KEPT).next_power_of_two());
    }

    /// Tile scratch that keeps at least so many bins before the tile, of those that there are. An odd number of cache
    /// lines, so that the same bin of many doesn't fall into the same sets of the cache.
    pub(crate) fn add_scratch(&mut self, kept: usize) -> Track {
        let kept = kept.min(self.bins).next_multiple_of(8);
        let track = Track { start: self.scratch + kept, kept };
        let lines = (kept + self.tile.min(self.bins)).div_ceil(8) + 1;
        self.scratch += 8 * (lines | 1);
        track
    }

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
