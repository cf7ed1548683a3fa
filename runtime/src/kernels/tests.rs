//! Every kernel against its entry's own function, bit by bit: over awkward columns, arguments, levels and tiles.

use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Scratch, Simd, reduce, scan, window};
use crate::builtins::{Builtin, Meaning, ParamKind, all};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;
const AWKWARD: [f64; 14] = [0.0, -0.0, 1.0, -1.0, 0.5, 2.5, 0.1, 1e308, -1e308, 1e16, 5e-324, INF, -INF, NAN];
const WINDOWS: [i64; 18] = [0, 1, 2, 3, 4, 6, 7, 8, 9, 12, 16, 17, 24, 31, 64, 288, 1_024, i64::MAX];
const TAPS: [&[f64]; 7] = [&[], &[0.6], &[0.0, 0.0], &[0.5, 0.0, -0.25, 1e308], &[1.0, -0.0, INF], &[NAN], &[0.1; 40]];
const UNIFORM: [f64; 9] = [0.0, 0.25, 1.0, -0.0, 50.0, 100.0, NAN, -1.0, 99.9];

/// The levels of this machine, the baseline at least.
fn levels() -> Vec<Simd> {
    let levels: Vec<_> = Simd::ALL.into_iter().filter(|level| *level <= Simd::detect()).collect();
    assert!(levels.iter().all(|level| level.is_available()) && levels.contains(&Simd::Baseline), "{levels:?}");
    levels
}

/// Columns of this length: ordinary numbers, awkward ones, runs of missing, infinite and present ones, zeros.
fn columns(bins: usize) -> Vec<Vec<f64>> {
    let mixed = |t: usize| t.wrapping_mul(0x9E37_79B9) >> 7;
    let number = |t: usize| (mixed(t) % 1_000) as f64 * 0.1 - 20.0;
    let of = |value: &dyn Fn(usize) -> f64| (0..bins).map(value).collect();
    vec![
        of(&|t| [NAN, number(t), -INF, NAN, INF, -0.0, number(t), number(t)][(t / 37 + t / 400) % 8]),
        of(&|t| AWKWARD[mixed(t) % AWKWARD.len()]),
        of(&number),
        of(&|t| [0.0, -0.0, -0.0][mixed(t) % 3]),
        of(&|t| if mixed(t) % 5 == 0 { NAN } else { number(t) }),
        of(&|_| -INF),
        of(&|_| NAN),
    ]
}

/// The arguments after the first that a test gives an entry.
fn arguments(entry: &Builtin) -> Vec<Vec<f64>> {
    let Some(second) = entry.params.get(1) else {
        return vec![vec![]];
    };
    let third = |number: &f64| [vec![*number], vec![-3.5]].concat()[..entry.params.len() - 1].to_vec();
    match second.kind {
        ParamKind::Int { min } => WINDOWS.iter().filter(|x| **x >= min).map(|x| vec![*x as f64]).collect(),
        ParamKind::Kernel => TAPS.iter().map(|taps| taps.to_vec()).collect(),
        _ => UNIFORM.iter().map(third).collect(),
    }
}

/// Each way to cut the bins that every call is tested with.
fn tilings(bins: usize) -> Vec<Vec<Range<usize>>> {
    let tiles = if bins < 1_000 { [bins.max(1), 8, 5] } else { [bins, 1_024, 123] };
    tiles.map(|tile| cut(bins, |_| tile)).to_vec()
}

/// Tiles, each as long as `length` says by its number.
fn cut(bins: usize, length: impl Fn(usize) -> usize) -> Vec<Range<usize>> {
    let mut tiles: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    while start < bins {
        let end = bins.min(start + length(tiles.len()));
        tiles.push(start..end);
        start = end;
    }
    tiles
}

/// Scratch with leftovers in it.
fn used() -> Scratch {
    Scratch((0..10_000).map(|place| [1e300, NAN, -INF, INF][place % 4]).collect())
}

/// The bits of a number, those of all NaNs alike.
fn bits(x: f64) -> u64 {
    if x.is_nan() { NAN.to_bits() } else { x.to_bits() }
}

#[track_caller]
fn check_equal(found: &[f64], expected: &[f64], call: &dyn Fn() -> String) {
    assert_eq!(found.len(), expected.len());
    let differs = |t: &usize| bits(found[*t]) != bits(expected[*t]);
    if let Some(t) = (0..found.len()).find(differs) {
        let (found, expected) = (found[t], expected[t]);
        assert_eq!(found.to_bits(), expected.to_bits(), "bin {t}: found {found}, expected {expected}, {}", call());
    }
}

fn check_window(entry: &'static Builtin, args: &[f64], column: &[f64], tilings: &[Vec<Range<usize>>]) {
    let Meaning::Window(eval) = entry.meaning else {
        return;
    };
    let kernel = window::Kernel::new(entry, args).unwrap();
    let expected: Vec<f64> = (0..column.len()).map(|t| eval(&column[..=t], t, args)).collect();
    let mut scratch = used();
    for (level, tiles) in levels().into_iter().flat_map(|level| tilings.iter().map(move |tiles| (level, tiles))) {
        let mut found = vec![7.0; column.len()];
        for tile in tiles {
            let out = &mut found[tile.clone()];
            kernel.run(level, &column[..tile.end], tile.clone(), out, &mut scratch);
        }
        let bins = column.len();
        check_equal(&found, &expected, &|| {
            format!("{} of {args:?}, {level}, {bins} bins by {:?}", entry.name, tiles[0])
        });
    }
}

fn check_scan(entry: &'static Builtin, args: &[f64], column: &[f64], tilings: &[Vec<Range<usize>>]) {
    let Meaning::Scan(eval) = entry.meaning else {
        return;
    };
    let kernel = scan::Kernel::new(entry, args).unwrap();
    let mut state = scan::UNSEEN;
    let at = |x: &f64| [&[*x], args].concat();
    let expected: Vec<f64> = column.iter().map(|x| eval(&mut state, &at(x))).collect();
    for tiles in tilings {
        let (mut found, mut state) = (vec![7.0; column.len()], scan::UNSEEN);
        for tile in tiles {
            kernel.run(&mut state, &column[tile.clone()], &mut found[tile.clone()]);
        }
        check_equal(&found, &expected, &|| format!("{} of {args:?}", entry.name));
    }
}

fn check_reduction(entry: &'static Builtin, args: &[f64], column: &[f64]) {
    let Meaning::Reduce(eval) = entry.meaning else {
        return;
    };
    let kernel = reduce::Kernel::new(entry).unwrap();
    let mut scratch = used();
    for level in levels() {
        let found = kernel.run(level, column, args, &mut scratch);
        check_equal(&[found], &[eval(column, args)], &|| format!("{} of {args:?}, {level}, {column:?}", entry.name));
    }
}

fn check_entry(entry: &'static Builtin, args: &[f64], column: &[f64], tilings: &[Vec<Range<usize>>]) {
    check_window(entry, args, column, tilings);
    check_scan(entry, args, column, tilings);
    check_reduction(entry, args, column);
}

/// Entries that a kernel may stand beside.
fn entries() -> impl Iterator<Item = &'static Builtin> {
    all().filter(|entry| matches!(entry.meaning, Meaning::Window(_) | Meaning::Scan(_) | Meaning::Reduce(_)))
}

/// Every entry and its arguments over the first `kinds` columns of this length.
fn check_all(bins: usize, kinds: usize) {
    for entry in entries() {
        for args in arguments(entry) {
            columns(bins).iter().take(kinds).for_each(|column| check_entry(entry, &args, column, &tilings(bins)));
        }
    }
}

#[test]
fn a_kernel_gives_the_bits_of_its_entry_in_short_columns() {
    [0, 1, 2, 3, 7, 17, 100].into_iter().for_each(|bins| check_all(bins, usize::MAX));
}

#[test]
fn a_kernel_gives_the_bits_of_its_entry_in_long_columns() {
    check_all(1_000, 2);
}

#[test]
fn a_kernel_gives_the_bits_of_its_entry_over_many_tiles() {
    let column = columns(3_000).remove(0);
    for (entry, bins) in entries().flat_map(|entry| [1, 12, 17, 288].map(|bins| (entry, bins))) {
        check_window(entry, &[f64::from(bins)], &column, &tilings(column.len()));
    }
}

#[test]
fn a_kernel_exists_for_its_meaning_alone() {
    for entry in all() {
        let kernels = [
            window::Kernel::new(entry, &[1.0]).is_some(),
            scan::Kernel::new(entry, &[]).is_some(),
            reduce::Kernel::new(entry).is_some(),
        ];
        let expected = [
            matches!(entry.meaning, Meaning::Window(_)),
            matches!(entry.meaning, Meaning::Scan(_)),
            matches!(entry.meaning, Meaning::Reduce(_)),
        ];
        assert_eq!(kernels, expected, "{}", entry.name);
    }
}

#[test]
fn the_fast_form_of_an_entry_is_of_its_meaning() {
    use super::Fast;
    for entry in all() {
        let fits = match entry.fast {
            None => true,
            Some(Fast::Window(_)) => matches!(entry.meaning, Meaning::Window(_)),
            Some(Fast::Scan(_)) => matches!(entry.meaning, Meaning::Scan(_)),
            Some(Fast::Reduce(_)) => matches!(entry.meaning, Meaning::Reduce(_)),
        };
        assert!(fits, "{}", entry.name);
    }
}

/// Numbers of all kinds, in runs as they come.
fn any_column() -> impl Strategy<Value = Vec<f64>> {
    let number = prop_oneof![4 => -100.0..100.0, 1 => any::<f64>(), 2 => select(&AWKWARD[..]), 1 => Just(NAN)];
    let run = (number, 1usize..40, 0..4u8).prop_flat_map(|(number, bins, kind)| match kind {
        0 => vec(Just(number), bins).boxed(),
        1 => vec(select(&AWKWARD[..]), bins).boxed(),
        _ => vec(-1e3..1e3, bins).boxed(),
    });
    vec(run, 0..60).prop_map(|runs| runs.concat())
}

fn any_args(entry: &'static Builtin) -> BoxedStrategy<Vec<f64>> {
    match entry.params.get(1).map(|param| param.kind) {
        Some(ParamKind::Int { .. }) => (1..700i64).prop_map(|bins| vec![bins as f64]).boxed(),
        Some(ParamKind::Kernel) => vec(prop_oneof![-2.0..2.0, Just(0.0)], 0..50).boxed(),
        _ => select(arguments(entry)).boxed(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_kernel_gives_the_bits_of_its_entry_in_any_tiles(
        (entry, args) in select(entries().collect::<Vec<_>>()).prop_flat_map(|entry| (Just(entry), any_args(entry))),
        column in any_column(),
        lengths in vec(1usize..600, 1..9),
    ) {
        let tiles = cut(column.len(), |tile| lengths[tile % lengths.len()]);
        check_entry(entry, &args, &column, &[tiles]);
    }
}
