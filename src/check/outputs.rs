//! Which series a model writes, and under which names. Without `outputs` those that play a role in the topology, and
//! if there are none, all.

use super::SeriesId;
use super::names::{Names, Wanted};
use super::references::unknown;
use crate::diagnostics::{Sink, codes};
use crate::model::{Id, Model, OutputRule};
use crate::source::Span;
use std::collections::HashMap;

/// One output: its name and its series.
pub(super) type Output = (String, SeriesId);

/// Expands the model's outputs, in the order of the rules and below that of the series.
pub(super) fn expand(model: &Model, names: &Names<'_>, sink: &mut Sink) -> Vec<Output> {
    match &model.outputs {
        Some(rules) => expand_rules(rules, model, names, sink),
        None => default_outputs(model, names),
    }
}

fn default_outputs(model: &Model, names: &Names<'_>) -> Vec<Output> {
    let roles = model.topology.nodes.iter().flat_map(|node| &node.semantics);
    let mut chosen: Vec<SeriesId> = roles.filter_map(|(_, id)| names.series(&id.value)).collect();
    if chosen.is_empty() {
        chosen = (0..).map(SeriesId).take(model.series.len()).collect();
    }
    chosen.sort();
    chosen.dedup();
    chosen.into_iter().map(|series| (id_of(model, series), series)).collect()
}

fn id_of(model: &Model, series: SeriesId) -> String {
    model.series[series.0 as usize].id.value.clone()
}

fn expand_rules(rules: &[OutputRule], model: &Model, names: &Names<'_>, sink: &mut Sink) -> Vec<Output> {
    let mut outputs: Vec<Output> = Vec::new();
    let mut taken: HashMap<String, (SeriesId, Span)> = HashMap::new();
    for rule in rules {
        for series in chosen(rule, model, names, sink) {
            let (name, span) = match &rule.rename {
                Some(rename) => (rename.value.clone(), rename.span),
                None => (id_of(model, series), rule.series.span),
            };
            match taken.get(&name) {
                Some((first, _)) if *first == series => {}
                Some((_, first)) => report_clash(&name, span, *first, sink),
                None => {
                    taken.insert(name.clone(), (series, span));
                    outputs.push((name, series));
                }
            }
        }
    }
    outputs
}

fn report_clash(name: &str, span: Span, first: Span, sink: &mut Sink) {
    sink.emit(codes::DUPLICATE_OUTPUT, span, format!("two outputs are called `{name}`"))
        .label(first, "the first one")
        .help("give one of them another name with `as`");
}

fn chosen(rule: &OutputRule, model: &Model, names: &Names<'_>, sink: &mut Sink) -> Vec<SeriesId> {
    if !rule.series.value.contains('*') {
        for pattern in &rule.exclude {
            report_idle(pattern, sink);
        }
        return names
            .series(&rule.series.value)
            .map_or_else(|| unknown_output(&rule.series, names, sink), |id| vec![id]);
    }
    let excluded: Vec<&Id> = rule.exclude.iter().filter(|pattern| !is_idle(pattern, model, sink)).collect();
    let ids = (0..).map(SeriesId).zip(&model.series);
    let all = ids.filter(|(_, series)| matches(&rule.series.value, &series.id.value));
    let kept = all.filter(|(_, series)| !excluded.iter().any(|pattern| matches(&pattern.value, &series.id.value)));
    let kept: Vec<SeriesId> = kept.map(|(id, _)| id).collect();
    if kept.is_empty() {
        sink.emit(
            codes::EMPTY_OUTPUT,
            rule.series.span,
            format!("no series is left for the pattern `{}`", rule.series.value),
        )
        .help("name a series, or change the pattern; `*` stands for any characters");
    }
    kept
}

fn unknown_output(id: &Id, names: &Names<'_>, sink: &mut Sink) -> Vec<SeriesId> {
    if !id.value.is_empty() {
        unknown(id, Wanted::Series, names, sink);
    }
    Vec::new()
}

/// Whether an `exclude` pattern matches nothing, which is reported.
fn is_idle(pattern: &Id, model: &Model, sink: &mut Sink) -> bool {
    let idle = !model.series.iter().any(|series| matches(&pattern.value, &series.id.value));
    if idle {
        report_idle(pattern, sink);
    }
    idle
}

fn report_idle(pattern: &Id, sink: &mut Sink) {
    sink.emit(codes::EMPTY_OUTPUT, pattern.span, format!("`{}` excludes no series", pattern.value))
        .help("remove it, or correct the pattern");
}

/// Whether `id` fits `pattern`, in which `*` stands for any characters.
fn matches(pattern: &str, id: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|head| id.strip_prefix(head)) else { return false };
    let mut middle: Vec<&str> = parts.collect();
    let Some(tail) = middle.pop() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_characters_and_nothing_else_does() {
        for (pattern, id, expect) in [
            ("*", "", true),
            ("*", "queue", true),
            ("temp_*", "temp_a", true),
            ("temp_*", "a_temp_", false),
            ("*_q", "orders_q", true),
            ("a*a", "a", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("queue", "queue", true),
            ("queue", "queues", false),
            ("q?", "qa", false),
        ] {
            assert_eq!(matches(pattern, id), expect, "{pattern} against {id}");
        }
    }
}
