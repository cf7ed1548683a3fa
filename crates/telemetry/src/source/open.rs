//! From what the user names to a source: an address is a cluster, a folder or a file with a known extension holds rows of
//! Gold, and anything else is a Gold store.

use std::path::Path;
use std::time::Duration;

#[cfg(feature = "kusto")]
use super::kusto::{KustoSettings, KustoSource};
use super::{FileSource, SourceError, TelemetrySource};
use crate::gold::{Format, GoldStore};
use crate::time::BinSize;

/// How to open a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceOptions {
    /// The length of the bins of a source that doesn't state it.
    pub bin: BinSize,
    /// How long a query over the network may take.
    pub query_timeout: Duration,
    /// How often such a query is tried before it has failed; at least once.
    pub retry_count: u32,
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self { bin: BinSize::DEFAULT, query_timeout: Duration::from_secs(30), retry_count: 3 }
    }
}

/// What holds the rows of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A SQLite file.
    Store,
    /// A CSV, NDJSON or Parquet file, or a folder of them: nothing in it states the length of its bins.
    Files,
    /// A database of Azure Data Explorer, over the network.
    Kusto,
}

impl SourceKind {
    /// The kind of the source that `spec` names.
    pub fn of(spec: &str) -> Self {
        let path = Path::new(spec);
        match spec.starts_with("kusto:") {
            true => SourceKind::Kusto,
            false if path.is_dir() || Format::of(path).is_some() => SourceKind::Files,
            false => SourceKind::Store,
        }
    }
}

/// Opens the source that `spec` names: a Gold store, a CSV, NDJSON or Parquet file, a folder of them, or, behind
/// `kusto:`, a database of Azure Data Explorer.
///
/// # Errors
/// There is nothing, or nothing that can be read.
pub fn open(spec: &str, options: &SourceOptions) -> Result<Box<dyn TelemetrySource>, SourceError> {
    if spec.starts_with("https://") || spec.starts_with("http://") {
        let help = format!("write `kusto:{spec}` for a cluster of Azure Data Explorer");
        return Err(refused(spec, "it is an address, not a file", help));
    }
    let path = Path::new(spec);
    match SourceKind::of(spec) {
        SourceKind::Kusto => open_kusto(spec, options),
        SourceKind::Files => Ok(Box::new(FileSource::open(path, options.bin)?)),
        SourceKind::Store => Ok(Box::new(GoldStore::read(path)?)),
    }
}

#[cfg(feature = "kusto")]
fn open_kusto(spec: &str, options: &SourceOptions) -> Result<Box<dyn TelemetrySource>, SourceError> {
    let tries = options.retry_count.max(1);
    let settings = KustoSettings { query_timeout: options.query_timeout, tries, ..KustoSettings::default() };
    Ok(Box::new(KustoSource::open(spec, settings)?))
}

#[cfg(not(feature = "kusto"))]
fn open_kusto(_: &str, _: &SourceOptions) -> Result<Box<dyn TelemetrySource>, SourceError> {
    Err(refused("kusto", "this build reads no clusters", "build it with the feature `kusto`".to_owned()))
}

fn refused(name: &str, reason: &str, help: String) -> SourceError {
    SourceError::Read { name: name.to_owned(), reason: reason.to_owned(), help: Some(help), source: None }
}
