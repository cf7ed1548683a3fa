//! Names outside formulas: topology roles, edges, outputs, tests, rules. Each must be declared; roles hold numbers.

use super::names::{Binding, Names, Wanted, check_unique};
use super::types::SeriesType;
use crate::diagnostics::suggest::nearest;
use crate::diagnostics::{Code, Diagnostic, Sink, codes};
use crate::model::{Id, Initial, Model, RuleKind, SeriesKind, Topology};
use flowtime_runtime::ir::Type;

/// Checks every name that stands outside a formula.
pub(super) fn check(model: &Model, names: &Names<'_>, sink: &mut Sink) {
    check_unique(model.topology.nodes.iter().map(|node| &node.id), sink);
    check_unique(model.topology.edges.iter().filter_map(|edge| edge.id.as_ref()), sink);
    check_unique(model.validation.iter().filter_map(|rule| rule.id.as_ref()), sink);
    check_topology(&model.topology, names, sink);
    check_rules(model, sink);
    check_tests(model, names, sink);
}

/// Topology roles take numbers, not truth values.
pub(super) fn check_role_types(model: &Model, names: &Names<'_>, types: &[SeriesType], sink: &mut Sink) {
    for (role, id) in model.topology.nodes.iter().flat_map(|node| &node.semantics) {
        let ty = names.series(&id.value).and_then(|series| types[series.0 as usize].ty);
        if ty == Some(Type::Bool) {
            let message = format!("role `{}` takes numbers, `{}` holds truth values", role.name(), id.value);
            sink.emit(codes::ROLE_TYPE, id.span, message).help(format!(
                "add a series with `IF({}, 1, 0)` and name that one",
                crate::syntax::print::id(&id.value)
            ));
        }
    }
}

fn check_topology(topology: &Topology, names: &Names<'_>, sink: &mut Sink) {
    for node in &topology.nodes {
        for (_, id) in &node.semantics {
            expect_series(id, names, sink);
        }
        if let Some(q0) = &node.q0
            && let Initial::Name(name) = &q0.value
            && !matches!(names.get(name), Some(Binding::Param(_)))
        {
            let id = Id::new(name.clone(), q0.span);
            unknown(&id, Wanted::Parameter, names, sink);
        }
    }
    let ids = || topology.nodes.iter().map(|node| node.id.value.as_str());
    let known: std::collections::HashSet<&str> = ids().collect();
    for endpoint in topology.edges.iter().flat_map(|edge| [&edge.from, &edge.to]) {
        if !endpoint.node.value.is_empty() && !known.contains(endpoint.node.value.as_str()) {
            report_unknown(
                codes::UNKNOWN_NODE,
                "topology node",
                &endpoint.node,
                nearest(&endpoint.node.value, ids()),
                sink,
            );
        }
    }
}

fn check_rules(model: &Model, sink: &mut Sink) {
    let ids = || model.topology.nodes.iter().map(|node| node.id.value.as_str());
    for rule in &model.validation {
        if let RuleKind::Conservation { node, .. } = &rule.kind
            && !node.value.is_empty()
            && !ids().any(|id| id == node.value)
        {
            report_unknown(codes::UNKNOWN_NODE, "topology node", node, nearest(&node.value, ids()), sink);
        }
    }
}

fn check_tests(model: &Model, names: &Names<'_>, sink: &mut Sink) {
    for test in &model.tests {
        for (id, _) in &test.set {
            if !matches!(names.get(&id.value), Some(Binding::Param(_))) {
                unknown(id, Wanted::Parameter, names, sink);
            }
        }
        for (id, _) in &test.inputs {
            if let Some(series) = expect_series(id, names, sink)
                && !matches!(model.series[series.0 as usize].kind, SeriesKind::Const(_) | SeriesKind::Invalid)
            {
                sink.emit(
                    codes::TEST_SHAPE,
                    id.span,
                    format!("`{}` is computed, a test can replace const series only", id.value),
                )
                .help("replace the const series that it is computed from");
            }
        }
        for (id, _) in &test.expect {
            expect_series(id, names, sink);
        }
    }
}

fn expect_series(id: &Id, names: &Names<'_>, sink: &mut Sink) -> Option<super::SeriesId> {
    let found = names.series(&id.value);
    if found.is_none() && !id.value.is_empty() {
        unknown(id, Wanted::Series, names, sink);
    }
    found
}

/// Reports that `id` stands for nothing that is `wanted`.
pub(super) fn unknown(id: &Id, wanted: Wanted, names: &Names<'_>, sink: &mut Sink) {
    let near = names.nearest(&id.value, wanted);
    let diagnostic = report_unknown(codes::UNKNOWN_SERIES, wanted.noun(), id, near, sink);
    let other = match names.get(&id.value) {
        Some(Binding::Series(_)) => "series",
        Some(Binding::Param(_)) => "parameter",
        None => return,
    };
    diagnostic.fixes.clear();
    diagnostic.help(format!("name a {}; `{}` is a {other}", wanted.noun(), id.value));
}

fn report_unknown<'s>(
    code: &'static Code,
    what: &str,
    id: &Id,
    near: Option<&str>,
    sink: &'s mut Sink,
) -> &'s mut Diagnostic {
    let diagnostic = sink.emit(code, id.span, format!("no {what} is called `{}`", id.value));
    match near {
        Some(near) => {
            diagnostic.help(format!("did you mean `{near}`?")).fix(format!("replace with `{near}`"), id.span, near)
        }
        None => diagnostic,
    }
}
