//! `series/columns.bin`: the columns of a run for machines: outputs, the const series they needed, what else the topology
//! names, and how sure inferred capacities are. [`ColumnFile`] reads it, as little of it as is asked for.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | the magic `FLOWCOLS` |
//! | 4 | version, 1 |
//! | 4 | number of columns |
//! | 8 | number of bins |
//! | 8 | offset of the first column, a multiple of 64 |
//! | per column: 4, 4, n | kind ([`ColumnKind`]), length n of the id, the id in UTF-8 |
//! | up to that offset | zeros |
//! | per column: 8 × bins | its values, binary64, missing as the quiet NaN `0x7ff8000000000000` |
//!
//! Whole numbers are unsigned; all is little-endian. Column c begins at `offset + 8 * bins * c`. Large runs have the same
//! values once more in `series/bins.bin`, bin by bin: the same numbers at its head with the magic `FLOWBINS`, no ids, and
//! bin t at `64 + 8 * columns * t`.

pub(crate) mod by_bin;
mod head;
mod of_run;
mod reader;

use std::io::{self, Write};

pub(crate) use of_run::RunColumns;
pub use reader::{ColumnFile, Label};

/// The first eight bytes of the file.
pub const MAGIC: &[u8; 8] = b"FLOWCOLS";
/// The version that this crate writes.
pub const VERSION: u32 = 1;

const ALIGNMENT: usize = 64;
/// Values handed to a writer at once.
const CHUNK: usize = 4096;
const MISSING: u64 = 0x7ff8_0000_0000_0000;

/// What a column is to the run, and what its id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// A result, by the output's name.
    Output = 0,
    /// A const series as it was read.
    Input = 1,
    /// A computed series that the topology names and that is no output.
    Role = 2,
    /// How sure an inferred capacity is, by the id of the capacity series: 0 low, 1 medium, 2 high. In the bins of low
    /// confidence the method is `rolling_max`, in all others `demand_adjusted`.
    Confidence = 3,
}

impl ColumnKind {
    const ALL: [ColumnKind; 4] = [ColumnKind::Output, ColumnKind::Input, ColumnKind::Role, ColumnKind::Confidence];
}

/// One column.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// What it is to the run.
    pub kind: ColumnKind,
    /// The output's name, else a series' id.
    pub id: &'a str,
    /// One value per bin.
    pub values: &'a [f64],
}

/// The header of a file with `columns`, all of `bins` values.
pub fn header(columns: &[Column<'_>], bins: usize) -> Vec<u8> {
    let mut names = Vec::new();
    for column in columns {
        names.extend((column.kind as u32).to_le_bytes());
        names.extend((column.id.len() as u32).to_le_bytes());
        names.extend(column.id.as_bytes());
    }
    let offset = (head::HEAD + names.len()).next_multiple_of(ALIGNMENT);
    let head = head::Head { columns: columns.len() as u32, bins: bins as u64, offset: offset as u64 };
    let mut header = head.bytes(MAGIC);
    header.extend(names);
    header.resize(offset, 0);
    header
}

/// Writes values as they stand in a column.
///
/// # Errors
/// Those of `out`.
pub fn write_values(out: &mut dyn Write, values: &[f64]) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(8 * CHUNK.min(values.len()));
    values.chunks(CHUNK).try_for_each(|chunk| {
        bytes.clear();
        chunk.iter().for_each(|value| push_value(&mut bytes, *value));
        out.write_all(&bytes)
    })
}

/// Appends a value as it stands in both files.
fn push_value(bytes: &mut Vec<u8>, value: f64) {
    let bits = if value.is_nan() { MISSING } else { value.to_bits() };
    bytes.extend(bits.to_le_bytes());
}
