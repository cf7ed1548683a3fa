//! Machine code in memory: laid down, called, freed with its last owner.
//!
//! In come the bytes of the functions and the symbols that they refer to, out comes something that can be called over a
//! range of bins. Pages are written first and executable after, never both. A call checks that the memory it is lent has
//! the sizes that the code was made for and that the bins are those of the grid: all else is the code's own.

use std::ops::Range;

use cranelift_codegen::binemit::Reloc;
use memmap2::{Mmap, MmapMut};
use thiserror::Error;

use super::entry::Entry;
use crate::ir::Grid;
use crate::plan::{HALO, Layout, RegionId, RegionKind};

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

/// A function before it is laid down.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) kind: RegionKind,
    pub(super) code: Vec<u8>,
    pub(super) symbols: Vec<Symbol>,
}

/// A place in a function where the address of a symbol belongs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Symbol {
    pub(super) offset: usize,
    pub(super) kind: Reloc,
    pub(super) namespace: u32,
    pub(super) index: u32,
    pub(super) addend: i64,
}

/// The functions of a plan.
#[derive(Debug)]
pub(crate) struct Code {
    pages: Option<Mmap>,
    /// Kind and place of the function of each region.
    functions: Vec<(RegionKind, Range<usize>)>,
    layout: Layout,
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

/// The first bin in column 0 and the one behind the last, the first bin in tile scratch, numbers, states, grid, and
/// bin 0 in column 0.
type Call = unsafe extern "C" fn(*mut f64, *const f64, *mut f64, *const f64, *mut f64, *const Grid, *const f64);

impl Code {
    /// Lays down the functions of the regions, which were emitted for this layout.
    pub(super) fn new(functions: Vec<Function>, layout: Layout) -> Result<Code, Fault> {
        let (mut bytes, mut places) = (Vec::new(), Vec::with_capacity(functions.len()));
        for mut function in functions {
            resolve(&mut function)?;
            let start = usize::next_multiple_of(bytes.len(), 64);
            bytes.resize(start, 0);
            bytes.append(&mut function.code);
            places.push((function.kind, start..bytes.len()));
        }
        Ok(Code { pages: executable(&bytes)?, functions: places, layout })
    }

    /// The machine code of a region.
    pub(crate) fn bytes(&self, region: RegionId) -> &[u8] {
        let place = self.functions.get(region.as_u32() as usize).map(|(_, place)| place.clone());
        place.and_then(|place| self.pages.as_deref()?.get(place)).unwrap_or_default()
    }

    /// How many bytes of code there are.
    pub(crate) fn len(&self) -> usize {
        self.functions.iter().map(|(_, place)| place.len()).sum()
    }

    /// Runs a region over some bins of one tile.
    pub(crate) fn call(&self, region: RegionId, memory: &mut Memory<'_>, bins: Range<usize>) -> Result<(), Fault> {
        let function = self.functions.get(region.as_u32() as usize);
        let (Some((kind, place)), Some(pages)) = (function, &self.pages) else {
            return Err(Fault::WrongMemory);
        };
        if !self.fits(memory) || !self.has_bins(*kind, &bins) {
            return Err(Fault::WrongMemory);
        }
        let address = pages[place.start..place.end].as_ptr();
        let (origin, scratch) = (memory.columns.as_mut_ptr().wrapping_add(HALO), memory.scratch.as_mut_ptr());
        // SAFETY: `address` is the start of a function that `emit` wrote with this signature, in pages that are
        // executable and live as long as `self`. It reads and writes only columns, scratch, numbers and states that
        // the plan has, at bins of the range or, through delays, leads and whole vectors, in the cells around the bins,
        // all of which lie inside the slices because their lengths are those of the plan's layout; and the slices are
        // borrowed for the call. It calls only what `entry` has.
        unsafe {
            let call: Call = std::mem::transmute(address);
            call(
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

    fn fits(&self, memory: &Memory<'_>) -> bool {
        self.layout.cells() == Some(memory.columns.len())
            && memory.scratch.len() == self.layout.scratch
            && memory.numbers.len() == self.layout.numbers
            && memory.states.len() == self.layout.states
            && memory.grid.bins == self.layout.bins
    }

    /// Whether the bins are some of one tile; vectors begin at even bins and may reach one behind the last.
    fn has_bins(&self, kind: RegionKind, bins: &Range<usize>) -> bool {
        let tile = self.layout.tile;
        let in_tile = bins.start < bins.end && bins.start / tile == (bins.end - 1) / tile;
        let in_grid = bins.end <= self.layout.bins;
        in_tile && in_grid && (kind == RegionKind::Scan || bins.start.is_multiple_of(2))
    }
}

/// Writes the addresses of symbols into a function.
fn resolve(function: &mut Function) -> Result<(), Fault> {
    for symbol in &function.symbols {
        let address = Entry::address(symbol.namespace, symbol.index).ok_or(Fault::UnknownSymbol)?;
        let place = function.code.get_mut(symbol.offset..).and_then(|code| code.first_chunk_mut::<8>());
        match (symbol.kind, place) {
            (Reloc::Abs8, Some(place)) => {
                *place = (address as u64).wrapping_add_signed(symbol.addend).to_le_bytes();
            }
            _ => return Err(Fault::UnknownSymbol),
        }
    }
    Ok(())
}

/// Pages that hold the bytes and can be executed, no longer written; none for no bytes.
fn executable(bytes: &[u8]) -> Result<Option<Mmap>, Fault> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let mut pages = MmapMut::map_anon(bytes.len())?;
    pages.copy_from_slice(bytes);
    Ok(Some(pages.make_exec()?))
}
