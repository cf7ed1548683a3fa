//! What a simple engine does: each series is a tree of operations, evaluated bin by bin, series after series.
//!
//! A program and its data in, columns out, with the interpreter's bits. It is the scalar yardstick of the benchmarks,
//! so it does without what needs all bins first: reductions and leads.

use cranelift_entity::{EntityRef, SecondaryMap};
use flowtime_runtime::builtins::{Bin, Meaning};
use flowtime_runtime::ir::{Grid, Op, Program, Rate, ValueId};

/// A program as trees.
pub struct Baseline {
    grid: Grid,
    /// Each value that others read at another bin, or more than once, in an order to compute in.
    series: Vec<(ValueId, Tree)>,
    outputs: Vec<ValueId>,
}

enum Tree {
    Number(f64),
    Param(usize),
    Input(usize),
    /// What a series before it has at this bin.
    Series(ValueId),
    Elementwise(fn(&[f64]) -> f64, Vec<Tree>),
    Source(fn(Bin<'_>, &[f64]) -> f64, Vec<Tree>),
    Window(fn(&[f64], usize, &[f64]) -> f64, ValueId, Vec<Tree>),
    Delay(ValueId, usize, Option<Box<Tree>>),
}

/// As many arguments as a call of a workload has.
const MOST_ARGS: usize = 8;

impl Baseline {
    /// The trees of a program; none if it needs more than this evaluator does.
    pub fn new(program: &Program) -> Option<Self> {
        let columns = columns(program);
        let kept = program.values().filter(|&value| columns[value]);
        let series = kept.map(|value| Some((value, tree(program, &columns, value)?)));
        let outputs = program.outputs().map(|(_, value)| value).collect();
        Some(Baseline { grid: *program.grid(), series: series.collect::<Option<_>>()?, outputs })
    }

    /// The outputs.
    pub fn run(&self, inputs: &[&[f64]], params: &[f64]) -> Vec<Vec<f64>> {
        let columns = SecondaryMap::new();
        let mut run = Run { grid: &self.grid, inputs, params, columns };
        for (value, _) in &self.series {
            run.columns[*value].reserve_exact(self.grid.bins);
        }
        for t in 0..self.grid.bins {
            for (value, tree) in &self.series {
                let number = run.eval(tree, t);
                run.columns[*value].push(number);
            }
        }
        self.outputs.iter().map(|&value| run.columns[value].clone()).collect()
    }
}

/// Which values have a column: outputs, what is read at another bin, and series with several readers.
fn columns(program: &Program) -> SecondaryMap<ValueId, bool> {
    let (mut columns, mut readers) = (SecondaryMap::new(), SecondaryMap::<ValueId, usize>::new());
    program.outputs().for_each(|(_, value)| columns[value] = true);
    for value in program.values() {
        let reads_back = match program.op(value) {
            Op::Delay { slot, .. } => program.slot_value(*slot),
            Op::Call { builtin, args } if matches!(builtin.meaning, Meaning::Window(_)) => args.first().copied(),
            _ => None,
        };
        reads_back.into_iter().for_each(|read| columns[read] = true);
        program.operands(value).for_each(|operand| readers[operand] += 1);
    }
    for value in program.values() {
        columns[value] |= readers[value] > 1 && matches!(program.op(value), Op::Call { .. });
    }
    columns
}

fn tree(program: &Program, columns: &SecondaryMap<ValueId, bool>, value: ValueId) -> Option<Tree> {
    let operand = |operand: ValueId| match program.op(operand) {
        _ if columns[operand] && program.rate(operand) == Rate::Series => Some(Tree::Series(operand)),
        _ => tree(program, columns, operand),
    };
    Some(match program.op(value) {
        Op::Const(bits) => Tree::Number(f64::from_bits(*bits)),
        Op::Param(param) => Tree::Param(param.index()),
        Op::Input(input) => Tree::Input(input.index()),
        Op::Call { builtin, args } => {
            let column = args.first().copied();
            let rest = usize::from(matches!(builtin.meaning, Meaning::Window(_)));
            let trees = args[rest..].iter().copied().map(operand).collect::<Option<Vec<_>>>()?;
            match builtin.meaning {
                _ if trees.len() > MOST_ARGS => return None,
                Meaning::Elementwise(eval) => Tree::Elementwise(eval, trees),
                Meaning::Source(eval) => Tree::Source(eval, trees),
                Meaning::Window(eval) => Tree::Window(eval, column?, trees),
                Meaning::Scan(_) | Meaning::Reduce(_) | Meaning::Lower(_) => return None,
            }
        }
        Op::Delay { slot, lag, initial } => {
            let start = initial.map(|initial| operand(initial).ok_or(()).map(Box::new));
            Tree::Delay(program.slot_value(*slot)?, *lag as usize, start.transpose().ok()?)
        }
        Op::Forward(_) | Op::Lead { .. } => return None,
    })
}

struct Run<'a> {
    grid: &'a Grid,
    inputs: &'a [&'a [f64]],
    params: &'a [f64],
    columns: SecondaryMap<ValueId, Vec<f64>>,
}

impl Run<'_> {
    fn eval(&self, tree: &Tree, t: usize) -> f64 {
        match tree {
            Tree::Number(number) => *number,
            Tree::Param(param) => self.params[*param],
            Tree::Input(input) => self.inputs[*input][t],
            Tree::Series(value) => self.columns[*value][t],
            Tree::Elementwise(eval, args) => self.with_args(args, t, eval),
            Tree::Source(eval, args) => self.with_args(args, t, |args| eval(Bin { t, grid: self.grid }, args)),
            Tree::Window(eval, column, args) => self.with_args(args, t, |args| eval(&self.columns[*column], t, args)),
            Tree::Delay(value, lag, start) => match (t.checked_sub(*lag), start) {
                (Some(past), _) => self.columns[*value][past],
                (None, Some(start)) => self.eval(start, 0),
                (None, None) => 0.0,
            },
        }
    }

    fn with_args(&self, args: &[Tree], t: usize, call: impl Fn(&[f64]) -> f64) -> f64 {
        let mut numbers = [0.0; MOST_ARGS];
        for (number, arg) in numbers.iter_mut().zip(args) {
            *number = self.eval(arg, t);
        }
        call(&numbers[..args.len()])
    }
}
