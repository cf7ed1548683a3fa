//! The resolved tree of a formula, one node a line with its type and rate.

use super::line;
use crate::check::tree::{Argument, Kind, Node};
use crate::check::{CheckedModel, Rates, type_of};
use crate::manual;
use flowtime_runtime::builtins::Builtin;

/// The tree of a formula.
pub(super) fn tree(checked: &CheckedModel, rates: &mut Rates, node: &Node) -> String {
    let mut text = String::new();
    write(&mut text, 1, "", node, checked, rates);
    text
}

fn write(text: &mut String, depth: usize, label: &str, node: &Node, checked: &CheckedModel, rates: &mut Rates) {
    let ty = type_of(node, &checked.types).map_or_else(|| "unknown".to_owned(), |ty| ty.to_string());
    line(text, depth, &format!("{label}{}: {} {ty}", head(node, checked), rates.of(node, &checked.types)));
    match &node.kind {
        Kind::Call(call) => {
            for (index, argument) in call.args.iter().enumerate() {
                let label = param_label(call.builtin, index);
                match argument {
                    Argument::Value(value) => write(text, depth + 1, &label, value, checked, rates),
                    other => line(text, depth + 1, &format!("{label}{}", compile_time(other))),
                }
            }
        }
        Kind::Chain { first, rest } => {
            write(text, depth + 1, "", first, checked, rates);
            for link in rest {
                write(text, depth + 1, &format!("{} ", link.builtin.name), &link.operand, checked, rates);
            }
        }
        _ => {}
    }
}

fn head(node: &Node, checked: &CheckedModel) -> String {
    match &node.kind {
        Kind::Number(value) => value.to_string(),
        Kind::Bool(value) => value.to_string(),
        Kind::Series(id) => format!("series {}", checked.id(*id)),
        Kind::Param(id) => format!("parameter {}", checked.model.parameters[id.as_u32() as usize].id.value),
        Kind::Call(call) => manual::signature(call.builtin),
        Kind::Chain { .. } => "chain".to_owned(),
        Kind::Error => "error".to_owned(),
    }
}

fn param_label(builtin: &Builtin, index: usize) -> String {
    builtin.param(index).map_or_else(String::new, |param| format!("{} = ", param.name))
}

fn compile_time(argument: &Argument) -> String {
    match argument {
        Argument::Absent => "absent".to_owned(),
        Argument::Int(value, _) => value.to_string(),
        Argument::Kernel(taps) => format!("{taps:?}"),
        Argument::Value(_) | Argument::Error => "error".to_owned(),
    }
}
