//! Verification: a run that was not touched holds, and whatever is changed in one is found and located.

use std::fs;
use std::path::Path;

use flowtime_runs::{Options, StoredRun, Verification, verify};
use flowtime_runtime::engine::Backend;

use super::place::Place;

fn verified(path: &Path) -> Verification {
    verify(&StoredRun::open(path).unwrap(), &|_| {}).unwrap()
}

/// After `change`, a verification of the run finds this.
fn check_found(change: impl FnOnce(&Path), expected: &[&str]) {
    let place = Place::new();
    let run = place.write(&Options::default()).unwrap().path;
    change(&run);
    let found: Vec<String> = verified(&run).mismatches.iter().map(ToString::to_string).collect();
    assert_eq!(found, expected);
}

/// Replaces text in a file of the run.
fn replace(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(file, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn a_run_that_was_not_touched_holds_on_both_backends() {
    let place = Place::new();
    let run = place.write_with(&[("scale", 3.0)], &Options::default()).unwrap().path;
    let verification = verified(&run);
    assert_eq!(verification.mismatches, []);
    assert_eq!((verification.files, verification.columns, verification.bins), (3, 5, 4));
    assert_eq!(verification.backends, [Backend::Interp, Backend::Jit]);
}

const DIGEST: &str = "6e4b41d3b2b1ff2ba0d5dbd2b1ff1d5d3b2b1ff2ba0d5dbd2b1ff1d5d3b2b1ff";

#[test]
fn a_changed_series_file_is_located() {
    let place = Place::new();
    let run = place.write(&Options::default()).unwrap().path;
    replace(&run.join("series/Load.csv"), "1,1e300", "1,1e301");
    let found: Vec<String> = verified(&run).mismatches.iter().map(ToString::to_string).collect();
    assert_eq!(found[0], "`series/Load.csv` and `series/columns.bin` differ at bin 1");
    assert!(found[1].starts_with("`series/Load.csv` has the SHA-256 "), "{found:?}");
    assert_eq!(found.len(), 2);
}

#[test]
fn digests_are_those_of_the_record() {
    let digest = |run: &Path| StoredRun::open(run).unwrap().record().unwrap().series[0].sha256.clone().unwrap();
    let place = Place::new();
    let run = place.write(&Options::default()).unwrap().path;
    let before = digest(&run);
    replace(&run.join("run.json"), &before, DIGEST);
    let found: Vec<String> = verified(&run).mismatches.iter().map(ToString::to_string).collect();
    assert_eq!(found, [format!("`series/Load.csv` has the SHA-256 {before}, expected {DIGEST}")]);
}

#[test]
fn files_that_are_longer_or_gone_are_found() {
    let longer = |run: &Path| {
        let file = run.join("series/Load.csv");
        let mut text = fs::read_to_string(&file).unwrap();
        text.push_str("4,1\n");
        fs::write(&file, text).unwrap();
    };
    let place = Place::new();
    let run = place.write(&Options::default()).unwrap().path;
    longer(&run);
    let found = verified(&run).mismatches;
    assert_eq!(found[0].to_string(), "`series/Load.csv` and `series/columns.bin` differ in header or length");
    check_found(|run| fs::remove_file(run.join("series/Load.csv")).unwrap(), &["`series/Load.csv` is missing"]);
}

#[test]
fn other_values_of_an_evaluation_are_told_by_backend_with_the_first_bin() {
    check_found(
        |run| replace(&run.join("model.yaml"), "Load * scale", "Load * 4"),
        &[
            "`é/div` at bin 0: stored 0.2, interpreted 0.4; 2 bins differ",
            "`é/div` at bin 0: stored 0.2, compiled 0.4; 2 bins differ",
        ],
    );
    check_found(
        |run| replace(&run.join("data/load.csv"), "3,-0", "3,0"),
        &[
            "the data file `data/load.csv` was changed: `Load` at bin 3 was -0, now 0",
            "`é/div` at bin 3: stored -0, interpreted 0",
            "`é/div` at bin 3: stored -0, compiled 0",
        ],
    );
}

#[test]
fn columns_that_only_one_side_has_are_named() {
    let found =
        ["`series/columns.bin` has no column `new`", "`series/columns.bin` has a column `é/div`, the model does not"];
    check_found(|run| replace(&run.join("model.yaml"), "id: é/div", "id: new"), &found);
}

#[test]
fn a_run_without_its_data_can_not_be_verified() {
    let place = Place::new();
    let run = place.write(&Options::default()).unwrap().path;
    fs::remove_file(run.join("data/load.csv")).unwrap();
    let error = verify(&StoredRun::open(&run).unwrap(), &|_| {}).unwrap_err();
    assert_eq!(error.to_string(), "can't evaluate the model of the run");
}
