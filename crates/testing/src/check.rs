//! A backend against the interpreter: a seed or bytes in, nothing or a [`Failure`] out that shows a small case.
//!
//! Equal means the same bits, or both NaN. A backend that panics has failed; a case that the interpreter refuses is a
//! fault of the generator and fails too.

use std::fmt::{self, Display, Formatter};
use std::panic::{AssertUnwindSafe, catch_unwind};

use flowtime_runtime::interp::{self, RunError};
use flowtime_runtime::ir::Program;

use crate::Choices;
use crate::generate::{self, Case};
use crate::shrink::shrink;

/// Compares `backend` with the interpreter on the case of `seed`.
///
/// ```
/// use flowtime_runtime::interp;
/// use flowtime_testing::check::check;
///
/// let found = check(7, |program, inputs, params| interp::run(program, inputs, params).unwrap_or_default());
/// assert!(found.is_ok());
/// ```
pub fn check(seed: u64, backend: impl Fn(&Program, &[&[f64]], &[f64]) -> Vec<Vec<f64>>) -> Result<(), Box<Failure>> {
    check_case(&format!("seed {seed}"), &generate::case(&mut Choices::seeded(seed)), backend)
}

/// Compares `backend` with the interpreter on `case`; `origin` tells where the case comes from.
pub fn check_case(
    origin: &str,
    case: &Case,
    backend: impl Fn(&Program, &[&[f64]], &[f64]) -> Vec<Vec<f64>>,
) -> Result<(), Box<Failure>> {
    let Some(first) = difference(case, &backend) else {
        return Ok(());
    };
    let small = shrink(case, |case| matches!(difference(case, &backend), Some(found) if found.is_like(&first)));
    let difference = difference(&small, &backend).unwrap_or(first);
    Err(Box::new(Failure { origin: origin.to_owned(), case: small, difference }))
}

/// Where a backend and the interpreter part.
#[derive(Clone, Debug)]
pub struct Failure {
    /// `seed 7`
    pub origin: String,
    /// The case, made as small as it goes.
    pub case: Case,
    /// What is wrong with it.
    pub difference: Difference,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Difference {
    /// The interpreter refuses the case.
    Refused(RunError),
    /// The backend panicked.
    Panicked,
    /// There are too few outputs or too many, or one has not a number per bin: their lengths.
    Lengths(Vec<usize>),
    /// The first bin that differs.
    Bin {
        /// The output's number.
        output: usize,
        /// The bin.
        bin: usize,
        /// What the interpreter leaves.
        expected: f64,
        /// What the backend leaves.
        found: f64,
    },
}

impl Difference {
    /// Whether it is of the same kind, so that shrinking doesn't wander from one fault to another.
    fn is_like(&self, other: &Difference) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

fn difference(case: &Case, backend: impl Fn(&Program, &[&[f64]], &[f64]) -> Vec<Vec<f64>>) -> Option<Difference> {
    let columns = case.columns();
    let expected = match interp::run(&case.program, &columns, &case.params) {
        Ok(expected) => expected,
        Err(error) => return Some(Difference::Refused(error)),
    };
    match catch_unwind(AssertUnwindSafe(|| backend(&case.program, &columns, &case.params))) {
        Ok(found) => first_difference(&expected, &found),
        Err(_) => Some(Difference::Panicked),
    }
}

/// The first bin of the first output that differs.
pub fn first_difference(expected: &[Vec<f64>], found: &[Vec<f64>]) -> Option<Difference> {
    let lengths = |columns: &[Vec<f64>]| columns.iter().map(Vec::len).collect::<Vec<_>>();
    if lengths(expected) != lengths(found) {
        return Some(Difference::Lengths(lengths(found)));
    }
    let pairs = expected.iter().zip(found).enumerate();
    let mut bins = pairs.flat_map(|(output, (expected, found))| {
        let pairs = expected.iter().zip(found).enumerate();
        pairs.map(move |(bin, (&expected, &found))| Difference::Bin { output, bin, expected, found })
    });
    bins.find(|bin| matches!(bin, Difference::Bin { expected, found, .. } if !is_same(*expected, *found)))
}

/// The same bits, or both NaN.
fn is_same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.origin, self.difference)?;
        write!(f, "{}", self.case.program)?;
        for (input, column) in self.case.inputs.iter().enumerate() {
            writeln!(f, "input{input}: {column:?}")?;
        }
        writeln!(f, "parameters: {:?}", self.case.params)
    }
}

impl Display for Difference {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Refused(error) => write!(f, "the interpreter refuses it: {error}"),
            Difference::Panicked => write!(f, "the backend panics"),
            Difference::Lengths(lengths) => write!(f, "the outputs have lengths {lengths:?}"),
            Difference::Bin { output, bin, expected, found } => write!(
                f,
                "out{output} differs at bin {bin}: expected {expected:?} ({:016x}), found {found:?} ({:016x})",
                expected.to_bits(),
                found.to_bits()
            ),
        }
    }
}

#[cfg(test)]
mod tests;
