//! From a decoded model to one whose every name, type and dependency holds. Phases run in order, each a function of
//! what came before and the sink; none stops at an error, and what is broken is passed over in silence afterwards.

mod arguments;
mod constants;
mod cycles;
mod dashed;
pub mod dependencies;
mod foreign;
mod lints;
mod names;
mod outputs;
mod pmf;
mod rates;
mod references;
pub mod resolve;
pub mod tree;
mod types;

pub use dependencies::{Component, Dependencies};
pub use flowtime_runtime::ir::ParamId;
pub use rates::Rates;
pub use types::{SeriesType, type_of};

use std::collections::BTreeSet;

use crate::diagnostics::Sink;
use crate::model::{Formula, Id, Initial, Model, Role, RuleKind, SeriesKind};

use crate::syntax::parse::parse;
use dependencies::Definition;
use flowtime_runtime::ir::Grid;
use names::{Binding, Names, Wanted};
use tree::Node;
use types::Declared;

/// A series of the model, by its place in `Model::series`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeriesId(pub u32);

impl SeriesId {
    /// Its place in `Model::series`.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A model without errors.
#[derive(Debug)]
pub struct CheckedModel {
    /// As decoded.
    pub model: Model,
    /// What is written, in order: name and series.
    pub outputs: Vec<(String, SeriesId)>,
    /// For each series its formula; a distribution is a call too, data has none.
    pub formulas: Vec<Option<Node>>,
    /// For each series what its lagged reads see before bin 0.
    pub starts: Vec<Option<StartValue>>,
    /// The formulas of the validation rules, with the rule's place.
    pub rules: Vec<(usize, Node)>,
    /// What depends on what.
    pub dependencies: Dependencies,
    /// What each series holds.
    pub types: Vec<SeriesType>,
}

/// A resolved `initial`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StartValue {
    /// A number.
    Number(f64),
    /// A truth value.
    Bool(bool),
    /// A parameter.
    Param(ParamId),
    /// Bin 0 of a series.
    Series(SeriesId),
    /// What did not resolve; reported already.
    Error,
}

impl CheckedModel {
    /// The id of a series.
    pub fn id(&self, series: SeriesId) -> &str {
        &self.model.series[series.index()].id.value
    }

    /// The grid as the runtime sees it.
    pub fn grid(&self) -> Grid {
        runtime_grid(&self.model)
    }

    /// The series as the dependency phase sees them.
    pub fn definitions(&self) -> Vec<Definition<'_>> {
        definitions(&self.model, &self.formulas, &self.starts)
    }
}

/// A part of checking a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// The text becomes a tree.
    Yaml,
    /// The tree becomes a model.
    Decode,
    /// Formulas are parsed, and names in them get their meaning.
    Resolve,
    /// Who reads whom, and what forms recurrences.
    Dependencies,
    /// Types and rates.
    Types,
    /// What is allowed and probably not meant.
    Lints,
    /// Sources are looked at.
    Probe,
}

/// Checks `model` and tells the end of each phase. What goes out is whole only if the sink has no errors.
pub fn check(model: Model, sink: &mut Sink, done: &mut dyn FnMut(Phase)) -> CheckedModel {
    let names = Names::new(&model, sink);
    let scope = resolve::Scope { names: &names, grid: &model.grid, garbled: false };
    let formulas: Vec<Option<Node>> = model
        .series
        .iter()
        .map(|series| resolve_series(&series.kind, &series.id.value, &model, &scope, sink))
        .collect();
    let rules = resolve_rules(&model, &scope, sink);
    let starts: Vec<_> = model.series.iter().map(|series| resolve_initial(&series.kind, &names, sink)).collect();
    references::check(&model, &names, sink);
    let outputs = outputs::expand(&model, &names, sink);
    done(Phase::Resolve);

    let series = definitions(&model, &formulas, &starts);
    let dependencies = dependencies::check(&series, sink);
    done(Phase::Dependencies);
    let declared: Vec<Declared> =
        model.series.iter().zip(&starts).map(|(series, start)| declared(&series.kind, *start)).collect();
    let types = types::check(&series, &declared, &dependencies, runtime_grid(&model), sink);
    for (_, rule) in &rules {
        types::check_rule(rule, &series, &declared, &types, runtime_grid(&model), sink);
    }
    references::check_role_types(&model, &names, &types, sink);
    done(Phase::Types);
    if !sink.has_errors() {
        let checked = lints::Checked {
            model: &model,
            names: &names,
            series: &series,
            rules: &rules,
            dependencies: &dependencies,
            outputs: &outputs,
        };
        lints::check(&checked, sink);
        done(Phase::Lints);
    }
    CheckedModel { outputs, formulas, starts, rules, dependencies, types, model }
}

fn runtime_grid(model: &Model) -> Grid {
    Grid {
        bins: model.grid.bins as usize,
        bin_minutes: model.grid.bin_minutes(),
        start_minutes: model.window.map(|window| window.start.as_second().div_euclid(60)),
    }
}

fn resolve_series(
    kind: &SeriesKind,
    id: &str,
    model: &Model,
    scope: &resolve::Scope<'_>,
    sink: &mut Sink,
) -> Option<Node> {
    match kind {
        SeriesKind::Expr { formula, .. } => Some(resolve_formula(formula, scope, sink)),
        SeriesKind::Pmf(pmf) => {
            Some(pmf::resolve(pmf, id, model.seed.as_ref().map(|seed| seed.value), scope.names, sink))
        }
        SeriesKind::Const(_) | SeriesKind::Invalid => None,
    }
}

fn resolve_formula(formula: &Formula, scope: &resolve::Scope<'_>, sink: &mut Sink) -> Node {
    let before = sink.error_count();
    let expr = parse(formula, sink);
    let garbled = sink.error_count() > before;
    resolve::resolve(&expr, &resolve::Scope { garbled, ..*scope }, sink)
}

fn resolve_rules(model: &Model, scope: &resolve::Scope<'_>, sink: &mut Sink) -> Vec<(usize, Node)> {
    let rules = model.validation.iter().enumerate();
    let custom = rules.filter_map(|(at, rule)| match &rule.kind {
        RuleKind::Custom { formula, .. } => Some((at, resolve_formula(formula, scope, sink))),
        RuleKind::Conservation { .. } => None,
    });
    custom.collect()
}

fn resolve_initial(kind: &SeriesKind, names: &Names<'_>, sink: &mut Sink) -> Option<StartValue> {
    let SeriesKind::Expr { initial: Some(initial), .. } = kind else { return None };
    match &initial.value {
        Initial::Number(number) => Some(StartValue::Number(*number)),
        Initial::Bool(value) => Some(StartValue::Bool(*value)),
        Initial::Name(name) => match names.get(name) {
            Some(Binding::Param(id)) => Some(StartValue::Param(id)),
            Some(Binding::Series(id)) => Some(StartValue::Series(id)),
            None => {
                references::unknown(&Id::new(name.clone(), initial.span), Wanted::Any, names, sink);
                Some(StartValue::Error)
            }
        },
        Initial::Invalid => Some(StartValue::Error),
    }
}

fn definitions<'a>(
    model: &'a Model,
    formulas: &'a [Option<Node>],
    starts: &[Option<StartValue>],
) -> Vec<Definition<'a>> {
    let series = model.series.iter().zip(formulas).zip(starts);
    let queues = queues(model);
    let definitions = series.map(|((series, formula), start)| Definition {
        id: &series.id.value,
        formula: formula.as_ref(),
        has_initial: start.is_some(),
        is_queue: queues.contains(series.id.value.as_str()),
        initial: match (start, &series.kind) {
            (Some(StartValue::Series(id)), SeriesKind::Expr { initial: Some(initial), .. }) => {
                Some((*id, initial.span))
            }
            _ => None,
        },
    });
    definitions.collect()
}

/// The series that are the queue of a topology node.
fn queues(model: &Model) -> BTreeSet<&str> {
    let roles = model.topology.nodes.iter().flat_map(|node| &node.semantics);
    roles.filter(|(role, _)| *role == Role::Queue).map(|(_, id)| id.value.as_str()).collect()
}

fn declared(kind: &SeriesKind, start: Option<StartValue>) -> Declared {
    let (ty, initial) = match kind {
        SeriesKind::Const(_) => (Some(flowtime_runtime::ir::Type::Num), None),
        SeriesKind::Expr { initial, .. } => (None, initial.as_ref().map(|initial| initial.span).zip(start)),
        SeriesKind::Pmf(_) | SeriesKind::Invalid => (None, None),
    };
    Declared { ty, initial }
}
