//! The namespace of a model: series and parameters together, topology nodes apart. Of two declarations of one name
//! the first is meant by every use; the later one is reported.

use super::{ParamId, SeriesId};
use crate::diagnostics::suggest::nearest;
use crate::diagnostics::{Sink, codes};
use crate::model::{Id, Model};
use crate::source::Span;
use std::collections::HashMap;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// A series.
    Series(SeriesId),
    /// A parameter.
    Param(ParamId),
}

/// What a name should stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A series.
    Series,
    /// A parameter.
    Parameter,
    /// Either of them.
    Any,
}

impl Wanted {
    /// In words.
    pub fn noun(self) -> &'static str {
        match self {
            Wanted::Series => "series",
            Wanted::Parameter => "parameter",
            Wanted::Any => "series or parameter",
        }
    }

    fn fits(self, binding: Binding) -> bool {
        match binding {
            Binding::Series(_) => self != Wanted::Parameter,
            Binding::Param(_) => self != Wanted::Series,
        }
    }
}

/// The series and parameters of a model by name.
#[derive(Debug)]
pub struct Names<'m> {
    bindings: HashMap<&'m str, (Binding, Span)>,
    in_order: Vec<&'m str>,
}

impl<'m> Names<'m> {
    /// Collects the names of `model` and reports those declared twice.
    pub fn new(model: &'m Model, sink: &mut Sink) -> Self {
        let mut names = Self { bindings: HashMap::new(), in_order: Vec::new() };
        let params =
            model.parameters.iter().zip(0..).map(|(param, at)| (&param.id, Binding::Param(ParamId::from_u32(at))));
        let series = model.series.iter().zip(0..).map(|(series, at)| (&series.id, Binding::Series(SeriesId(at))));
        let mut declarations: Vec<_> = params.chain(series).collect();
        declarations.sort_by_key(|(id, _)| id.span);
        for (id, binding) in declarations {
            names.declare(id, binding, sink);
        }
        names
    }

    fn declare(&mut self, id: &'m Id, binding: Binding, sink: &mut Sink) {
        if id.value.is_empty() {
            return; // its id could not be decoded
        }
        if let Some((_, first)) = self.bindings.get(id.value.as_str()) {
            report_duplicate(id, *first, sink);
            return;
        }
        self.bindings.insert(&id.value, (binding, id.span));
        self.in_order.push(&id.value);
    }

    /// What `name` stands for.
    pub fn get(&self, name: &str) -> Option<Binding> {
        self.bindings.get(name).map(|(binding, _)| *binding)
    }

    /// The series called `name`.
    pub fn series(&self, name: &str) -> Option<SeriesId> {
        match self.get(name)? {
            Binding::Series(id) => Some(id),
            Binding::Param(_) => None,
        }
    }

    /// The declared name nearest to `name` of those that stand for what is `wanted`, if one is near.
    pub fn nearest(&self, name: &str, wanted: Wanted) -> Option<&'m str> {
        let fits = |name: &&str| self.get(name).is_some_and(|binding| wanted.fits(binding));
        nearest(name, self.in_order.iter().copied().filter(fits))
    }
}

/// Reports ids of `kind` that are declared again, of things other than series and parameters.
pub(super) fn check_unique<'m>(ids: impl Iterator<Item = &'m Id>, sink: &mut Sink) {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for id in ids.filter(|id| !id.value.is_empty()) {
        match seen.get(id.value.as_str()) {
            Some(first) => report_duplicate(id, *first, sink),
            None => {
                seen.insert(&id.value, id.span);
            }
        }
    }
}

fn report_duplicate(id: &Id, first: Span, sink: &mut Sink) {
    sink.emit(codes::DUPLICATE_ID, id.span, format!("`{}` is declared twice", id.value))
        .label(first, "first declared here")
        .help("give one of them another id; uses of the name mean the first");
}
