//! Rows of Gold into a file: CSV, NDJSON, and Parquet (feature `parquet`). What is written reads back to the same rows.

use std::io::{self, Write};

use super::read::Format;
use super::{GoldRow, csv, ndjson};

/// Writes rows in a format, one after the other.
pub struct RowWriter<'a> {
    out: &'a mut (dyn Write + Send),
    format: Format,
    /// Parquet is written by columns, a group of rows at a time.
    #[cfg(feature = "parquet")]
    columns: Vec<GoldRow>,
}

impl<'a> RowWriter<'a> {
    /// Begins a file in `format`.
    ///
    /// # Errors
    /// Those of `out`, and a build without Parquet can't write it.
    pub fn new(out: &'a mut (dyn Write + Send), format: Format) -> io::Result<Self> {
        if format == Format::Csv {
            csv::write_header(out)?;
        }
        if format == Format::Parquet && !cfg!(feature = "parquet") {
            let message = "this build knows CSV and NDJSON, not Parquet";
            return Err(io::Error::new(io::ErrorKind::Unsupported, message));
        }
        Ok(Self {
            out,
            format,
            #[cfg(feature = "parquet")]
            columns: Vec::new(),
        })
    }

    /// Writes `row`.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn write(&mut self, row: &GoldRow) -> io::Result<()> {
        match self.format {
            Format::Csv => csv::write_row(self.out, row),
            Format::Ndjson => ndjson::write_row(self.out, row),
            #[cfg(feature = "parquet")]
            Format::Parquet => {
                self.columns.push(row.clone());
                Ok(())
            }
            #[cfg(not(feature = "parquet"))]
            Format::Parquet => Ok(()),
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// Those of the stream, and a time that the format can't hold.
    pub fn finish(self) -> io::Result<()> {
        #[cfg(feature = "parquet")]
        if self.format == Format::Parquet {
            return super::parquet::write(self.out, &self.columns);
        }
        self.out.flush()
    }
}
