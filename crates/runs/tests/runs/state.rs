//! The state of runs at a bin, and what differs between two of them: numbers as the manual and the formulas say.

use flowtime_runs::diff::diff;
use flowtime_runs::state::{Color, NodeState, NodeView, StateView, Thresholds};
use flowtime_runs::{Options, StoredRun, Warning};

use super::place::Place;

/// A service and a queue over four bins.
const MODEL: &str = r#"schemaVersion: 1
window: { start: "2025-10-07T00:00:00Z", timezone: UTC }
grid: { bins: 4, binSize: 5, binUnit: minutes }
parameters: [ { id: start, value: 7 } ]
topology:
  nodes:
    - id: Service
      kind: service
      semantics: { arrivals: arrivals, served: served, errors: errors, external_demand: demand, capacity: capacity }
    - id: Queue
      kind: queue
      semantics: { arrivals: arrivals, served: served, queue: queue, sla_min: 5, q0: start }
nodes:
  - { id: arrivals, kind: const, values: [10, 0, 20, 8] }
  - { id: served, kind: const, values: [8, 0, 10, null] }
  - { id: errors, kind: const, values: [1, 0, 5, 0] }
  - { id: demand, kind: const, values: [12, 0, 20, 8] }
  - { id: queue, kind: const, values: [9, 9, 25, 25] }
  - { id: capacity, kind: expr, expr: "infer_capacity_from_saturation(served, demand, null)" }
"#;

fn place(text: &str) -> Place {
    Place { text: text.to_owned(), ..Place::new() }
}

fn stored(place: &Place) -> StoredRun {
    StoredRun::open(&place.write(&Options::default()).unwrap().path).unwrap()
}

fn node(run: &StoredRun, id: &str, bin: usize) -> NodeState {
    let mut state = StateView::of(run, Thresholds::default()).unwrap().at(bin).unwrap();
    match state.nodes.remove(id) {
        Some(NodeView::Plain(node)) => node,
        other => panic!("{other:?}"),
    }
}

fn check_derived(run: &StoredRun, id: &str, bin: usize, expected: &[(&str, Option<f64>)]) {
    let found: Vec<(&str, Option<f64>)> = node(run, id, bin).derived.into_iter().collect();
    assert_eq!(found, expected, "{id} at bin {bin}");
}

#[test]
fn derived_values_are_those_of_their_formulas_and_null_where_they_are_none() {
    let place = place(MODEL);
    let run = stored(&place);
    let [gap, success, throughput, load] = ["demand_gap", "success_rate", "throughput_ratio", "utilization"];
    check_derived(
        &run,
        "Service",
        0,
        &[(gap, Some(2.0)), (success, Some(0.9)), (throughput, Some(0.8)), (load, Some(1.0))],
    );
    check_derived(&run, "Service", 1, &[(gap, Some(0.0)), (success, None), (throughput, None), (load, Some(0.0))]);
    check_derived(&run, "Service", 3, &[(gap, Some(0.0)), (success, Some(1.0)), (throughput, None), (load, None)]);
    let [latency, growth] = ["latency_min", "queue_growth"];
    check_derived(&run, "Queue", 0, &[(latency, Some(9.0 / 8.0 * 5.0)), (growth, None), (throughput, Some(0.8))]);
    check_derived(&run, "Queue", 2, &[(latency, Some(12.5)), (growth, Some(16.0)), (throughput, Some(0.5))]);
}

#[test]
fn an_inferred_capacity_says_how_and_how_sure() {
    let place = place(MODEL);
    let run = stored(&place);
    let inferred = |bin| {
        node(&run, "Service", bin).inferred.map(|one| (one.capacity, one.capacity_method, one.capacity_confidence))
    };
    assert_eq!(inferred(0), Some((Some(8.0), "demand_adjusted", "medium")));
    assert_eq!(inferred(1), Some((Some(8.0), "rolling_max", "low")));
    assert!(!node(&run, "Service", 0).metrics.contains_key("capacity"), "it is no metric");
}

#[test]
fn conservation_is_judged_at_the_bin_from_q0_on() {
    let place = place(MODEL);
    let run = stored(&place);
    let residual =
        |bin| node(&run, "Queue", bin).validation.map(|one| (one.conservation.residual, one.conservation.valid));
    assert_eq!(residual(0), Some((0.0, true)), "7 + 10 - 8");
    assert_eq!(residual(2), Some((6.0, false)), "25 instead of 9 + 20 - 10");
    assert_eq!(residual(3), None, "served is missing");
}

#[test]
fn a_bin_in_a_gap_is_gray_and_the_data_not_complete() {
    let gap = Warning { kind: "data_gap".into(), node: Some("Service".into()), bins: vec![1], ..Warning::default() };
    let place = Place { gaps: vec![gap], ..place(MODEL) };
    let run = stored(&place);
    let coloring = node(&run, "Service", 1).coloring;
    assert_eq!((coloring.color, coloring.reason.as_str()), (Color::Gray, "Incomplete data at this timestamp"));
    assert_eq!(node(&run, "Queue", 1).coloring.reason, "Nothing to judge by", "the gap is the service's");
    let quality = StateView::of(&run, Thresholds::default()).unwrap().at(0).unwrap().data_quality;
    assert!(!quality.complete);
    assert_eq!((quality.gaps[0].bins.as_slice(), quality.gaps[0].reason.as_str()), (&[1][..], "Telemetry gap"));
}

/// A day in which a service caught up before 14:00.
#[test]
fn a_quiet_bin_after_a_gap_elsewhere_is_green_without_backlog() {
    let mut served = vec!["190"; 288];
    served[168] = "0";
    let served = served.join(", ");
    let demand = served.replace("190", "180");
    let text = format!(
        r#"schemaVersion: 1
window: {{ start: "2025-10-07T00:00:00Z", timezone: UTC }}
grid: {{ bins: 288, binSize: 5, binUnit: minutes }}
topology:
  nodes:
    - id: OrderService
      kind: service
      semantics: {{ arrivals: demand, served: served, external_demand: demand, capacity: capacity_inferred }}
nodes:
  - {{ id: served, kind: const, values: [{served}] }}
  - {{ id: demand, kind: const, values: [{demand}] }}
  - {{ id: capacity_inferred, kind: expr, expr: "infer_capacity_from_saturation(served, demand, null)" }}
"#
    );
    let gap = Warning { kind: "data_gap".into(), bins: vec![12, 13], ..Warning::default() };
    let place = Place { gaps: vec![gap], ..place(&text) };
    let run = stored(&place);
    let state = serde_json::to_value(StateView::of(&run, Thresholds::default()).unwrap().at(168).unwrap()).unwrap();
    assert_eq!(state["bin"]["startUtc"], "2025-10-07T14:00:00Z");
    let node = &state["nodes"]["OrderService"];
    assert_eq!(node["metrics"]["arrivals"], 0.0);
    assert_eq!(node["inferred"]["capacity"], 190.0);
    assert_eq!(node["inferred"]["capacity_method"], "rolling_max");
    assert_eq!(node["inferred"]["capacity_confidence"], "low");
    assert_eq!(node["derived"]["demand_gap"], 0.0);
    assert_eq!(node["coloring"]["color"], "green");
    assert_eq!(node["coloring"]["reason"], "No backlog");
    assert_eq!(state["dataQuality"]["gaps"][0]["bins"], serde_json::json!([12, 13]));
    assert_eq!(state["dataQuality"]["complete"], false);
}

#[test]
fn a_window_gives_the_roles_of_each_node_bin_by_bin() {
    let place = place(MODEL);
    let run = stored(&place);
    let view = StateView::of(&run, Thresholds::default()).unwrap();
    let window = view.window(2..4).unwrap();
    assert_eq!(window.timestamps, ["2025-10-07T00:10:00Z", "2025-10-07T00:15:00Z"]);
    assert_eq!(window.nodes["Service"]["served"], [Some(10.0), None]);
    assert!(view.window(2..5).is_err(), "there are four bins");
    let metrics = view.metrics().unwrap();
    assert_eq!((metrics[0].bins_met, metrics[0].bins_total), (1, 3), "only the bin without arrivals");
}

#[test]
fn a_bin_beyond_the_last_is_an_error_also_where_no_node_is_looked_at() {
    let place = Place::new();
    let run = stored(&place);
    let view = StateView::of(&run, Thresholds::default()).unwrap();
    assert!(view.at(3).unwrap().nodes.is_empty());
    for bin in [4, usize::MAX] {
        let error = view.at(bin).unwrap_err().to_string();
        assert!(error.starts_with("there is no bin ") && error.ends_with("the last one is 3"), "{error}");
    }
}

#[test]
fn distributions_differ_in_words_and_not_by_where_they_stand() {
    let text = "schemaVersion: 1\ngrid: { bins: 3, binSize: 5, binUnit: minutes }\nrng: { seed: 1 }\nnodes:\n  \
                - { id: x, kind: pmf, pmf: { type: poisson, lambda: 2 } }\n  \
                - { id: y, kind: pmf, pmf: { type: empirical, sample: true, values: [1, 2], probabilities: [0.5, 0.5] } }\n";
    let first = place(text);
    let moved = place(&text.replace("nodes:\n", "# a remark\nnodes:\n"));
    let other = place(&text.replace("lambda: 2", "lambda: 3").replace("sample: true, ", ""));
    let (before, moved, after) = (stored(&first), stored(&moved), stored(&other));
    assert!(diff(&before, &moved).unwrap().is_empty());
    let model = diff(&before, &after).unwrap().model;
    let found = model.iter().map(|(id, one)| (id.as_str(), one.before.as_deref(), one.after.as_deref()));
    let expected = [
        ("x", Some("poisson, lambda 2"), Some("poisson, lambda 3")),
        ("y", Some("empirical, 1: 0.5, 2: 0.5, sampled"), Some("empirical, 1: 0.5, 2: 0.5")),
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

#[test]
fn a_run_differs_from_another_in_its_parameters_formulas_and_values() {
    let text = "schemaVersion: 1\ngrid: { bins: 3, binSize: 5, binUnit: minutes }\nparameters: [ { id: k, value: 2 } ]\n\
                nodes:\n  - { id: x, kind: const, values: [1, 2, 4] }\n  - { id: y, kind: expr, expr: x * k }\n";
    let first = place(text);
    let second = place(&text.replace("value: 2", "value: 3").replace("x * k", "x * k + 0"));
    let (before, after) = (stored(&first), stored(&second));
    assert!(diff(&before, &before).unwrap().is_empty());
    let found = diff(&before, &after).unwrap();
    assert_eq!((found.parameters["k"].before, found.parameters["k"].after), (Some(2.0), Some(3.0)));
    assert_eq!(found.model["y"].after.as_deref(), Some("x * k + 0"));
    assert!(found.data.is_empty());
    let change = &found.series[0];
    assert_eq!((change.id.as_str(), change.bins, change.worst_bin), ("y", 3, 2));
    assert_eq!((change.before, change.after, change.relative), (8.0, 12.0, Some(4.0 / 12.0)));
}
