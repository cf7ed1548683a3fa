//! Overlays as a library call: what an overlay takes over from its base run beside the values.

use std::fs;

use flowtime::driver::{Settings, Watch};
use flowtime_runs::overlay::{NodeOverride, OverlayError, OverlaySpec, SeriesOverlay, TopologyOverride, overlay};
use flowtime_runs::{Lineage, Mode, Options, StoredRun, Telemetry, TelemetryRecord, Timings, Warning, Written, write};

use super::place::Place;

fn spec() -> OverlaySpec {
    OverlaySpec { overlays: vec![SeriesOverlay::parse("more=`é/div` + 1").unwrap()], ..OverlaySpec::default() }
}

/// The run that the overlay makes of `base`.
fn lay_over(base: &StoredRun, place: &Place) -> Result<Written, OverlayError> {
    let (overlay, settings) = (overlay(base, &spec())?, Settings::default());
    let evaluation = overlay.evaluate(&settings, &Watch::default())?;
    let run = overlay.run(&settings, &evaluation, Timings::default());
    Ok(write(&place.runs(), &run, &Options::default()).unwrap())
}

/// A run of telemetry with a manifest that names `path` beside a file that the model doesn't read.
fn of_telemetry(path: &str) -> (Place, StoredRun) {
    let manifest = "telemetry/manifest.json".to_owned();
    let files = vec!["telemetry/idle.csv".to_owned(), manifest.clone()];
    let record = TelemetryRecord {
        source: "gold.sqlite".into(),
        extraction_ts: None,
        loader_version: "1".into(),
        manifest: manifest.clone(),
    };
    let lineage = Lineage { mode: Mode::Telemetry, telemetry: Some(Telemetry { record, files }), ..Lineage::default() };
    let place = Place { lineage, ..Place::new() };
    let folder = place.folder.path().join("model/telemetry");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("idle.csv"), "1\n").unwrap();
    let text = format!(r#"{{ "files": [{{ "path": "idle.csv" }}, {{ "path": "{path}" }}], "later": true }}"#);
    fs::write(folder.join("manifest.json"), text).unwrap();
    let run = StoredRun::open(&place.write(&Options::default()).unwrap().path).unwrap();
    (place, run)
}

#[test]
fn an_overlay_keeps_the_telemetry_of_its_base_run_and_so_does_one_over_it() {
    let (place, base) = of_telemetry("idle.csv");
    let first = lay_over(&base, &place).unwrap();
    let second = lay_over(&StoredRun::open(&first.path).unwrap(), &place).unwrap();
    for written in [first, second] {
        assert_eq!(written.record.provenance.telemetry, base.record().unwrap().provenance.telemetry);
        for file in ["telemetry/idle.csv", "telemetry/manifest.json"] {
            assert_eq!(fs::read(written.path.join(file)).unwrap(), fs::read(base.path().join(file)).unwrap());
        }
    }
}

#[test]
fn a_manifest_that_names_what_lies_outside_of_the_run_is_refused() {
    for path in ["../../idle.csv", "/etc/hosts", ""] {
        let (place, base) = of_telemetry(path);
        let error = lay_over(&base, &place).unwrap_err().to_string();
        assert!(error.ends_with(&format!("it names `{path}`, which lies outside of the run")), "{error}");
    }
}

#[test]
fn telemetry_gaps_of_the_base_run_are_those_of_the_overlay() {
    let gap = Warning { kind: "data_gap".into(), bins: vec![1, 2], ..Warning::default() };
    let place = Place { gaps: vec![gap.clone()], ..Place::new() };
    let base = StoredRun::open(&place.write(&Options::default()).unwrap().path).unwrap();
    let written = lay_over(&base, &place).unwrap();
    assert_eq!(written.record.warnings[0], gap);
    assert_eq!(StoredRun::open(&written.path).unwrap().index().gaps, [gap]);
}

#[test]
fn an_overlay_for_another_run_is_refused() {
    let place = Place::new();
    let base = StoredRun::open(&place.write(&Options::default()).unwrap().path).unwrap();
    let other = OverlaySpec { base_run_id: Some("run_other".to_owned()), ..spec() };
    assert!(matches!(overlay(&base, &other), Err(OverlayError::OtherBase { expected, .. }) if expected == "run_other"));
}

#[test]
fn a_node_is_looked_up_before_its_roles() {
    let place = Place::new();
    let base = StoredRun::open(&place.write(&Options::default()).unwrap().path).unwrap();
    let nodes = vec![NodeOverride::parse("Nobody.capacity=more").unwrap()];
    let lost = OverlaySpec { topology_override: TopologyOverride { nodes }, ..spec() };
    assert_eq!(overlay(&base, &lost).unwrap_err().to_string(), "the base run has no topology node `Nobody`");
}
