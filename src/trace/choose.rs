//! Which operands made a result. The engine's values go in, marks come out: an operand that could have had any other
//! value without changing the result is not taken. Equality is that of bits, as everywhere between values.

use super::operands::Operand;
use flowtime_runtime::builtins::Choice;

/// Of a window's values the one to show, and what it is of them.
pub(super) fn representative(values: &[f64], choice: Choice, result: f64) -> (usize, &'static str) {
    let same = |value: &f64| value.to_bits() == result.to_bits();
    let chosen = match choice {
        Choice::Computed | Choice::Difference | Choice::Condition => None,
        Choice::First => values.iter().position(same),
        Choice::Last | Choice::Tested { .. } => values.iter().rposition(same),
    };
    if let Some(chosen) = chosen {
        return (chosen, "decides among");
    }
    let largest = (0..values.len()).filter(|at| !values[*at].is_nan()).max_by(|a, b| {
        let size = |at: &usize| values[*at].abs();
        size(a).total_cmp(&size(b))
    });
    (largest.unwrap_or(values.len() - 1), "the largest of")
}

/// Marks which operands made the result. A missing result comes from those that are missing.
pub(super) fn choose(operands: &mut [Operand<'_>], choice: Choice, result: f64) {
    let same = |operand: &Operand<'_>| operand.value.to_bits() == result.to_bits();
    let source = |operand: &Operand<'_>| operand.argument == 0 && same(operand);
    let chosen = match choice {
        Choice::Condition => return choose_branch(operands),
        Choice::First if !result.is_nan() => operands.iter().position(same),
        Choice::Last if !result.is_nan() => operands.iter().rposition(same),
        Choice::Tested { .. } if !result.is_nan() => operands.iter().rposition(source),
        _ => None,
    };
    let Some(chosen) = chosen else { return choose_present(operands, result) };
    for (at, operand) in operands.iter_mut().enumerate() {
        let settles = matches!(choice, Choice::Tested { .. }) && operand.argument > 0;
        operand.taken = at == chosen || settles;
    }
}

/// The condition and the branch that it chose.
fn choose_branch(operands: &mut [Operand<'_>]) {
    if let [condition, then, other] = operands {
        then.taken = condition.value != 0.0;
        other.taken = !then.taken;
    }
}

/// All of them; of a missing result those that are missing, of a present one none that was skipped.
fn choose_present(operands: &mut [Operand<'_>], result: f64) {
    let any_missing = operands.iter().any(|operand| operand.value.is_nan());
    for operand in operands {
        let missing = operand.value.is_nan();
        operand.taken = if result.is_nan() && any_missing { missing } else { !(missing && operand.is_skipped) };
    }
}
