//! Kernels that are wrong on purpose: comparing the backends finds each, at the first bin that differs.

use std::sync::LazyLock;

use super::*;
use crate::builtins::{Builtin, Emit};
use crate::kernels::{Fast, Scratch, window};

/// An entry of the table whose machine code or kernel is broken; the interpreter computes what it should.
type Broken = LazyLock<Builtin>;

/// Twice too much above 1.
static INLINE: Broken = LazyLock::new(|| Builtin {
    emit: Emit::Inline(|lanes, args| {
        let one = lanes.splat(1.0);
        let above = lanes.gt(args[0], one);
        let doubled = lanes.add(args[0], args[0]);
        lanes.select(above, doubled, args[0])
    }),
    ..copy("ABS")
});

/// Always 1.
static WINDOW: Broken =
    LazyLock::new(|| Builtin { fast: Some(Fast::Window(|_| Some(Box::new(Ones)))), ..copy("ROLLING_MAX") });

/// Always 7.
static REDUCE: Broken = LazyLock::new(|| Builtin { fast: Some(Fast::Reduce(|_, _, _, _| 7.0)), ..copy("SUM") });

#[derive(Debug)]
struct Ones;

impl window::Tiles for Ones {
    fn reach(&self) -> usize {
        1
    }

    fn fill(&self, _: window::Tile<'_>, out: &mut [f64], _: &mut Scratch) {
        out.fill(1.0);
    }
}

fn copy(name: &str) -> Builtin {
    Builtin { ..*builtins::function(name).unwrap() }
}

/// The backends differ over 0.5, 1 and 4 at this bin, and by these numbers.
fn check_broken(broken: &'static Broken, args: &[f64], bin: usize, interp: f64, jit: f64) {
    let program = program(3, |b, x| {
        b.output(x);
        let args: Vec<_> = [x].into_iter().chain(args.iter().map(|&arg| b.number(arg))).map(Some).collect();
        let result = b.call(broken, &args);
        b.output(result);
    });
    let prepared = prepare(program, &BOTH).unwrap();
    let inputs = Inputs { columns: &[&[0.5, 1.0, 4.0]], params: &[] };
    let Err(RunError::Differs(difference)) = prepared.run(&inputs, &RunControl::default()) else {
        panic!("{}: found no difference", broken.name);
    };
    let value = difference.value;
    let expected = Difference { output: OutputId::new(1), value, bin, interp: interp.to_bits(), jit: jit.to_bits() };
    assert_eq!(difference, expected, "{}", broken.name);
}

#[test]
fn a_broken_kernel_is_found_at_the_first_bin_that_differs() {
    check_broken(&INLINE, &[], 2, 4.0, 8.0);
    check_broken(&WINDOW, &[2.0], 0, 0.5, 1.0);
    check_broken(&REDUCE, &[], 0, 5.5, 7.0);
}

#[test]
fn a_difference_is_told_with_both_bit_patterns() {
    let (output, value) = (OutputId::new(1), ValueId::new(5));
    let difference = Difference { output, value, bin: 2, interp: 4f64.to_bits(), jit: (-0f64).to_bits() };
    let expected = "out1 (v5) at bin 2: interpreted 4.0 (0x4010000000000000), compiled -0.0 (0x8000000000000000)";
    assert_eq!(difference.to_string(), expected);
}
