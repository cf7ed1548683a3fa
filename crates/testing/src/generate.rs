//! Random programs that are always valid, with data that is always awkward: choices in, a [`Case`] out.
//!
//! Leaves come first, then steps: calls of any entry of the table and recurrences. The table alone says what an entry
//! takes, so a new one is generated on its first day. While a recurrence is open, what may hang on it is not read ahead
//! nor as a whole: only *settled* values are.

use flowtime_runtime::builtins::{self, Builtin};
use flowtime_runtime::ir::{Builder, Grid, InputId, ParamId, Program, Rate, Type, ValueId};

use crate::{Choices, data};

mod call;
mod recurrence;

/// A program with data to run it on.
#[derive(Clone, Debug)]
pub struct Case {
    /// A program that passes `verify`.
    pub program: Program,
    /// A column for each input.
    pub inputs: Vec<Vec<f64>>,
    /// A number for each parameter.
    pub params: Vec<f64>,
}

impl Case {
    /// The inputs as a run takes them.
    pub fn columns(&self) -> Vec<&[f64]> {
        self.inputs.iter().map(Vec::as_slice).collect()
    }
}

/// The case that these choices make.
///
/// ```
/// use flowtime_testing::Choices;
/// use flowtime_testing::generate::case;
///
/// let case = case(&mut Choices::seeded(1));
/// assert_eq!(flowtime_runtime::ir::verify(&case.program), Ok(()));
/// ```
pub fn case(choices: &mut Choices<'_>) -> Case {
    let grid = grid(choices);
    let most = if grid.bins > 100 { 16 } else { 60 };
    let mut generator = Generator { choices, builder: Builder::new(grid), made: Vec::new(), open: None };
    let (inputs, params) = generator.leaves();
    for _ in 0..=generator.choices.below(most) {
        generator.step();
    }
    generator.outputs();
    Case { program: generator.builder.finish(), inputs, params }
}

fn grid(choices: &mut Choices<'_>) -> Grid {
    let bins = match choices.below(16) {
        14 => choices.below(41),
        15 => 1000 + choices.below(2001),
        size => [100, 1, 2, 3, 4, 7, 8, 9, 16, 17, 17, 33, 64, 100][size],
    };
    let bin_minutes = choices.pick(&[5, 1, 7, 15, 60, 1440]);
    let starts = choices.pick(&[Some(29_330_640), Some(-12_345), Some(0), None]);
    Grid { bins, bin_minutes, start_minutes: starts }
}

struct Generator<'c, 'b> {
    choices: &'c mut Choices<'b>,
    builder: Builder,
    /// All that may be read, in the order in which it was made.
    made: Vec<ValueId>,
    /// How many of them were there before the open recurrence; the others may hang on it.
    open: Option<usize>,
}

impl Generator<'_, '_> {
    /// Inputs, parameters and constants, at least one input; the data of the first two.
    fn leaves(&mut self) -> (Vec<Vec<f64>>, Vec<f64>) {
        let inputs = 0..=self.choices.below(5) as u32;
        let params = 0..self.choices.below(4) as u32;
        self.made.extend(inputs.clone().map(|input| self.builder.input(InputId::from_u32(input))));
        self.made.extend(params.clone().map(|param| self.builder.param(ParamId::from_u32(param))));
        for ty in [Type::Num, Type::Bool] {
            let constant = self.constant(ty);
            self.made.push(constant);
        }
        let bins = self.builder.grid().bins;
        let columns = inputs.map(|_| data::column(self.choices, bins)).collect();
        (columns, params.map(|_| data::number(self.choices)).collect())
    }

    fn step(&mut self) {
        match self.choices.below(12) {
            10 => self.recurrence(),
            11 => self.queues(),
            _ => self.call_any(),
        }
    }

    /// A call of any entry of the table.
    fn call_any(&mut self) {
        let entries: Vec<&'static Builtin> = builtins::all().collect();
        let entry = self.choices.pick(&entries);
        let value = self.call(entry);
        self.made.push(value);
    }

    /// Mostly the latest values, sometimes all; sometimes one of them twice.
    fn outputs(&mut self) {
        let values = if self.choices.one_in(3) { self.made.clone() } else { self.some_of_all() };
        for value in values {
            self.builder.output(value);
        }
    }

    fn some_of_all(&mut self) -> Vec<ValueId> {
        let all = self.made.clone();
        (0..=self.choices.below(12)).map(|_| self.late(&all)).collect()
    }

    /// A value of this type that changes at most this often; a constant where there is none, and now and then anyway.
    fn value(&mut self, ty: Type, most: Rate, settled: bool) -> ValueId {
        let end = if settled { self.open.unwrap_or(self.made.len()) } else { self.made.len() };
        let fits = |value: &ValueId| self.builder.ty(*value) == ty && self.builder.rate(*value) <= most;
        let fitting: Vec<ValueId> = self.made[..end].iter().copied().filter(fits).collect();
        if fitting.is_empty() || self.choices.one_in(8) { self.constant(ty) } else { self.late(&fitting) }
    }

    /// One of `values`, rather a late one, so that programs grow deep.
    fn late(&mut self, values: &[ValueId]) -> ValueId {
        let back = self.choices.below(values.len());
        let back = if self.choices.below(3) < 2 { self.choices.below(back + 1) } else { back };
        values[values.len() - 1 - back]
    }

    fn constant(&mut self, ty: Type) -> ValueId {
        match ty {
            Type::Num => self.builder.number(data::number(self.choices)),
            Type::Bool => self.builder.boolean(self.choices.one_in(2)),
        }
    }

    fn any_type(&mut self) -> Type {
        self.choices.pick(&[Type::Num, Type::Num, Type::Num, Type::Bool])
    }
}

#[cfg(test)]
mod tests;
