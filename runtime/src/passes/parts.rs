//! Components of values, each with what kind of loop it takes, its stage, and its depth in the stage.
//!
//! This is where a recurrence becomes a scan: a component with a cycle. A part comes after all that it reads. A stage
//! is one above that of a column which has to be complete (a reduction, a lead and a delay's start read all bins). The
//! depth orders the loops of a stage: loops over vectors come before the scans and windows of the same depth.

use cranelift_entity::{EntitySet, SecondaryMap};

use crate::builtins::{Meaning, Reads};
use crate::ir::{Op, Program, Rate, ValueId};

/// A component of the values.
#[derive(Debug)]
pub(super) struct Part {
    /// Its values in their order.
    pub(super) values: Vec<ValueId>,
    pub(super) kind: Kind,
    pub(super) stage: usize,
    pub(super) depth: usize,
}

/// How the values of a part are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Once.
    Uniform,
    /// They come with the run.
    Input,
    /// Over vectors.
    Map,
    /// Bin by bin.
    Scan,
    /// By a kernel over a column.
    Window,
}

/// The parts of the live values, each after those that it reads.
pub(super) fn parts(program: &Program, live: &EntitySet<ValueId>) -> Vec<Part> {
    let mut known = SecondaryMap::new();
    let components = program.components().filter(|values| values.iter().all(|&value| live.contains(value)));
    components.map(|values| place(program, values, &mut known)).collect()
}

/// Kind, stage and depth of the part that a value belongs to.
#[derive(Clone, Copy)]
struct Known {
    kind: Kind,
    stage: usize,
    depth: usize,
}

impl Default for Known {
    fn default() -> Self {
        Known { kind: Kind::Uniform, stage: 0, depth: 0 }
    }
}

fn place(program: &Program, values: Vec<ValueId>, known: &mut SecondaryMap<ValueId, Known>) -> Part {
    let kind = kind(program, &values);
    let outside = |operand: ValueId| values.binary_search(&operand).is_err();
    let reads =
        values.iter().flat_map(|&value| program.reads(value).map(move |(operand, reads)| (value, operand, reads)));
    let outer: Vec<_> = reads.filter(|&(_, operand, _)| outside(operand)).collect();
    let stages =
        outer.iter().map(|&(value, operand, reads)| stage_after(program, known[operand], value, operand, reads));
    let stage = stages.max().unwrap_or(0);
    let same_stage = outer.iter().filter(|(_, operand, _)| known[*operand].stage == stage);
    let depths = same_stage.map(|&(value, operand, _)| depth_after(program, known[operand], value, kind));
    let depth = depths.max().unwrap_or(0);
    values.iter().for_each(|&value| known[value] = Known { kind, stage, depth });
    Part { values, kind, stage, depth }
}

fn kind(program: &Program, values: &[ValueId]) -> Kind {
    let value = values[0];
    let is_cycle = values.len() > 1 || program.operands(value).any(|operand| operand == value);
    match program.op(value) {
        _ if is_cycle => Kind::Scan,
        _ if program.rate(value) < Rate::Series => Kind::Uniform,
        Op::Input(_) => Kind::Input,
        Op::Call { builtin, args } => match builtin.meaning {
            Meaning::Scan(_) => Kind::Scan,
            Meaning::Window(_) if args[1..].iter().any(|&arg| program.rate(arg) > Rate::Constant) => Kind::Scan,
            Meaning::Window(_) => Kind::Window,
            _ => Kind::Map,
        },
        _ => Kind::Map,
    }
}

/// The earliest stage for what reads this operand. A uniform one gets its column when a stage begins, after the numbers.
fn stage_after(program: &Program, known: Known, value: ValueId, operand: ValueId, reads: Reads) -> usize {
    let needs_all = matches!(reads, Reads::All | Reads::Lags { min: ..0, .. });
    let is_column = program.rate(operand) == Rate::Series || matches!(program.op(value), Op::Call { .. });
    known.stage + usize::from(needs_all && is_column && known.kind != Kind::Input)
}

/// The earliest depth for what reads this operand in the same stage.
fn depth_after(program: &Program, known: Known, value: ValueId, kind: Kind) -> usize {
    let is_past = matches!(program.op(value), Op::Delay { .. });
    match known.kind {
        Kind::Uniform | Kind::Input => 0,
        // A vector of bins would be read at another place than it was just written to.
        Kind::Map if is_past && kind == Kind::Map => known.depth + 1,
        Kind::Map => known.depth,
        Kind::Scan | Kind::Window => known.depth + 1,
    }
}
