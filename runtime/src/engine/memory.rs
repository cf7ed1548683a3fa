//! Memory that begins at a cache line.

/// How many numbers a cache line has.
const LINE: usize = 8;

/// Numbers that begin at a cache line and stay where they are.
#[derive(Debug, Default)]
pub(super) struct Cells {
    numbers: Vec<f64>,
    start: usize,
    len: usize,
}

impl Cells {
    /// So many zeros; none if there is no memory for them.
    pub(super) fn new(len: usize) -> Option<Cells> {
        let padded = len.checked_add(LINE)?;
        if padded > isize::MAX as usize / size_of::<f64>() {
            return None;
        }
        // Asked for first, because zeros beyond memory end the process.
        Vec::<f64>::new().try_reserve_exact(padded).ok()?;
        let numbers = vec![0.0; padded];
        let start = numbers.as_ptr().align_offset(LINE * size_of::<f64>()).min(LINE);
        Some(Cells { numbers, start, len })
    }

    /// The numbers.
    pub(super) fn get(&self) -> &[f64] {
        &self.numbers[self.start..self.start + self.len]
    }

    /// The numbers, to be written.
    pub(super) fn get_mut(&mut self) -> &mut [f64] {
        &mut self.numbers[self.start..self.start + self.len]
    }
}
