//! The workloads of `flowtime_testing` on each backend, with native Rust and the scalar baseline beside them, and how
//! long 30, 300 and 3,000 series take to prepare.
//!
//! `cargo bench -p flowtime-runtime --bench workloads -- 'W1 288'` measures one; `-- --test` runs each once. Quote ratios
//! from one run: times depend on the machine.

use std::error::Error;
use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use flowtime_runtime::engine::{Backend, Options, RunControl, prepare};
use flowtime_testing::baseline::Baseline;
use flowtime_testing::workloads::{BINS, Stored, Workload, all, fleet_of};

/// The slow ones are measured up to so many bins.
const MOST_BINS_OF_SLOW: usize = 10_000;

/// Services of 15 series each whose programs are prepared.
const SERVICES: [usize; 3] = [2, 20, 200];

fn main() -> Result<(), Box<dyn Error>> {
    let mut criterion = Criterion::default().configure_from_args();
    for workload in BINS.into_iter().flat_map(all) {
        let mut group = criterion.benchmark_group(format!("{} {}", workload.name, workload.bins()));
        group.throughput(Throughput::Elements((workload.series * workload.bins()) as u64));
        group.sample_size(10).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
        bench_native(&mut group, &workload);
        bench_engine(&mut group, &workload, "jit", Backend::Jit)?;
        if workload.bins() <= MOST_BINS_OF_SLOW {
            bench_baseline(&mut group, &workload);
            bench_engine(&mut group, &workload, "interp", Backend::Interp)?;
        }
        group.finish();
    }
    bench_prepare(&mut criterion);
    criterion.final_summary();
    Ok(())
}

fn bench_native(group: &mut BenchmarkGroup<'_, WallTime>, workload: &Workload) {
    let mut outputs = workload.outputs();
    group.bench_function("native", |bench| {
        bench.iter(|| workload.run_native(black_box(&mut outputs)));
    });
}

fn bench_baseline(group: &mut BenchmarkGroup<'_, WallTime>, workload: &Workload) {
    let inputs: Vec<&[f64]> = workload.inputs.bins().collect();
    if let Some(baseline) = Baseline::new(&workload.program) {
        group.bench_function("baseline", |bench| bench.iter(|| baseline.run(black_box(&inputs), &workload.params)));
    }
}

/// Runs over what is loaded, after preparing once; for machine code also the preparing.
fn bench_engine(
    group: &mut BenchmarkGroup<'_, WallTime>,
    workload: &Workload,
    name: &str,
    backend: Backend,
) -> Result<(), Box<dyn Error>> {
    let options = Options { backend, ..Options::default() };
    let inputs: Vec<&[f64]> = workload.inputs.bins().collect();
    let mut frame = prepare(workload.program.clone(), &options)?.frame()?;
    frame.load(&inputs)?;
    group.bench_function(name, |bench| bench.iter(|| frame.run(black_box(&workload.params), &RunControl::default())));
    if backend == Backend::Jit {
        group.bench_function("prepare", |bench| bench.iter(|| prepare(workload.program.clone(), &options)));
    }
    Ok(())
}

fn bench_prepare(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("prepare");
    group.sample_size(10).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(1));
    let options = Options { backend: Backend::Jit, ..Options::default() };
    for services in SERVICES {
        let workload = fleet_of(services, BINS[0], Stored::All);
        group.throughput(Throughput::Elements(workload.series as u64));
        group.bench_function(format!("{} series", workload.series), |bench| {
            bench.iter(|| prepare(workload.program.clone(), &options));
        });
    }
    group.finish();
}
