//! A change of a store: rows go in and out within one transaction, which is made as a whole or leaves no trace.

use std::path::Path;

use rusqlite::{Connection, Transaction};

use super::store::{bound, text_of};
use super::{GoldError, GoldRow};
use crate::time::{BinSize, Window};

const PUT: &str = "
INSERT INTO NodeTimeBin VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (node, ts) DO UPDATE SET
    arrivals = excluded.arrivals, served = excluded.served, errors = excluded.errors,
    external_demand = excluded.external_demand, queue_depth = excluded.queue_depth,
    schema_version = excluded.schema_version, extraction_ts = excluded.extraction_ts,
    known_data_gaps = excluded.known_data_gaps
WHERE rtrim(excluded.extraction_ts, 'Z') >= rtrim(NodeTimeBin.extraction_ts, 'Z')";

/// A change of a store: one transaction.
#[derive(Debug)]
pub struct Change<'a> {
    transaction: Transaction<'a>,
    path: &'a Path,
    bin: BinSize,
}

impl<'a> Change<'a> {
    pub(super) fn new(transaction: Transaction<'a>, path: &'a Path, bin: BinSize) -> Self {
        Self { transaction, path, bin }
    }

    /// Adds `row`; of two for one bin and node the newer stays, of equally new ones the later. `false` if the one that
    /// is there stays.
    ///
    /// # Errors
    /// It is off the bin boundary, or can't be written.
    pub fn put(&mut self, row: &GoldRow) -> Result<bool, GoldError> {
        if !self.bin.is_boundary(row.ts) {
            return Err(GoldError::Alignment { ts: row.ts, bin: self.bin });
        }
        let put = || {
            self.transaction.prepare_cached(PUT)?.execute((
                text_of(row.ts),
                &row.node,
                row.arrivals,
                row.served,
                row.errors,
                row.external_demand,
                row.queue_depth,
                &row.schema_version,
                text_of(row.extraction_ts),
                &row.known_data_gaps,
            ))
        };
        put().map(|changed| changed > 0).map_err(|error| GoldError::new(self.path, error))
    }

    /// Removes the rows of `nodes` (without any, of all nodes) in `window`.
    ///
    /// # Errors
    /// They can't be removed.
    pub fn clear(&mut self, window: &Window, nodes: &[String]) -> Result<(), GoldError> {
        let [start, end] = [window.start(), window.end()].map(bound);
        let clear = || -> rusqlite::Result<()> {
            if nodes.is_empty() {
                self.transaction.execute("DELETE FROM NodeTimeBin WHERE ts >= ?1 AND ts < ?2", (&start, &end))?;
            }
            let one = "DELETE FROM NodeTimeBin WHERE ts >= ?1 AND ts < ?2 AND node = ?3";
            let mut statement = self.transaction.prepare_cached(one)?;
            nodes.iter().try_for_each(|node| statement.execute((&start, &end, node)).map(|_| ()))
        };
        clear().map_err(|error| GoldError::new(self.path, error))
    }

    /// The transaction's connection, for SQL that belongs to the same change.
    pub fn connection(&self) -> &Connection {
        &self.transaction
    }

    /// Makes the change.
    ///
    /// # Errors
    /// It can't be written; then the store is as it was.
    pub fn commit(self) -> Result<(), GoldError> {
        self.transaction.commit().map_err(|error| GoldError::new(self.path, error))
    }
}
