//! Times the workloads on each backend, with native Rust and the scalar baseline beside them, and prints JSON: one
//! object per workload, size and backend, with nanoseconds to prepare and to evaluate.
//!
//! `cargo run --release -p flowtime-testing --example time_workloads > ours.json`. One thread; inputs are loaded before
//! the clock starts, outputs stay where the backend leaves them.

use std::error::Error;
use std::time::{Duration, Instant};

use flowtime_runtime::engine::{Backend, Options, RunControl, prepare};
use flowtime_testing::baseline::Baseline;
use flowtime_testing::workloads::{BINS, Workload, all};
use serde_json::{Value, json};

/// How long each is run, and how often at least.
const TIME: Duration = Duration::from_millis(400);
const LEAST_RUNS: usize = 3;
/// The slow ones are timed up to so many bins.
const MOST_BINS_OF_SLOW: usize = 10_000;

fn main() -> Result<(), Box<dyn Error>> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let mut times = Vec::new();
    for workload in BINS.into_iter().flat_map(all) {
        if wanted.is_empty() || wanted.iter().any(|wanted| workload.name.starts_with(wanted)) {
            times.extend(time(&workload)?);
        }
    }
    println!("{}", serde_json::to_string_pretty(&times)?);
    Ok(())
}

/// All backends on one workload.
fn time(workload: &Workload) -> Result<Vec<Value>, Box<dyn Error>> {
    let mut outputs = workload.outputs();
    let native = runs(|| workload.run_native(&mut outputs));
    let mut times = vec![line(workload, "native", None, &native), time_engine(workload, "jit", Backend::Jit)?];
    if workload.bins() <= MOST_BINS_OF_SLOW {
        let inputs: Vec<&[f64]> = workload.inputs.bins().collect();
        let baseline = Baseline::new(&workload.program).ok_or("the baseline lacks an operation")?;
        let baseline = runs(|| drop(baseline.run(&inputs, &workload.params)));
        times.push(line(workload, "baseline", None, &baseline));
        times.push(time_engine(workload, "interp", Backend::Interp)?);
    }
    Ok(times)
}

fn time_engine(workload: &Workload, name: &str, backend: Backend) -> Result<Value, Box<dyn Error>> {
    let options = Options { backend, ..Options::default() };
    let start = Instant::now();
    let prepared = prepare(workload.program.clone(), &options)?;
    let prepare_time = start.elapsed();
    let mut frame = prepared.frame()?;
    let inputs: Vec<&[f64]> = workload.inputs.bins().collect();
    frame.load(&inputs)?;
    frame.run(&workload.params, &RunControl::default())?;
    // What has run once runs again.
    let times = runs(|| drop(frame.run(&workload.params, &RunControl::default())));
    Ok(line(workload, name, Some(prepare_time), &times))
}

/// The times of runs, in ascending order.
fn runs(mut run: impl FnMut()) -> Vec<Duration> {
    let begin = Instant::now();
    let mut times = Vec::new();
    while times.len() < LEAST_RUNS || begin.elapsed() < TIME {
        let start = Instant::now();
        run();
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times
}

fn line(workload: &Workload, backend: &str, prepare: Option<Duration>, times: &[Duration]) -> Value {
    let nanoseconds = |time: Duration| time.as_nanos() as u64;
    json!({
        "workload": workload.name,
        "bins": workload.bins(),
        "series": workload.series,
        "backend": backend,
        "prepareNs": prepare.map(nanoseconds),
        "evalNsMin": nanoseconds(times[0]),
        "evalNsMedian": nanoseconds(times[times.len() / 2]),
    })
}
