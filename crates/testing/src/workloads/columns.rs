//! Columns side by side in one buffer, laid out as fast code wants them: each begins on a cache line and is padded with
//! zeros to a whole number of lanes, so that no loop needs a tail.

use super::algebra::WIDTH;

/// Columns of one length.
#[derive(Debug)]
pub struct Columns {
    data: Vec<f64>,
    /// Where the first column begins: the first number on a cache line.
    start: usize,
    count: usize,
    bins: usize,
    /// From the start of one column to the next.
    stride: usize,
}

impl Columns {
    /// `count` columns of zeros.
    pub fn zeros(count: usize, bins: usize) -> Self {
        let stride = bins.next_multiple_of(WIDTH).max(WIDTH);
        let data = vec![0.0; count * stride + WIDTH];
        let start = data.as_ptr().align_offset(64).min(WIDTH);
        Columns { data, start, count, bins, stride }
    }

    /// `count` columns of the numbers that `number` gives for column and bin, called bin by bin.
    pub fn from_fn(count: usize, bins: usize, mut number: impl FnMut(usize, usize) -> f64) -> Self {
        let mut columns = Columns::zeros(count, bins);
        for bin in 0..bins {
            for column in 0..count {
                columns.data[columns.start + column * columns.stride + bin] = number(column, bin);
            }
        }
        columns
    }

    /// The columns without their padding.
    pub fn bins(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.padded().map(|column| &column[..self.bins])
    }

    /// The columns with their padding.
    pub fn padded(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.data[self.start..][..self.count * self.stride].chunks_exact(self.stride)
    }

    /// The columns with their padding, to be written.
    pub fn padded_mut(&mut self) -> impl ExactSizeIterator<Item = &mut [f64]> {
        self.data[self.start..][..self.count * self.stride].chunks_exact_mut(self.stride)
    }
}
