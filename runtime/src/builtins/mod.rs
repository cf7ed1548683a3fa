//! THE table: every function and operator of the language, one entry each. Parser, checker, interpreter, folding,
//! documentation and tests read it; none has a list of its own, and no other place matches over builtins.
//!
//! Here is what an entry says; the entries are in the modules, one family each, and [`all`] gives them in the order of
//! the manual. To add one, write it into its family: its tests follow from what it says.

use std::hash::{Hash, Hasher};

use crate::ir::{Builder, ValueId};
use crate::jit::{Carried, Lanes, Vector};
use crate::kernels::Fast;

mod arithmetic;
mod convention;
mod cumulative;
mod distribution;
mod entry;
mod flow;
mod lag;
mod logic;
mod minmax;
mod reduce;
mod rounding;
mod sample;
mod table;
#[cfg(test)]
mod tests;
mod time;
mod window;

pub use convention::Convention;
pub use table::{
    Family, all, and, conditional, count, distribution, families, function, infer_capacity, infix, not, or, prefix,
    sample, saturated, shift,
};

/// One entry. Name and syntax identify it.
#[derive(Debug)]
pub struct Builtin {
    /// `ROLLING_MAX`; for an operator its symbol; for a distribution its name in `pmf.type`.
    pub name: &'static str,
    /// How it is written.
    pub syntax: Syntax,
    /// Its parameters in order.
    pub params: &'static [Param],
    /// Whether the last parameter may be repeated.
    pub variadic: bool,
    /// The type of its result.
    pub result: ResultType,
    /// Which bins of an argument the result at bin t reads.
    pub reads: fn(param: usize, args: &[ArgValue<'_>]) -> Reads,
    /// Whether it asks for the clock, so that the model must declare a `window`.
    pub needs_window: bool,
    /// The convention that stands in for a result in some bins.
    pub convention: Option<Convention>,
    /// Which argument's value is the result, where it is one of them; what a reader of a result wants to know.
    pub choice: Choice,
    /// Whether the result at bin t is made of the one at bin t-1, too.
    pub carries: bool,
    /// What must hold between its compile-time arguments.
    pub requires: Option<Requirement>,
    /// What it computes.
    pub meaning: Meaning,
    /// How generated code computes it.
    pub emit: Emit,
    /// The same over many bins at once, where asking bin by bin would be slow; never other bits.
    pub fast: Option<Fast>,
    /// One line: what it means at bin t.
    pub summary: &'static str,
    /// What happens at the edges: before bin 0, at missing values, at zero.
    pub edge: &'static str,
    /// Examples that run as tests.
    pub examples: &'static [Example],
}

impl Builtin {
    /// The parameter that the argument at this place belongs to: the last one again, where it may be repeated.
    pub fn param(&self, place: usize) -> Option<&'static Param> {
        let last = self.params.last().filter(|last| self.variadic || last.kind == ParamKind::Kernel);
        self.params.get(place).or(last)
    }
}

impl PartialEq for Builtin {
    fn eq(&self, other: &Self) -> bool {
        (self.name, self.syntax) == (other.name, other.syntax)
    }
}

impl Eq for Builtin {}

impl Hash for Builtin {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.name, self.syntax).hash(state);
    }
}

/// Which of its arguments' values an entry gives back unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// None: it computes something new.
    Computed,
    /// None: it computes something new of the newest bin that it reads, less the oldest; of bins before bin 0 nothing.
    Difference,
    /// That of the first argument, and the oldest bin of it, which equals the result.
    First,
    /// That of the last argument, and the newest bin of it, which equals the result.
    Last,
    /// The second argument's where the first is true, else the third's.
    Condition,
    /// That of the first argument at one of its bins, the newest which equals the result. The other arguments settled
    /// which bins counted.
    Tested {
        /// An entry with the same arguments that tells one way from the other.
        test: &'static Builtin,
        /// How the result came about where that is true, in words.
        passed: &'static str,
        /// How it came about elsewhere.
        failed: &'static str,
    },
}

/// What must hold between the compile-time arguments of a call.
#[derive(Clone, Copy, Debug)]
pub struct Requirement {
    /// Whether it does.
    pub holds: fn(args: &[ArgValue<'_>]) -> bool,
    /// What is wrong where it does not.
    pub violated: &'static str,
}

/// How an entry is written in a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// `NAME(a, b)`
    Function,
    /// `a NAME b`
    Infix,
    /// `NAME a`
    Prefix,
    /// Not in formulas: the expected value of a `pmf` series.
    Distribution,
    /// Not in formulas: the seeded sample of a `pmf` series; two constants (high and low half of the key) come first.
    Sample,
    /// Not in formulas: what other entries lower into.
    Internal,
}

/// A parameter of an entry.
#[derive(Debug)]
pub struct Param {
    /// Its name for named arguments.
    pub name: &'static str,
    /// What it takes.
    pub kind: ParamKind,
    /// What holds where it is left out or `null`.
    pub default: Default,
    /// One line for people.
    pub doc: &'static str,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ParamKind {
    /// A number per bin.
    Num,
    /// A truth value per bin.
    Bool,
    /// Numbers or truth values; all `Same` parameters of one call, and a `Same` result, agree.
    Same,
    /// Like `Same`, and constant or uniform.
    SameUniform,
    /// A number, constant or uniform; a constant outside the bounds is an error.
    Uniform {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
    },
    /// A whole number known at compile time, at least `min`.
    Int {
        /// Smallest value.
        min: i64,
    },
    /// An array of numbers; always the last parameter.
    Kernel,
}

/// What holds for a parameter left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Default {
    /// It can't be left out.
    Required,
    /// The entry sees `None`.
    Absent,
    /// This number.
    Number(f64),
    /// The last bin of the grid.
    LastBin,
}

/// The type of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultType {
    /// A number.
    Num,
    /// A truth value.
    Bool,
    /// That of its `Same` parameters.
    Same,
}

/// An argument as [`Builtin::reads`] sees it: compile-time values, the rest opaque.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ArgValue<'a> {
    /// Left out (and without a default).
    Absent,
    /// Some value.
    Value,
    /// An `Int`.
    Int(i64),
    /// A `Kernel`.
    Kernel(&'a [f64]),
}

/// Which bins of an argument the result at bin t reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// None: the argument is a compile-time value, or nothing of it is used.
    Nothing,
    /// Bins `t - max ..= t - min`; a negative lag looks ahead. Not all between need be read.
    Lags {
        /// Smallest lag.
        min: i64,
        /// Largest lag.
        max: i64,
    },
    /// Every bin.
    All,
}

impl Reads {
    /// Bin t alone.
    pub const NOW: Reads = Reads::Lags { min: 0, max: 0 };
}

/// What an entry computes. Truth values are 1 and 0.
#[derive(Clone, Copy, Debug)]
pub enum Meaning {
    /// From the arguments at the same bin. Infix entries take two and fold from the left over more.
    Elementwise(fn(args: &[f64]) -> f64),
    /// From the bin's number and the arguments at the same bin.
    Source(fn(bin: Bin<'_>, args: &[f64]) -> f64),
    /// From the first argument's bins up to t, and the other arguments at bin t. Bins behind t are not to be looked at.
    Window(fn(column: &[f64], t: usize, args: &[f64]) -> f64),
    /// From the state that bin t-1 left and the arguments at bin t.
    Scan(fn(state: &mut ScanState, args: &[f64]) -> f64),
    /// From all bins of the first argument, and the others.
    Reduce(fn(column: &[f64], args: &[f64]) -> f64),
    /// In terms of other entries; arguments in the order of the parameters, defaults filled in, a kernel's taps last.
    Lower(fn(builder: &mut Builder, args: &[Option<ValueId>]) -> ValueId),
}

/// How generated code computes an entry: the same bits as its [`Meaning`].
#[derive(Clone, Copy, Debug)]
pub enum Emit {
    /// It calls the function of the meaning.
    Call,
    /// Of an elementwise entry or a source: the operations of this function, over vectors of bins.
    Inline(fn(lanes: &mut Lanes<'_, '_>, args: &[Vector]) -> Vector),
    /// Of a scan: likewise, with what it carries from bin to bin.
    Carry(EmitCarry),
}

/// From what the last bin left and the arguments to what this bin leaves, and its result.
pub type EmitCarry = fn(lanes: &mut Lanes<'_, '_>, carried: Carried, args: &[Vector]) -> (Carried, Vector);

/// The bin that a [`Meaning::Source`] is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Bin<'a> {
    /// Its number.
    pub t: usize,
    /// The grid.
    pub grid: &'a crate::ir::Grid,
}

/// What a [`Meaning::Scan`] carries from bin to bin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScanState {
    /// The last result.
    pub value: f64,
    /// Whether a present value has been seen.
    pub seen: bool,
}

/// A call with its result, run as a test on every backend and shown in the manual.
#[derive(Debug)]
pub struct Example {
    /// Input series by name, one line each in the manual.
    pub inputs: &'static [(&'static str, &'static [f64])],
    /// The formula.
    pub formula: &'static str,
    /// The result, bin by bin.
    pub result: &'static [f64],
}
