//! Every entry over awkward values, as constants, parameters and series, in grids of awkward lengths, on every backend
//! with every level of instructions that this machine has. A digest of the bits is kept in `matrix.txt`; `UPDATE=1`
//! writes it anew.

use std::fmt::Write;
use std::{env, fs};

use super::*;
use crate::engine::{Backend, Inputs, Options, RunControl, prepare};
use crate::kernels::Simd;

const AWKWARD: [f64; 14] =
    [0.0, -0.0, 1.0, -1.0, 0.5, 2.5, 0.49999999999999994, 1e308, 5e-324, INF, -INF, NAN, 3.0, -2.5];
const WHOLE: [i64; 9] = [0, 1, 2, 3, 12, -2, 2_000, i64::MAX, i64::MIN];
const KERNELS: [&[f64]; 4] = [&[0.6], &[0.0, 0.5, -0.25, 0.0], &[0.0, 0.0], &[1e308, -1.0, 0.1, 0.9]];
const UNIFORM: [f64; 9] = [0.0, 0.25, 1.0, -0.0, 50.0, 100.0, NAN, -1.0, 99.9];
const LENGTHS: [usize; 6] = [0, 1, 2, 3, 17, 1_000];
const DIGESTS: &str = "src/builtins/tests/matrix.txt";

/// One call of the matrix.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) bins: usize,
    /// Which value each constant has.
    pub(super) choice: usize,
    /// Bit i: whether argument i is a constant.
    constants: usize,
    /// Whether `Same` parameters take truth values.
    truths: bool,
}

#[test]
fn each_entry_leaves_the_bits_that_the_digest_holds() {
    let found: String = all().fold(String::new(), |mut lines, entry| {
        writeln!(lines, "{:?} {} {:016x}", entry.syntax, entry.name, digest(entry)).unwrap();
        lines
    });
    let path = format!("{}/{DIGESTS}", env!("CARGO_MANIFEST_DIR"));
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, &found).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap(), found, "bits have changed; UPDATE=1 accepts them");
}

#[test]
fn a_parameter_gives_the_bits_of_a_constant() {
    for entry in all().filter(|entry| !matches!(entry.meaning, Meaning::Lower(_))) {
        for case in cases(entry).filter(|case| case.bins == 3) {
            let constants = args(entry, case);
            let parameters: Vec<_> =
                (0..).zip(&constants).map(|(place, arg)| as_parameter(entry, place, arg)).collect();
            let [found, expected] = [&parameters, &constants].map(|args| bits(&run(grid(3), entry, args)));
            assert_eq!(found, expected, "{} of {constants:?}", entry.name);
        }
    }
}

fn as_parameter(entry: &Builtin, place: usize, arg: &Arg) -> Arg {
    let is_late =
        entry.param(place).is_some_and(|param| !matches!(param.kind, ParamKind::Int { .. } | ParamKind::Kernel));
    match arg {
        Arg::Number(number) if is_late => Arg::Parameter(*number),
        _ => arg.clone(),
    }
}

/// FNV-1a over the bits of all cases.
fn digest(entry: &'static Builtin) -> u64 {
    let results = cases(entry).flat_map(|case| bits(&run(grid(case.bins), entry, &args(entry, case))));
    results.fold(0xcbf2_9ce4_8422_2325, |hash, bits| (hash ^ bits).wrapping_mul(0x0100_0000_01b3))
}

/// All calls of an entry.
pub(super) fn cases(entry: &'static Builtin) -> impl Iterator<Item = Case> {
    let subsets = 1 << entry.params.len().min(3);
    let has_same = entry.params.iter().any(|param| param.kind == ParamKind::Same);
    let of_length = move |bins: usize| {
        let choices = if bins == 1_000 { 4 } else { AWKWARD.len() };
        (0..choices).flat_map(move |choice| (0..subsets).map(move |constants| (bins, choice, constants)))
    };
    let types = if has_same { vec![false, true] } else { vec![false] };
    LENGTHS.into_iter().flat_map(of_length).flat_map(move |(bins, choice, constants)| {
        types.clone().into_iter().map(move |truths| Case { bins, choice, constants, truths })
    })
}

/// The arguments of a case; a variadic entry takes two.
pub(super) fn args(entry: &Builtin, case: Case) -> Vec<Arg> {
    let args = entry.params.iter().enumerate();
    args.flat_map(|(place, param)| match param.kind {
        ParamKind::Kernel => pick(&KERNELS, case.choice).iter().copied().map(Arg::Number).collect(),
        _ => vec![arg(param, place, case)],
    })
    .collect()
}

fn arg(param: &Param, place: usize, case: Case) -> Arg {
    let is_constant = case.constants >> place & 1 == 1;
    let choice = case.choice * (place + 1) + place;
    match param.kind {
        _ if param.default == Default::Absent && case.choice % 2 == 1 => Arg::Left,
        ParamKind::Int { min } => Arg::Number(pick(&WHOLE, choice).max(min) as f64),
        ParamKind::Uniform { .. } if is_constant => Arg::Number(pick(&UNIFORM, choice)),
        ParamKind::Uniform { .. } => Arg::Parameter(pick(&UNIFORM, choice)),
        ParamKind::SameUniform if case.truths => Arg::Truth(choice.is_multiple_of(2)),
        ParamKind::SameUniform => Arg::Parameter(pick(&AWKWARD, choice)),
        ParamKind::Bool if is_constant => Arg::Truth(choice.is_multiple_of(2)),
        ParamKind::Same if is_constant && case.truths => Arg::Truth(choice.is_multiple_of(2)),
        ParamKind::Bool => Arg::Truths(truths(place, case)),
        ParamKind::Same if case.truths => Arg::Truths(truths(place, case)),
        _ if is_constant => Arg::Number(pick(&AWKWARD, choice)),
        _ => Arg::Series(numbers(place, case)),
    }
}

fn pick<T: Copy>(values: &[T], choice: usize) -> T {
    values[choice % values.len()]
}

/// The first series runs through the values, the second stays at each for as long, and so on: all pairs occur.
fn numbers(place: usize, case: Case) -> Vec<f64> {
    let slowness = AWKWARD.len().pow(place.min(5) as u32);
    (0..case.bins).map(|t| pick(&AWKWARD, t / slowness + case.choice)).collect()
}

fn truths(place: usize, case: Case) -> Vec<f64> {
    (0..case.bins).map(|t| (((t >> place) + case.choice) % 2) as f64).collect()
}

#[test]
fn machine_code_leaves_the_bits_of_the_interpreter() {
    let (levels, lacking): (Vec<Simd>, Vec<Simd>) = Simd::ALL.into_iter().partition(|level| level.is_available());
    println!("run with {levels:?}, lacking {lacking:?}");
    for entry in all() {
        for bins in LENGTHS {
            let cases: Vec<_> = cases(entry).filter(|case| case.bins == bins).map(|case| args(entry, case)).collect();
            levels.iter().for_each(|&level| check_code(grid(bins), entry, &cases, level));
        }
    }
}

/// Runs all calls as one program by both backends, which compares them.
fn check_code(grid: Grid, entry: &'static Builtin, calls: &[Vec<Arg>], simd: Simd) {
    let (mut inputs, mut params) = (Vec::new(), Vec::new());
    let mut builder = Builder::new(grid);
    for args in calls {
        let values: Vec<_> = args.iter().map(|arg| argument(&mut builder, arg, &mut inputs, &mut params)).collect();
        let result = builder.call(entry, &values);
        builder.output(result);
    }
    let options = Options { backend: Backend::Both, simd, ..Options::default() };
    let prepared = prepare(builder.finish(), &options).unwrap();
    let found = prepared.run(&Inputs { columns: &inputs, params: &params }, &RunControl::default());
    found.unwrap_or_else(|error| {
        panic!("{} in {} bins with {simd}: {error}\n{}", entry.name, grid.bins, prepared.program())
    });
}
