//! Windows of 12 and 288 bins: each kernel at every level of the machine, beside its entry asked bin by bin.
//!
//! The throughput is what to read: 2 Gelem/s are 0.5 ns per bin. `tile` is one tile of 1,000 bins within a column, the
//! rest are whole columns by such tiles; every tenth column entry of `gaps` is missing.

use std::hint::black_box;
use std::ops::Range;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use flowtime_runtime::builtins::{Builtin, Meaning, all};
use flowtime_runtime::kernels::window::Kernel;
use flowtime_runtime::kernels::{Scratch, Simd};

const TILE: usize = 1_000;
const COLUMNS: [(&str, Range<usize>); 3] = [("tile", TILE..2 * TILE), ("10k", 0..10_000), ("1M", 0..1_000_000)];

fn column(bins: usize, gaps: bool) -> Vec<f64> {
    let value = |t: usize| if gaps && t % 10 == 3 { f64::NAN } else { (t * 7_919 % 1_000) as f64 * 0.1 };
    (0..bins).map(value).collect()
}

fn windows(criterion: &mut Criterion) {
    let rolling = all().filter(|entry| entry.name.starts_with("ROLLING_"));
    for (entry, window) in rolling.flat_map(|entry| [12, 288].map(|window| (entry, window))) {
        compare(criterion, entry, window);
    }
}

fn compare(criterion: &mut Criterion, entry: &'static Builtin, window: usize) {
    let (Some(kernel), Meaning::Window(eval)) = (Kernel::new(entry, &[window as f64]), entry.meaning) else {
        return;
    };
    let mut group = criterion.benchmark_group(format!("{} {window}", entry.name));
    group.sample_size(10).warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(300));
    let (mut scratch, whole) = (Scratch::default(), column(1_000_000, false));
    let mut out = vec![0.0; whole.len()];
    for (name, bins) in COLUMNS {
        group.throughput(Throughput::Elements(bins.len() as u64));
        for level in Simd::ALL.into_iter().filter(|level| level.is_available()) {
            group.bench_function(BenchmarkId::new(level.to_string(), name), |bencher| {
                bencher.iter(|| by_tiles(&kernel, level, black_box(&whole), bins.clone(), &mut out, &mut scratch));
            });
        }
    }
    let (gaps, level) = (column(2 * TILE, true), Simd::detect());
    group.throughput(Throughput::Elements(TILE as u64));
    group.bench_function(BenchmarkId::new(level.to_string(), "tile with gaps"), |bencher| {
        bencher.iter(|| by_tiles(&kernel, level, black_box(&gaps), TILE..2 * TILE, &mut out, &mut scratch));
    });
    group.bench_function(BenchmarkId::new("bin by bin", "tile"), |bencher| {
        let args = [window as f64];
        bencher.iter(|| {
            for (t, out) in (TILE..2 * TILE).zip(&mut out) {
                *out = eval(black_box(&whole[..=t]), t, &args);
            }
        });
    });
    group.finish();
}

fn by_tiles(kernel: &Kernel, level: Simd, column: &[f64], bins: Range<usize>, out: &mut [f64], scratch: &mut Scratch) {
    for (start, out) in bins.clone().step_by(TILE).zip(out[..bins.len()].chunks_mut(TILE)) {
        let tile = start..start + out.len();
        kernel.run(level, &column[..tile.end], tile, out, scratch);
    }
}

criterion_group!(benches, windows);
criterion_main!(benches);
