//! Machine code that can be called: laid down in pages of its own, or linked with the program beforehand.
//!
//! A call checks that the memory it is lent has the sizes that the code was made for and that the bins are those of the
//! grid: all else is the code's own.

use std::ops::Range;

use memmap2::Mmap;
use thiserror::Error;

use crate::ir::Grid;
use crate::plan::{HALO, Layout, RegionId, RegionKind};

#[cfg(feature = "compile")]
mod lay;

#[cfg(feature = "compile")]
pub(super) use lay::{ALIGN, Function, Symbol};

/// Why code can't be laid down or called.
#[derive(Debug, Error)]
pub enum Fault {
    /// The system gives no memory for code.
    #[error("no memory for code")]
    NoMemory(#[from] std::io::Error),
    /// Code refers to something that it may not refer to.
    #[error("code refers to an unknown symbol")]
    UnknownSymbol,
    /// A call doesn't fit the code.
    #[error("the memory of the run does not fit the code")]
    WrongMemory,
}

/// The functions of a plan.
#[derive(Debug)]
pub(crate) struct Code {
    functions: Functions,
    kinds: Vec<RegionKind>,
    layout: Layout,
}

/// Where the functions of the regions are.
#[derive(Debug)]
enum Functions {
    /// In pages of this process, each at its place; no pages for no bytes.
    #[cfg_attr(not(feature = "compile"), expect(dead_code, reason = "without code generation nothing is laid down"))]
    Laid(Option<Mmap>, Vec<Range<usize>>),
    /// In the program itself or a library of it.
    Linked(Vec<Call>),
}

/// What a call reads and writes.
#[derive(Debug)]
pub(crate) struct Memory<'a> {
    pub(crate) columns: &'a mut [f64],
    pub(crate) scratch: &'a mut [f64],
    pub(crate) numbers: &'a [f64],
    pub(crate) states: &'a mut [f64],
    pub(crate) grid: &'a Grid,
}

/// A function of generated code: the first bin in column 0 and the one behind the last, the first bin in tile scratch,
/// numbers, states, grid, and bin 0 in column 0.
pub(crate) type Call =
    unsafe extern "C" fn(*mut f64, *const f64, *mut f64, *const f64, *mut f64, *const Grid, *const f64);

impl Code {
    /// The functions of the regions that were linked with the program.
    ///
    /// # Safety
    /// They were emitted for these regions and this layout, and stay where they are.
    pub(super) unsafe fn linked(functions: Vec<Call>, kinds: Vec<RegionKind>, layout: Layout) -> Code {
        Code { functions: Functions::Linked(functions), kinds, layout }
    }

    /// The machine code of a region, where this process laid it down.
    pub(crate) fn bytes(&self, region: RegionId) -> &[u8] {
        match &self.functions {
            Functions::Laid(Some(pages), places) => {
                places.get(region.as_u32() as usize).and_then(|place| pages.get(place.clone())).unwrap_or_default()
            }
            _ => &[],
        }
    }

    /// How many bytes of code this process laid down.
    pub(crate) fn len(&self) -> usize {
        match &self.functions {
            Functions::Laid(_, places) => places.iter().map(ExactSizeIterator::len).sum(),
            Functions::Linked(_) => 0,
        }
    }

    /// Runs a region over some bins of one tile.
    pub(crate) fn call(&self, region: RegionId, memory: &mut Memory<'_>, bins: Range<usize>) -> Result<(), Fault> {
        let kind = self.kinds.get(region.as_u32() as usize);
        let (Some(&kind), Some(function)) = (kind, self.function(region)) else {
            return Err(Fault::WrongMemory);
        };
        if !self.fits(memory) || !self.has_bins(kind, &bins) {
            return Err(Fault::WrongMemory);
        }
        let (origin, scratch) = (memory.columns.as_mut_ptr().wrapping_add(HALO), memory.scratch.as_mut_ptr());
        // SAFETY: the function has this signature and is executable as long as `self` lives. It reads and writes only
        // columns, scratch, numbers and states that the plan has, at bins of the range or, through delays, leads and
        // whole vectors, in the cells around the bins, all of which lie inside the slices because their lengths are those
        // of the plan's layout; and the slices are borrowed for the call. It calls only what `entry` has.
        unsafe {
            function(
                origin.wrapping_add(bins.start),
                origin.wrapping_add(bins.end),
                scratch.wrapping_add(bins.start % self.layout.tile),
                memory.numbers.as_ptr(),
                memory.states.as_mut_ptr(),
                memory.grid,
                origin,
            );
        }
        Ok(())
    }

    /// The function of a region.
    fn function(&self, region: RegionId) -> Option<Call> {
        let region = region.as_u32() as usize;
        match &self.functions {
            Functions::Laid(pages, places) => {
                let code = pages.as_ref()?.get(places.get(region)?.clone())?;
                // SAFETY: at this place stands a function that `emit` wrote with this signature, in executable pages.
                Some(unsafe { std::mem::transmute::<*const u8, Call>(code.as_ptr()) })
            }
            Functions::Linked(functions) => functions.get(region).copied(),
        }
    }

    fn fits(&self, memory: &Memory<'_>) -> bool {
        self.layout.cells() == Some(memory.columns.len())
            && memory.scratch.len() == self.layout.scratch
            && memory.numbers.len() == self.layout.numbers
            && memory.states.len() == self.layout.states
            && memory.grid.bins == self.layout.bins
    }

    /// Whether the bins are some of one tile; what takes two at a time begins at even bins and may reach one behind the
    /// last.
    fn has_bins(&self, kind: RegionKind, bins: &Range<usize>) -> bool {
        let tile = self.layout.tile;
        let in_tile = bins.start < bins.end && bins.start / tile == (bins.end - 1) / tile;
        let in_grid = bins.end <= self.layout.bins;
        in_tile && in_grid && (kind == RegionKind::Scan || bins.start.is_multiple_of(2))
    }
}
