//! Times of a model over its data, for `ftc bench`. A program is prepared several times, then evaluated once unmeasured
//! and again until the time is up; outputs stay in the columns that an evaluation leaves. Nothing runs beside it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use flowtime::driver::Loaded;
use flowtime::origins::Origins;
use flowtime_runtime::engine::{self, Options, Prepared, RunControl};
use flowtime_runtime::ir::Program;
use serde::Serialize;

use crate::interrupt;
use crate::profile::duration;

/// How often a program is prepared.
const PREPARATIONS: usize = 5;
/// How often it is evaluated at least and at most.
const EVALUATIONS: std::ops::Range<usize> = 3..1_000_000;

/// What is measured.
#[derive(Debug)]
pub(crate) struct Workload {
    program: Arc<Program>,
    columns: Vec<Vec<f64>>,
    parameters: Vec<f64>,
    /// How many outputs the model has; those of one value share a column.
    outputs: usize,
    /// The series that its values come from.
    pub(crate) origins: Origins,
}

/// What was measured of one backend; times in nanoseconds.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Measured {
    backend: &'static str,
    bins: usize,
    /// Those that the outputs need, themselves included.
    series: usize,
    outputs: usize,
    /// The median of several preparations.
    prepare_ns: u64,
    eval_ns_min: u64,
    eval_ns_median: u64,
    /// The median evaluation by series and bin; none without bins.
    ns_per_series_bin: Option<f64>,
    code_bytes: usize,
}

impl Workload {
    pub(crate) fn new(loaded: Loaded, outputs: usize) -> Self {
        let Loaded { program, columns, parameters, origins } = loaded;
        Self { program: Arc::new(program), columns, parameters, outputs, origins }
    }

    /// The prepared program, and the median time that it takes.
    pub(crate) fn prepare(&self, options: &Options) -> anyhow::Result<(Prepared, Duration)> {
        let mut times = Vec::with_capacity(PREPARATIONS);
        loop {
            let start = Instant::now();
            let prepared = engine::prepare(Arc::clone(&self.program), options).context("can't prepare the model")?;
            times.push(start.elapsed());
            if times.len() == PREPARATIONS {
                times.sort_unstable();
                return Ok((prepared, times[PREPARATIONS / 2]));
            }
        }
    }

    /// The times of evaluations for so long, ascending. Ctrl-C makes it the error [`engine::RunError::Cancelled`].
    pub(crate) fn evaluate(&self, prepared: &Prepared, time: Duration) -> anyhow::Result<Vec<Duration>> {
        let mut frame = prepared.frame()?;
        frame.load(&self.columns.iter().map(Vec::as_slice).collect::<Vec<_>>())?;
        let control = RunControl { cancel: Some(&interrupt::STOP), ..RunControl::default() };
        let mut run = || interrupt::while_evaluating(|| frame.run(&self.parameters, &control));
        // What has run once finds its memory in place.
        run()?;
        let (begin, mut times) = (Instant::now(), Vec::new());
        while times.len() < EVALUATIONS.start || (begin.elapsed() < time && times.len() < EVALUATIONS.end) {
            let start = Instant::now();
            run()?;
            times.push(start.elapsed());
        }
        times.sort_unstable();
        Ok(times)
    }

    /// The figures of a backend from its times, which ascend.
    pub(crate) fn figures(
        &self,
        backend: &'static str,
        prepared: &Prepared,
        prepare_time: Duration,
        times: &[Duration],
    ) -> Measured {
        let (bins, series) = (self.program.grid().bins, self.origins.of(self.program.values()).len());
        let median = nanoseconds(times[times.len() / 2]);
        let cells = (series * bins) as f64;
        Measured {
            backend,
            bins,
            series,
            outputs: self.outputs,
            prepare_ns: nanoseconds(prepare_time),
            eval_ns_min: nanoseconds(times[0]),
            eval_ns_median: median,
            ns_per_series_bin: (cells > 0.0).then(|| (median as f64 / cells * 1e4).round() / 1e4),
            code_bytes: prepared.stats().code_bytes,
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// A table for people: what was measured, a row for each backend, and how many times faster than the first it is.
pub(crate) fn render(measured: &[Measured]) -> String {
    let Some(first) = measured.first() else {
        return String::new();
    };
    let head = ["backend", "prepare", "fastest", "median", "per series and bin", "code", "speed"].map(str::to_owned);
    let rows: Vec<[String; 7]> = std::iter::once(head).chain(measured.iter().map(|row| cells(row, first))).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; 7] = std::array::from_fn(width);
    let line = |row: &[String; 7]| {
        let others = row.iter().zip(widths).skip(1).map(|(cell, width)| format!("  {cell:>width$}"));
        format!("{:<width$}{}\n", row[0], others.collect::<String>(), width = widths[0])
    };
    let Measured { series, bins, outputs, .. } = first;
    format!("{series} series, {outputs} outputs, {bins} bins\n\n{}", rows.iter().map(line).collect::<String>())
}

fn cells(row: &Measured, first: &Measured) -> [String; 7] {
    let faster = first.eval_ns_median as f64 / (row.eval_ns_median as f64).max(1.0);
    [
        row.backend.to_owned(),
        duration(row.prepare_ns as f64),
        duration(row.eval_ns_min as f64),
        duration(row.eval_ns_median as f64),
        row.ns_per_series_bin.map_or_else(|| "-".to_owned(), |ns| format!("{ns:.2} ns")),
        if row.code_bytes == 0 { "-".to_owned() } else { format!("{} bytes", row.code_bytes) },
        format!("{faster:.1}×"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_compares_with_the_first_backend() {
        let interp = Measured {
            backend: "interp",
            bins: 288,
            series: 4,
            outputs: 2,
            prepare_ns: 1_500,
            eval_ns_min: 100_000,
            eval_ns_median: 120_000,
            ns_per_series_bin: Some(104.1667),
            code_bytes: 0,
        };
        let jit = Measured {
            backend: "jit",
            prepare_ns: 300_000,
            eval_ns_min: 1_000,
            eval_ns_median: 1_200,
            ns_per_series_bin: Some(1.0417),
            code_bytes: 640,
            ..interp.clone()
        };
        let expected = "\
4 series, 2 outputs, 288 bins

backend   prepare   fastest    median  per series and bin       code   speed
interp   1.500 µs  100.0 µs  120.0 µs           104.17 ns          -    1.0×
jit      300.0 µs  1.000 µs  1.200 µs             1.04 ns  640 bytes  100.0×
";
        assert_eq!(render(&[interp, jit]), expected);
    }
}
