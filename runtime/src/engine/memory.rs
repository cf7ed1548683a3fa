//! Memory that begins at a cache line, zeros at first.
//!
//! Much of it comes in large pages where the system has them: over long columns the time to find pages would otherwise
//! be more than that to compute.

use memmap2::MmapMut;

/// Bytes of a cache line.
const LINE: usize = 64;
/// Numbers from which on memory comes in pages of its own.
const LARGE: usize = 1 << 19;

/// Numbers that begin at a cache line and stay where they are.
#[derive(Debug)]
pub(super) struct Cells {
    memory: Memory,
    len: usize,
}

#[derive(Debug)]
enum Memory {
    /// With the first number that begins at a cache line.
    Small(Vec<f64>, usize),
    Large(MmapMut),
}

impl Cells {
    /// So many zeros; none if there is no memory for them.
    pub(super) fn new(len: usize) -> Option<Cells> {
        let memory = if len < LARGE { Some(small(len)) } else { large(len) };
        Some(Cells { memory: memory?, len })
    }

    /// The numbers.
    pub(super) fn get(&self) -> &[f64] {
        match &self.memory {
            Memory::Small(numbers, start) => &numbers[*start..start + self.len],
            Memory::Large(pages) => bytemuck::cast_slice(&pages[..]),
        }
    }

    /// The numbers, to be written.
    pub(super) fn get_mut(&mut self) -> &mut [f64] {
        match &mut self.memory {
            Memory::Small(numbers, start) => &mut numbers[*start..*start + self.len],
            Memory::Large(pages) => bytemuck::cast_slice_mut(&mut pages[..]),
        }
    }
}

fn small(len: usize) -> Memory {
    let numbers = vec![0.0; len + LINE / size_of::<f64>()];
    let start = numbers.as_ptr().align_offset(LINE).min(LINE / size_of::<f64>());
    Memory::Small(numbers, start)
}

fn large(len: usize) -> Option<Memory> {
    let pages = MmapMut::map_anon(len.checked_mul(size_of::<f64>())?).ok()?;
    // Only advice: without large pages it's slower, not wrong.
    #[cfg(target_os = "linux")]
    let _ = pages.advise(memmap2::Advice::HugePage);
    Some(Memory::Large(pages))
}
