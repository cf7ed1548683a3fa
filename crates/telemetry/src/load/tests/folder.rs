//! The folder that is written: whole or not there, replaced only where a load wrote it, the same bytes for the same rows.

use std::cell::RefCell;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::*;

fn load_into(out: &Path, force: bool) -> Result<Loaded, LoadError> {
    let options = LoadOptions { force, ..LoadOptions::default() };
    load(&source(vec![row(0)]), &request(1, "5m", &[]), &options, out, &Control::default())
}

#[test]
fn a_loaded_folder_is_replaced_and_another_one_only_by_force() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("deep/out");
    for _ in 0..2 {
        load_into(&out, false).unwrap();
    }
    fs::write(out.join("notes.txt"), "").unwrap();
    let error = load_into(&out, false).unwrap_err();
    let message = format!("can't replace `{}`: `notes.txt` in it was not written by a load", out.display());
    assert_eq!((error.code(), error.to_string()), ("output_taken", message));
    assert!(out.join("notes.txt").exists());
    load_into(&out, true).unwrap();
    assert!(!out.join("notes.txt").exists());
    let file = out.join("manifest.json");
    let message = format!("can't load into `{}`: it is a file, not a folder", file.display());
    assert_eq!(load_into(&file, true).unwrap_err().to_string(), message);
    assert_eq!(fs::read_dir(out.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn a_load_that_fails_or_is_stopped_leaves_the_old_folder() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    load_into(&out, false).unwrap();
    let before = fs::read(out.join("manifest.json")).unwrap();
    let stop = AtomicBool::new(true);
    let control = Control { stop: Some(&stop), ..Control::default() };
    let (request, options) = (request(1, "5m", &[]), LoadOptions::default());
    let stopped = load(&source(vec![row(0)]), &request, &options, &out, &control).unwrap_err();
    assert!(stopped.is_interrupted(), "{stopped}");
    let split = source(vec![row(0), GoldRow { node: "B".to_owned(), ..row(0) }, row(0)]);
    let error = load(&split, &request, &options, &out, &Control::default()).unwrap_err();
    assert_eq!(error.to_string(), "can't read telemetry from test: the rows of `A` don't follow each other");
    assert_eq!(fs::read(out.join("manifest.json")).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_that_another_load_writes_is_left_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let second = RefCell::new(None);
    let mut rows: Vec<GoldRow> = (0..2_000).map(row).collect();
    rows.truncate(2_000);
    let progress = |_: u64| {
        second.replace(Some(load_into(&out, false).unwrap_err().to_string()));
    };
    let control = Control { progress: Some(&progress), ..Control::default() };
    load(&source(rows), &request(2_000, "5m", &[]), &LoadOptions::default(), &out, &control).unwrap();
    assert_eq!(second.into_inner().unwrap(), format!("another load is writing `{}`", out.display()));
}

#[test]
fn equal_rows_give_equal_bytes() {
    let manifests = [0, 1].map(|_| {
        let (folder, loaded) = try_load(vec![row(0)], &request(2, "5m", &[]), &LoadOptions::default());
        loaded.unwrap();
        fs::read_to_string(folder.path().join("out/manifest.json")).unwrap()
    });
    assert_eq!(manifests[0], manifests[1]);
    assert!(manifests[0].contains("\"extractionTs\": \"2025-10-07T00:00:00Z\""), "{}", manifests[0]);
}

#[test]
fn names_that_differ_in_case_alone_get_files_of_their_own() {
    let rows = ["a", "A", "é/"].map(|node| GoldRow { node: node.to_owned(), ..row(0) });
    let mut rows = rows.to_vec();
    rows.sort_by(|a, b| a.node.cmp(&b.node));
    let (_folder, loaded) = try_load(rows, &request(1, "5m", &[]), &LoadOptions::default());
    let loaded = loaded.unwrap();
    let files = loaded.manifest.files.iter().filter(|file| file.metric.name() == "served");
    let paths: Vec<&str> = files.map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["A_served.csv", "a_served~2.csv", "%C3%A9%2F_served.csv"]);
    assert_eq!(loaded.available.len(), 12);
}
