//! A series as CSV: the header `bin_index,value`, then a line per bin, a missing value as an empty cell.

use std::io::{self, Write};

use crate::number::push_number;

/// Values handed to the writer at once.
const CHUNK: usize = 4096;

/// Writes `values`, one per bin from bin 0, to `out`.
///
/// # Errors
/// Those of `out`.
pub fn write_series(out: &mut dyn Write, values: &[f64]) -> io::Result<()> {
    out.write_all(b"bin_index,value\n")?;
    let mut text = String::new();
    for (at, chunk) in values.chunks(CHUNK).enumerate() {
        text.clear();
        for (bin, value) in (at * CHUNK..).zip(chunk) {
            text.push_str(&bin.to_string());
            text.push(',');
            push_number(&mut text, *value);
            text.push('\n');
        }
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}
