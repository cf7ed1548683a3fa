//! W5: twenty services of fifteen series each: three const, eight elementwise, a shift, a rolling maximum, a rolling
//! mean and a queue. All twelve computed series of each are stored, or the last, which hangs on all others.

use std::sync::{Mutex, PoisonError};

use flowtime_runtime::builtins;
use flowtime_runtime::ir::{Builder, ParamId, ValueId};
use multiversion::multiversion;

use super::algebra::{Algebra, Lane, Lanes, call, gather};
use super::native::{Scratch, TILE, larger_present, queue};
use super::{Columns, Native, Stored, Workload, builder, inputs, queues};
use crate::Choices;

/// Services of W5.
const SERVICES: usize = 20;
/// Const series of a service: arrivals, capacity, failure rate.
const CONST: usize = 3;
/// Series that a service computes.
const COMPUTED: usize = 12;
/// Series of a service.
pub const SERIES: usize = CONST + COMPUTED;
const WINDOW: usize = 12;

/// W5, with one parameter: the growth of all arrivals.
pub fn fleet(bins: usize, stored: Stored) -> Workload {
    fleet_of(SERVICES, bins, stored)
}

/// W5 with so many services.
pub fn fleet_of(services: usize, bins: usize, stored: Stored) -> Workload {
    let mut builder = builder(bins);
    let inputs = inputs(&mut builder, CONST * services);
    for service in inputs.chunks_exact(CONST) {
        let all = service_of(&mut builder, service);
        let first = if stored == Stored::All { 0 } else { COMPUTED - 1 };
        all[first..].iter().for_each(|&value| {
            builder.output(value);
        });
    }
    let name = if stored == Stored::All { "W5 all" } else { "W5 20" }.to_owned();
    let (series, program, inputs) = (services * SERIES, builder.finish(), data(services, bins));
    Workload { name, series, program, inputs, params: vec![1.1], native: native(bins, stored) }
}

fn data(services: usize, bins: usize) -> Columns {
    let mut choices = Choices::seeded(5);
    Columns::from_fn(CONST * services, bins, |column, _| match column % CONST {
        0 => choices.below(200) as f64,
        1 if choices.below(100) == 0 => 0.0,
        1 => 90.0 + choices.below(60) as f64,
        _ => choices.below(1000) as f64 / 5000.0,
    })
}

/// The computed series of one service.
fn service_of(builder: &mut Builder, inputs: &[ValueId]) -> [ValueId; COMPUTED] {
    let (arrivals, capacity, failures) = (inputs[0], inputs[1], inputs[2]);
    let growth = builder.param(ParamId::from_u32(0));
    let demand = builder.mul(arrivals, growth);
    let upstream = builder.shift(demand, 1, None);
    let [offered, headroom, served, utilization] = flows(builder, demand, upstream, capacity, failures);
    let window = builder.number(WINDOW as f64);
    let peak = call(builder, builtins::function("ROLLING_MAX"), &[offered, window]);
    let smooth = call(builder, builtins::function("ROLLING_MEAN"), &[served, window]);
    let queue = queues::queue(builder, offered, capacity);
    let [latency, overload, score] = outcome(builder, [queue, smooth, peak, capacity, headroom, utilization]);
    [demand, upstream, offered, headroom, served, utilization, peak, smooth, queue, latency, overload, score]
}

/// Offered, headroom, served and utilization.
#[inline(always)]
fn flows<A: Algebra>(
    by: &mut A,
    demand: A::Value,
    upstream: A::Value,
    capacity: A::Value,
    failures: A::Value,
) -> [A::Value; 4] {
    let retries = by.mul(upstream, failures);
    let offered = by.add(demand, retries);
    let (zero, spare) = (by.number(0.0), by.sub(capacity, offered));
    let served = by.min(offered, capacity);
    [offered, by.max(spare, zero), served, by.div(served, capacity)]
}

/// Latency, overload and score.
#[inline(always)]
fn outcome<A: Algebra>(
    by: &mut A,
    [queue, smooth, peak, capacity, headroom, utilization]: [A::Value; 6],
) -> [A::Value; 3] {
    let zero = by.number(0.0);
    let latency = by.div(queue, smooth);
    let excess = by.sub(peak, capacity);
    let overload = by.if_greater(peak, capacity, excess, zero);
    let strain = by.add(utilization, latency);
    [latency, overload, by.if_greater(headroom, zero, strain, overload)]
}

/// The native version; like a prepared program it keeps its scratch from run to run.
fn native(bins: usize, stored: Stored) -> Native {
    let scratch = Mutex::new((Scratch::new(), Columns::zeros(COMPUTED - 1, bins)));
    Box::new(move |inputs, params, outputs| {
        let (windows, columns) = &mut *scratch.lock().unwrap_or_else(PoisonError::into_inner);
        match stored {
            Stored::All => run_all(inputs, params, outputs, windows),
            Stored::Last => run_last(inputs, params, outputs, windows, columns),
        }
    })
}

fn run_all(inputs: &Columns, params: &[f64], outputs: &mut Columns, windows: &mut Scratch) {
    let inputs: Vec<&[f64]> = inputs.padded().collect();
    let mut outputs: Vec<&mut [f64]> = outputs.padded_mut().collect();
    for (inputs, computed) in inputs.chunks_exact(CONST).zip(outputs.chunks_exact_mut(COMPUTED)) {
        service(inputs, params[0], computed, windows);
    }
}

fn run_last(inputs: &Columns, params: &[f64], outputs: &mut Columns, windows: &mut Scratch, columns: &mut Columns) {
    let inputs: Vec<&[f64]> = inputs.padded().collect();
    for (inputs, score) in inputs.chunks_exact(CONST).zip(outputs.padded_mut()) {
        let mut computed: Vec<&mut [f64]> = columns.padded_mut().collect();
        computed.push(score);
        service(inputs, params[0], &mut computed, windows);
    }
}

/// One service for each instruction set.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn service(inputs: &[&[f64]], growth: f64, computed: &mut [&mut [f64]], scratch: &mut Scratch) {
    tile_by_tile(inputs, growth, computed, scratch);
}

/// Tile by tile, so that its columns are still near when they are read.
#[inline(always)]
fn tile_by_tile(inputs: &[&[f64]], growth: f64, computed: &mut [&mut [f64]], scratch: &mut Scratch) {
    let mut waiting = 0.0;
    for start in (0..inputs[0].len()).step_by(TILE) {
        let end = (start + TILE).min(inputs[0].len());
        first_loop(inputs, growth, start, end, computed);
        windows(start, end, computed, scratch);
        let [_, _, offered, .., queued, _, _, _] = computed else { return };
        queue(&offered[start..end], &inputs[1][start..end], &mut waiting, &mut queued[start..end]);
        last_loop(inputs, start, end, computed);
    }
}

#[inline(always)]
fn first_loop(inputs: &[&[f64]], growth: f64, start: usize, end: usize, computed: &mut [&mut [f64]]) {
    let [demand, upstream, offered, headroom, served, utilization, ..] = computed else { return };
    for (demand, arrivals) in demand[start..end].iter_mut().zip(&inputs[0][start..end]) {
        *demand = arrivals * growth;
    }
    upstream[start] = if start == 0 { 0.0 } else { demand[start - 1] };
    upstream[start + 1..end].copy_from_slice(&demand[start..end - 1]);
    let [demand, upstream] = [&**demand, upstream].map(|column| lanes(column, start, end));
    let [capacity, failures] = [inputs[1], inputs[2]].map(|column| lanes(column, start, end));
    let [offered, headroom, served, utilization] =
        [offered, headroom, served, utilization].map(|column| lanes_mut(column, start, end));
    for lane in 0..demand.len().min(upstream.len()).min(capacity.len()).min(failures.len()) {
        let flows = flows(&mut Lanes, demand[lane], upstream[lane], capacity[lane], failures[lane]);
        [offered[lane], headroom[lane], served[lane], utilization[lane]] = flows;
    }
}

#[inline(always)]
fn windows(start: usize, end: usize, computed: &mut [&mut [f64]], scratch: &mut Scratch) {
    let [_, _, offered, _, served, _, peak, smooth, ..] = computed else { return };
    scratch.extreme(offered, start, WINDOW, &mut peak[start..end], larger_present);
    scratch.mean(served, start, WINDOW, &mut smooth[start..end]);
}

#[inline(always)]
fn last_loop(inputs: &[&[f64]], start: usize, end: usize, computed: &mut [&mut [f64]]) {
    let [_, _, _, headroom, _, utilization, peak, smooth, queue, latency, overload, score] = computed else { return };
    let read = [&**queue, smooth, peak, inputs[1], headroom, utilization].map(|column| lanes(column, start, end));
    let [latency, overload, score] = [latency, overload, score].map(|column| lanes_mut(column, start, end));
    for lane in 0..score.len() {
        [latency[lane], overload[lane], score[lane]] = outcome(&mut Lanes, gather(&read, lane));
    }
}

#[inline(always)]
fn lanes(column: &[f64], start: usize, end: usize) -> &[Lane] {
    column[start..end].as_chunks().0
}

#[inline(always)]
fn lanes_mut(column: &mut [f64], start: usize, end: usize) -> &mut [Lane] {
    column[start..end].as_chunks_mut().0
}
