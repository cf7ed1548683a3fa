//! Opening a SQLite file as a Gold store: its pragmas, its tables and the length of its bins. A file without tables is a
//! store that has yet to be made; one with other tables is refused and stays as it is.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};

use super::{COLUMNS, GoldError, SCHEMA_VERSION, is_known_version};
use crate::time::BinSize;

/// How long another program may hold the store before we give up.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// The bins lie in the order of their key, which is the order they are read in.
const SCHEMA: &str = "
CREATE TABLE NodeTimeBin (
    ts TEXT NOT NULL,
    node TEXT NOT NULL,
    arrivals INTEGER,
    served INTEGER,
    errors INTEGER,
    external_demand INTEGER,
    queue_depth REAL,
    schema_version TEXT NOT NULL,
    extraction_ts TEXT NOT NULL,
    known_data_gaps TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (node, ts)
) STRICT, WITHOUT ROWID;
CREATE TABLE NodeQueueMapping (
    node TEXT NOT NULL,
    input_queue TEXT NOT NULL,
    PRIMARY KEY (node, input_queue)
) STRICT, WITHOUT ROWID;
CREATE TABLE GoldInfo (
    schema_version TEXT NOT NULL,
    bin_minutes INTEGER NOT NULL
) STRICT;
";

/// Opens the store at `path` for changes. A file without tables becomes one with bins of `new`, if that is given; an
/// existing store tells its own.
pub(super) fn for_changes(
    path: &Path,
    new: Option<BinSize>,
    patience: Duration,
) -> Result<(Connection, BinSize), GoldError> {
    match path.metadata() {
        Ok(file) if file.is_dir() => return Err(a_folder(path)),
        Ok(file) if file.permissions().readonly() => return Err(GoldError::ReadOnly { path: path.to_owned() }),
        Err(_) => return Err(GoldError::Missing { path: path.to_owned() }),
        _ => {}
    }
    let failed = |error| GoldError::new(path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(patience).map_err(failed)?;
    if let Some(bin) = new.filter(|_| is_empty(&connection).unwrap_or(false)) {
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).map_err(failed)?;
        make(&mut connection, bin).map_err(failed)?;
    }
    let bin = checked(&connection, path)?;
    Ok((connection, bin))
}

/// Opens the store at `path` for reading, also where nothing may be written.
pub(super) fn for_reading(path: &Path, patience: Duration) -> Result<(Connection, BinSize), GoldError> {
    if !path.exists() {
        return Err(GoldError::Missing { path: path.to_owned() });
    }
    if path.is_dir() {
        return Err(a_folder(path));
    }
    let connection = connect(path, patience).map_err(|error| GoldError::new(path, error))?;
    let bin = checked(&connection, path)?;
    Ok((connection, bin))
}

fn a_folder(path: &Path) -> GoldError {
    GoldError::Foreign { path: path.to_owned(), reason: "it is a folder".to_owned() }
}

/// A store keeps files beside it while it is open. In a folder where that can't be, nobody changes it either.
fn connect(path: &Path, patience: Duration) -> rusqlite::Result<Connection> {
    let open = |name: &Path, flags| -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(name, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(patience)?;
        connection.pragma_update(None, "query_only", true)?;
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    };
    open(path, OpenFlags::SQLITE_OPEN_READ_WRITE).or_else(|error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::ReadOnly) => {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            open(Path::new(&immutable_uri(path)), flags).map_err(|_| error)
        }
        _ => Err(error),
    })
}

fn immutable_uri(path: &Path) -> String {
    let name = path.to_string_lossy();
    let escaped = name.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{escaped}?immutable=1")
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
}

/// Makes the tables in one transaction; another program may have been faster.
pub(super) fn make(connection: &mut Connection, bin: BinSize) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if is_empty(&transaction)? {
        transaction.execute_batch(SCHEMA)?;
        transaction.execute("INSERT INTO GoldInfo VALUES (?1, ?2)", (SCHEMA_VERSION, bin.minutes()))?;
    }
    transaction.commit()
}

/// Checks version and columns and gives the length of the bins; a table that someone else made has no `GoldInfo` and
/// the default bin.
fn checked(connection: &Connection, path: &Path) -> Result<BinSize, GoldError> {
    let failed = |error| GoldError::new(path, error);
    let foreign = |reason: String| GoldError::Foreign { path: path.to_owned(), reason };
    let found = columns(connection, "NodeTimeBin").map_err(failed)?;
    if found.is_empty() {
        return Err(foreign("it has no table `NodeTimeBin`".to_owned()));
    }
    if let Some(missing) = COLUMNS.iter().find(|column| !found.iter().any(|name| name == *column)) {
        return Err(foreign(format!("its table `NodeTimeBin` has no column `{missing}`")));
    }
    if columns(connection, "GoldInfo").map_err(failed)?.is_empty() {
        return Ok(BinSize::DEFAULT);
    }
    let info = "SELECT schema_version, bin_minutes FROM GoldInfo";
    let info = connection.query_row(info, [], |row| Ok((row.get(0)?, row.get(1)?))).optional().map_err(failed)?;
    match info {
        Some((version, minutes)) => recorded(version, minutes, path),
        None => Err(foreign("its table `GoldInfo` is empty".to_owned())),
    }
}

fn recorded(version: String, minutes: i64, path: &Path) -> Result<BinSize, GoldError> {
    if !is_known_version(&version) {
        return Err(GoldError::Version { path: path.to_owned(), found: version });
    }
    let bin = u32::try_from(minutes).ok().and_then(BinSize::from_minutes);
    bin.ok_or_else(|| GoldError::Foreign {
        path: path.to_owned(),
        reason: format!("its bins would have {minutes} minutes"),
    })
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    names.collect()
}
