//! Run folders on a real file system: whole or not there, self-contained, the same bytes for the same inputs.

use std::fs;
use std::sync::atomic::AtomicBool;

use flowtime::driver;
use flowtime::load::{FileLoader, SourceCheck};
use flowtime_runs::{FileError, Options, WriteError, runs_in, write};

use super::place::{MODEL, Place, SHARED, files};

const DETERMINISTIC: Options<'_> = Options { deterministic_id: true, durable: false, stop: None };

fn csv_values(bytes: &[u8]) -> Vec<f64> {
    let text = std::str::from_utf8(bytes).unwrap();
    let cells = text.lines().skip(1).map(|line| line.split_once(',').unwrap().1);
    cells.map(|cell| if cell.is_empty() { f64::NAN } else { cell.parse().unwrap() }).collect()
}

fn check_same_values(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.to_bits() == expected.to_bits() || (found.is_nan() && expected.is_nan()), "{found} {expected}");
    }
}

#[test]
fn a_run_folder_has_all_its_files() {
    let place = Place::new();
    let written = place.write(&Options::default()).unwrap();
    let names: Vec<String> = files(&written.path).into_keys().collect();
    let expected = [
        "data/load.csv",
        "debug/dag.json",
        "model.yaml",
        "run.json",
        "series/%C3%A9%2Fdiv.csv",
        "series/Load.csv",
        "series/columns.bin",
        "series/index.json",
        "series/load~2.csv",
        "sources/shared.csv",
        "topology.json",
    ];
    assert_eq!(names, expected);
    let run_id = written.record.run_id.unwrap();
    assert!(run_id.starts_with("run_20251007T000000Z_"), "{run_id}");
    assert_eq!(runs_in(&place.runs()).unwrap(), [run_id]);
}

#[test]
fn series_files_read_back_to_the_same_bits() {
    let place = Place::new();
    let written = place.write(&Options::default()).unwrap();
    let files = files(&written.path);
    for (output, series) in place.evaluation().outputs.iter().zip(&written.record.series) {
        assert_eq!(output.name, series.id);
        check_same_values(&csv_values(&files[series.path.as_ref().unwrap()]), &output.values);
    }
    let text = String::from_utf8(files["series/Load.csv"].clone()).unwrap();
    assert_eq!(text, "bin_index,value\n0,0.1\n1,1e300\n2,\n3,-0\n");
}

#[test]
fn columns_are_as_their_description_says() {
    let place = Place::new();
    let written = place.write(&Options::default()).unwrap();
    let bytes = &files(&written.path)["series/columns.bin"];
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let (count, bins, offset) = (number(12), number(16), number(24));
    assert_eq!((&bytes[..8], number(8), bins), (&b"FLOWCOLS"[..], 1, 4));
    assert_eq!(offset % 64, 0);
    assert_eq!(bytes.len(), offset + 8 * bins * count);
    let evaluation = place.evaluation();
    let outputs = evaluation.outputs.iter().map(|output| (0, Some(output.name.as_str()), &output.values));
    let inputs = evaluation.inputs.iter().map(|(_, values)| (1, None, values));
    let mut at = 32;
    for (column, (kind, name, values)) in outputs.chain(inputs).enumerate() {
        let length = number(at + 4);
        assert_eq!(number(at), kind);
        if let Some(name) = name {
            assert_eq!(&bytes[at + 8..at + 8 + length], name.as_bytes());
        }
        at += 8 + length;
        let begin = offset + 8 * bins * column;
        let cells = bytes[begin..begin + 8 * bins].chunks(8);
        let found: Vec<f64> = cells.map(|cell| f64::from_le_bytes(cell.try_into().unwrap())).collect();
        check_same_values(&found, values);
    }
}

#[test]
fn missing_values_are_warned_of() {
    let place = Place::new();
    let written = place.write(&Options::default()).unwrap();
    let of_load = |warning: &&flowtime_runs::Warning| warning.series.as_deref() == Some("Load");
    let warning = written.record.warnings.iter().find(of_load).unwrap();
    assert_eq!((warning.kind.as_str(), warning.bins.as_slice()), ("missing_values", &[2][..]));
    assert_eq!(warning.message, "1 of 4 values of `Load` are missing, at bin 2 (00:10-00:15 UTC)");
}

#[test]
fn the_record_has_the_figures_of_each_output() {
    let mut place = Place::new();
    place.text = place.text.replace("load.csv\" }", "load.csv\", unit: jobs }");
    let record = place.write(&Options::default()).unwrap().record;
    let [load, shared, _] = record.series.as_slice() else { panic!("{:?}", record.series) };
    assert_eq!((load.min, load.max, load.last, load.missing), (Some(-0.0), Some(1e300), Some(-0.0), 1));
    assert_eq!(load.unit.as_deref(), Some("jobs"));
    assert_eq!((shared.max, shared.mean, shared.unit.as_deref()), (None, None, None));
}

#[test]
fn the_models_own_provenance_is_kept_as_it_stands() {
    let mut place = Place::new();
    place.text.push_str("provenance: { generatedAt: \"2020-01-01\", generator: hand, depth: [1] }\n");
    let provenance = place.write(&Options::default()).unwrap().record.provenance;
    let expected = serde_json::json!({ "generatedAt": "2020-01-01", "generator": "hand", "depth": [1] });
    assert_eq!(provenance.model, Some(expected));
    assert_eq!(provenance.engine.name, "flowtime");
}

#[test]
fn a_run_folder_is_self_contained() {
    let place = Place::new();
    let written = place.write_with(&[("scale", 3.0)], &Options::default()).unwrap();
    let text = fs::read_to_string(written.path.join("model.yaml")).unwrap();
    let expected = MODEL.replace("value: 2", "value: 3").replace("../shared.csv", "sources/shared.csv");
    assert_eq!(text, expected);
    let check = driver::check("model.yaml", &text, &FileLoader::new(written.path), SourceCheck::Content);
    assert!(check.model.is_some(), "{:?}", check.diagnostics);
}

#[test]
fn the_same_inputs_have_one_deterministic_run() {
    let place = Place::new();
    let first = place.write(&DETERMINISTIC).unwrap();
    let second = place.write_with(&[("scale", 2.0)], &DETERMINISTIC).unwrap();
    assert!(!first.existing && second.existing);
    assert_eq!((&first.path, &first.record), (&second.path, &second.record));
    assert_eq!(runs_in(&place.runs()).unwrap().len(), 1);
}

#[test]
fn model_parameters_and_data_decide_the_deterministic_id() {
    let mut place = Place::new();
    let mut ids = vec![place.write(&DETERMINISTIC).unwrap().record.run_id];
    ids.push(place.write_with(&[("scale", 3.0)], &DETERMINISTIC).unwrap().record.run_id);
    fs::write(place.folder.path().join("shared.csv"), SHARED.replace("inf", "2")).unwrap();
    ids.push(place.write(&DETERMINISTIC).unwrap().record.run_id);
    place.text.push_str("# a remark\n");
    ids.push(place.write(&DETERMINISTIC).unwrap().record.run_id);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4, "{ids:?}");
}

#[test]
fn two_runs_differ_in_their_record_alone() {
    let place = Place::new();
    let [mut first, mut second] = [(), ()].map(|()| files(&place.write(&Options::default()).unwrap().path));
    assert!(first.remove("run.json").is_some() && second.remove("run.json").is_some());
    assert_eq!(first, second);
}

#[test]
fn a_deterministic_id_that_something_else_has_is_an_error() {
    let place = Place::new();
    let written = place.write(&DETERMINISTIC).unwrap();
    fs::remove_file(written.path.join("run.json")).unwrap();
    let error = place.write(&DETERMINISTIC).unwrap_err();
    assert!(matches!(&error, WriteError::IdTaken { path } if *path == written.path), "{error}");
}

#[test]
fn a_stopped_writer_leaves_nothing() {
    let place = Place::new();
    let stop = AtomicBool::new(true);
    let error = place.write(&Options { stop: Some(&stop), ..Options::default() }).unwrap_err();
    assert!(matches!(error, WriteError::Files(FileError::Interrupted)), "{error}");
    assert_eq!(fs::read_dir(place.runs()).unwrap().count(), 0);
}

#[test]
fn a_source_that_vanished_leaves_nothing() {
    let place = Place::new();
    let error = place.evaluated(&[], |run| {
        fs::remove_file(place.folder.path().join("shared.csv")).unwrap();
        write(&place.runs(), run, &Options::default()).unwrap_err()
    });
    assert!(error.to_string().starts_with("can't copy the source `"), "{error}");
    assert_eq!(fs::read_dir(place.runs()).unwrap().count(), 0);
}

#[test]
fn a_root_that_is_a_file_is_an_error_that_says_so() {
    let place = Place::new();
    fs::write(place.runs(), "").unwrap();
    let error = place.write(&Options::default()).unwrap_err();
    assert!(error.to_string().ends_with("it is a file, not a folder"), "{error}");
    assert!(error.help().is_some());
}

#[test]
#[cfg(unix)]
fn a_folder_that_may_not_be_written_is_an_error_that_names_it() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    fs::create_dir(place.runs()).unwrap();
    fs::set_permissions(place.runs(), fs::Permissions::from_mode(0o555)).unwrap();
    if fs::File::create(place.runs().join("probe")).is_ok() {
        return; // the superuser may write anywhere
    }
    let error = place.write(&Options::default()).unwrap_err();
    assert!(error.to_string().contains("runs"), "{error}");
    assert_eq!(error.help(), Some("make the folder writable or write to another one"));
}

#[test]
fn folders_of_killed_writers_are_no_runs() {
    let place = Place::new();
    let written = place.write(&Options { durable: true, ..Options::default() }).unwrap();
    let killed = place.runs().join(".tmp-run_nowindow_00000000");
    fs::create_dir(&killed).unwrap();
    fs::write(killed.join("run.json"), "{}").unwrap();
    fs::create_dir(place.runs().join("run_nowindow_11111111")).unwrap();
    assert_eq!(runs_in(&place.runs()).unwrap(), [written.record.run_id.unwrap()]);
}

#[test]
fn the_graph_cuts_the_computed_series_into_regions() {
    let mut place = Place::new();
    place.text += "  - { id: queue, kind: expr, expr: \"SHIFT(queue, 1, 0) + load\" }\n  - { id: double, kind: expr, expr: \"queue * 2\" }\n";
    let written = place.write(&Options::default()).unwrap();
    let dag: serde_json::Value = serde_json::from_slice(&files(&written.path)["debug/dag.json"]).unwrap();
    let expected = serde_json::json!([
        { "kind": "map", "series": ["é/div"] },
        { "kind": "scan", "series": ["queue"] },
        { "kind": "map", "series": ["double"] },
    ]);
    assert_eq!(dag["regions"], expected);
    assert_eq!(dag["components"], serde_json::json!([["queue"]]));
}
