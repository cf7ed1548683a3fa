//! A store that isn't there yet: it is made in a folder of its own beside its place, with its first change, and appears by
//! one rename. Nothing is left where the change isn't made; what a killed process left is removed by the next.

use std::fs;
use std::io;
use std::path::Path;

use flowtime_files::{FileError, Staging};
use rusqlite::Connection;

use super::{Change, GoldError, GoldStore, open};
use crate::time::BinSize;

/// What the store is called in the folder it is made in.
const NAME: &str = "gold.sqlite";

/// Checks, before the work, that a store can appear at `path`.
pub(super) fn check(path: &Path) -> Result<(), GoldError> {
    claim(path).map(drop)
}

/// Makes the store at `path`, with bins of `bin` and what `work` puts into it.
pub(super) fn create<T, E: From<GoldError>>(
    path: &Path,
    bin: BinSize,
    work: impl FnOnce(&mut Change<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let staging = claim(path)?;
    let made = staging.path().join(NAME);
    let mut store = empty(&made, path, bin)?;
    let done = store.apply(work)?;
    seal(store).map_err(|error| GoldError::new(path, error))?;
    publish(&made, path).map_err(|source| GoldError::Write { path: path.to_owned(), source })?;
    Ok(done)
}

/// The folder that the store at `path` is made in.
fn claim(path: &Path) -> Result<Staging<'static>, GoldError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(GoldError::NoFolder { path: path.to_owned(), folder: folder.to_owned() });
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match Staging::claim(folder, &name, false, None) {
        Ok(Some(staging)) => Ok(staging),
        Ok(None) => Err(GoldError::Busy { path: path.to_owned() }),
        Err(FileError::Write { source, .. }) => Err(GoldError::Write { path: path.to_owned(), source }),
        Err(FileError::Interrupted) => {
            Err(GoldError::Write { path: path.to_owned(), source: io::ErrorKind::Interrupted.into() })
        }
    }
}

/// The store in the file `made`, which will be at `path`. It needs no journal: it is thrown away if it isn't finished.
fn empty(made: &Path, path: &Path, bin: BinSize) -> Result<GoldStore, GoldError> {
    let make = || -> rusqlite::Result<Connection> {
        let mut connection = Connection::open(made)?;
        connection.pragma_update_and_check(None, "journal_mode", "off", |_| Ok(()))?;
        open::make(&mut connection, bin)?;
        Ok(connection)
    };
    make().map(|connection| GoldStore::new(connection, path, bin)).map_err(|error| GoldError::new(path, error))
}

/// Closes `store`, which keeps a journal of its changes from now on.
fn seal(store: GoldStore) -> rusqlite::Result<()> {
    let connection = store.into_connection();
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.close().map_err(|(_, error)| error)
}

/// Moves the file to its place, where nobody may have put another one meanwhile.
fn publish(made: &Path, path: &Path) -> io::Result<()> {
    if path.exists() { Err(io::ErrorKind::AlreadyExists.into()) } else { fs::rename(made, path) }
}
