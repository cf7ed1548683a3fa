//! Gold as Parquet (feature `parquet`): a column each, in any order; times as timestamps or as text. Written, it has all
//! columns, times to the nanosecond, and reads back to the same rows.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use ::parquet::basic::{LogicalType, TimeUnit};
use ::parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::record::{Field, reader::RowIter};
use ::parquet::schema::parser::parse_message_type;
use ::parquet::schema::types::ColumnDescPtr;
use bytes::Bytes;
use jiff::Timestamp;

use super::GoldRow;
use super::cells::{self, Cell, Header};
use super::read::{ReadError, Take};

const SCHEMA: &str = "message NodeTimeBin {
    required int64 ts (TIMESTAMP(NANOS,true));
    required binary node (STRING);
    optional int64 arrivals;
    optional int64 served;
    optional int64 errors;
    optional int64 external_demand;
    optional double queue_depth;
    required binary schema_version (STRING);
    required int64 extraction_ts (TIMESTAMP(NANOS,true));
    required binary known_data_gaps (STRING);
}";

/// Reads the rows of `file`, which is called `path`; rows are counted from 1.
pub(super) fn read<E: From<ReadError>>(
    mut file: File,
    path: &Path,
    made: Timestamp,
    take: Take<'_, E>,
) -> Result<(), E> {
    let failed = |error: ParquetError| ReadError::File { path: path.to_owned(), source: io::Error::other(error) };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|source| ReadError::File { path: path.to_owned(), source })?;
    let reader = SerializedFileReader::new(Bytes::from(bytes)).map_err(failed)?;
    let columns = reader.metadata().file_metadata().schema_descr().columns().to_vec();
    let names: Vec<String> = columns.iter().map(|column| column.path().string()).collect();
    let header = Header::new(names.iter().map(String::as_str));
    let header = header.map_err(|wrong| ReadError::content(path, None, wrong))?;
    for (number, row) in (1..).zip(RowIter::from_file_into(Box::new(reader))) {
        let fields = row.map_err(failed)?.into_columns();
        let cell = |place: usize| match (columns.get(place), fields.get(place)) {
            (Some(column), Some((_, field))) => cell(field, column),
            _ => Cell::Missing,
        };
        let row = cells::row(&header.cells(cell), made);
        take(number, row.map_err(|wrong| ReadError::content(path, Some(number), wrong)))?;
    }
    Ok(())
}

fn cell<'a>(field: &'a Field, column: &ColumnDescPtr) -> Cell<'a> {
    let nanoseconds =
        matches!(column.logical_type_ref(), Some(LogicalType::Timestamp(time)) if time.unit == TimeUnit::NANOS);
    match field {
        Field::Null => Cell::Missing,
        Field::Str(text) => Cell::Text(text.into()),
        Field::Bytes(bytes) => Cell::Text(String::from_utf8_lossy(bytes.data())),
        Field::Long(number) if nanoseconds => time(Timestamp::from_nanosecond((*number).into())),
        Field::TimestampMillis(number) => time(Timestamp::from_millisecond(*number)),
        Field::TimestampMicros(number) => time(Timestamp::from_microsecond(*number)),
        Field::Long(number) => Cell::Whole(*number),
        Field::Int(number) => Cell::Whole((*number).into()),
        Field::UInt(number) => Cell::Whole((*number).into()),
        Field::Double(number) if number.is_nan() => Cell::Missing,
        Field::Double(number) => Cell::Number(*number),
        Field::Float(number) => Cell::Number((*number).into()),
        other => Cell::Text(other.to_string().into()),
    }
}

fn time(time: Result<Timestamp, jiff::Error>) -> Cell<'static> {
    Cell::Text(time.map_or(Cow::Borrowed("a time out of range"), |time| Cow::Owned(time.to_string())))
}

/// Writes `rows` to `out`.
pub(super) fn write(out: &mut (dyn Write + Send), rows: &[GoldRow]) -> io::Result<()> {
    let schema = parse_message_type(SCHEMA)?;
    let mut writer = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(WriterProperties::default()))?;
    let mut group = writer.next_row_group()?;
    column::<Int64Type>(&mut group, rows.iter().map(|row| nanoseconds(row.ts).map(Some)), false)?;
    column::<ByteArrayType>(&mut group, rows.iter().map(|row| text(&row.node)), false)?;
    column::<Int64Type>(&mut group, rows.iter().map(|row| Ok(row.arrivals)), true)?;
    column::<Int64Type>(&mut group, rows.iter().map(|row| Ok(row.served)), true)?;
    column::<Int64Type>(&mut group, rows.iter().map(|row| Ok(row.errors)), true)?;
    column::<Int64Type>(&mut group, rows.iter().map(|row| Ok(row.external_demand)), true)?;
    column::<DoubleType>(&mut group, rows.iter().map(|row| Ok(row.queue_depth)), true)?;
    column::<ByteArrayType>(&mut group, rows.iter().map(|row| text(&row.schema_version)), false)?;
    column::<Int64Type>(&mut group, rows.iter().map(|row| nanoseconds(row.extraction_ts).map(Some)), false)?;
    column::<ByteArrayType>(&mut group, rows.iter().map(|row| text(&row.known_data_gaps)), false)?;
    group.close()?;
    writer.close()?;
    Ok(())
}

fn nanoseconds(time: Timestamp) -> io::Result<i64> {
    let problem = || io::Error::new(io::ErrorKind::InvalidData, format!("Parquet can't hold the time {time}"));
    i64::try_from(time.as_nanosecond()).map_err(|_| problem())
}

fn text(text: &str) -> io::Result<Option<ByteArray>> {
    Ok(Some(text.into()))
}

/// Writes the next column; one that is not `optional` has all its values.
fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, &mut (dyn Write + Send)>,
    cells: impl Iterator<Item = io::Result<Option<T::T>>>,
    optional: bool,
) -> io::Result<()> {
    let cells: Vec<Option<T::T>> = cells.collect::<io::Result<_>>()?;
    let levels: Option<Vec<i16>> = optional.then(|| cells.iter().map(|cell| cell.is_some().into()).collect());
    let values: Vec<T::T> = cells.into_iter().flatten().collect();
    if let Some(mut column) = group.next_column()? {
        column.typed::<T>().write_batch(&values, levels.as_deref(), None)?;
        column.close()?;
    }
    Ok(())
}
