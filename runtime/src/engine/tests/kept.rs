//! What delays and windows read back: the same bits however far it is, and no column for it on a long grid.

use super::*;
use crate::plan::{FARTHEST, TILE};

/// Around the vectors, the tiles, what is kept of them, and beyond the grid.
const FAR: [usize; 12] = [1, 2, 7, 9, 288, TILE - 1, TILE, TILE + 1, 2_500, 5_000, FARTHEST + 1, 40_000];
const MIB: usize = 1 << 20;

/// A sum of delays and windows of something computed, each so far back, and a queue that reads its own past.
fn reading_back(bins: usize, far: &[usize]) -> Program {
    program(bins, |b, x| {
        let mut sum = infix(b, "*", x, x);
        for (index, &far) in far.iter().enumerate() {
            let start = b.number(index as f64);
            let past = b.shift(sum, far as i64, (index % 2 == 0).then_some(start));
            let other = b.shift(sum, far as i64, Some(x));
            let length = b.number(far as f64);
            let figure = function(b, ["ROLLING_MAX", "ROLLING_COUNT", "HOLD"][index % 3], &[sum, length]);
            sum = infix(b, "-", past, figure);
            sum = infix(b, "+", sum, other);
            let slot = b.slot(Type::Num);
            let own = b.delay(slot, far as u32, Some(x));
            sum = infix(b, "-", sum, own);
            b.fill(slot, sum);
        }
        b.output(sum);
    })
}

#[test]
fn what_is_read_back_is_there_however_far_it_is() {
    for far in FAR {
        check_both(reading_back(2 * TILE + 3, &[far]), &format!("{far} bins back"));
    }
    check_both(reading_back(5 * TILE - 1, &FAR), "all");
    check_both(reading_back(100, &FAR), "one tile");
}

#[test]
fn uniform_values_have_a_past_too() {
    check_both(
        program(TILE + 5, |b, x| {
            let factor = b.param(ParamId::new(0));
            let (before, from_x) = (b.shift(factor, 2, None), b.shift(factor, 3, Some(x)));
            let length = b.number(4.0);
            let total = function(b, "ROLLING_SUM", &[factor, length]);
            let sum = infix(b, "+", before, from_x);
            let sum = infix(b, "+", sum, total);
            b.output(sum);
        }),
        "uniform",
    );
}

#[test]
fn a_long_run_takes_its_inputs_and_outputs_and_no_more_than_64_mib() {
    let bins = 10_000_000;
    let far: Vec<usize> = (0..200).map(|index| [1, 12, 288, 2_016][index % 4]).collect();
    let prepared = prepare(reading_back(bins, &far), &Options { backend: Backend::Jit, ..JIT }).unwrap();
    let (columns, bytes) = (2 * bins * size_of::<f64>(), prepared.stats().run_bytes);
    assert!(bytes <= columns + 64 * MIB, "{} MiB for columns of {} MiB", bytes / MIB, columns / MIB);
    // It is all the memory that there is.
    let work = prepared.frame().unwrap();
    assert_eq!(work.bytes(), bytes);
}
