//! Answers of `v2/rest/query`: a JSON array of frames, which [`reader`] reads as it comes, one row at a time. The rows of
//! the primary result come out, whether it travels in one `DataTable` or progressively in fragments.
//!
//! An answer is whole when its last frame, `DataSetCompletion`, says so; until then its rows are nobody's. Errors may
//! stand in that frame, in a table's end, among the rows, or as rows of the table `QueryCompletionInformation`.

mod reader;

use std::io::Read;

use serde::Deserialize;
use serde_json::Value;

use super::error::KustoError;
use super::record::Values;

/// Kusto's own limit; more rows are no answer of Kusto's.
const MOST_ROWS: usize = 500_000;
/// The level of `QueryCompletionInformation` from which on a row is no error: 1 is critical, 2 error, 3 warning.
const WARNING: i64 = 3;

/// Something that a row says.
pub(super) trait Record: Sized {
    /// The columns that it is made of.
    const COLUMNS: &'static [&'static str];

    /// What the values of those columns say, or what is wrong with them.
    fn decode(values: &Values<'_>) -> Result<Self, String>;
}

/// All rows of the primary result of the answer that `body` is.
pub(super) fn read<T: Record>(body: impl Read) -> Result<Vec<T>, KustoError> {
    let mut answer = Answer::default();
    let read = reader::read(body, &mut answer);
    if let Some(fault) = answer.fault.take() {
        return Err(fault);
    }
    match read {
        Err(error) if error.is_eof() || error.is_io() => Err(KustoError::Cut { rows: answer.rows.len() }),
        Err(error) => Err(KustoError::Frames { reason: error.to_string() }),
        Ok(()) => answer.finish(),
    }
}

/// The message in an error of Kusto's, as it stands in answers and in frames.
pub(super) fn message_of(error: &Value) -> Option<String> {
    let error = error.get("error").unwrap_or(error);
    let text = |key: &str| error.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    text("@message").or(text("message")).or(text("code")).map(str::to_owned)
}

/// What has been read.
struct Answer<T> {
    rows: Vec<T>,
    /// How many primary results have begun.
    results: usize,
    /// The table whose fragments come.
    open: Option<Table>,
    complete: bool,
    fault: Option<KustoError>,
}

impl<T> Default for Answer<T> {
    fn default() -> Self {
        Answer { rows: Vec::new(), results: 0, open: None, complete: false, fault: None }
    }
}

/// A table that has begun.
struct Table {
    id: Option<i64>,
    role: Role,
}

/// What the rows of a table are for.
enum Role {
    /// Records: where their columns stand.
    Result(Vec<usize>),
    /// How the query ended: where level and text stand.
    Status(Option<(usize, usize)>),
    Ignored,
}

/// What of a frame has been read.
#[derive(Default)]
struct Frame {
    kind: String,
    table_id: Option<i64>,
    table_kind: String,
    columns: Vec<Column>,
    fragment_kind: String,
    row_count: Option<usize>,
    has_errors: bool,
    cancelled: bool,
    errors: Vec<Value>,
    /// The role of its table, once rows have begun.
    table: Option<Table>,
    /// Rows that came before the frame said what they are.
    early_rows: Vec<Value>,
}

impl Frame {
    fn says_what_rows_are(&self) -> bool {
        let table = !self.table_kind.is_empty() && !self.columns.is_empty();
        self.kind == "TableFragment" && self.table_id.is_some() || self.kind == "DataTable" && table
    }
}

#[derive(Deserialize)]
struct Column {
    #[serde(rename = "ColumnName")]
    name: String,
}

impl<T: Record> Answer<T> {
    fn finish(self) -> Result<Vec<T>, KustoError> {
        match self.results {
            _ if !self.complete || self.open.is_some() => Err(KustoError::Cut { rows: self.rows.len() }),
            1 => Ok(self.rows),
            count => Err(unexpected(format!("{count} tables `PrimaryResult`, expected 1"))),
        }
    }

    /// Rows begin: those of the frame's own table, or of the one that is open.
    fn begin_rows(&mut self, frame: &mut Frame) -> Result<(), KustoError> {
        match frame.kind.as_str() {
            "DataTable" => frame.table = Some(self.begin_table(frame)?),
            "TableFragment" => {
                let open = self.open.take_if(|open| open.id == frame.table_id);
                frame.table =
                    Some(open.ok_or_else(|| unexpected("a fragment of a table without a header".to_owned()))?);
                self.replace_rows(frame);
            }
            kind => return Err(unexpected(format!("rows in a frame `{kind}`"))),
        }
        Ok(())
    }

    fn begin_table(&mut self, frame: &Frame) -> Result<Table, KustoError> {
        let role = match frame.table_kind.as_str() {
            "PrimaryResult" => {
                self.results += 1;
                Role::Result(positions(&frame.columns, T::COLUMNS)?)
            }
            "QueryCompletionInformation" => {
                Role::Status(positions(&frame.columns, &["Level", "Payload"]).ok().map(|found| (found[0], found[1])))
            }
            _ => Role::Ignored,
        };
        Ok(Table { id: frame.table_id, role })
    }

    /// A fragment may stand for all that came before it.
    fn replace_rows(&mut self, frame: &Frame) {
        let replaces = frame.fragment_kind == "DataReplace";
        if replaces && matches!(frame.table, Some(Table { role: Role::Result(_), .. })) {
            self.rows.clear();
        }
    }

    fn add_row(&mut self, role: &Role, row: &Value) -> Result<(), KustoError> {
        let values = row.as_array().ok_or_else(|| row_error(row))?;
        match role {
            Role::Ignored | Role::Status(None) => Ok(()),
            Role::Status(Some((level, payload))) => check_status(values.get(*level), values.get(*payload)),
            Role::Result(_) if self.rows.len() == MOST_ROWS => {
                Err(KustoError::Partial { message: "more than 500,000 rows".to_owned(), permanent: true })
            }
            Role::Result(positions) => {
                let record = T::decode(&Values { names: T::COLUMNS, values, positions });
                let row = self.rows.len() + 1;
                self.rows.push(record.map_err(|reason| KustoError::Row { row, reason })?);
                Ok(())
            }
        }
    }

    /// What a frame means as a whole.
    fn end_frame(&mut self, mut frame: Frame) -> Result<(), KustoError> {
        check_errors(&frame)?;
        if !frame.early_rows.is_empty() || frame.kind == "DataTable" && frame.table.is_none() {
            self.add_early_rows(&mut frame)?;
        }
        match frame.kind.as_str() {
            "TableHeader" => self.open = Some(self.begin_table(&frame)?),
            "TableFragment" => self.open = frame.table.take(),
            "TableCompletion" => self.end_table(&frame)?,
            "DataSetCompletion" => self.complete = true,
            _ => (),
        }
        Ok(())
    }

    fn add_early_rows(&mut self, frame: &mut Frame) -> Result<(), KustoError> {
        self.begin_rows(frame)?;
        let role = frame.table.as_ref().map_or(&Role::Ignored, |table| &table.role);
        std::mem::take(&mut frame.early_rows).iter().try_for_each(|row| self.add_row(role, row))
    }

    fn end_table(&mut self, frame: &Frame) -> Result<(), KustoError> {
        let table = self.open.take_if(|open| open.id == frame.table_id);
        let found = self.rows.len();
        match (table.map(|table| table.role), frame.row_count) {
            (Some(Role::Result(_)), Some(count)) if count != found => {
                Err(KustoError::Partial { message: format!("{found} rows of {count} came"), permanent: false })
            }
            _ => Ok(()),
        }
    }
}

fn unexpected(reason: String) -> KustoError {
    KustoError::Frames { reason }
}

fn positions(columns: &[Column], names: &[&str]) -> Result<Vec<usize>, KustoError> {
    let find = |name: &&str| {
        let position = columns.iter().position(|column| column.name == *name);
        position.ok_or_else(|| unexpected(format!("it has no column `{name}`")))
    };
    names.iter().map(find).collect()
}

fn check_status(level: Option<&Value>, payload: Option<&Value>) -> Result<(), KustoError> {
    if level.and_then(Value::as_i64).is_none_or(|level| level >= WARNING) {
        return Ok(());
    }
    let text = payload.and_then(Value::as_str).unwrap_or("the query failed");
    let said = serde_json::from_str::<Value>(text).ok();
    let message = said.and_then(|payload| payload.get("Text")?.as_str().map(str::to_owned));
    Err(KustoError::Partial { message: message.unwrap_or_else(|| text.to_owned()), permanent: true })
}

fn check_errors(frame: &Frame) -> Result<(), KustoError> {
    match frame.errors.first() {
        Some(error) => Err(partial(error)),
        None if frame.has_errors => Err(partial(&Value::Null)),
        None if frame.cancelled => {
            Err(KustoError::Partial { message: "the cluster cancelled the query".to_owned(), permanent: false })
        }
        None => Ok(()),
    }
}

/// An error in an answer; only where Kusto says that it passes is it tried again.
fn partial(error: &Value) -> KustoError {
    let message = message_of(error).unwrap_or_else(|| "it has errors, of which it says nothing".to_owned());
    let inner = error.get("error").unwrap_or(error);
    let permanent = inner.get("@permanent").and_then(Value::as_bool).unwrap_or(true);
    KustoError::Partial { message, permanent }
}

/// Among the rows, an object says why no more of them come.
fn row_error(row: &Value) -> KustoError {
    let error = row.get("OneApiErrors").and_then(|errors| errors.get(0)).unwrap_or(row);
    let exception = row.get("Exceptions").and_then(|texts| texts.get(0)?.as_str());
    match exception {
        Some(text) => KustoError::Partial { message: text.to_owned(), permanent: true },
        None => partial(error),
    }
}

#[cfg(test)]
mod tests;
