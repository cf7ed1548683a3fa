//! The loader: a window and a selection of nodes become one dense series file per node and metric, with a manifest that
//! says what is there and what was amiss.
//!
//! - [`Request`] and [`LoadOptions`] say what to load and how; [`load`] does it.
//! - [`Manifest`] lists the files and holds the [`Warning`]s; it is written last.
//!
//! The folder appears, or takes the place of an older one, whole or not at all.

mod bins;
mod column;
mod config;
mod error;
mod folder;
mod gaps;
mod manifest;
mod nodes;
mod request;
#[cfg(test)]
mod tests;
mod warning;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

pub use config::{Config, ConfigError, parse_duration};
pub use error::LoadError;
pub use gaps::mark_known;
pub use manifest::{FileEntry, Grid, MANIFEST, Manifest, Metric, Provenance, Span};
pub(crate) use request::is_node_name;
pub use request::{Fill, LoadOptions, Request};
pub use warning::{Severity, Warning, WarningKind, at_bins};

use self::folder::Folder;
use self::nodes::Loading;
use crate::source::TelemetrySource;

/// How a caller follows and stops a load.
#[derive(Clone, Copy, Default)]
pub struct Control<'a> {
    /// Set to stop; what is written so far is removed.
    pub stop: Option<&'a AtomicBool>,
    /// Called with the rows read so far, every thousand or so.
    pub progress: Option<&'a dyn Fn(u64)>,
}

/// A folder of telemetry that is on the disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// Where it is.
    pub folder: PathBuf,
    /// What is in it, with the warnings.
    pub manifest: Manifest,
    /// The metrics that there are files of, by node.
    pub available: BTreeSet<(String, Metric)>,
}

/// Loads what `request` asks `source` for into the folder `out`.
///
/// # Errors
/// The request can't be met, the source can't be read to its end, or the folder can't be written; then `out` is as it
/// was.
pub fn load(
    source: &dyn TelemetrySource,
    request: &Request,
    options: &LoadOptions,
    out: &Path,
    control: &Control<'_>,
) -> Result<Loaded, LoadError> {
    let parts = request.check(source, options)?;
    let folder = Folder::at(out, options.force)?;
    let staging = folder.stage(options.durable, control.stop)?;
    let mut loading = Loading::new(request, options, parts, &staging, control);
    loading.read(source)?;
    let manifest = loading.manifest(source)?;
    manifest::write(&manifest, &staging)?;
    folder.publish(staging)?;
    let available = manifest.files.iter().map(|file| (file.node.clone(), file.metric)).collect();
    Ok(Loaded { folder: folder.path, manifest, available })
}
