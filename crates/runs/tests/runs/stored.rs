//! Reading runs back: what was written is what is read, in whatever part; what is not whole is refused with a reason.

use std::fs;
use std::path::{Path, PathBuf};

use flowtime_runs::columns::{ColumnFile, ColumnKind};
use flowtime_runs::{Options, ReadError, StoredRun};

use super::place::Place;

fn stored() -> (Place, StoredRun) {
    let place = Place::new();
    let path = place.write(&Options::default()).unwrap().path;
    (place, StoredRun::open(&path).unwrap())
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }).collect()
}

#[test]
fn columns_read_back_to_the_same_bits_whole_sliced_and_bin_by_bin() {
    let (place, run) = stored();
    let columns = run.columns().unwrap();
    for (at, output) in place.evaluation().outputs.iter().enumerate() {
        assert_eq!(columns.find(ColumnKind::Output, &output.name), Some(at));
        assert_eq!(bits(&columns.column(at).unwrap()), bits(&output.values));
        assert_eq!(bits(&columns.slice(at, 1..3).unwrap()), bits(&output.values[1..3]));
        for bin in 0..4 {
            assert_eq!(bits(&columns.bin(bin).unwrap()[at..=at]), bits(&output.values[bin..=bin]));
        }
    }
}

#[test]
fn a_bin_of_few_long_columns_is_read_column_by_column() {
    let mut place = Place::new();
    place.text = "schemaVersion: 1\ngrid: { bins: 90000, binSize: 5, binUnit: minutes }\nnodes:\n  \
                  - { id: a, kind: expr, expr: BIN() }\n  - { id: b, kind: expr, expr: \"BIN() * 2\" }\n"
        .to_owned();
    let run = StoredRun::open(&place.write(&Options::default()).unwrap().path).unwrap();
    assert!(!run.path().join("series/bins.bin").exists());
    assert_eq!(run.columns().unwrap().bin(89_999).unwrap(), [89_999.0, 179_998.0]);
    assert_eq!(run.columns().unwrap().slices(&[1], 7..9).unwrap(), [[14.0, 16.0]]);
}

#[test]
fn a_series_is_found_under_its_id_whatever_its_output_is_called() {
    let mut place = Place::new();
    place.text.push_str("outputs: [ { series: é/div, as: double }, { series: load, as: Load } ]\n");
    let run = StoredRun::open(&place.write(&Options::default()).unwrap().path).unwrap();
    let labels = run.columns().unwrap().labels();
    let label = |id| run.column_of(id).unwrap().map(|at| (labels[at].kind, labels[at].id.as_str()));
    assert_eq!(label("é/div"), Some((ColumnKind::Output, "double")));
    assert_eq!(label("Load"), Some((ColumnKind::Input, "Load")));
    assert_eq!(label("double"), None);
}

#[test]
fn bins_and_columns_beyond_the_last_are_errors_that_say_so() {
    let (_place, run) = stored();
    let columns = run.columns().unwrap();
    assert_eq!(columns.bin(4).unwrap_err().to_string(), "there is no bin 4, the last one is 3");
    assert_eq!(columns.slice(0, 2..9).unwrap_err().to_string(), "there is no bin 8, the last one is 3");
    assert_eq!(columns.column(9).unwrap_err().to_string(), "there is no column 9, there are 5");
}

#[test]
fn record_topology_and_model_are_those_of_the_run() {
    let (place, run) = stored();
    assert_eq!((run.index().grid.bins, run.record().unwrap().grid.bins), (4, 4));
    assert!(run.topology().unwrap().nodes.is_empty());
    let model = run.model().unwrap();
    assert_eq!(model.text, fs::read_to_string(run.path().join("model.yaml")).unwrap());
    assert_eq!(model.checked.outputs.len(), place.evaluation().outputs.len());
}

/// Opening what is at `path` fails with this message, and there is help.
fn check_refused(path: &Path, expected: &str) {
    let error = StoredRun::open(path).unwrap_err();
    assert_eq!(error.to_string(), expected);
    assert!(error.help().is_some());
}

#[test]
fn what_is_no_run_is_refused_with_a_reason() {
    let (place, run) = stored();
    let folder = place.folder.path();
    let shown = |path: &Path| path.display().to_string();
    let gone = folder.join("gone");
    check_refused(&gone, &format!("there is no run at `{}`", shown(&gone)));
    check_refused(folder, &format!("`{}` is no run: it has no `run.json`", shown(folder)));
    check_refused(&place.runs(), &format!("`{}` is a folder of runs, not a run", shown(&place.runs())));
    let last = StoredRun::open(&place.runs()).unwrap_err().help().unwrap();
    assert_eq!(last, format!("use `{}`", shown(run.path())));
    let half = place.runs().join(".tmp-run_nowindow_00000000");
    check_refused(&half, &format!("`{}` is what a killed writer left, not a run", shown(&half)));
}

/// Reading the JSON file `name` of a run with this text fails with this message.
fn check_json(name: &str, change: impl FnOnce(&str) -> String, expected: &str) {
    let (_place, run) = stored();
    let file = run.path().join(name);
    fs::write(&file, change(&fs::read_to_string(&file).unwrap())).unwrap();
    let error = StoredRun::open(run.path()).and_then(|run| run.record().map(|_| ())).unwrap_err();
    assert_eq!(error.to_string().replace(&file.display().to_string(), "FILE"), expected);
    assert!(error.help().is_some());
}

#[test]
fn files_of_later_versions_and_broken_ones_are_told_apart() {
    for name in ["run.json", "series/index.json"] {
        let later = |text: &str| text.replace("\"schemaVersion\": 1", "\"schemaVersion\": 2");
        check_json(name, later, "`FILE` is of version 2, expected 1");
        check_json(name, |_| "{ \"schemaVersion\": 3 }".to_owned(), "`FILE` is of version 3, expected 1");
        check_json(name, |text| text[..text.len() / 2].to_owned(), "can't understand `FILE`");
    }
}

#[test]
fn the_index_has_gaps_and_other_names_whatever_else_the_record_tells() {
    let mut place = Place::new();
    place.text.push_str("outputs: [ { series: é/div, as: double }, { series: load } ]\n");
    let gap = serde_json::json!({ "type": "data_gap", "severity": "major", "bins": [2], "message": "Data gap: bin 2" });
    place.gaps.push(serde_json::from_value(gap).unwrap());
    let run = StoredRun::open(&place.write(&Options::default()).unwrap().path).unwrap();
    assert_eq!(run.index().gaps, place.gaps);
    assert!(run.record().unwrap().warnings.len() > 1);
    assert_eq!(run.index().renamed.get("double").map(String::as_str), Some("é/div"));
}

#[test]
fn roles_and_confidences_are_stored_beside_the_outputs() {
    let mut place = Place::new();
    place.text = "schemaVersion: 1
grid: { bins: 3, binSize: 5, binUnit: minutes }
topology: { nodes: [ { id: N, kind: service, semantics: { arrivals: a, served: s, capacity: c } } ] }
nodes:
  - { id: a, kind: const, values: [5, 5, 20] }
  - { id: s, kind: expr, expr: \"MIN(a, 10)\" }
  - { id: q, kind: const, values: [0, 0, 11] }
  - { id: c, kind: expr, expr: \"infer_capacity_from_saturation(s, a, q)\" }
outputs: [ { series: q } ]
"
    .to_owned();
    let run = StoredRun::open(&place.write(&Options::default()).unwrap().path).unwrap();
    let columns = run.columns().unwrap();
    let values = |kind, id| columns.column(columns.find(kind, id).unwrap()).unwrap();
    assert_eq!(values(ColumnKind::Role, "s"), [5.0, 5.0, 10.0]);
    assert_eq!(values(ColumnKind::Role, "c"), [5.0, 5.0, 10.0]);
    assert_eq!(values(ColumnKind::Confidence, "c"), [0.0, 0.0, 2.0]);
    assert_eq!(values(ColumnKind::Input, "a"), [5.0, 5.0, 20.0]);
    assert_eq!(columns.find(ColumnKind::Role, "a"), None);
}

/// A run whose `columns.bin` is changed by `change` can't be read for this reason.
fn check_columns(change: impl FnOnce(&mut Vec<u8>), expected: &str) {
    let (_place, run) = stored();
    let path: PathBuf = run.path().join("series/columns.bin");
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::write(&path, bytes).unwrap();
    let error = ColumnFile::open(&path).unwrap_err();
    assert_eq!(error.to_string().replace(&path.display().to_string(), "FILE"), expected);
}

#[test]
fn damaged_columns_are_refused_with_a_reason() {
    check_columns(|bytes| bytes.truncate(3), "`FILE` is damaged: it does not begin with `FLOWCOLS`");
    check_columns(|bytes| bytes.truncate(20), "`FILE` is damaged: it ends within its header");
    check_columns(|bytes| bytes[8] = 9, "`FILE` is of version 9, expected 1");
    check_columns(|bytes| bytes.truncate(bytes.len() - 1), "`FILE` is damaged: it has 287 bytes, expected 288");
    check_columns(|bytes| bytes.push(0), "`FILE` is damaged: it has 289 bytes, expected 288");
    check_columns(|bytes| bytes[16..24].fill(0xff), "`FILE` is damaged: its header makes no sense");
    check_columns(|bytes| bytes[32] = 77, "`FILE` is damaged: its header makes no sense");
    check_columns(|bytes| bytes[36..40].fill(0xff), "`FILE` is damaged: its header makes no sense");
    check_columns(|bytes| bytes[40] = 0xff, "`FILE` is damaged: its header makes no sense");
}

#[test]
fn a_file_that_is_missing_is_named() {
    let (_place, run) = stored();
    fs::remove_dir_all(run.path().join("series")).unwrap();
    let error = run.columns().unwrap_err();
    assert!(matches!(&error, ReadError::Missing { path } if path.ends_with("series/columns.bin")), "{error}");
}

#[test]
fn columns_of_another_grid_are_damage() {
    let (_place, run) = stored();
    let file = run.path().join("series/index.json");
    fs::write(&file, fs::read_to_string(&file).unwrap().replace("\"bins\": 4", "\"bins\": 5")).unwrap();
    let error = StoredRun::open(run.path()).unwrap().columns().unwrap_err().to_string();
    assert!(error.ends_with("is damaged: it has 4 bins, `index.json` says 5"), "{error}");
}
