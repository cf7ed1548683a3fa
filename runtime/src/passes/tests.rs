//! The plans of small programs, as their listings show them.

use cranelift_entity::EntityRef;

use super::{plan, regions};
use crate::builtins;
use crate::ir::{Builder, Grid, InputId, ParamId, Type, ValueId, verify};
use crate::plan::{Listing, Step};

/// Compares the listing of the program that `build` makes of an input and a parameter.
fn check_plan(build: impl FnOnce(&mut Builder, ValueId, ValueId), expected: &str) {
    let mut builder = Builder::new(Grid { bins: 4, bin_minutes: 5, start_minutes: None });
    let (input, param) = (builder.input(InputId::new(0)), builder.param(ParamId::new(0)));
    build(&mut builder, input, param);
    let program = builder.finish();
    verify(&program).unwrap();
    let plan = plan(&program);
    let found = Listing { program: &program, plan: &plan }.to_string();
    assert_eq!(found.trim(), expected.trim(), "of\n{program}");
}

fn call(builder: &mut Builder, name: &str, args: &[ValueId]) -> ValueId {
    let args: Vec<_> = args.iter().copied().map(Some).collect();
    let entry = builtins::infix(name).or_else(|| builtins::function(name)).unwrap();
    builder.call(entry, &args)
}

#[test]
fn elementwise_values_share_a_loop_and_stay_in_registers() {
    check_plan(
        |b, x, _| {
            let twice = call(b, "+", &[x, x]);
            let unused = call(b, "-", &[twice, x]);
            let square = call(b, "*", &[twice, twice]);
            b.output(square);
            let _ = unused;
        },
        "
memory: 2 columns, 0 of tile scratch, 0 states, 0 numbers
input0 -> column0
stage 0
  map region0
    v2 = v0 + v0
    v4 = v2 * v2 -> column1
out0 <- column1
",
    );
}

#[test]
fn a_recurrence_is_a_loop_that_carries_its_past() {
    check_plan(
        |b, x, _| {
            let zero = b.number(0.0);
            let slot = b.slot(Type::Num);
            let before = b.delay(slot, 1, Some(zero));
            let offset = call(b, "-", &[x, zero]);
            let filled = call(b, "+", &[before, offset]);
            let queue = call(b, "MAX", &[zero, filled]);
            b.fill(slot, queue);
            b.output(queue);
        },
        "
memory: 2 columns, 1 of tile scratch, 1 states, 1 numbers
input0 -> column0
stage 0
  start of state0: bin 0 of v2
  map region0
    v4 = v0 - v2 -> scratch0
  scan region1
    v3 = delay slot0 by 1 from v2 in state0
    v5 = v3 + v4
    v6 = MAX(v2, v5) -> column1
out0 <- column1
",
    );
}

#[test]
fn recurrences_alike_go_in_pairs_and_the_last_may_be_alone() {
    check_plan(
        |b, x, _| {
            for times in 1..=5 {
                let (slot, start) = (b.slot(Type::Num), b.number(f64::from(times)));
                let before = b.delay(slot, 1, Some(start));
                let total = call(b, "+", &[before, x]);
                b.fill(slot, total);
                b.output(total);
            }
        },
        "
memory: 6 columns, 0 of tile scratch, 5 states, 5 numbers
input0 -> column0
stage 0
  start of state0: bin 0 of v2
  start of state1: bin 0 of v5
  start of state2: bin 0 of v8
  start of state3: bin 0 of v11
  start of state4: bin 0 of v14
  scan region0, two beside each other
    v3 = delay slot0 by 1 from v2 in state0
    v4 = v3 + v0 -> column1
  beside
    v6 = delay slot1 by 1 from v5 in state1
    v7 = v6 + v0 -> column2
    v9 = delay slot2 by 1 from v8 in state2
    v10 = v9 + v0 -> column3
  beside
    v12 = delay slot3 by 1 from v11 in state3
    v13 = v12 + v0 -> column4
    v15 = delay slot4 by 1 from v14 in state4
    v16 = v15 + v0 -> column5
  alone
out0 <- column1
out1 <- column2
out2 <- column3
out3 <- column4
out4 <- column5
",
    );
}

#[test]
fn what_a_reduction_reads_is_complete_before_the_next_stage() {
    check_plan(
        |b, x, factor| {
            let scaled = call(b, "*", &[x, factor]);
            let total = call(b, "SUM", &[scaled]);
            let share = call(b, "/", &[scaled, total]);
            b.output(share);
        },
        "
memory: 3 columns, 0 of tile scratch, 0 states, 2 numbers
input0 -> column0
stage 0
  v1 = param0 -> number0
  map region0
    v2 = v0 * v1 -> column2
stage 1
  v3 = SUM(v2) of column2 -> number1
  map region1
    v4 = v2 / v3 -> column1
out0 <- column1
",
    );
}

#[test]
fn what_windows_and_delays_read_is_kept_from_tile_to_tile_with_one_start() {
    check_plan(
        |b, x, start| {
            let three = b.number(3.0);
            let twice = call(b, "+", &[x, x]);
            let largest = call(b, "ROLLING_MAX", &[twice, three]);
            let before = b.shift(twice, 1, None);
            let other = b.shift(twice, 2, Some(start));
            let sum = call(b, "+", &[before, other]);
            let sum = call(b, "+", &[sum, largest]);
            b.output(sum);
        },
        "
memory: 2 columns, 2 of tile scratch, 0 states, 2 numbers
input0 -> column0
stage 0
  v1 = param0 -> number0
  start of scratch0: 0
  map region0
    v3 = v0 + v0 -> scratch0
  window0
    v4 = ROLLING_MAX(v3, v2) of scratch0 -> scratch1
  map region1
    v5 = delay slot0 by 1 of scratch0
    v6 = delay slot0 by 2 from v1 of scratch0, its start chosen
    v7 = v5 + v6
    v8 = v7 + v4 -> column1
  keep 8 bins of scratch0
out0 <- column1
",
    );
}

#[test]
fn no_function_has_more_values_than_it_may() {
    let mut builder = Builder::new(Grid { bins: 3, bin_minutes: 5, start_minutes: None });
    let x = builder.input(InputId::new(0));
    let slot = builder.slot(Type::Num);
    let (mut chain, mut cycle) = (x, builder.delay(slot, 1, None));
    for step in 0..50_000 {
        let number = builder.number(f64::from(step));
        chain = call(&mut builder, "-", &[number, chain]);
        cycle = if step < 5_000 { call(&mut builder, "-", &[number, cycle]) } else { cycle };
    }
    builder.fill(slot, cycle);
    builder.output(chain);
    builder.output(cycle);
    let plan = plan(&builder.finish());
    let sizes = || plan.regions.values().map(|region| region.values.len());
    assert_eq!(sizes().sum::<usize>(), 55_001);
    assert!(sizes().all(|size| size <= regions::MOST_VALUES));
}

/// Two chains, together more than a loop over vectors has at least, and a running sum of each.
#[test]
fn what_hangs_together_has_a_loop_of_its_own_and_independent_scans_share_one() {
    check_plan(
        |b, x, factor| {
            for operator in ["+", "*"] {
                let chain = (0..5).fold(x, |chain, _| call(b, operator, &[chain, factor]));
                let total = call(b, "CUMSUM", &[chain]);
                b.output(total);
            }
        },
        "
memory: 3 columns, 2 of tile scratch, 4 states, 1 numbers
input0 -> column0
stage 0
  v1 = param0 -> number0
  start of state0: nothing seen
  start of state2: nothing seen
  map region0
    v2 = v0 + v1
    v3 = v2 + v1
    v4 = v3 + v1
    v5 = v4 + v1
    v6 = v5 + v1 -> scratch0
  next loop
    v8 = v0 * v1
    v9 = v8 * v1
    v10 = v9 * v1
    v11 = v10 * v1
    v12 = v11 * v1 -> scratch1
  scan region1
    v7 = CUMSUM(v6) in state0 -> column1
    v13 = CUMSUM(v12) in state2 -> column2
out0 <- column1
out1 <- column2
",
    );
}

#[test]
fn clusters_run_in_batches_that_fit_into_the_cache() {
    let mut builder = Builder::new(Grid { bins: 100_000, bin_minutes: 5, start_minutes: None });
    let (input, length) = (builder.input(InputId::new(0)), builder.number(3.0));
    for chain in 0..64 {
        let number = builder.number(f64::from(chain));
        let sum = call(&mut builder, "+", &[input, number]);
        let largest = call(&mut builder, "ROLLING_MAX", &[sum, length]);
        let rest = call(&mut builder, "-", &[largest, sum]);
        builder.output(rest);
    }
    let plan = plan(&builder.finish());
    let windows_before_a_loop: Vec<usize> = plan.stages[0]
        .steps
        .split(|step| matches!(step, Step::Loop(_)))
        .map(<[Step]>::len)
        .filter(|windows| *windows > 0)
        .collect();
    assert_eq!(windows_before_a_loop, [22, 21, 21]);
}
