//! A folder with a model and its data, and what it takes to run the model and write the run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use flowtime::driver::{self, Evaluation, Settings, Watch};
use flowtime::load::{FileLoader, SourceCheck};
use flowtime_runs::{Lineage, Options, Run, Timings, Warning, WriteError, Written, evaluate, write};
use tempfile::TempDir;

pub(crate) const MODEL: &str = r#"schemaVersion: 1
window: { start: "2025-10-07T00:00:00Z", timezone: UTC }
grid: { bins: 4, binSize: 5, binUnit: minutes }
parameters:
  - { id: scale, value: 2 }
nodes:
  - { id: Load, kind: const, source: "file://data/load.csv" }
  - { id: load, kind: const, source: "file://../shared.csv" }
  - { id: é/div, kind: expr, expr: "Load * scale" }
"#;
const LOAD: &str = "bin_index,value\n0,0.1\n1,1e300\n2,\n3,-0\n";
pub(crate) const SHARED: &str = "bin_index,value\n0,1\n1,inf\n2,5e-324\n3,0.30000000000000004\n";

/// A folder with a model and its data, and one for runs.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) text: String,
    pub(crate) gaps: Vec<Warning>,
    pub(crate) lineage: Lineage,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("model");
        fs::create_dir_all(model.join("data")).unwrap();
        fs::write(model.join("data/load.csv"), LOAD).unwrap();
        fs::write(folder.path().join("shared.csv"), SHARED).unwrap();
        Self { folder, text: MODEL.to_owned(), gaps: Vec::new(), lineage: Lineage::default() }
    }

    pub(crate) fn runs(&self) -> PathBuf {
        self.folder.path().join("runs")
    }

    pub(crate) fn loader(&self) -> FileLoader {
        FileLoader::new(self.folder.path().join("model"))
    }

    pub(crate) fn write(&self, options: &Options<'_>) -> Result<Written, WriteError> {
        self.write_with(&[], options)
    }

    pub(crate) fn write_with(&self, settings: &[(&str, f64)], options: &Options<'_>) -> Result<Written, WriteError> {
        self.evaluated(settings, |run| write(&self.runs(), run, options))
    }

    pub(crate) fn evaluated<T>(&self, settings: &[(&str, f64)], then: impl FnOnce(&Run<'_>) -> T) -> T {
        let loader = self.loader();
        let check = driver::check("model.yaml", &self.text, &loader, SourceCheck::Content);
        let checked = check.model.as_ref().unwrap_or_else(|| panic!("{:?}", check.diagnostics));
        let parameters = settings.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        let settings = Settings { parameters, ..Settings::default() };
        let evaluation = evaluate(checked, &loader, &settings, &Watch::default()).unwrap();
        let timings = Timings::default();
        then(&Run {
            text: &self.text,
            checked,
            settings: &settings,
            evaluation: &evaluation,
            gaps: &self.gaps,
            lineage: &self.lineage,
            loader: &loader,
            timings,
        })
    }

    pub(crate) fn evaluation(&self) -> Evaluation {
        self.evaluated(&[], |run| run.evaluation.clone())
    }
}

/// Every file below `folder` with its content.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}
