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
    /// How often such a query is tried again.
    pub retry_count: u32,
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self { bin: BinSize::DEFAULT, query_timeout: Duration::from_secs(30), retry_count: 3 }
    }
}

/// Opens the source that `spec` names: a Gold store, a CSV, NDJSON or Parquet file, a folder of them, or, behind
/// `kusto:`, a database of Azure Data Explorer.
///
/// # Errors
/// There is nothing, or nothing that can be read.
pub fn open(spec: &str, options: &SourceOptions) -> Result<Box<dyn TelemetrySource>, SourceError> {
    if spec.starts_with("kusto:") {
        return open_kusto(spec, options);
    }
    if spec.starts_with("https://") || spec.starts_with("http://") {
        let help = format!("write `kusto:{spec}` for a cluster of Azure Data Explorer");
        return Err(refused(spec, "it is an address, not a file", help));
    }
    let path = Path::new(spec);
    if path.is_dir() || Format::of(path).is_some() {
        return Ok(Box::new(FileSource::open(path, options.bin)?));
    }
    Ok(Box::new(GoldStore::read(path)?))
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
