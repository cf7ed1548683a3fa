//! The stage: a temporary SQLite database that holds each event and each measurement once, and counts per node and bin
//! made of them by SQL. It lives in unlinked files below `TMPDIR` and is gone with the process, however that ends. What it
//! holds does not depend on the order in which things came.

use rusqlite::{Connection, Transaction};

use super::key::{Dedupe, Key};

/// Events sorted before they go in: one sweep through the table instead of as many leaps.
const SWEEP: usize = 1 << 20;

const SCHEMA: &str = "
PRAGMA page_size = 8192;
PRAGMA cache_size = -98304;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE measurement (
    queue INTEGER NOT NULL, bin INTEGER NOT NULL, kind INTEGER NOT NULL, time INTEGER NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (queue, bin, kind, time)
) WITHOUT ROWID;
CREATE TABLE counted (
    node INTEGER NOT NULL, bin INTEGER NOT NULL,
    arrivals INTEGER NOT NULL, served INTEGER NOT NULL, errors INTEGER NOT NULL,
    PRIMARY KEY (node, bin)
) WITHOUT ROWID;
CREATE TABLE measured (
    queue INTEGER NOT NULL, bin INTEGER NOT NULL, incoming REAL, completed REAL, depth REAL,
    PRIMARY KEY (queue, bin)
) WITHOUT ROWID;
CREATE TABLE grid (bin INTEGER PRIMARY KEY);
";

/// Each delivery once, a bin's events side by side: what comes in the order of time goes to one place.
const DELIVERIES: &str = "
CREATE TABLE event (
    bin INTEGER NOT NULL, node INTEGER NOT NULL, kind INTEGER NOT NULL, key BLOB NOT NULL, weight INTEGER NOT NULL,
    PRIMARY KEY (bin, node, kind, key)
) WITHOUT ROWID";
const PUT_DELIVERY: &str = "
INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT DO UPDATE SET weight = excluded.weight WHERE excluded.weight > event.weight";

/// The earliest of a message's deliveries; of two at one time the heavier.
const MESSAGES: &str = "
CREATE TABLE event (
    bin INTEGER NOT NULL, node INTEGER NOT NULL, kind INTEGER NOT NULL, key BLOB NOT NULL, weight INTEGER NOT NULL,
    time INTEGER NOT NULL, PRIMARY KEY (node, kind, key)
) WITHOUT ROWID";
const PUT_MESSAGE: &str = "
INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT DO UPDATE SET bin = excluded.bin, weight = excluded.weight, time = excluded.time
WHERE (excluded.time, -excluded.weight) < (event.time, -event.weight)";

const PUT_MEASUREMENT: &str = "
INSERT INTO measurement VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT DO UPDATE SET value = excluded.value WHERE excluded.value > measurement.value";

const COUNT: &str = "
INSERT INTO counted
SELECT node, bin,
    coalesce(sum(weight) FILTER (WHERE kind = 0), 0),
    coalesce(sum(weight) FILTER (WHERE kind = 1), 0),
    coalesce(sum(weight) FILTER (WHERE kind = 2), 0)
FROM event GROUP BY bin, node";

const MEASURE: &str = "
INSERT INTO measured
SELECT queue, bin,
    sum(value) FILTER (WHERE kind = 0), sum(value) FILTER (WHERE kind = 1), avg(value) FILTER (WHERE kind = 2)
FROM measurement GROUP BY queue, bin";

const GRID: &str = "
WITH RECURSIVE bins(bin) AS (SELECT ?1 UNION ALL SELECT bin + ?2 FROM bins WHERE bin + ?2 < ?3)
INSERT INTO grid SELECT bin FROM bins";

/// A bin of a node: counts are 0 where nothing was, measurements missing where nobody measured.
const BINS: &str = "
SELECT grid.bin,
    coalesce(arrivals, 0), coalesce(served, 0), coalesce(errors, 0),
    coalesce(CAST(round(incoming) AS INTEGER), arrivals, 0),
    iif(?2 IS NULL, NULL, coalesce(depth, 0.0)),
    measured.queue IS NOT NULL,
    coalesce(incoming, 0) > 0 OR coalesce(depth, 0) > 0
FROM grid
LEFT JOIN counted ON counted.node = ?1 AND counted.bin = grid.bin
LEFT JOIN measured ON measured.queue = ?2 AND measured.bin = grid.bin
ORDER BY grid.bin";

/// An event on its way into the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StagedEvent {
    /// Its bin's start, in seconds since 1970.
    pub(super) bin: i64,
    /// Its node, by number.
    pub(super) node: u32,
    /// Its kind, as a number.
    pub(super) kind: u8,
    /// What tells it apart.
    pub(super) key: Key,
    /// Its time, in milliseconds since 1970.
    pub(super) time: i64,
    /// How many events it stands for.
    pub(super) weight: u32,
}

/// A measurement on its way into the stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct StagedMetric {
    /// Its bin's start, in seconds since 1970.
    pub(super) bin: i64,
    /// Its queue, by number.
    pub(super) queue: u32,
    /// Its kind, as a number.
    pub(super) kind: u8,
    /// Its time, in milliseconds since 1970.
    pub(super) time: i64,
    /// What was measured.
    pub(super) value: f64,
}

/// What comes to the stage at once.
#[derive(Debug)]
pub(super) enum Batch {
    /// Events, in any order.
    Events(Vec<StagedEvent>),
    /// Measurements, in any order.
    Metrics(Vec<StagedMetric>),
}

/// A bin of a node, as the SQL makes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct NodeBin {
    /// Its start, in seconds since 1970.
    pub(super) bin: i64,
    pub(super) arrivals: i64,
    pub(super) served: i64,
    pub(super) errors: i64,
    pub(super) external_demand: i64,
    pub(super) queue_depth: Option<f64>,
    /// Whether its queue was measured at all.
    pub(super) is_measured: bool,
    /// Whether its queue had messages.
    pub(super) has_messages: bool,
}

/// The temporary database.
#[derive(Debug)]
pub(super) struct Stage {
    connection: Connection,
    put_event: &'static str,
    pending: Vec<StagedEvent>,
}

impl Stage {
    /// An empty stage that keeps of each message what `dedupe` says.
    pub(super) fn new(dedupe: Dedupe) -> rusqlite::Result<Self> {
        // A database without a name is one in files without a name.
        let connection = Connection::open("")?;
        connection.execute_batch(SCHEMA)?;
        let (table, put_event) = match dedupe {
            Dedupe::Delivery => (DELIVERIES, PUT_DELIVERY),
            Dedupe::Message => (MESSAGES, PUT_MESSAGE),
        };
        connection.execute_batch(table)?;
        Ok(Self { connection, put_event, pending: Vec::new() })
    }

    /// Takes what came.
    pub(super) fn put(&mut self, batch: Batch) -> rusqlite::Result<()> {
        match batch {
            Batch::Events(events) => {
                self.pending.extend(events);
                if self.pending.len() >= SWEEP { self.sweep() } else { Ok(()) }
            }
            Batch::Metrics(metrics) => self.put_metrics(&metrics),
        }
    }

    fn put_metrics(&mut self, metrics: &[StagedMetric]) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        let mut statement = transaction.prepare_cached(PUT_MEASUREMENT)?;
        for StagedMetric { bin, queue, kind, time, value } in metrics {
            statement.execute((queue, bin, kind, time, value))?;
        }
        drop(statement);
        transaction.commit()
    }

    /// Sorts the events that are waiting and puts them in.
    fn sweep(&mut self) -> rusqlite::Result<()> {
        self.pending.sort_unstable();
        let transaction = self.connection.transaction()?;
        put_events(&transaction, self.put_event, &self.pending)?;
        transaction.commit()?;
        self.pending.clear();
        Ok(())
    }

    /// Counts what has come, on a grid of bins from `first` to before `end`, `step` seconds each, and gives the number
    /// of different events.
    pub(super) fn count(&mut self, first: i64, end: i64, step: i64) -> rusqlite::Result<u64> {
        self.sweep()?;
        self.pending = Vec::new();
        self.connection.execute(COUNT, ())?;
        self.connection.execute(MEASURE, ())?;
        self.connection.execute(GRID, (first, step, end))?;
        let count: i64 = self.connection.query_row("SELECT count(*) FROM event", [], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// Hands the events that each bin of `node` has to `each`, by bin; bins without events are left out.
    pub(super) fn totals(&self, node: u32, mut each: impl FnMut(i64, i64)) -> rusqlite::Result<()> {
        let sql = "SELECT bin, arrivals + served + errors FROM counted WHERE node = ?1 ORDER BY bin";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([node])?;
        while let Some(row) = rows.next()? {
            each(row.get(0)?, row.get(1)?);
        }
        Ok(())
    }

    /// Hands each bin of the grid to `each`, with what `node` and its queue had there.
    pub(super) fn bins<E: From<rusqlite::Error>>(
        &self,
        node: u32,
        queue: Option<u32>,
        mut each: impl FnMut(NodeBin) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self.connection.prepare_cached(BINS)?;
        let mut rows = statement.query((node, queue))?;
        while let Some(row) = rows.next()? {
            each(NodeBin {
                bin: row.get(0)?,
                arrivals: row.get(1)?,
                served: row.get(2)?,
                errors: row.get(3)?,
                external_demand: row.get(4)?,
                queue_depth: row.get(5)?,
                is_measured: row.get(6)?,
                has_messages: row.get(7)?,
            })?;
        }
        Ok(())
    }
}

fn put_events(transaction: &Transaction<'_>, sql: &str, events: &[StagedEvent]) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached(sql)?;
    let takes_time = statement.parameter_count() == 6;
    for StagedEvent { bin, node, kind, key, time, weight } in events {
        statement.raw_bind_parameter(1, bin)?;
        statement.raw_bind_parameter(2, node)?;
        statement.raw_bind_parameter(3, kind)?;
        statement.raw_bind_parameter(4, &key[..])?;
        statement.raw_bind_parameter(5, weight)?;
        if takes_time {
            statement.raw_bind_parameter(6, time)?;
        }
        statement.raw_execute()?;
    }
    Ok(())
}
