//! Series that read their own past, alone or through others.

use super::{add, check_run};
use crate::ir::entries::{CONV, DIV, MAX, MIN, MUL, SUB, WINDOW_SUM};
use crate::ir::{Builder, Type, ValueId};

/// A value whose own past `step` reads, from `start` on.
fn recurrence(b: &mut Builder, start: f64, step: impl FnOnce(&mut Builder, ValueId) -> ValueId) -> ValueId {
    let (slot, start) = (b.slot(Type::Num), b.number(start));
    let before = b.delay(slot, 1, Some(start));
    let value = step(b, before);
    b.fill(slot, value);
    value
}

#[test]
fn a_queue_carries_over_from_its_start() {
    check_run(
        &[1.0, -4.0, -4.0, 7.0],
        |b, x| {
            let queue = recurrence(b, 5.0, |b, before| {
                let (sum, zero) = (add(b, before, x), b.number(0.0));
                b.call(&MAX, &[Some(zero), Some(sum)])
            });
            [queue]
        },
        &[&[6.0, 2.0, 0.0, 7.0]],
    );
}

/// `pressure = MAX(0, MIN(1, q / 64))`, `eff = 128 * (1 - SHIFT(pressure, 1))`,
/// `q = MAX(0, SHIFT(q, 1) + eff - 32)`, each from 0.
#[test]
fn a_recurrence_may_run_through_several_series() {
    check_run(
        &[128.0; 6],
        |b, raw| {
            let (zero, one, served, limit) = (b.number(0.0), b.number(1.0), b.number(32.0), b.number(64.0));
            let slot = b.slot(Type::Num);
            let pressure_before = b.delay(slot, 1, Some(zero));
            let open = b.call(&SUB, &[Some(one), Some(pressure_before)]);
            let eff = b.call(&MUL, &[Some(raw), Some(open)]);
            let q = recurrence(b, 0.0, |b, before| {
                let filled = add(b, before, eff);
                let left = b.call(&SUB, &[Some(filled), Some(served)]);
                b.call(&MAX, &[Some(zero), Some(left)])
            });
            let share = b.call(&DIV, &[Some(q), Some(limit)]);
            let capped = b.call(&MIN, &[Some(one), Some(share)]);
            let pressure = b.call(&MAX, &[Some(zero), Some(capped)]);
            b.fill(slot, pressure);
            [eff, q]
        },
        &[&[128.0, 0.0, 0.0, 64.0, 0.0, 64.0], &[96.0, 64.0, 32.0, 64.0, 32.0, 64.0]],
    );
}

#[test]
fn a_window_inside_a_recurrence_sees_the_bins_so_far() {
    check_run(
        &[1.0, 1.0, 1.0, 1.0],
        |b, x| {
            let value = recurrence(b, 0.0, |b, before| {
                let three = b.number(3.0);
                let window = b.call(&WINDOW_SUM, &[Some(before), Some(three)]);
                add(b, x, window)
            });
            [value]
        },
        &[&[1.0, 2.0, 4.0, 8.0]],
    );
}

/// `retries = CONV(failures, [0, 0.5, 0.25])`, `failures = arrivals + retries`.
#[test]
fn a_kernel_inside_a_recurrence_reads_only_its_taps() {
    check_run(
        &[8.0, 0.0, 0.0, 0.0],
        |b, arrivals| {
            let (slot, taps) = (b.slot(Type::Num), [0.0, 0.5, 0.25].map(|tap| b.number(tap)));
            let before = b.delay(slot, 1, None);
            let retries = b.call(&CONV, &[Some(before), Some(taps[1]), Some(taps[2])]);
            let failures = add(b, arrivals, retries);
            b.fill(slot, failures);
            let again = b.call(&CONV, &[Some(failures), Some(taps[0]), Some(taps[1]), Some(taps[2])]);
            [failures, retries, again]
        },
        &[&[8.0, 4.0, 4.0, 3.0], &[0.0, 4.0, 4.0, 3.0], &[0.0, 4.0, 4.0, 3.0]],
    );
}
