//! Whether the arguments of a call fit its entry: their count, types and rates, and the whole numbers among them.

use super::{VerifyError, verify_defined, verify_type};
use crate::builtins::{Builtin, Default, Meaning, ParamKind, Reads};
use crate::ir::{Program, Rate, Type, ValueId};

/// The arguments of a call are made before it and fit their parameters, and something is read of each.
pub(super) fn verify_call(
    program: &Program,
    value: ValueId,
    builtin: &'static Builtin,
    args: &[ValueId],
) -> Result<(), VerifyError> {
    args.iter().try_for_each(|&arg| verify_defined(program, value, arg))?;
    verify_count(value, builtin, args.len())?;
    let mut same = None;
    for (index, &arg) in args.iter().enumerate() {
        if let Some(param) = builtin.param(index) {
            verify_type(&value, type_for(program, arg, param.kind, &mut same), program.ty(arg))?;
            verify_rate(value, index, program.rate(arg), most_of(builtin, param.kind, index))?;
            verify_whole(value, index, program.constant(arg), param.kind)?;
        }
    }
    let is_unread = |&(arg, reads): &(ValueId, Reads)| reads == Reads::Nothing && program.constant(arg).is_none();
    match program.reads(value).find(is_unread) {
        Some((operand, _)) => Err(VerifyError::Unread { value, operand }),
        None => Ok(()),
    }
}

fn verify_count(value: ValueId, builtin: &'static Builtin, found: usize) -> Result<(), VerifyError> {
    let required = builtin.params.iter().filter(|param| param.default != Default::Absent).count();
    let folds = builtin.variadic && matches!(builtin.meaning, Meaning::Elementwise(_));
    let needs_column = matches!(builtin.meaning, Meaning::Window(_) | Meaning::Reduce(_));
    let fits = !matches!(builtin.meaning, Meaning::Lower(_))
        && found >= required.max(usize::from(needs_column))
        && (found == 0 || builtin.param(found - 1).is_some())
        && (!folds || found == 2);
    fits.then_some(()).ok_or(VerifyError::WrongCount { value, name: builtin.name, found })
}

/// The type that an argument must have; all `Same` ones have that of the first, which is kept in `same`.
fn type_for(program: &Program, arg: ValueId, kind: ParamKind, same: &mut Option<Type>) -> Type {
    match kind {
        ParamKind::Bool => Type::Bool,
        ParamKind::Same | ParamKind::SameUniform => *same.get_or_insert(program.ty(arg)),
        ParamKind::Num | ParamKind::Uniform { .. } => Type::Num,
        ParamKind::Int { .. } | ParamKind::Kernel => Type::Num,
    }
}

/// The highest rate that an argument may have: reductions take one column, and else no series.
fn most_of(builtin: &Builtin, kind: ParamKind, index: usize) -> Rate {
    match kind {
        ParamKind::Int { .. } | ParamKind::Kernel => Rate::Constant,
        ParamKind::Uniform { .. } | ParamKind::SameUniform => Rate::Uniform,
        _ if index > 0 && matches!(builtin.meaning, Meaning::Reduce(_)) => Rate::Uniform,
        ParamKind::Num | ParamKind::Bool | ParamKind::Same => Rate::Series,
    }
}

fn verify_rate(value: ValueId, index: usize, found: Rate, most: Rate) -> Result<(), VerifyError> {
    let fits = found <= most;
    fits.then_some(()).ok_or(VerifyError::WrongRate { value, index, found })
}

fn verify_whole(value: ValueId, index: usize, constant: Option<f64>, kind: ParamKind) -> Result<(), VerifyError> {
    let (ParamKind::Int { min }, Some(number)) = (kind, constant) else {
        return Ok(());
    };
    let is_whole = number.trunc() == number && number >= min as f64;
    is_whole.then_some(()).ok_or(VerifyError::NotWhole { value, index, min })
}
