//! Whether the arguments of a call fit its entry: their count, types and rates, and the whole numbers among them.

use super::{VerifyError, verify_defined, verify_type};
use crate::builtins::{Builtin, Default, Meaning, ParamKind, Reads};
use crate::ir::op::param_of;
use crate::ir::{Program, Rate, Type, ValueId};

/// The arguments of a call are made before it and fit their parameters, and something is read of each.
pub(super) fn verify_call(
    program: &Program,
    value: ValueId,
    builtin: &'static Builtin,
    args: &[ValueId],
) -> Result<(), VerifyError> {
    args.iter()
        .try_for_each(|&arg| verify_defined(value, arg))?;
    verify_count(value, builtin, args.len())?;
    let mut same = None;
    for (index, &arg) in args.iter().enumerate() {
        if let Some(param) = param_of(builtin, index) {
            verify_arg_type(program, value, arg, param.kind, &mut same)?;
            verify_arg_rate(
                program,
                (value, index, arg),
                most_of(builtin, param.kind, index),
            )?;
            verify_whole(program, (value, index, arg), param.kind)?;
        }
    }
    let is_unread = |&(arg, reads): &(ValueId, Reads)| {
        reads == Reads::Nothing && program.constant(arg).is_none()
    };
    match program.reads(value).find(is_unread) {
        Some((operand, _)) => Err(VerifyError::Unread { value, operand }),
        None => Ok(()),
    }
}

fn verify_count(
    value: ValueId,
    builtin: &'static Builtin,
    found: usize,
) -> Result<(), VerifyError> {
    let required = builtin
        .params
        .iter()
        .filter(|param| param.default != Default::Absent)
        .count();
    let folds = builtin.variadic && matches!(builtin.meaning, Meaning::Elementwise(_));
    let needs_column = matches!(builtin.meaning, Meaning::Window(_) | Meaning::Reduce(_));
    let fits = !matches!(builtin.meaning, Meaning::Lower(_))
        && found >= required.max(usize::from(needs_column))
        && found
            .checked_sub(1)
            .is_none_or(|last| param_of(builtin, last).is_some())
        && (!folds || found == 2);
    fits.then_some(()).ok_or(VerifyError::WrongCount {
        value,
        name: builtin.name,
        found,
    })
}

/// All `Same` arguments have the type of the first, which is kept in `same`.
fn verify_arg_type(
    program: &Program,
    value: ValueId,
    arg: ValueId,
    kind: ParamKind,
    same: &mut Option<Type>,
) -> Result<(), VerifyError> {
    let found = program.ty(arg);
    let expected = match kind {
        ParamKind::Bool => Type::Bool,
        ParamKind::Same | ParamKind::SameUniform => *same.get_or_insert(found),
        ParamKind::Num | ParamKind::Uniform { .. } | ParamKind::Int { .. } | ParamKind::Kernel => {
            Type::Num
        }
    };
    verify_type(&value, expected, found)
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

fn verify_arg_rate(
    program: &Program,
    (value, index, arg): (ValueId, usize, ValueId),
    most: Rate,
) -> Result<(), VerifyError> {
    let found = program.rate(arg);
    if found <= most {
        Ok(())
    } else {
        Err(VerifyError::WrongRate {
            value,
            index,
            found,
        })
    }
}

fn verify_whole(
    program: &Program,
    (value, index, arg): (ValueId, usize, ValueId),
    kind: ParamKind,
) -> Result<(), VerifyError> {
    let (ParamKind::Int { min }, Some(number)) = (kind, program.constant(arg)) else {
        return Ok(());
    };
    let is_whole = number.trunc() == number && number >= min as f64;
    if is_whole {
        Ok(())
    } else {
        Err(VerifyError::NotWhole { value, index, min })
    }
}
