//! Lays machine code down: bytes of functions and the symbols that they refer to in, executable pages out.
//!
//! Pages are written first and executable after, never both. Only what `entry` has can be referred to.

use std::ops::Range;

use cranelift_codegen::binemit::Reloc;
use memmap2::{Mmap, MmapMut};

use super::super::entry::Entry;
use super::{Code, Fault, Functions};
use crate::plan::{Layout, RegionKind};

/// Bytes that the start of a function is a multiple of: a cache line.
pub(in crate::jit) const ALIGN: usize = 64;

/// A function before it is laid down.
#[derive(Debug)]
pub(in crate::jit) struct Function {
    pub(in crate::jit) kind: RegionKind,
    pub(in crate::jit) code: Vec<u8>,
    pub(in crate::jit) symbols: Vec<Symbol>,
}

/// A place in a function where the address of a symbol belongs.
#[derive(Clone, Copy, Debug)]
pub(in crate::jit) struct Symbol {
    pub(in crate::jit) offset: usize,
    pub(in crate::jit) kind: Reloc,
    pub(in crate::jit) namespace: u32,
    pub(in crate::jit) index: u32,
    pub(in crate::jit) addend: i64,
}

impl Code {
    /// Lays down the functions of the regions, which were emitted for this layout.
    pub(in crate::jit) fn new(functions: Vec<Function>, layout: Layout) -> Result<Code, Fault> {
        let kinds = functions.iter().map(|function| function.kind).collect();
        let (mut bytes, mut places): (_, Vec<Range<usize>>) = (Vec::new(), Vec::with_capacity(functions.len()));
        for mut function in functions {
            resolve(&mut function)?;
            let start = usize::next_multiple_of(bytes.len(), ALIGN);
            bytes.resize(start, 0);
            bytes.append(&mut function.code);
            places.push(start..bytes.len());
        }
        Ok(Code { functions: Functions::Laid(executable(&bytes)?, places), kinds, layout })
    }
}

/// Writes the addresses of symbols into a function.
fn resolve(function: &mut Function) -> Result<(), Fault> {
    for symbol in &function.symbols {
        let address = Entry::of(symbol.namespace, symbol.index).ok_or(Fault::UnknownSymbol)?.address();
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
