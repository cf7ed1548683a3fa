//! The walk back: from a series at a bin into its formula, and from each part that was taken on to what that reads, at
//! the bins where it reads it. A series at a bin is opened once; the depth counts series.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::formula::Parts;
use super::{Closed, Step, StepKind, Target};
use crate::check::dependencies::Definition;
use crate::check::tree::{Kind, Node};
use crate::check::{CheckedModel, ParamId, SeriesId};
use crate::driver::{Columns, RunError, Settings};
use crate::load::{Place, SourceLoader, locate};
use crate::model::SeriesKind;
use crate::source::{Sources, Span};
use crate::syntax::token::{Token, lex};
use flowtime_runtime::ir::Type;

/// Levels of a tree at most, so that walking it takes little stack.
pub(super) const DEEPEST: usize = 64;

/// What the walk knows and has computed so far.
pub(super) struct Walker<'m> {
    pub(super) checked: &'m CheckedModel,
    /// The series as the checker saw them.
    pub(super) definitions: Vec<Definition<'m>>,
    sources: &'m Sources,
    loader: &'m dyn SourceLoader,
    settings: &'m Settings,
    columns: Columns,
    parts: BTreeMap<SeriesId, Rc<Parts>>,
    opened: BTreeSet<(SeriesId, usize)>,
}

/// Where in the walk a part stands: whose formula it belongs to, and how much further to go.
#[derive(Clone, Copy)]
pub(super) struct Site {
    pub(super) series: SeriesId,
    depth: usize,
    /// How deep in the tree.
    pub(super) level: usize,
}

impl Site {
    /// One level deeper in the tree.
    pub(super) fn below(self) -> Self {
        Site { level: self.level + 1, ..self }
    }
}

impl<'m> Walker<'m> {
    pub(super) fn new(
        checked: &'m CheckedModel,
        sources: &'m Sources,
        loader: &'m dyn SourceLoader,
        settings: &'m Settings,
        columns: Columns,
    ) -> Self {
        let (parts, opened) = (BTreeMap::new(), BTreeSet::new());
        Walker { checked, definitions: checked.definitions(), sources, loader, settings, columns, parts, opened }
    }

    /// The tree of `target`.
    pub(super) fn trace(&mut self, target: Target) -> Result<Step, RunError> {
        let Target { series, bin, depth } = target;
        self.series(series, bin, Site { series, depth, level: 0 })
    }

    /// A series at a bin, read from `at`.
    pub(super) fn series(&mut self, id: SeriesId, bin: usize, at: Site) -> Result<Step, RunError> {
        let value = self.columns.series.get(&id).and_then(|column| column.get(bin)).copied().unwrap_or(f64::NAN);
        let mut step = self.step(StepKind::Computed, self.checked.id(id).to_owned(), bin, value);
        let series = &self.checked.model.series[id.index()];
        step.unit = series.unit.clone();
        step.truth = self.checked.types[id.index()].ty == Some(Type::Bool);
        let checked = self.checked;
        let Some(formula) = &checked.formulas[id.index()] else {
            step.kind = StepKind::Data;
            step.place = self.place(id, bin);
            return Ok(step);
        };
        step.formula = Some(self.formula_text(&series.kind, formula));
        step.closed = self.closed(id, bin, at);
        if step.closed.is_none() {
            let whole = self.part(formula, bin, Site { series: id, depth: at.depth - 1, level: at.level })?;
            step.adopt(whole);
        }
        Ok(step)
    }

    /// Why a series is not opened at a bin; one that is, is remembered.
    fn closed(&mut self, id: SeriesId, bin: usize, at: Site) -> Option<Closed> {
        if at.depth == 0 || at.level >= DEEPEST {
            return Some(Closed::Depth);
        }
        (!self.opened.insert((id, bin))).then_some(Closed::Elsewhere)
    }

    /// A part of a formula at a bin.
    pub(super) fn part(&mut self, node: &'m Node, bin: usize, at: Site) -> Result<Step, RunError> {
        let value = self.value(at.series, node, bin)?;
        let text = self.text(node.span);
        match &node.kind {
            Kind::Series(id) => self.series(*id, bin, at),
            Kind::Param(id) => Ok(self.parameter(*id, bin)),
            Kind::Number(_) | Kind::Bool(_) | Kind::Error => {
                let truth = matches!(node.kind, Kind::Bool(_));
                Ok(Step { truth, ..self.step(StepKind::Constant, text, bin, value) })
            }
            Kind::Chain { first, rest } => self.chain(node, first, rest, bin, at),
            Kind::Call(call) => self.call(node, call, bin, at),
        }
    }

    pub(super) fn parameter(&self, id: ParamId, bin: usize) -> Step {
        let at = id.as_u32() as usize;
        let parameter = &self.checked.model.parameters[at];
        let value = self.columns.parameters.get(at).copied().unwrap_or(f64::NAN);
        let mut step = self.step(StepKind::Parameter, parameter.id.value.clone(), bin, value);
        step.unit = parameter.unit.clone();
        if value.to_bits() == parameter.value.value.to_bits() {
            step.place = Some(self.line(parameter.value.span));
        } else {
            step.notes.push(format!("set for this run; the model has {}", parameter.value.value));
        }
        step
    }

    pub(super) fn value(&mut self, series: SeriesId, node: &Node, bin: usize) -> Result<f64, RunError> {
        Ok(self.parts(series)?.column(node).get(bin).copied().unwrap_or(f64::NAN))
    }

    pub(super) fn parts(&mut self, series: SeriesId) -> Result<Rc<Parts>, RunError> {
        if let Some(parts) = self.parts.get(&series) {
            return Ok(parts.clone());
        }
        let parts = Rc::new(Parts::new(self.checked, series, &self.columns, self.settings)?);
        self.parts.insert(series, parts.clone());
        Ok(parts)
    }

    pub(super) fn step(&self, kind: StepKind, text: String, bin: usize, value: f64) -> Step {
        let time = self.checked.model.clock().begin(bin).map(|time| time.to_string());
        let (role, formula, unit, place) = (None, None, None, None);
        let (notes, closed, steps) = (Vec::new(), None, Vec::new());
        Step {
            kind,
            text,
            role,
            bin,
            time,
            value,
            truth: false,
            taken: true,
            formula,
            unit,
            place,
            notes,
            closed,
            steps,
        }
    }

    fn place(&self, id: SeriesId, bin: usize) -> Option<String> {
        Some(match locate(&self.checked.model, id, bin, self.loader)? {
            Place::Line { file, line } => format!("{file}:{line}"),
            Place::Row { file, row } => format!("{file}, row {row}"),
            Place::Model(span) => self.line(span),
        })
    }

    /// File and line of a place in the model.
    pub(super) fn line(&self, span: Span) -> String {
        let file = self.sources.file(span.file);
        format!("{}:{}", file.name, file.lines.position(&file.text, span.start as usize).line)
    }

    /// The characters at `span` on one line.
    pub(super) fn text(&self, span: Span) -> String {
        on_one_line(self.sources.text(span))
    }

    /// A distribution has no formula of its own: its parts are.
    fn formula_text(&self, kind: &SeriesKind, formula: &Node) -> String {
        match kind {
            SeriesKind::Expr { formula, .. } => on_one_line(&formula.text),
            SeriesKind::Pmf(_) | SeriesKind::Const(_) | SeriesKind::Invalid => self.text(formula.span),
        }
    }

    /// When bins `from..=to` are, behind a comma, if the model has a window.
    pub(super) fn times(&self, from: usize, to: usize) -> String {
        let times = self.checked.model.clock().times().and_then(|clock| clock.range(from, to));
        times.map_or_else(String::new, |times| format!(", {times}"))
    }
}

/// A formula or a part of one without its comments and line breaks.
fn on_one_line(text: &str) -> String {
    // What YAML reads as no line break at all.
    let text = text.replace("\\\n", "\n");
    let mut line = String::with_capacity(text.len());
    let mut end = 0;
    for lexeme in lex(&text).into_iter().filter(|lexeme| lexeme.token != Token::Comment) {
        if lexeme.start > end && !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&text[lexeme.start..lexeme.end]);
        end = lexeme.end;
    }
    line
}

impl Step {
    /// Takes over what its formula's outermost part was made of; a formula that is a bare name is a step itself.
    fn adopt(&mut self, whole: Step) {
        if whole.kind == StepKind::Operation {
            self.notes.extend(whole.notes);
            self.steps = whole.steps;
        } else {
            self.steps = vec![whole];
        }
    }
}
