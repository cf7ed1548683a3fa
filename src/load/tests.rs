use std::collections::BTreeMap;

use super::*;
use crate::diagnostics::Diagnostic;
use crate::model::{Formula, Grid, Series};
use crate::source::{FileId, ScalarMap, Span};

fn model(bins: u32, source: &str) -> Model {
    let span = Span::new(FileId(0), 10, 20);
    let kind = SeriesKind::Const(ConstData::Source(Spanned::new(source.to_owned(), span)));
    let id = Spanned::new("arrivals".to_owned(), span);
    let grid = Grid { bins, bin_size: 5, span, ..Grid::default() };
    Model { grid, series: vec![Series { id, kind, unit: None, description: None }], ..Model::default() }
}

fn memory(name: &str, bytes: &[u8]) -> MemoryLoader {
    MemoryLoader::new(BTreeMap::from([(name.to_owned(), bytes.to_vec())]))
}

fn read_with(loader: &dyn SourceLoader, bins: u32, source: &str) -> (Vec<f64>, Vec<Diagnostic>) {
    let mut sink = Sink::default();
    let columns = read(&model(bins, source), &[SeriesId(0)], loader, &mut |_| {}, &mut sink);
    (columns.into_iter().next().unwrap(), sink.finish())
}

fn probe_with(loader: &dyn SourceLoader, bins: u32, source: &str, check: SourceCheck) -> Vec<Diagnostic> {
    let mut sink = Sink::default();
    probe(&model(bins, source), loader, check, &mut sink);
    sink.finish()
}

const NAN: f64 = f64::NAN;

/// `bytes` hold these values: read, probed and checked without a complaint.
fn check_values(name: &str, bytes: &[u8], values: &[f64]) {
    let loader = memory(name, bytes);
    let bins = values.len() as u32;
    let source = format!("file://{name}");
    let (column, found) = read_with(&loader, bins, &source);
    let text = String::from_utf8_lossy(bytes);
    assert!(found.is_empty(), "{text:?}: {found:#?}");
    let bits = |values: &[f64]| {
        values.iter().map(|v| if v.is_nan() { NAN.to_bits() } else { v.to_bits() }).collect::<Vec<_>>()
    };
    assert_eq!(bits(&column), bits(values), "{text:?}: {column:?}");
    for check in [SourceCheck::Skip, SourceCheck::Probe, SourceCheck::Content] {
        assert!(probe_with(&loader, bins, &source, check).is_empty(), "{text:?} by {check:?}");
    }
}

#[test]
fn a_csv_has_one_value_per_line_or_a_header() {
    check_values("a.csv", b"1\n2.5\n-3e2\n", &[1.0, 2.5, -300.0]);
    check_values("a.csv", b"bin_index,value\n0,1\n1,2\n", &[1.0, 2.0]);
    check_values("a.csv", b"t,value\n0,1\n1,2", &[1.0, 2.0]);
    check_values("a.csv", b"value\n7\n", &[7.0]);
    check_values("a.csv", b"node,\"value\",note\nx,5,\"a, b\"\ny,6,\"\"\"\"\n", &[5.0, 6.0]);
    check_values("a.txt", b"1\n", &[1.0]);
}

#[test]
fn lines_end_in_any_way_and_a_mark_means_nothing() {
    for text in ["1\n2\n", "1\r\n2\r\n", "1\n2", "\u{feff}1\r\n2", "\u{feff}value\n1\n2\n"] {
        check_values("a.csv", text.as_bytes(), &[1.0, 2.0]);
    }
}

#[test]
fn an_empty_line_is_a_missing_value_and_one_final_newline_ends_the_last() {
    check_values("a.csv", b"1\n\n3\n\n", &[1.0, NAN, 3.0, NAN]);
    check_values("a.csv", b"\n", &[NAN]);
    check_values("a.csv", b"\n\n", &[NAN, NAN]);
    check_values("a.csv", b"bin_index,value\n0,\n\n2,NaN\n", &[NAN, NAN, NAN]);
}

#[test]
fn cells_may_be_quoted_signed_and_padded() {
    check_values(
        "a.csv",
        b" 1 \n\"2\"\n +3\n\" -4 \"\ninf\n-inf\n+Inf\nNaN\n.5\n5.\n",
        &[1.0, 2.0, 3.0, -4.0, f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, NAN, 0.5, 5.0],
    );
}

#[test]
fn json_is_a_list_or_has_one_as_values() {
    check_values("a.json", b"[1, null, -2.5e1]", &[1.0, NAN, -25.0]);
    check_values("a.json", b"\xef\xbb\xbf{ \"unit\": [[]], \"values\": [1, 2] }\n", &[1.0, 2.0]);
}

/// `bytes` are refused with one diagnostic when read; what the probe sees is the same, where it looks that far.
fn check_refused(name: &str, bytes: &[u8], code: &str, message: &str, probe_sees_it: bool) {
    let loader = memory(name, bytes);
    let (column, found) = read_with(&loader, 3, name);
    assert_eq!(column.len(), 3);
    let told: Vec<_> = found.iter().map(|d| (d.code.id, d.message.as_str())).collect();
    assert_eq!(told, [(code, message)]);
    assert_eq!(probe_with(&loader, 3, name, SourceCheck::Content), found);
    let probed = probe_with(&loader, 3, name, SourceCheck::Probe);
    assert_eq!(probed, if probe_sees_it { found } else { Vec::new() });
}

#[test]
fn a_wrong_length_names_both() {
    check_refused("a.csv", b"1\n2\n", "FT0501", "Series length mismatch: expected 3, got 2", true);
    check_refused("a.csv", b"value\n1\n2\n3\n4", "FT0501", "Series length mismatch: expected 3, got 4", true);
    check_refused("a.csv", b"", "FT0501", "Series length mismatch: expected 3, got 0", true);
    check_refused("a.json", b"[]", "FT0501", "Series length mismatch: expected 3, got 0", true);
}

#[test]
fn bad_cells_are_told_with_file_line_column_and_text_and_only_the_first_few() {
    check_refused("a.csv", b"1\nabc\n3\n", "FT0502", "a.csv:2:1: expected a number, found `abc`", false);
    check_refused("a.csv", b"t,value\n0,1\n1, x\n2,3", "FT0502", "a.csv:3:4: expected a number, found `x`", false);
    check_refused("a.csv", b"1\n1e999\n3\n", "FT0502", "a.csv:2:1: expected a number, found `1e999`", false);
    check_refused("a.csv", b"1\n\xff\n3\n", "FT0502", "a.csv:2:1: expected a number, found `\u{fffd}`", false);
    check_refused("a.json", b"[1,\n\"x\", 3]", "FT0502", "a.json:2:3: expected a number, found `x`", true);
    let (_, found) = read_with(&memory("a.csv", "x\n".repeat(9).replacen('x', "1", 1).as_bytes()), 9, "a.csv");
    assert!(found[0].message.ends_with("a.csv:4:1: expected a number, found `x`; 5 more"), "{}", found[0].message);
}

#[test]
fn a_wrong_header_or_index_is_told_with_its_line() {
    let header = "a.csv:1: expected a header with the column `value`, found `t`, `amount`";
    check_refused("a.csv", b"t,amount\n0,1\n", "FT0504", header, true);
    let header = "a.csv:1: expected one value per line, found 2 columns without a header";
    check_refused("a.csv", b"0,1\n1,2\n2,3\n", "FT0504", header, true);
    let index = "a.csv:3: expected bin_index 1, found `5`";
    check_refused("a.csv", b"bin_index,value\n0,1\n5,2\n6,3\n", "FT0504", index, false);
    check_refused("a.csv", b"t,value\n0,1\n1\n2,3\n", "FT0504", "a.csv:3: expected 2 cells, found 1 cell", false);
    let json = "a.json:1: expected a list of numbers, or a mapping with such a list as `values`";
    check_refused("a.json", b"5", "FT0504", json, true);
    check_refused(
        "a.json",
        b"{}",
        "FT0504",
        "a.json:1: expected a key `values` with a list of numbers, found none",
        true,
    );
}

#[test]
fn what_cannot_be_read_names_series_file_and_reason() {
    let message = |reason: &str| format!("cannot read `a.csv` of series `arrivals`: {reason}");
    check_refused("a.csv", b"\xff\xfe1\0", "FT0503", &message("it is UTF-16, expected UTF-8"), true);
    let long = "1".repeat(70_000);
    check_refused("a.csv", long.as_bytes(), "FT0503", &message("line 1 is longer than 65536 bytes"), true);
    let (_, found) = read_with(&memory("b.csv", b""), 3, "file://a.csv");
    assert_eq!(found[0].message, message("no such file"));
    assert_eq!(found[0].span, Span::new(FileId(0), 10, 20));
    let (_, found) = read_with(&memory("a.parquet", b""), 3, "a.parquet#x");
    assert_eq!(found[0].code.id, "FT0503");
}

#[test]
fn files_are_below_the_base_or_absolute_and_nothing_else() {
    let folder = std::env::temp_dir().join(format!("flowtime-load-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("data")).unwrap();
    let file = folder.join("data/a b%20.csv");
    std::fs::write(&file, "1\n2\n3\n").unwrap();
    let loader = FileLoader::new(folder.clone());
    for source in
        ["file://data/a b%20.csv".to_owned(), "data/a b%20.csv".to_owned(), format!("file://{}", file.display())]
    {
        assert_eq!(read_with(&loader, 3, &source).0, [1.0, 2.0, 3.0], "{source}");
    }
    for (source, reason) in [
        ("file://data", "it is a folder"),
        ("https://example.org/a.csv", "the scheme `https` is not supported"),
        ("file://", "the path is empty"),
        ("none.csv", "no such file or folder"),
    ] {
        let found = probe_with(&loader, 3, source, SourceCheck::Probe);
        assert_eq!(found[0].code.id, "FT0503", "{source}");
        assert!(found[0].message.contains(reason), "{}", found[0].message);
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_endless_file_stops_being_counted() {
    struct Endless;
    impl SourceLoader for Endless {
        fn open(&self, _: &str) -> io::Result<Box<dyn Read + '_>> {
            Ok(Box::new(io::repeat(b'\n')))
        }

        fn display(&self, source: &str) -> String {
            source.to_owned()
        }
    }
    let found = probe_with(&Endless, 3, "a.csv", SourceCheck::Probe);
    assert_eq!(found[0].message, "Series length mismatch: expected 3, got more than 20000000");
}

#[test]
fn values_in_the_model_need_no_file_and_progress_counts_series() {
    let mut model = model(3, "a.csv");
    let span = Span::default();
    let formula =
        Formula { text: String::new(), map: ScalarMap::verbatim(span), style: crate::model::ScalarStyle::Plain };
    let kinds = [
        SeriesKind::Const(ConstData::Value(200.0)),
        SeriesKind::Const(ConstData::Values(Spanned::new(vec![1.0, 2.0, 3.0], span))),
        SeriesKind::Expr { formula, initial: None },
    ];
    let first = model.series[0].clone();
    model.series = kinds.into_iter().map(|kind| Series { kind, ..first.clone() }).collect();
    let mut steps = Vec::new();
    let mut sink = Sink::default();
    let ids = [SeriesId(1), SeriesId(0), SeriesId(2)];
    let columns = read(&model, &ids, &MemoryLoader::default(), &mut |at| steps.push(at), &mut sink);
    assert_eq!(columns[..2], [vec![1.0, 2.0, 3.0], vec![200.0; 3]]);
    assert!(columns[2].iter().all(|value| value.is_nan()));
    assert_eq!(steps, [0, 1, 2]);
}
