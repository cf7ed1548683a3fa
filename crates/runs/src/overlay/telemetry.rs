//! The telemetry of a base run, which an overlay keeps: its sources are still that, so where they came from and the loader's
//! files go into the new run as they are. What the base run names must lie in its folder.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use serde::Deserialize;

use crate::stored::{ReadError, StoredRun};
use crate::write::Telemetry;

/// What a manifest says of its files.
#[derive(Deserialize)]
struct Manifest {
    files: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    path: String,
}

/// The telemetry of `base`, if it has any.
pub(super) fn telemetry(base: &StoredRun) -> Result<Option<Telemetry>, ReadError> {
    let Some(record) = base.record()?.provenance.telemetry.clone() else { return Ok(None) };
    let path = base.path().join(inside(&record.manifest, &base.path().join("run.json"))?);
    let manifest: Manifest = crate::stored::read_json(&path)?;
    let folder = record.manifest.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let mut files = BTreeSet::from([record.manifest.clone()]);
    for entry in &manifest.files {
        files.insert(format!("{folder}{}", inside(&entry.path, &path)?));
    }
    Ok(Some(Telemetry { record, files: files.into_iter().collect() }))
}

/// `relative`, which `file` names, if it leads to nowhere else.
fn inside<'a>(relative: &'a str, file: &Path) -> Result<&'a str, ReadError> {
    let mut parts = Path::new(relative).components();
    if !relative.is_empty() && parts.all(|part| matches!(part, Component::Normal(_))) {
        return Ok(relative);
    }
    let problem = format!("it names `{relative}`, which lies outside of the run");
    Err(ReadError::Damaged { path: file.to_owned(), problem })
}
