//! Whether the calling thread computes as IEEE 754 has it. Other languages and their libraries change that: a program
//! linked with `-ffast-math` may set small numbers to zero in all of its code, and ours.

use std::hint::black_box;

use super::Status;

/// Refuses a thread that flushes subnormal numbers to zero, takes them for zero, or doesn't round to nearest.
pub(crate) fn check_floats() -> Result<(), Status> {
    let keeps_results = black_box(f64::MIN_POSITIVE) * black_box(0.5) != 0.0;
    let keeps_operands = black_box(5e-324) * black_box(1e300) != 0.0;
    let fits = keeps_results && keeps_operands && rounds_to_nearest();
    if fits { Ok(()) } else { Err(Status::FloatMode) }
}

fn rounds_to_nearest() -> bool {
    let sum = |a: f64, b: f64| black_box(a) + black_box(b);
    sum(1.0, 0.75 * f64::EPSILON) > 1.0 && sum(1.0, 1e-30) == 1.0 && sum(-1.0, -1e-30) == -1.0
}
