//! An entry of `validation`.

use super::fields::{Fields, decode_choice};
use super::value::{decode_bool, decode_formula, decode_id, decode_non_negative, decode_reference};
use crate::diagnostics::Sink;
use crate::model::schema::RULE_TYPES;
use crate::model::{Rule, RuleKind};

/// The largest residual accepted unless a rule says otherwise.
const DEFAULT_TOLERANCE: f64 = 0.01;

/// Decodes a rule; one that names nothing to check is left out.
pub(super) fn decode_rule(fields: Fields<'_>, sink: &mut Sink) -> Option<Rule> {
    let id = fields.get("id").and_then(|node| decode_id(node, sink));
    let names: Vec<&str> = RULE_TYPES.iter().map(|(name, _)| *name).collect();
    let kind = names[decode_choice(fields.get("type")?, "type of rule", &names, sink)?];
    fields.check_owned(kind, RULE_TYPES, "rules of type", sink);
    let kind = if kind == "conservation" { decode_conservation(&fields, sink) } else { decode_custom(&fields, sink) };
    Some(Rule { id, kind: kind?, span: fields.place })
}

fn decode_conservation(fields: &Fields<'_>, sink: &mut Sink) -> Option<RuleKind> {
    let tolerance = fields.get("tolerance").and_then(|node| decode_non_negative(node, sink));
    fields.check_all_present(["node"].into_iter(), "a conservation rule", sink);
    let node = decode_reference(fields.get("node")?, sink)?;
    Some(RuleKind::Conservation { node, tolerance: tolerance.unwrap_or(DEFAULT_TOLERANCE) })
}

fn decode_custom(fields: &Fields<'_>, sink: &mut Sink) -> Option<RuleKind> {
    let expected = fields.get("expected").and_then(|node| decode_bool(node, sink));
    let formula = decode_formula(fields.formula("expr", "a custom rule", sink)?, sink)?;
    Some(RuleKind::Custom { formula, expected: expected.unwrap_or(true) })
}
