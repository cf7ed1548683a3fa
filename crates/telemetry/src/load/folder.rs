//! The folder that telemetry is loaded into: a new one, or one that a load wrote and another replaces. Anything else in
//! the way is refused, since replacing means removing.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use flowtime_files::{FileError, Staging};

use super::{LoadError, MANIFEST, Manifest};

/// A folder to be written.
pub(super) struct Folder {
    /// Where it is or will be, links followed.
    pub(super) path: PathBuf,
    parent: PathBuf,
    name: String,
    exists: bool,
}

impl Folder {
    /// The folder at `path`; one that holds other things than loaded telemetry only by `force`.
    pub(super) fn at(path: &Path, force: bool) -> Result<Self, LoadError> {
        let failed = |source| FileError::Write { path: path.to_owned(), source };
        let exists = path.exists();
        if exists && !path.is_dir() {
            return Err(LoadError::NotAFolder { path: path.to_owned() });
        }
        if exists {
            check_ours(path, force)?;
        } else {
            fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).map_err(failed)?;
        }
        let path = if exists { path.canonicalize().map_err(failed)? } else { path.to_owned() };
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput).map_err(|kind| failed(kind.into()))?;
        Ok(Self { parent: parent.to_owned(), name: name.to_string_lossy().into_owned(), path, exists })
    }

    /// The folder in the making that will be this one.
    pub(super) fn stage<'a>(&self, durable: bool, stop: Option<&'a AtomicBool>) -> Result<Staging<'a>, LoadError> {
        let staging = Staging::claim(&self.parent, &self.name, durable, stop)?;
        staging.ok_or_else(|| LoadError::Busy { path: self.path.clone() })
    }

    /// Lets `staging` be this folder.
    pub(super) fn publish(&self, staging: Staging<'_>) -> Result<(), LoadError> {
        let published = if self.exists { staging.replace(&self.path) } else { staging.publish(&self.path) };
        Ok(published?)
    }
}

fn check_ours(path: &Path, force: bool) -> Result<(), LoadError> {
    let failed = |source| FileError::Write { path: path.to_owned(), source };
    let folder = path.canonicalize().map_err(failed)?;
    if std::env::current_dir().is_ok_and(|current| current.starts_with(&folder)) {
        return Err(LoadError::CurrentFolder { path: path.to_owned() });
    }
    match foreign(&folder).map_err(failed)? {
        Some(found) if !force => Err(LoadError::ForeignFolder { path: path.to_owned(), found }),
        _ => Ok(()),
    }
}

/// The first name in `folder` that is neither the manifest nor one of its files.
fn foreign(folder: &Path) -> io::Result<Option<String>> {
    let manifest = fs::read(folder.join(MANIFEST)).ok();
    let manifest = manifest.and_then(|text| serde_json::from_slice::<Manifest>(&text).ok());
    let ours: BTreeSet<&str> = match &manifest {
        Some(manifest) => manifest.files.iter().map(|file| file.path.as_str()).chain([MANIFEST]).collect(),
        None => BTreeSet::new(),
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names.into_iter().find(|name| !ours.contains(name.as_str())))
}
