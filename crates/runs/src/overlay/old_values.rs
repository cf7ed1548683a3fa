//! What a replaced series was in the base run, for the overlay's own formulas: `{id}_baseline` has its values where a
//! formula names it, so that `pay_capacity=pay_capacity_baseline * 2` doubles a capacity. Names in formulas are found by
//! their tokens.

use std::collections::{BTreeMap, BTreeSet};

use flowtime::model::Model;
use flowtime::syntax::print;
use flowtime::syntax::token::{Lexeme, Token, lex};

use super::document::Document;
use super::error::OverlayError;
use super::merge::base_data;
use super::spec::OverlaySpec;
use crate::stored::StoredRun;

/// The id under which an overlay finds the values that `series` had in the base run.
pub(super) fn baseline_id(series: &str) -> String {
    format!("{series}_baseline")
}

/// Adds a data series `{id}_baseline` for each replaced series whose old values a formula of the overlay reads; gives
/// the ids of both.
pub(super) fn offer(
    document: &mut Document,
    base: &StoredRun,
    spec: &OverlaySpec,
    model: &Model,
) -> Result<BTreeMap<String, String>, OverlayError> {
    let known: BTreeSet<&str> = model.series.iter().map(|series| series.id.value.as_str()).collect();
    let mut offered = BTreeMap::new();
    for id in spec.overlays.iter().map(|overlay| &overlay.node_id).filter(|id| known.contains(id.as_str())) {
        let old = baseline_id(id);
        let is_new = !known.contains(old.as_str()) && spec.overlays.iter().all(|overlay| overlay.node_id != old);
        let mut formulas = spec.overlays.iter().filter_map(|overlay| overlay.expr.as_deref());
        if !is_new || offered.contains_key(id) || !formulas.any(|formula| mentions(formula, &old)) {
            continue;
        }
        if let Some(data) = base_data(base, id)? {
            document.add_data(&old, data);
            offered.insert(id.clone(), old);
        }
    }
    Ok(offered)
}

/// Whether `formula` names the series `id`.
pub(super) fn mentions(formula: &str, id: &str) -> bool {
    lex(formula).iter().any(|lexeme| name(formula, lexeme) == Some(id))
}

/// `formula` with the series `from` called `to`.
pub(super) fn renamed(formula: &str, from: &str, to: &str) -> String {
    let (mut text, mut at) = (String::new(), 0);
    for lexeme in lex(formula).iter().filter(|lexeme| name(formula, lexeme) == Some(from)) {
        text.push_str(&formula[at..lexeme.start]);
        text.push_str(&print::id(to));
        at = lexeme.end;
    }
    text + &formula[at..]
}

/// The id that a lexeme of `formula` may be.
fn name<'f>(formula: &'f str, lexeme: &Lexeme) -> Option<&'f str> {
    match lexeme.token {
        Token::Name => formula.get(lexeme.start..lexeme.end),
        Token::QuotedName => formula.get(lexeme.start + 1..lexeme.end - 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_names_are_renamed() {
        assert_eq!(
            renamed("cap * 2 + capital - `cap`", "cap", "cap_baseline"),
            "cap_baseline * 2 + capital - cap_baseline"
        );
        assert_eq!(renamed("a + `b-c`", "b-c", "b-c_baseline"), "a + `b-c_baseline`");
        assert!(mentions("MIN(cap, 2)", "cap") && !mentions("MIN(capital, 2)", "cap"));
    }
}
