//! A run on the disk, read as little as is asked for: [`StoredRun::open`] reads the index, everything else comes when it
//! is first needed and is kept. Nothing in the folder is changed, and whatever is wrong with it is an error that
//! names the file.
//!
//! ```no_run
//! # use flowtime_runs::StoredRun;
//! let run = StoredRun::open("runs/run_20251007T000000Z_9294e255".as_ref())?;
//! let columns = run.columns()?;
//! let served = run.column_of("orders_served")?.unwrap_or_default();
//! println!("{} at 14:00", columns.slice(served, 168..169)?[0]);
//! # Ok::<(), flowtime_runs::ReadError>(())
//! ```

mod error;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use flowtime::check::CheckedModel;
use flowtime::driver;
use flowtime::load::{FileLoader, SourceCheck};
use serde::Deserialize;
use serde::de::DeserializeOwned;

pub use error::ReadError;
use flowtime_files::PREFIX;

use crate::columns::{ColumnFile, ColumnKind};
use crate::record::{RunIndex, RunRecord, SCHEMA_VERSION};
use crate::topology::TopologyRecord;
use crate::write::runs_in;

/// A run on the disk.
#[derive(Debug)]
pub struct StoredRun {
    path: PathBuf,
    index: RunIndex,
    record: OnceLock<RunRecord>,
    topology: OnceLock<TopologyRecord>,
    columns: OnceLock<ColumnFile>,
    /// The outputs that are not called like their series, by series.
    renamed: HashMap<String, String>,
    model: OnceLock<StoredModel>,
}

/// The model of a stored run.
#[derive(Debug)]
pub struct StoredModel {
    /// Its text.
    pub text: String,
    /// The model; parameters have the values of the run.
    pub checked: CheckedModel,
    /// Where its sources are: the run's own copies.
    pub loader: FileLoader,
}

impl StoredRun {
    /// Opens the run in the folder `path` and reads its index, nothing else.
    ///
    /// # Errors
    /// There is no run, or its index can't be read.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let file = path.join("run.json");
        if path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(PREFIX.as_bytes())) {
            return Err(ReadError::Unfinished { path: path.to_owned() });
        }
        if !file.is_file() {
            return Err(no_run(path));
        }
        let index = read_versioned(&path.join("series/index.json"), |index: &RunIndex| index.schema_version)?;
        let renamed = index.renamed.iter().rev().map(|(output, series)| (series.clone(), output.clone())).collect();
        let (record, topology, columns, model) = Default::default();
        Ok(Self { path: path.to_owned(), index, record, topology, columns, renamed, model })
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its name: that of its folder, also where the path is `.` or a link.
    pub fn id(&self) -> Option<String> {
        let path = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
        Some(path.file_name()?.to_string_lossy().into_owned())
    }

    /// Its grid, window and telemetry gaps, and how its outputs are called.
    pub fn index(&self) -> &RunIndex {
        &self.index
    }

    /// Its `run.json`, with all its warnings; [`index`](Self::index) has what most readers need.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn record(&self) -> Result<&RunRecord, ReadError> {
        let path = self.path.join("run.json");
        self.once(&self.record, || read_versioned(&path, |record: &RunRecord| record.schema_version))
    }

    /// Its `topology.json`.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn topology(&self) -> Result<&TopologyRecord, ReadError> {
        self.once(&self.topology, || read_json(&self.path.join("topology.json")))
    }

    /// Its `series/columns.bin`, open for reading.
    ///
    /// # Errors
    /// The file can't be read, is damaged, or doesn't fit the index.
    pub fn columns(&self) -> Result<&ColumnFile, ReadError> {
        self.once(&self.columns, || {
            let path = self.path.join("series/columns.bin");
            let columns = ColumnFile::open(&path)?;
            let (found, expected) = (columns.bins(), self.index.grid.bins as usize);
            if found != expected {
                let problem = format!("it has {found} bins, `index.json` says {expected}");
                return Err(ReadError::Damaged { path, problem });
            }
            Ok(columns)
        })
    }

    /// The number of the column that holds the series `id` in [`columns`](Self::columns): as an output under whatever
    /// name, as an input, or because the topology names it.
    ///
    /// # Errors
    /// The columns can't be read.
    pub fn column_of(&self, id: &str) -> Result<Option<usize>, ReadError> {
        let columns = self.columns()?;
        let renamed = self.renamed.get(id).map(String::as_str);
        let own = || Some(id).filter(|id| !self.index.renamed.contains_key(*id));
        let output = || columns.find(ColumnKind::Output, renamed.or_else(own)?);
        let kinds = [ColumnKind::Input, ColumnKind::Role];
        Ok(kinds.into_iter().find_map(|kind| columns.find(kind, id)).or_else(output))
    }

    /// Its model, checked; the sources are not looked at.
    ///
    /// # Errors
    /// The file can't be read or has errors.
    pub fn model(&self) -> Result<&StoredModel, ReadError> {
        self.once(&self.model, || {
            let path = self.path.join("model.yaml");
            let text = fs::read_to_string(&path).map_err(|source| ReadError::file(&path, source))?;
            let loader = FileLoader::new(self.path.clone());
            let mut check = driver::check(&path.display().to_string(), &text, &loader, SourceCheck::Skip);
            match check.model.take() {
                Some(checked) => Ok(StoredModel { text, checked, loader }),
                None => Err(ReadError::Model { path, check: Box::new(check) }),
            }
        })
    }

    /// What `cell` holds, or after `read` will hold.
    fn once<'a, T>(
        &self,
        cell: &'a OnceLock<T>,
        read: impl FnOnce() -> Result<T, ReadError>,
    ) -> Result<&'a T, ReadError> {
        match cell.get() {
            Some(value) => Ok(value),
            None => {
                let value = read()?;
                Ok(cell.get_or_init(|| value))
            }
        }
    }
}

/// What is at `path` instead of a run.
fn no_run(path: &Path) -> ReadError {
    let path = path.to_owned();
    match path.metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => ReadError::NotFound { path },
        Err(source) => ReadError::File { path, source },
        Ok(_) => match runs_in(&path).ok().and_then(|mut runs| runs.pop()) {
            Some(last) => ReadError::Root { last: path.join(last), path },
            None => ReadError::NoRun { path },
        },
    }
}

/// Reads a JSON file whose format has a version, which `version` finds.
fn read_versioned<T: DeserializeOwned>(path: &Path, version: impl Fn(&T) -> u32) -> Result<T, ReadError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Head {
        schema_version: u32,
    }
    let bytes = fs::read(path).map_err(|source| ReadError::file(path, source))?;
    let other = |found| ReadError::Version { path: path.to_owned(), found, known: SCHEMA_VERSION };
    match serde_json::from_slice::<T>(&bytes) {
        Ok(value) if version(&value) == SCHEMA_VERSION => Ok(value),
        Ok(value) => Err(other(version(&value))),
        // What can't be understood may be of a later version.
        Err(source) => match serde_json::from_slice(&bytes) {
            Ok(Head { schema_version: found }) if found != SCHEMA_VERSION => Err(other(found)),
            _ => Err(ReadError::Json { path: path.to_owned(), source }),
        },
    }
}

/// Reads a JSON file of a run.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, ReadError> {
    let bytes = fs::read(path).map_err(|source| ReadError::file(path, source))?;
    serde_json::from_slice(&bytes).map_err(|source| ReadError::Json { path: path.to_owned(), source })
}
