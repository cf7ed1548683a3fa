//! Every model that is shipped, with the real binary: interpreter and machine code leave the same bits over it.
#![expect(clippy::unwrap_used, reason = "a test that can't read the repository has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folders of the repository that hold models, those of them that are there.
const FOLDERS: [&str; 2] = ["examples", "templates"];

/// All models below a folder: YAML files with a `schemaVersion` at top level.
fn models(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") && is_model(&path) {
                found.push(path);
            }
        }
    }
    found
}

fn is_model(path: &Path) -> bool {
    fs::read_to_string(path).unwrap().lines().any(|line| line.starts_with("schemaVersion:"))
}

#[test]
fn the_backends_agree_on_every_shipped_model() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let models: Vec<PathBuf> = FOLDERS.iter().flat_map(|folder| models(&root.join(folder))).collect();
    assert!(models.len() >= 3, "found {models:?}");
    for model in models {
        let run = Command::new(env!("CARGO_BIN_EXE_ftc")).args(["run", "--backend", "both"]).arg(&model).output();
        let done = run.unwrap();
        assert!(done.status.success(), "{}:\n{}", model.display(), String::from_utf8_lossy(&done.stderr));
    }
}
