//! Times the workloads on each backend, with native Rust and the scalar baseline beside them, and how long programs of
//! 30, 300 and 3,000 series take to prepare.
//!
//! `cargo run --release -p flowtime-testing --example time_workloads [W1 …]` prints a table with ratios and goals,
//! `-- --json` an object per workload, size and backend, with nanoseconds. One thread evaluates; inputs are loaded before
//! the clock starts, outputs stay where the backend leaves them. What is compared runs in turns, and the shortest run
//! counts: so other work on the machine changes both sides or neither.

use std::error::Error;
use std::time::{Duration, Instant};

use flowtime_runtime::engine::{Backend, Frame, Options, RunControl, prepare};
use flowtime_testing::baseline::Baseline;
use flowtime_testing::workloads::{BINS, SERIES_OF_SERVICE, Stored, Workload, all, fleet_of};

mod print;

/// How long each workload is run in all, and in how many turns at least.
const TIME: Duration = Duration::from_millis(1_000);
const LEAST_TURNS: usize = 5;
/// The slow ones are timed up to so many bins.
const MOST_BINS_OF_SLOW: usize = 10_000;
/// Services whose programs are prepared.
const SERVICES: [usize; 3] = [2, 20, 200];
/// How often a program is prepared.
const PREPARED: usize = 20;

/// The times of one backend over one workload.
struct Times {
    backend: &'static str,
    prepare: Option<Duration>,
    /// In ascending order.
    evaluate: Vec<Duration>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let (options, wanted): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|arg| arg.starts_with("--"));
    let is_wanted = |workload: &Workload| {
        wanted.is_empty() || wanted.iter().any(|wanted| workload.name.starts_with(wanted.as_str()))
    };
    let workloads = BINS.into_iter().flat_map(all).filter(is_wanted);
    if options.iter().any(|option| option == "--json") {
        let lines = workloads.map(|workload| Ok(print::lines(&workload, &time(&workload)?)));
        let lines: Vec<_> = lines.collect::<Result<Vec<_>, Box<dyn Error>>>()?.concat();
        println!("{}", serde_json::to_string_pretty(&lines)?);
        return Ok(());
    }
    println!("{}", print::HEADING);
    for workload in workloads {
        println!("{}", print::row(&workload, &time(&workload)?));
    }
    println!("\n{}", print::PREPARE_HEADING);
    for services in SERVICES {
        println!("{}", print::prepare_row(services * SERIES_OF_SERVICE, time_prepare(services)?));
    }
    Ok(())
}

/// All backends on one workload, in turns.
fn time(workload: &Workload) -> Result<Vec<Times>, Box<dyn Error>> {
    let inputs: Vec<&[f64]> = workload.inputs.bins().collect();
    let mut outputs = workload.outputs();
    let (mut jit, prepare_time) = prepared(workload, &inputs, Backend::Jit)?;
    let mut times = vec![Times::new("native", None), Times::new("jit", Some(prepare_time))];
    let control = RunControl::default();
    in_turns(
        &mut times,
        &mut [&mut || workload.run_native(&mut outputs), &mut || {
            drop(jit.run(&workload.params, &control));
        }],
    );
    if workload.bins() <= MOST_BINS_OF_SLOW {
        let baseline = Baseline::new(&workload.program).ok_or("the baseline lacks an operation")?;
        let (mut interp, prepare_time) = prepared(workload, &inputs, Backend::Interp)?;
        let mut slow = vec![Times::new("baseline", None), Times::new("interp", Some(prepare_time))];
        in_turns(
            &mut slow,
            &mut [&mut || drop(baseline.run(&inputs, &workload.params)), &mut || {
                drop(interp.run(&workload.params, &control));
            }],
        );
        times.append(&mut slow);
    }
    Ok(times)
}

/// A frame that has run once, so that it will again.
fn prepared(workload: &Workload, inputs: &[&[f64]], backend: Backend) -> Result<(Frame, Duration), Box<dyn Error>> {
    let options = Options { backend, ..Options::default() };
    let start = Instant::now();
    let prepared = prepare(workload.program.clone(), &options)?;
    let prepare_time = start.elapsed();
    let mut frame = prepared.frame()?;
    frame.load(inputs)?;
    frame.run(&workload.params, &RunControl::default())?;
    Ok((frame, prepare_time))
}

/// Runs one after the other, again and again.
fn in_turns(times: &mut [Times], runs: &mut [&mut dyn FnMut()]) {
    let begin = Instant::now();
    while times[0].evaluate.len() < LEAST_TURNS || begin.elapsed() < TIME {
        for (times, run) in times.iter_mut().zip(runs.iter_mut()) {
            let start = Instant::now();
            run();
            times.evaluate.push(start.elapsed());
        }
    }
    times.iter_mut().for_each(|times| times.evaluate.sort_unstable());
}

/// The shortest time to prepare W5 with so many services.
fn time_prepare(services: usize) -> Result<Duration, Box<dyn Error>> {
    let workload = fleet_of(services, BINS[0], Stored::All);
    let options = Options { backend: Backend::Jit, ..Options::default() };
    let mut shortest = Duration::MAX;
    for _ in 0..PREPARED {
        let program = workload.program.clone();
        let start = Instant::now();
        prepare(program, &options)?;
        shortest = shortest.min(start.elapsed());
    }
    Ok(shortest)
}

impl Times {
    fn new(backend: &'static str, prepare: Option<Duration>) -> Self {
        Times { backend, prepare, evaluate: Vec::new() }
    }

    /// The shortest run, in nanoseconds.
    fn shortest(&self) -> f64 {
        self.evaluate[0].as_nanos() as f64
    }
}
