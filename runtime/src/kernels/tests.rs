//! Every kernel against its entry's own function, bit by bit: over awkward columns, windows, levels and tiles.

use std::ops::Range;

use proptest::prelude::*;

use super::{Scratch, Simd, reduce, scan, window};
use crate::builtins::{Builtin, Meaning, ParamKind, all};
use crate::rng::Rng;

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;
const AWKWARD: [f64; 13] = [0.0, -0.0, 1.0, -1.0, 0.5, 2.5, 0.1, 1e308, -1e308, 5e-324, INF, -INF, NAN];
const LENGTHS: [usize; 7] = [0, 1, 2, 3, 17, 1_000, 3_000];
const WINDOWS: [i64; 17] = [0, 1, 2, 3, 6, 7, 8, 12, 16, 17, 24, 31, 64, 288, 1_024, 4_096, i64::MAX];
const TAPS: [&[f64]; 6] =
    [&[0.6], &[0.0, 0.0], &[0.5, 0.0, -0.25, 1e308], &[1.0, -0.0, INF], &[NAN], &[0.1; 40]];
const UNIFORM: [f64; 9] = [0.0, 0.25, 1.0, -0.0, 50.0, 100.0, NAN, -1.0, 99.9];
