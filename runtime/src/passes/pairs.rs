//! Recurrences alike: those of one depth that differ in nothing but what they read and where they leave it.
//!
//! Two of them fit beside each other into the lanes of one vector, so that each instruction computes both. Only values
//! whose code is inline, and delays that a register carries, can be paired: all else is looked for bin by bin.

use std::collections::HashMap;

use super::parts::Part;
use crate::builtins::{Builtin, Emit, Meaning};
use crate::ir::{Op, Program, Type, ValueId};

/// So many are worth a loop of their own: it hides no latency of scans that are left.
const LEAST: usize = 4;

/// Two recurrences alike, or one that is left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair<'a> {
    pub(super) first: &'a Part,
    pub(super) second: Option<&'a Part>,
}

/// The pairs of each shape, and the parts that go without; all in the order of the parts.
pub(super) fn pairs<'a>(program: &Program, parts: &[&'a Part]) -> (Vec<Vec<Pair<'a>>>, Vec<&'a Part>) {
    let mut number_of: HashMap<Vec<Form>, usize> = HashMap::new();
    let mut number = |part: &Part| {
        let (next, shape) = (number_of.len(), shape(program, part)?);
        Some(*number_of.entry(shape).or_insert(next))
    };
    let numbers: Vec<Option<usize>> = parts.iter().map(|part| number(part)).collect();
    let mut alike: Vec<Vec<&Part>> = vec![Vec::new(); number_of.len()];
    numbers.iter().zip(parts).for_each(|(number, part)| number.iter().for_each(|&number| alike[number].push(part)));
    let is_alone = |number: &Option<usize>| number.is_none_or(|number| alike[number].len() < LEAST);
    let rest = numbers.iter().zip(parts).filter(|(number, _)| is_alone(number)).map(|(_, &part)| part).collect();
    let pair = |parts: &[&'a Part]| Pair { first: parts[0], second: parts.get(1).copied() };
    let many = alike.iter().filter(|parts| parts.len() >= LEAST);
    (many.map(|parts| parts.chunks(2).map(pair).collect()).collect(), rest)
}

/// What recurrences alike have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Form {
    Call(&'static Builtin),
    Delay(Type),
    /// An operand, by its place in the part.
    Inside(usize),
    /// Another operand, by which one of them it is, with the bits of a constant.
    Outside(usize, Type, Option<u64>),
}

/// The operations and operands of a part; none if it can't be paired.
fn shape(program: &Program, part: &Part) -> Option<Vec<Form>> {
    let (mut shape, mut outside) = (Vec::new(), Vec::new());
    for &value in &part.values {
        match program.op(value) {
            Op::Call { builtin, args } if is_inline(builtin) => {
                shape.push(Form::Call(builtin));
                shape.extend(args.iter().map(|&arg| operand(program, part, arg, &mut outside)));
            }
            Op::Delay { slot, lag: 1, .. } => {
                let source = program.slot_value(*slot)?;
                shape.extend([Form::Delay(program.ty(value)), Form::Inside(part.values.binary_search(&source).ok()?)]);
            }
            _ => return None,
        }
    }
    Some(shape)
}

fn is_inline(builtin: &Builtin) -> bool {
    matches!((builtin.meaning, builtin.emit), (Meaning::Elementwise(_), Emit::Inline(_)))
}

fn operand(program: &Program, part: &Part, operand: ValueId, outside: &mut Vec<ValueId>) -> Form {
    if let Ok(place) = part.values.binary_search(&operand) {
        return Form::Inside(place);
    }
    let place = outside.iter().position(|&other| other == operand).unwrap_or(outside.len());
    if place == outside.len() {
        outside.push(operand);
    }
    Form::Outside(place, program.ty(operand), program.constant(operand).map(f64::to_bits))
}
