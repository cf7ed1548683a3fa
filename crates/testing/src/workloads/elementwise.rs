//! W1 and W2: thirty series over twelve inputs, three chains of ten that cross. All are stored, or the three last.

use multiversion::multiversion;

use super::algebra::{Algebra, Lane, Lanes, gather};
use super::{Columns, Stored, Workload, builder, counts, inputs};

const INPUTS: usize = 12;
const SERIES: usize = 30;

/// W1 where all series are stored, W2 where the last three are.
pub fn elementwise(bins: usize, stored: Stored) -> Workload {
    let mut builder = builder(bins);
    let inputs = inputs(&mut builder, INPUTS);
    let all = series(&mut builder, std::array::from_fn(|input| inputs[input]));
    let first = if stored == Stored::All { 0 } else { SERIES - 3 };
    for &value in &all[first..] {
        builder.output(value);
    }
    let name = if stored == Stored::All { "W1" } else { "W2" }.to_owned();
    let native = if stored == Stored::All { run::<SERIES> } else { run::<3> };
    let (program, inputs) = (builder.finish(), counts(INPUTS, bins, 1));
    Workload { name, series: SERIES, program, inputs, params: Vec::new(), native: Box::new(native) }
}

/// The chains side by side; each line is one series of each.
#[inline(always)]
fn series<A: Algebra>(by: &mut A, x: [A::Value; INPUTS]) -> [A::Value; SERIES] {
    let (a0, b0, c0) = (by.add(x[0], x[1]), by.sub(x[2], x[3]), by.mul(x[4], x[5]));
    let (a1, b1, c1) = (by.mul(a0, x[6]), by.max(b0, x[7]), by.min(c0, a0));
    let (a2, b2, c2) = (by.max(a1, x[8]), by.add(b1, c0), by.div(c1, x[9]));
    let (a3, b3, c3) = (by.sub(a2, b1), by.div(b2, x[10]), by.if_greater(c2, x[11], c2, x[0]));
    let (a4, b4, c4) = (by.div(a3, x[1]), by.if_greater(b3, x[2], a3, b3), by.add(c3, x[3]));
    let (a5, b5, c5) = (by.min(a4, c3), by.mul(b4, x[4]), by.max(c4, x[5]));
    let (a6, b6, c6) = (by.if_greater(a5, x[6], x[7], a5), by.min(b5, c5), by.sub(c5, x[8]));
    let (a7, b7, c7) = (by.add(a6, x[9]), by.sub(b6, a6), by.mul(c6, x[10]));
    let (a8, b8, c8) = (by.mul(a7, x[11]), by.add(b7, x[0]), by.div(c7, a7));
    let (a9, b9, c9) = (by.min(a8, x[1]), by.max(b8, x[2]), by.sub(c8, x[3]));
    [
        a0, b0, c0, a1, b1, c1, a2, b2, c2, a3, b3, c3, a4, b4, c4, a5, b5, c5, a6, b6, c6, a7, b7, c7, a8, b8, c8, a9,
        b9, c9,
    ]
}

fn run<const STORED: usize>(inputs: &Columns, _: &[f64], outputs: &mut Columns) {
    let inputs: Vec<&[Lane]> = inputs.padded().map(|column| column.as_chunks().0).collect();
    let mut outputs: Vec<&mut [Lane]> = outputs.padded_mut().map(|column| column.as_chunks_mut().0).collect();
    if let (Ok(inputs), Ok(outputs)) = (inputs.as_slice().try_into(), outputs.as_mut_slice().try_into()) {
        loop_over::<STORED>(inputs, outputs);
    }
}

/// The loop for each instruction set; its body is a function of its own, because closures are inlined only there.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn loop_over<const STORED: usize>(inputs: &[&[Lane]; INPUTS], outputs: &mut [&mut [Lane]; STORED]) {
    each_lane(inputs, outputs);
}

#[inline(always)]
fn each_lane<const STORED: usize>(inputs: &[&[Lane]; INPUTS], outputs: &mut [&mut [Lane]; STORED]) {
    let lanes = inputs[0].len();
    // Of one known length, so that the loop has no checks.
    let inputs: [&[Lane]; INPUTS] = inputs.map(|column| &column[..lanes]);
    let mut outputs = outputs.each_mut().map(|column| &mut column[..lanes]);
    for lane in 0..lanes {
        // Keeps the compiler from making vectors across lanes of what are vectors already, which gathers every number.
        let lane = std::hint::black_box(lane);
        let all = series(&mut Lanes, gather(&inputs, lane));
        for (column, value) in outputs.iter_mut().zip(&all[SERIES - STORED..]) {
            column[lane] = *value;
        }
    }
}
