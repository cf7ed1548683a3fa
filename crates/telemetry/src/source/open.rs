//! From what the user names to a source: an address is a cluster, a folder or a file with a known extension holds rows of
//! Gold, and anything else is a Gold store.

use std::path::Path;
use std::time::Duration;

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

/// Opens the source that `spec` names: a Gold store, a CSV, NDJSON or Parquet file, or a folder of them.
///
/// # Errors
/// There is nothing, or nothing that can be read.
pub fn open(spec: &str, options: &SourceOptions) -> Result<Box<dyn TelemetrySource>, SourceError> {
    if spec.starts_with("https://") || spec.starts_with("http://") {
        return Err(SourceError::Read {
            name: spec.to_owned(),
            reason: "this build reads no clusters".to_owned(),
            help: Some("name a Gold store, a file or a folder with rows of Gold".to_owned()),
            source: None,
        });
    }
    let path = Path::new(spec);
    if path.is_dir() || Format::of(path).is_some() {
        return Ok(Box::new(FileSource::open(path, options.bin)?));
    }
    Ok(Box::new(GoldStore::read(path)?))
}
