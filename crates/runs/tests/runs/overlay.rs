//! Overlays as a library call: what an overlay takes over from its base run beside the values.

use flowtime::driver::{Settings, Watch};
use flowtime_runs::overlay::{NodeOverride, OverlayError, OverlaySpec, SeriesOverlay, TopologyOverride, overlay};
use flowtime_runs::{Options, StoredRun, Timings, Warning, write};

use super::place::Place;

fn spec() -> OverlaySpec {
    OverlaySpec { overlays: vec![SeriesOverlay::parse("more=`é/div` + 1").unwrap()], ..OverlaySpec::default() }
}

#[test]
fn telemetry_gaps_of_the_base_run_are_those_of_the_overlay() {
    let gap = Warning { kind: "data_gap".into(), bins: vec![1, 2], ..Warning::default() };
    let place = Place { gaps: vec![gap.clone()], ..Place::new() };
    let base = StoredRun::open(&place.write(&Options::default()).unwrap().path).unwrap();
    let overlay = overlay(&base, &spec()).unwrap();
    let settings = Settings::default();
    let evaluation = overlay.evaluate(&settings, &Watch::default()).unwrap();
    let run = overlay.run(&settings, &evaluation, Timings::default());
    let written = write(&place.runs(), &run, &Options::default()).unwrap();
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
