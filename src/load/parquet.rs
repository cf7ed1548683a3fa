//! Parquet (feature `parquet`): one column of numbers, named behind `#` in the source; without a name the column
//! `value`, or the only one of numbers. The file is held in memory, its column decoded batch by batch; null is missing.

use std::io::Read;

use bytes::Bytes;
use parquet::basic::{ConvertedType, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::{ColumnDescPtr, ColumnDescriptor};

use super::report::{Report, reason};
use super::{Cells, Column};
use crate::diagnostics::suggest::excerpt;

/// Rows decoded at a time.
const BATCH: usize = 64 << 10;

/// Reads the column `name` of a Parquet stream into `column`; whether it came to the end.
pub(super) fn read(stream: impl Read, name: Option<&str>, column: &mut Column, report: &mut Report<'_>) -> bool {
    let file = match open(stream) {
        Ok(file) => file,
        Err(problem) => {
            report.unreadable(&problem);
            return false;
        }
    };
    let metadata = file.metadata().file_metadata();
    let Some(index) = find_column(metadata.schema_descr().columns(), name, report) else {
        return false;
    };
    if column.cells == Cells::Counted {
        column.rows = usize::try_from(metadata.num_rows()).unwrap_or_default();
        return true;
    }
    let result = read_groups(&file, index, column);
    if let Err(error) = &result {
        report.unreadable(&error.to_string());
    }
    result.is_ok()
}

fn open(mut stream: impl Read) -> Result<SerializedFileReader<Bytes>, String> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).map_err(|error| reason(&error))?;
    SerializedFileReader::new(Bytes::from(bytes)).map_err(|error| error.to_string())
}

/// The place of the column that is meant.
fn find_column(columns: &[ColumnDescPtr], name: Option<&str>, report: &mut Report<'_>) -> Option<usize> {
    let named = |name: &str| columns.iter().position(|column| column.path().string() == name);
    let numbers = || columns.iter().enumerate().filter(|(_, column)| holds_numbers(column)).map(|(index, _)| index);
    let found = match name {
        Some(name) => named(name),
        None => named("value").or_else(|| numbers().next().filter(|_| numbers().count() == 1)),
    };
    let problem = match (found, name) {
        (Some(index), _) if holds_numbers(&columns[index]) => return Some(index),
        (Some(index), _) => format!("expected numbers in the column `{}`", excerpt(columns[index].name())),
        (None, Some(name)) => format!("no column is called `{}`, found {}", excerpt(name), listed(columns)),
        (None, None) => format!("expected one column of numbers or a column `value`, found {}", listed(columns)),
    };
    report.schema(&problem).help("name a column of numbers behind the path, as in `file://x.parquet#column`");
    None
}

/// Whether a column has one number per row: dates and decimals, for example, are stored as whole numbers but are none.
fn holds_numbers(column: &ColumnDescriptor) -> bool {
    use ConvertedType::{INT_8, INT_16, INT_32, INT_64, NONE, UINT_8, UINT_16, UINT_32, UINT_64};
    let whole = [NONE, INT_8, INT_16, INT_32, INT_64, UINT_8, UINT_16, UINT_32, UINT_64];
    let numbers = match column.physical_type() {
        Type::FLOAT | Type::DOUBLE => true,
        Type::INT32 | Type::INT64 => whole.contains(&column.converted_type()),
        _ => false,
    };
    numbers && column.max_rep_level() == 0
}

fn listed(columns: &[ColumnDescPtr]) -> String {
    let names = columns.iter().map(|column| format!("`{}`", excerpt(&column.path().string())));
    names.collect::<Vec<_>>().join(", ")
}

fn read_groups(file: &SerializedFileReader<Bytes>, index: usize, column: &mut Column) -> Result<(), ParquetError> {
    let descriptor = file.metadata().file_metadata().schema_descr().column(index);
    let present = descriptor.max_def_level();
    let unsigned = matches!(descriptor.converted_type(), ConvertedType::UINT_32 | ConvertedType::UINT_64);
    for group in 0..file.num_row_groups() {
        match file.get_row_group(group)?.get_column_reader(index)? {
            ColumnReader::DoubleColumnReader(mut reader) => read_batches(&mut reader, present, column, |value| *value),
            ColumnReader::FloatColumnReader(mut reader) => read_batches(&mut reader, present, column, |v| (*v).into()),
            ColumnReader::Int32ColumnReader(mut reader) if unsigned => {
                read_batches(&mut reader, present, column, |value| f64::from(value.cast_unsigned()))
            }
            ColumnReader::Int32ColumnReader(mut reader) => read_batches(&mut reader, present, column, |v| (*v).into()),
            ColumnReader::Int64ColumnReader(mut reader) if unsigned => {
                read_batches(&mut reader, present, column, |value| value.cast_unsigned() as f64)
            }
            ColumnReader::Int64ColumnReader(mut reader) => {
                read_batches(&mut reader, present, column, |value| *value as f64)
            }
            _ => Err(ParquetError::General("the column's type differs between row groups".to_owned())),
        }?;
    }
    Ok(())
}

/// Reads what is left of a row group; a row has a value where its definition level is `present`.
fn read_batches<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    present: i16,
    column: &mut Column,
    number: impl Fn(&T::T) -> f64,
) -> Result<(), ParquetError> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    while !column.is_overfull() {
        levels.clear();
        values.clear();
        let (rows, _, _) = reader.read_records(BATCH, Some(&mut levels), None, &mut values)?;
        if rows == 0 {
            break;
        }
        let mut numbers = values.iter().map(&number);
        if present == 0 {
            numbers.for_each(|number| column.push(number));
        } else {
            levels.iter().for_each(|level| {
                let number = if *level == present { numbers.next() } else { None };
                column.push(number.unwrap_or(f64::NAN));
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parquet::data_type::{ByteArrayType, DoubleType, Int32Type};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::super::report::Origin;
    use super::*;
    use crate::diagnostics::Sink;
    use crate::source::Span;

    /// Two row groups, each with the rows `1.5, null`, `-1, 4294967295` and `a, b`.
    fn file() -> Vec<u8> {
        let schema = "message m { optional double x; required int32 n (UINT_32); required binary s (UTF8); }";
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let mut bytes = Vec::new();
        let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::default()).unwrap();
        for _ in 0..2 {
            let mut group = writer.next_row_group().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<DoubleType>().write_batch(&[1.5], Some(&[1, 0]), None).unwrap();
            column.close().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<Int32Type>().write_batch(&[7, -1], None, None).unwrap();
            column.close().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<ByteArrayType>().write_batch(&["a".into(), "b".into()], None, None).unwrap();
            column.close().unwrap();
            group.close().unwrap();
        }
        writer.close().unwrap();
        bytes
    }

    fn read_with(bytes: &[u8], name: Option<&str>, bins: usize, cells: Cells) -> (Vec<f64>, Vec<String>) {
        let mut sink = Sink::default();
        let origin = Origin { series: "x", file: "x.parquet".to_owned(), span: Span::default() };
        let mut report = Report::new(origin, &mut sink);
        let mut column = Column::new(Some(bins), cells);
        let complete = read(bytes, name, &mut column, &mut report);
        report.finish(&column, complete);
        let messages = sink.finish().into_iter().map(|one| format!("{}: {}", one.code.id, one.message));
        (column.values, messages.collect())
    }

    fn check_values(name: &str, expected: [f64; 4]) {
        let (values, messages) = read_with(&file(), Some(name), 4, Cells::Kept);
        assert_eq!(messages, Vec::<String>::new());
        assert_eq!(values.iter().map(|v| v.to_bits()).collect::<Vec<_>>(), expected.map(f64::to_bits));
        assert!(read_with(&file(), Some(name), 4, Cells::Counted).1.is_empty());
    }

    fn check_refused(bytes: &[u8], name: Option<&str>, bins: usize, message: &str) {
        for cells in [Cells::Counted, Cells::Checked, Cells::Kept] {
            let (_, messages) = read_with(bytes, name, bins, cells);
            assert!(matches!(messages.as_slice(), [only] if only.starts_with(message)), "{messages:?}");
        }
    }

    #[test]
    fn columns_go_on_over_row_groups_and_null_is_missing() {
        check_values("x", [1.5, f64::NAN, 1.5, f64::NAN]);
        check_values("n", [7.0, 4_294_967_295.0, 7.0, 4_294_967_295.0]);
    }

    #[test]
    fn what_does_not_fit_is_told_as_for_csv() {
        check_refused(&file(), Some("x"), 3, "FT0501: Series length mismatch: expected 3, got 4");
        check_refused(&file(), Some("y"), 4, "FT0504: x.parquet: no column is called `y`, found `x`, `n`, `s`");
        check_refused(&file(), Some("s"), 4, "FT0504: x.parquet: expected numbers in the column `s`");
        check_refused(&file(), None, 4, "FT0504: x.parquet: expected one column of numbers or a column `value`, found");
        check_refused(b"1\n2\n", None, 4, "FT0503: cannot read `x.parquet` of series `x`: ");
    }
}
