//! The embedded Gold store: a SQLite file with the tables `NodeTimeBin` and `NodeQueueMapping`. Rows go in by a
//! [`Change`], one transaction, and come out by node, then time. Killed at any moment, the store has the bins from before
//! a change or those after it.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Row, TransactionBehavior, params_from_iter};

use super::open::{self, PATIENCE};
use super::row::decode;
use super::{Change, GoldError, GoldRow, create};
use crate::source::Query;
use crate::time::{BinSize, TimeError, Window, parse_utc};

/// Nodes that one query names at most; SQLite takes 32,766 parameters.
const NODES_AT_ONCE: usize = 1_000;

const SELECT: &str = "
SELECT ts, node, arrivals, served, errors, external_demand, queue_depth, schema_version, extraction_ts, known_data_gaps
FROM NodeTimeBin WHERE ts >= ?1 AND ts < ?2";

/// A SQLite file with bins of one length.
#[derive(Debug)]
pub struct GoldStore {
    connection: Connection,
    path: PathBuf,
    bin: BinSize,
}

impl GoldStore {
    /// Opens the store at `path` for changes.
    ///
    /// # Errors
    /// There is none, it is something else, or it can't be written.
    pub fn open(path: &Path) -> Result<Self, GoldError> {
        let (connection, bin) = open::for_changes(path, None, PATIENCE)?;
        Ok(Self::new(connection, path, bin))
    }

    /// Changes the store at `path`, whose bins are of `bin`, by `work`, in one transaction. If there is none, one appears
    /// once the change is made.
    ///
    /// # Errors
    /// `work` fails, the file is something else, its bins have another length, or it can't be written; then it is as it
    /// was.
    pub fn update<T, E: From<GoldError>>(
        path: &Path,
        bin: BinSize,
        work: impl FnOnce(&mut Change<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match path.exists() {
            true => Self::open_with(path, bin)?.apply(work),
            false => create::create(path, bin, work),
        }
    }

    /// Checks, before the work, that [`GoldStore::update`] can begin.
    ///
    /// # Errors
    /// It can't.
    pub fn check(path: &Path, bin: BinSize) -> Result<(), GoldError> {
        if path.exists() { Self::open_with(path, bin).map(drop) } else { create::check(path) }
    }

    /// Opens the store at `path`; its bins are of `bin`.
    fn open_with(path: &Path, bin: BinSize) -> Result<Self, GoldError> {
        let (connection, found) = open::for_changes(path, Some(bin), PATIENCE)?;
        if found != bin {
            return Err(GoldError::Bin { path: path.to_owned(), found, expected: bin });
        }
        Ok(Self::new(connection, path, bin))
    }

    pub(super) fn new(connection: Connection, path: &Path, bin: BinSize) -> Self {
        Self { connection, path: path.to_owned(), bin }
    }

    pub(super) fn into_connection(self) -> Connection {
        self.connection
    }

    /// Opens the store at `path` for reading, also where nothing may be written.
    ///
    /// # Errors
    /// There is none, it is something else, or it can't be read.
    pub fn read(path: &Path) -> Result<Self, GoldError> {
        let (connection, bin) = open::for_reading(path, PATIENCE)?;
        Ok(Self::new(connection, path, bin))
    }

    /// The length of its bins.
    pub fn bin(&self) -> BinSize {
        self.bin
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The connection, for other tables, attached files and queries; `NodeTimeBin` is changed by a [`Change`].
    pub fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Begins a change: nothing of it is there until it is committed, and nothing stays of one that is dropped.
    ///
    /// # Errors
    /// Another program is changing the store, or it may not be written.
    pub fn change(&mut self) -> Result<Change<'_>, GoldError> {
        let begun = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = begun.map_err(|error| GoldError::new(&self.path, error))?;
        Ok(Change::new(transaction, &self.path, self.bin))
    }

    /// Changes it by `work`, in one transaction.
    pub(super) fn apply<T, E: From<GoldError>>(
        &mut self,
        work: impl FnOnce(&mut Change<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut change = self.change()?;
        let done = work(&mut change)?;
        change.commit()?;
        Ok(done)
    }

    /// Puts `rows` in the place of all rows of `nodes` (without any, of all nodes) in `window`, in one transaction.
    ///
    /// # Errors
    /// The store can't be changed, or a row is off the bin boundary; then it is as it was.
    pub fn replace_window<'a>(
        &mut self,
        window: &Window,
        nodes: &[String],
        rows: impl IntoIterator<Item = &'a GoldRow>,
    ) -> Result<(), GoldError> {
        self.apply(|change| {
            change.clear(window, nodes)?;
            rows.into_iter().try_for_each(|row| change.put(row).map(|_| ()))
        })
    }

    /// The nodes that it has rows of, ascending.
    ///
    /// # Errors
    /// It can't be read.
    pub fn nodes(&self) -> Result<Vec<String>, GoldError> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut statement = self.connection.prepare(NODES)?;
            statement.query_map([], |row| row.get(0))?.collect()
        };
        read().map_err(|error| GoldError::new(&self.path, error))
    }

    /// The end of its newest bin; none if it has no bin.
    ///
    /// # Errors
    /// It can't be read, or that bin's start is no time.
    pub fn end(&self) -> Result<Option<Timestamp>, GoldError> {
        let read = || -> rusqlite::Result<Option<(String, String)>> {
            let mut statement = self.connection.prepare(NODES)?;
            let newest: Vec<(String, String)> =
                statement.query_map([], |row| Ok((row.get(1)?, row.get(0)?)))?.collect::<Result<_, _>>()?;
            Ok(newest.into_iter().max())
        };
        let Some((ts, node)) = read().map_err(|error| GoldError::new(&self.path, error))? else {
            return Ok(None);
        };
        let row = |error: TimeError| GoldError::Row {
            path: self.path.clone(),
            node,
            ts: ts.clone(),
            reason: error.to_string(),
        };
        let start = parse_utc(&ts).map_err(row)?;
        Ok(Some(start.saturating_add(SignedDuration::from_secs(self.bin.seconds())).unwrap_or(start)))
    }

    /// Hands the rows of `query` to `each`, by node, then time.
    ///
    /// # Errors
    /// It can't be read, a row has something that can't be, or `each` fails.
    pub fn rows<E: From<GoldError>>(
        &self,
        query: &Query,
        each: &mut dyn FnMut(GoldRow) -> Result<(), E>,
    ) -> Result<(), E> {
        if query.nodes.is_empty() {
            return self.rows_of(query, &[], each);
        }
        let mut nodes: Vec<&str> = query.nodes.iter().map(String::as_str).collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes.chunks(NODES_AT_ONCE).try_for_each(|nodes| self.rows_of(query, nodes, each))
    }

    /// What it holds, node by node, ascending.
    ///
    /// # Errors
    /// It can't be read.
    pub fn overview(&self) -> Result<Vec<Overview>, GoldError> {
        let read = || -> rusqlite::Result<Vec<Overview>> {
            let mut statement = self.connection.prepare(OVERVIEW)?;
            let overview = statement.query_map([], |row| {
                Ok(Overview { node: row.get(0)?, first: row.get(1)?, last: row.get(2)?, rows: row.get(3)? })
            });
            overview?.collect()
        };
        read().map_err(|error| GoldError::new(&self.path, error))
    }

    fn rows_of<E: From<GoldError>>(
        &self,
        query: &Query,
        nodes: &[&str],
        each: &mut dyn FnMut(GoldRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = |error| GoldError::new(&self.path, error);
        let mut sql = SELECT.to_owned();
        if !nodes.is_empty() {
            sql.push_str(&format!(" AND node IN ({})", vec!["?"; nodes.len()].join(", ")));
        }
        sql.push_str(" ORDER BY node, ts");
        let mut statement = self.connection.prepare(&sql).map_err(failed)?;
        let [start, end] = [query.start, query.end].map(bound);
        let parameters = [start.as_str(), end.as_str()].into_iter().chain(nodes.iter().copied());
        let mut rows = statement.query(params_from_iter(parameters)).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            each(self.decode(row)?)?;
        }
        Ok(())
    }

    fn decode(&self, row: &Row<'_>) -> Result<GoldRow, GoldError> {
        decode(row).map_err(|reason| GoldError::Row {
            path: self.path.clone(),
            node: row.get(1).unwrap_or_default(),
            ts: row.get(0).unwrap_or_default(),
            reason,
        })
    }
}

/// One skip from node to node instead of a walk over all rows.
const NODES: &str = "
WITH RECURSIVE nodes(node) AS (
    SELECT min(node) FROM NodeTimeBin
    UNION ALL
    SELECT (SELECT min(node) FROM NodeTimeBin WHERE node > nodes.node) FROM nodes WHERE nodes.node IS NOT NULL
)
SELECT node, (SELECT max(ts) FROM NodeTimeBin WHERE node = nodes.node) FROM nodes WHERE node IS NOT NULL";

const OVERVIEW: &str = "SELECT node, min(ts), max(ts), count(*) FROM NodeTimeBin GROUP BY node ORDER BY node";

/// What a store holds of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// The node.
    pub node: String,
    /// The start of its first bin, as it stands there.
    pub first: String,
    /// The start of its last bin.
    pub last: String,
    /// How many bins it has.
    pub rows: i64,
}

/// A time as the store writes it: RFC 3339 in UTC, `2025-10-07T00:00:00Z`, with as many places as it has.
pub fn text_of(time: Timestamp) -> String {
    time.to_string()
}

/// `time` without its `Z`: less than that second and all fractions of it.
pub(super) fn bound(time: Timestamp) -> String {
    let mut text = text_of(time);
    text.pop();
    text
}
