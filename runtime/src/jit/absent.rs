//! Stands for code generation where it is left out: the builtin table still says how code would compute its entries, but
//! there is nothing to write code with, and nothing is compiled.

use std::convert::Infallible;
use std::marker::PhantomData;

use super::{Code, CompileError, Effort};
use crate::ir::Program;
use crate::plan::Plan;

/// One value at the bins of a vector: there is none.
#[derive(Clone, Copy, Debug)]
pub struct Vector(Infallible);

/// What a scan carries: there is none.
#[derive(Clone, Copy, Debug)]
pub struct Carried {
    /// The last result.
    pub value: Vector,
    /// Whether a present value has been seen.
    pub seen: Vector,
}

/// Writes the code of one value: there is none.
#[derive(Debug)]
pub struct Lanes<'a, 'f>(Infallible, PhantomData<(&'a (), &'f ())>);

impl Vector {
    /// The number of a constant.
    pub fn constant(&self) -> Option<f64> {
        match self.0 {}
    }

    /// Whether it is known not to be NaN.
    pub fn is_present(&self) -> bool {
        match self.0 {}
    }

    /// The same, known to be NaN nowhere or not.
    pub fn with_present(self, _: bool) -> Self {
        match self.0 {}
    }
}

/// Operations that nobody can ask for.
macro_rules! absent {
    ($($name:ident($($ty:ty),*));* $(;)?) => {
        impl Lanes<'_, '_> {
            $(
                #[doc = concat!("`", stringify!($name), "`, of nothing.")]
                pub fn $name(&mut self, $(_: $ty),*) -> Vector {
                    match self.0 {}
                }
            )*
        }
    };
}

absent! {
    splat(f64); splat_truth(bool); bin();
    add(Vector, Vector); sub(Vector, Vector); mul(Vector, Vector); div(Vector, Vector);
    neg(Vector); abs(Vector); sqrt(Vector); floor(Vector); ceil(Vector); trunc(Vector); copy_sign(Vector, Vector);
    lt(Vector, Vector); le(Vector, Vector); gt(Vector, Vector); ge(Vector, Vector);
    lt_or_missing(Vector, Vector); gt_or_missing(Vector, Vector);
    eq(Vector, Vector); ne(Vector, Vector); missing(Vector);
    and(Vector, Vector); or(Vector, Vector); not(Vector);
    select(Vector, Vector, Vector); keep(Vector, Vector); clear(Vector, Vector); erase(Vector, Vector);
    smaller(Vector, Vector); larger(Vector, Vector); as_number(Vector);
}

/// The code of all regions: none.
pub(crate) fn compile(_: &Program, _: &Plan, _: Effort) -> Result<Code, CompileError> {
    Err(unsupported())
}

/// The functions of all regions as text: none.
pub(crate) fn clif(_: &Program, _: &Plan) -> Result<String, CompileError> {
    Err(unsupported())
}

/// Whether code can be generated for this machine.
pub(crate) fn is_supported() -> bool {
    false
}

fn unsupported() -> CompileError {
    CompileError::Unsupported("this library was built without code generation".to_owned())
}
