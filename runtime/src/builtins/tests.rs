//! The table keeps its own rules, and each entry those of the language.

use std::collections::HashSet;

use cranelift_entity::EntityRef;

use super::*;
use crate::interp;
use crate::ir::{Grid, InputId, Op, ParamId, Program};

mod matrix;
mod reads;
mod references;
mod rules;
mod sampling;

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

/// An argument of a call under test.
#[derive(Clone, Debug)]
enum Arg {
    Left,
    Number(f64),
    Truth(bool),
    /// A number that the run brings.
    Parameter(f64),
    Series(Vec<f64>),
    /// A series of truth values: where this one is not 0.
    Truths(Vec<f64>),
}

/// Five-minute bins from Tuesday, 2025-10-07T00:00Z.
fn grid(bins: usize) -> Grid {
    Grid { bins, bin_minutes: 5, start_minutes: Some(29_330_640) }
}

/// A program that calls an entry, with its data.
fn program<'a>(grid: Grid, entry: &'static Builtin, args: &'a [Arg]) -> (Program, Vec<&'a [f64]>, Vec<f64>) {
    let (mut inputs, mut params) = (Vec::new(), Vec::new());
    let mut builder = Builder::new(grid);
    let values: Vec<_> = args.iter().map(|arg| argument(&mut builder, arg, &mut inputs, &mut params)).collect();
    let result = builder.call(entry, &values);
    builder.output(result);
    (builder.finish(), inputs, params)
}

/// The column that a call leaves, with one NaN.
fn run(grid: Grid, entry: &'static Builtin, args: &[Arg]) -> Vec<f64> {
    let (program, inputs, params) = program(grid, entry, args);
    let columns = interp::run(&program, &inputs, &params);
    let column = columns.unwrap_or_else(|error| panic!("{} of {args:?}: {error}", entry.name)).remove(0);
    column.into_iter().map(|x| if x.is_nan() { NAN } else { x }).collect()
}

fn argument<'a>(
    builder: &mut Builder,
    arg: &'a Arg,
    inputs: &mut Vec<&'a [f64]>,
    params: &mut Vec<f64>,
) -> Option<ValueId> {
    match arg {
        Arg::Left => None,
        Arg::Number(number) => Some(builder.number(*number)),
        Arg::Truth(truth) => Some(builder.boolean(*truth)),
        Arg::Parameter(number) => {
            params.push(*number);
            Some(builder.param(ParamId::new(params.len() - 1)))
        }
        Arg::Series(column) => {
            inputs.push(column);
            Some(builder.input(InputId::new(inputs.len() - 1)))
        }
        Arg::Truths(column) => {
            inputs.push(column);
            let column = builder.input(InputId::new(inputs.len() - 1));
            let zero = builder.number(0.0);
            Some(builder.call(&logic::NE, &[Some(column), Some(zero)]))
        }
    }
}

/// The same bits, or both missing.
fn bits(column: &[f64]) -> Vec<u64> {
    column.iter().map(|x| if x.is_nan() { NAN.to_bits() } else { x.to_bits() }).collect()
}

/// Entries that formulas can write.
fn written() -> impl Iterator<Item = &'static Builtin> {
    all().filter(|entry| matches!(entry.syntax, Syntax::Function | Syntax::Infix | Syntax::Prefix))
}

#[test]
fn no_two_entries_have_one_name_and_syntax() {
    let mut seen = HashSet::new();
    for entry in all() {
        assert!(seen.insert((entry.name.to_ascii_lowercase(), entry.syntax)), "{}", entry.name);
    }
}

#[test]
fn parameters_have_distinct_names_that_formulas_can_write() {
    for entry in all() {
        let names: HashSet<_> = entry.params.iter().map(|param| param.name).collect();
        assert_eq!(names.len(), entry.params.len(), "{}", entry.name);
        let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(names.iter().all(|name| is_name(name)), "{}", entry.name);
    }
}

#[test]
fn only_trailing_parameters_have_defaults() {
    for entry in all() {
        let mut required = entry.params.iter().map(|param| param.default == Default::Required);
        assert!(required.by_ref().skip_while(|required| *required).all(|required| !required), "{}", entry.name);
    }
}

#[test]
fn a_kernel_is_the_last_parameter() {
    for entry in all() {
        let before = entry.params.iter().rev().skip(1);
        assert!(before.clone().all(|param| param.kind != ParamKind::Kernel), "{}", entry.name);
    }
}

#[test]
fn whatever_formulas_can_write_has_a_manual_page() {
    for entry in written() {
        assert!(!entry.summary.is_empty() && !entry.edge.is_empty(), "{}", entry.name);
        assert!(!entry.examples.is_empty(), "{}", entry.name);
        assert!(entry.params.iter().all(|param| !param.doc.is_empty()), "{}", entry.name);
    }
}

#[test]
fn the_columns_of_an_example_have_one_length() {
    for example in written().flat_map(|entry| entry.examples) {
        let lengths = example.inputs.iter().map(|(_, column)| column.len());
        assert!(lengths.into_iter().all(|length| length == example.result.len()), "{}", example.formula);
    }
}

#[test]
fn entries_are_found_by_name_and_syntax() {
    assert_eq!(function("rolling_max").map(|entry| entry.name), Some("ROLLING_MAX"));
    assert_eq!(function("INFER_CAPACITY_FROM_SATURATION"), Some(&flow::INFER_CAPACITY));
    assert_eq!(function("poisson"), None);
    assert_eq!(function("COUNT_TRUE"), None);
    assert_eq!(infix("-"), Some(&arithmetic::SUB));
    assert_eq!(prefix("-"), Some(&arithmetic::NEG));
    assert_eq!(distribution("normal"), Some(&distribution::NORMAL));
    assert_eq!(sample("normal"), Some(&sample::NORMAL));
    assert_eq!(infix("and"), None);
}

#[test]
fn each_distribution_has_a_sample_with_a_key_before_its_parameters() {
    for entry in all().filter(|entry| entry.syntax == Syntax::Distribution) {
        let names = |entry: &Builtin| entry.params.iter().map(|param| param.name).collect::<Vec<_>>();
        let sample = sample(entry.name).unwrap();
        assert_eq!(names(sample)[..2], ["key_high", "key_low"], "{}", entry.name);
        assert_eq!(names(sample)[2..], names(entry), "{}", entry.name);
    }
}

#[test]
fn a_repeated_argument_belongs_to_the_last_parameter() {
    assert_eq!(minmax::MIN.param(7).map(|param| param.name), Some("b"));
    assert_eq!(lag::CONV.param(7).map(|param| param.name), Some("kernel"));
    assert_eq!(minmax::CLAMP.param(3).map(|param| param.name), None);
    assert_eq!(minmax::MIN.family(), "Minimum and maximum");
}
