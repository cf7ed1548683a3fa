//! The generated programs are valid and hold all that backends have to do.

use std::collections::HashSet;

use flowtime_runtime::builtins::{self, Builtin, Meaning, ParamKind};
use flowtime_runtime::interp;
use flowtime_runtime::ir::{Op, Program, Rate, Type, ValueId, verify};

use super::{Case, case};
use crate::Choices;

const SEEDS: u64 = 600;

fn cases() -> impl Iterator<Item = Case> {
    (0..SEEDS).map(|seed| case(&mut Choices::seeded(seed)))
}

/// Looks for a value, of any program, for which `holds`.
fn check_occurs(what: &str, holds: impl Fn(&Program, ValueId) -> bool) {
    let occurs = cases().any(|case| case.program.values().any(|value| holds(&case.program, value)));
    assert!(occurs, "{what} in {SEEDS} programs");
}

fn entry(program: &Program, value: ValueId) -> Option<&'static Builtin> {
    match program.op(value) {
        Op::Call { builtin, .. } => Some(builtin),
        _ => None,
    }
}

#[test]
fn every_case_is_valid() {
    for (seed, case) in cases().enumerate() {
        assert_eq!(verify(&case.program), Ok(()), "seed {seed}\n{}", case.program);
    }
}

#[test]
fn any_bytes_make_a_valid_case() {
    for seed in 0..SEEDS {
        let bytes: Vec<u8> = (0..200).map(|byte| Choices::seeded(seed * 200 + byte).word() as u8).collect();
        let case = case(&mut Choices::spelled(&bytes[..seed as usize % 200]));
        assert_eq!(verify(&case.program), Ok(()), "seed {seed}\n{}", case.program);
    }
}

#[test]
fn a_seed_makes_the_same_case_each_time() {
    let text = |case: &Case| format!("{}{:?}{:?}", case.program, case.inputs, case.params);
    assert!(cases().zip(cases()).all(|(a, b)| text(&a) == text(&b)));
}

#[test]
fn every_entry_is_called() {
    let called: HashSet<_> = cases()
        .flat_map(|case| case.program.values().filter_map(|value| entry(&case.program, value)).collect::<Vec<_>>())
        .collect();
    let is_folded = |entry: &Builtin| {
        matches!(entry.meaning, Meaning::Elementwise(_))
            && entry.params.iter().all(|param| param.kind == ParamKind::Kernel)
    };
    let is_lowered = |entry: &Builtin| matches!(entry.meaning, Meaning::Lower(_));
    for entry in builtins::all().filter(|entry| !is_folded(entry) && !is_lowered(entry)) {
        assert!(called.contains(entry), "{} in {SEEDS} programs", entry.name);
    }
}

#[test]
fn delays_leads_and_types_occur_in_all_forms() {
    check_occurs("delay without start", |p, v| matches!(p.op(v), Op::Delay { initial: None, .. }));
    check_occurs(
        "delay with a series as start",
        |p, v| matches!(*p.op(v), Op::Delay { initial: Some(start), .. } if p.rate(start) == Rate::Series),
    );
    check_occurs("delay of a truth value", |p, v| matches!(p.op(v), Op::Delay { .. }) && p.ty(v) == Type::Bool);
    check_occurs("lead", |p, v| matches!(p.op(v), Op::Lead { .. }));
    check_occurs("truth value as output", |p, v| p.ty(v) == Type::Bool && p.outputs().any(|(_, output)| output == v));
    check_occurs("input as output", |p, v| {
        matches!(p.op(v), Op::Input(_)) && p.outputs().any(|(_, output)| output == v)
    });
    check_occurs("one value as two outputs", |p, v| p.outputs().filter(|(_, output)| *output == v).count() > 1);
    check_occurs("uniform call", |p, v| p.rate(v) == Rate::Uniform && entry(p, v).is_some());
}

#[test]
fn recurrences_hold_windows_scans_and_several_series() {
    let in_cycle = |program: &Program, holds: &dyn Fn(ValueId) -> bool, least: usize| {
        program
            .components()
            .any(|cycle| cycle.len() > 1 && cycle.iter().filter(|&&value| holds(value)).count() >= least)
    };
    let occurs = |least, holds: fn(&Program, ValueId) -> bool| {
        cases().any(|case| in_cycle(&case.program, &|value| holds(&case.program, value), least))
    };
    assert!(occurs(1, |p, v| entry(p, v).is_some_and(|entry| matches!(entry.meaning, Meaning::Window(_)))));
    assert!(occurs(1, |p, v| entry(p, v).is_some_and(|entry| matches!(entry.meaning, Meaning::Scan(_)))));
    assert!(occurs(2, |p, v| matches!(p.op(v), Op::Delay { .. })));
}

#[test]
fn many_results_are_neither_missing_nor_zero() {
    let is_number = |x: &f64| !x.is_nan() && *x != 0.0;
    let (mut numbers, mut all) = (0, 0);
    for case in cases().filter(|case| case.program.grid().bins <= 100) {
        let outputs = interp::run(&case.program, &case.columns(), &case.params).unwrap();
        numbers += outputs.iter().flatten().filter(|x| is_number(x)).count();
        all += outputs.iter().map(Vec::len).sum::<usize>();
    }
    assert!(numbers * 3 > all, "{numbers} of {all}");
}
