//! Large runs: one bin of one takes few reads, from values that lie bin by bin, and runs without these are read too.

use std::fs;
use std::path::Path;

use flowtime_runs::columns::ColumnFile;
use flowtime_runs::state::{NodeView, StateView, Thresholds};
use flowtime_runs::{Options, StoredRun, verify};

use super::place::Place;

const NODES: usize = 20;
const BINS: usize = 1700;

/// A run of 20 queues with four series each over 1,700 bins.
fn large() -> (Place, StoredRun) {
    let (mut topology, mut series) = (String::new(), String::new());
    for node in 0..NODES {
        topology.push_str(&format!(
            "    - {{ id: N{node}, kind: queue, semantics: {{ arrivals: a{node}, served: s{node}, queue: q{node}, \
             capacity: c{node} }} }}\n"
        ));
        series.push_str(&format!(
            "  - {{ id: a{node}, kind: expr, expr: \"BIN() + {node}\" }}\n  \
             - {{ id: c{node}, kind: expr, expr: \"IF(MOD(BIN(), 7) == 3, BIN() / (BIN() - BIN()), 900)\" }}\n  \
             - {{ id: s{node}, kind: expr, expr: \"MIN(a{node} + SHIFT(q{node}, 1), 800)\" }}\n  \
             - {{ id: q{node}, kind: expr, initial: 0, expr: \"SHIFT(q{node}, 1) + a{node} - s{node}\" }}\n"
        ));
    }
    let text = format!(
        "schemaVersion: 1\ngrid: {{ bins: {BINS}, binSize: 5, binUnit: minutes }}\ntopology:\n  nodes:\n{topology}\
         nodes:\n{series}"
    );
    let place = Place { text, ..Place::new() };
    let run = StoredRun::open(&place.write(&Options::default()).unwrap().path).unwrap();
    (place, run)
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// The values of all columns at `bin`, by reading all of each column.
fn transposed(columns: &ColumnFile, bin: usize) -> Vec<f64> {
    (0..columns.labels().len()).map(|column| columns.column(column).unwrap()[bin]).collect()
}

#[test]
fn both_files_have_the_same_bits() {
    let (_place, run) = large();
    let columns = run.columns().unwrap();
    for bin in [0, 1, 1637, 1638, BINS - 1] {
        assert_eq!(bits(&columns.bin(bin).unwrap()), bits(&transposed(columns, bin)), "bin {bin}");
    }
    let some = columns.slices(&[7, 3], 1000..1400).unwrap();
    assert_eq!(some, [7, 3].map(|column| columns.slice(column, 1000..1400).unwrap()));
    assert_eq!(verify(&run, &|_| {}).unwrap().mismatches, []);
}

#[test]
fn a_run_without_values_by_bin_is_read_as_well() {
    let (_place, run) = large();
    let before = StateView::of(&run, Thresholds::default()).unwrap().at(1234).unwrap();
    fs::remove_file(run.path().join("series/bins.bin")).unwrap();
    let old = StoredRun::open(run.path()).unwrap();
    assert_eq!(StateView::of(&old, Thresholds::default()).unwrap().at(1234).unwrap(), before);
    assert_eq!(verify(&old, &|_| {}).unwrap().mismatches, []);
}

/// What this thread has read so far: calls and bytes.
#[cfg(target_os = "linux")]
fn read_so_far() -> (u64, u64) {
    let text = fs::read_to_string("/proc/thread-self/io").unwrap();
    let count = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().parse().unwrap();
    (count("syscr:"), count("rchar:"))
}

#[test]
#[cfg(target_os = "linux")]
fn the_state_at_a_bin_takes_few_reads_however_long_the_run_is() {
    let (_place, run) = large();
    let length = |file: &str| fs::metadata(run.path().join(file)).unwrap().len();
    let small = length("series/index.json") + length("topology.json");
    let run = StoredRun::open(run.path()).unwrap();
    let (calls, bytes) = read_so_far();
    let state = StateView::of(&run, Thresholds::default()).unwrap().at(BINS - 1).unwrap();
    let (calls, bytes) = {
        let now = read_so_far();
        (now.0 - calls, now.1 - bytes)
    };
    assert!(matches!(&state.nodes["N19"], NodeView::Plain(node) if node.metrics["arrivals"] == Some(1718.0)));
    let rows = 2 * 8 * 4 * NODES as u64;
    assert!(calls <= 12, "{calls} reads");
    assert!(bytes <= small + rows + 16 * 1024, "{bytes} bytes");
}

/// After `change` of its `bins.bin`, a bin of the run can't be read for this reason.
fn check_damaged(change: impl FnOnce(&mut Vec<u8>), expected: &str) {
    let (_place, run) = large();
    let path = run.path().join("series/bins.bin");
    change_file(&path, change);
    let error = run.columns().unwrap().bin(7).unwrap_err();
    assert_eq!(error.to_string().replace(&path.display().to_string(), "FILE"), expected);
    assert!(error.help().is_some());
}

fn change_file(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn damaged_values_by_bin_are_refused_with_a_reason() {
    check_damaged(|bytes| bytes[4] = b'X', "`FILE` is damaged: it does not begin with `FLOWBINS`");
    check_damaged(|bytes| bytes.truncate(64), "`FILE` is damaged: it has 64 bytes, expected 1088064");
    check_damaged(|bytes| bytes[8] = 2, "`FILE` is of version 2, expected 1");
    let swap = |bytes: &mut Vec<u8>| {
        bytes[12..16].copy_from_slice(&160_u32.to_le_bytes());
        bytes[16..24].copy_from_slice(&850_u64.to_le_bytes());
    };
    check_damaged(swap, "`FILE` is damaged: it has 160 columns of 850 bins, `columns.bin` has 80 of 1700");
}

#[test]
fn a_changed_value_by_bin_is_found_by_verification() {
    let (_place, run) = large();
    change_file(&run.path().join("series/bins.bin"), |bytes| bytes[64 + 8 * (80 * 1001 + 17)] ^= 1);
    let found: Vec<String> = verify(&run, &|_| {}).unwrap().mismatches.iter().map(ToString::to_string).collect();
    assert_eq!(found, ["`series/bins.bin` and `series/columns.bin` differ at bin 1001"]);
}
