//! An entry of `outputs`. Patterns are expanded by the checker, which knows the series; names that are plain are
//! compared here.

use std::collections::HashMap;

use super::fields::{Fields, open_list};
use super::value::{decode_id, decode_reference};
use crate::diagnostics::{Sink, codes};
use crate::model::{Id, OutputRule};
use crate::source::Span;

/// Decodes an output rule.
pub(super) fn decode_output(fields: Fields<'_>, sink: &mut Sink) -> Option<OutputRule> {
    let series = fields.get("series").and_then(|node| decode_reference(node, sink));
    let exclude =
        fields.get("exclude").map_or(&[] as &[_], |node| open_list(node, "a list of series or patterns", sink));
    let exclude = exclude.iter().filter_map(|node| decode_reference(node, sink)).collect();
    let rename = fields.get("as").and_then(|node| decode_id(node, sink));
    let series = series?;
    let rename = rename.filter(|_| check_rename(&series, &fields, sink));
    Some(OutputRule { series, exclude, rename })
}

fn check_rename(series: &Id, fields: &Fields<'_>, sink: &mut Sink) -> bool {
    let is_pattern = series.value.contains('*');
    if is_pattern && let Some(entry) = fields.entry("as") {
        sink.emit(
            codes::CONFLICTING_KEYS,
            entry.key.span,
            format!("`as` names one series, `{}` is a pattern", series.value),
        )
        .label(series.span, "the pattern")
        .help("write an output of its own for the series that gets another name");
    }
    !is_pattern
}

/// Reports plain outputs of one name.
pub(super) fn check_names(rules: &[OutputRule], sink: &mut Sink) {
    let mut first: HashMap<&str, Span> = HashMap::new();
    for rule in rules.iter().filter(|rule| !rule.series.value.contains('*')) {
        let name = rule.rename.as_ref().unwrap_or(&rule.series);
        if let Some(before) = first.get(name.value.as_str()) {
            sink.emit(codes::DUPLICATE_OUTPUT, name.span, format!("two outputs are named `{}`", name.value))
                .label(*before, "first here")
                .help("give one of them another name with `as`");
        } else {
            first.insert(&name.value, name.span);
        }
    }
}
