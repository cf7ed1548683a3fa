//! Checked formulas to a runtime program. Series are taken component by component in dependency order; a recurrence
//! reads what is not yet lowered through slots. Nothing is decided here: names, lags and types are settled, and what a
//! call means is its entry's business.

use crate::check::dependencies::{self, Definition, Start};
use crate::check::tree::{Argument, Call, Kind, Link, Node};
use crate::check::{CheckedModel, Component, SeriesId, SeriesType, StartValue, type_of};
use crate::origins::Origins;
use crate::source::Span;
use flowtime_runtime::builtins::{self, Choice, Convention, Reads};
use flowtime_runtime::ir::{Builder, Grid, InputId, Program, SlotId, Type, ValueId};
pub(crate) use needed::{Given, needed};
use std::collections::BTreeMap;

mod needed;

/// A program and what its inputs and outputs are. Parameters are numbered as in the model.
#[derive(Debug)]
pub(crate) struct Lowered {
    /// The program.
    pub program: Program,
    /// The const series that it reads, in the order of its inputs.
    pub inputs: Vec<SeriesId>,
    /// What its further outputs are, behind the series that were asked for.
    pub flags: Vec<(SeriesId, Convention)>,
    /// The series whose formula each value comes from.
    pub origins: Origins,
}

/// What to leave about the bins where a convention stood in for a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flags {
    /// Nothing.
    Off,
    /// How many there are, as a uniform output.
    Count,
    /// Which they are, as an output of 1 and 0.
    Bins,
}

/// Lowers what `outputs` and `extra` need; the program's first outputs are these, in this order. No flags are kept of
/// `extra`, which belongs to no series. The series in `given` are inputs, whatever their formulas say.
pub(crate) fn lower(
    checked: &CheckedModel,
    outputs: &[SeriesId],
    extra: &[Node],
    flags: Flags,
    given: &Given,
) -> Lowered {
    let needed = needed(checked, outputs, extra, given);
    let mut lowerer = Lowerer::new(checked.grid(), checked.definitions(), &checked.starts, &checked.types);
    lowerer.keeps_masks = flags != Flags::Off;
    for component in &checked.dependencies.components {
        lowerer.lower_component(component, |series| needed[series.index()], given);
    }
    for output in outputs {
        let value = lowerer.value(*output);
        lowerer.builder.output(value);
    }
    lowerer.keeps_masks = false;
    for node in extra {
        let value = lowerer.lower_node(node, None);
        lowerer.builder.output(value);
    }
    let flags = lowerer.output_flags(flags);
    let Lowerer { builder, inputs, origins, .. } = lowerer;
    Lowered { program: builder.finish(), inputs, flags, origins }
}

/// One series' formula as a program of its own: other series, and its own earlier bins, are inputs.
#[derive(Debug)]
pub(crate) struct LoweredFormula {
    /// The program.
    pub program: Program,
    /// The series that it reads, in the order of its inputs.
    pub inputs: Vec<SeriesId>,
    /// The nodes whose values its first outputs are, by their place in the file.
    pub nodes: Vec<Span>,
    /// The calls whose tests ([`Choice::Tested`]) its further outputs are.
    pub tests: Vec<Span>,
}

/// Lowers the formula of `series` so that the value of every node in it is an output; `None` for a series without one.
pub(crate) fn lower_formula(checked: &CheckedModel, series: SeriesId) -> Option<LoweredFormula> {
    let formula = checked.formulas[series.index()].as_ref()?;
    let mut lowerer = Lowerer::new(checked.grid(), checked.definitions(), &checked.starts, &checked.types);
    lowerer.current = series;
    lowerer.nodes = Some(Vec::new());
    lowerer.lower_node(formula, None);
    let (nodes, tests) = (lowerer.nodes.take().unwrap_or_default(), std::mem::take(&mut lowerer.tests));
    for (_, value) in nodes.iter().chain(&tests) {
        lowerer.builder.output(*value);
    }
    let [nodes, tests] = [nodes, tests].map(|parts| parts.into_iter().map(|(span, _)| span).collect());
    Some(LoweredFormula { program: lowerer.builder.finish(), inputs: lowerer.inputs, nodes, tests })
}

/// The value of a formula without series and parameters.
pub(crate) fn constant(node: &Node) -> Option<f64> {
    let mut closed = true;
    node.walk(&mut |node| closed &= is_closed(node));
    if !closed {
        return None;
    }
    let grid = Grid { bins: 1, bin_minutes: 1, start_minutes: None };
    let mut lowerer = Lowerer::new(grid, Vec::new(), &[], &[]);
    let value = lowerer.lower_node(node, None);
    lowerer.builder.constant(value)
}

/// Whether a node names nothing whose value is known only at run time. Calendar functions do, too: the time.
fn is_closed(node: &Node) -> bool {
    match &node.kind {
        Kind::Number(_) | Kind::Bool(_) | Kind::Chain { .. } => true,
        Kind::Call(call) => !call.args.iter().any(|argument| matches!(argument, Argument::Error)),
        Kind::Series(_) | Kind::Param(_) | Kind::Error => false,
    }
}

/// A place where a convention stood in for a result, if `mask` is true there.
struct Mask {
    series: SeriesId,
    convention: Convention,
    mask: ValueId,
}

/// A lagged argument in the formula of `series`.
struct Deferred<'m> {
    slot: SlotId,
    node: &'m Node,
    series: SeriesId,
}

struct Lowerer<'m> {
    builder: Builder,
    definitions: Vec<Definition<'m>>,
    starts: &'m [Option<StartValue>],
    types: &'m [SeriesType],
    /// The value of each series lowered so far.
    values: Vec<Option<ValueId>>,
    /// The slots of series that were read before they were lowered.
    slots: BTreeMap<SeriesId, SlotId>,
    /// Arguments read at a lag before the series in them were lowered.
    deferred: Vec<Deferred<'m>>,
    inputs: Vec<SeriesId>,
    current: SeriesId,
    keeps_masks: bool,
    masks: Vec<Mask>,
    /// For one formula alone: the values of its nodes. All series are then inputs.
    nodes: Option<Vec<(Span, ValueId)>>,
    /// Likewise, the tests of its calls.
    tests: Vec<(Span, ValueId)>,
    origins: Origins,
}

impl<'m> Lowerer<'m> {
    fn new(
        grid: Grid,
        definitions: Vec<Definition<'m>>,
        starts: &'m [Option<StartValue>],
        types: &'m [SeriesType],
    ) -> Self {
        Self {
            builder: Builder::new(grid),
            values: vec![None; definitions.len()],
            definitions,
            starts,
            types,
            slots: BTreeMap::new(),
            deferred: Vec::new(),
            inputs: Vec::new(),
            current: SeriesId(0),
            keeps_masks: false,
            masks: Vec::new(),
            nodes: None,
            tests: Vec::new(),
            origins: Origins::default(),
        }
    }

    fn lower_component(&mut self, component: &Component, needs: impl Fn(&SeriesId) -> bool, given: &Given) {
        for series in component.series.iter().filter(|series| needs(series)) {
            self.current = *series;
            let value = match self.definitions[series.index()].formula {
                Some(_) if given.contains(series) => self.given_series(*series),
                Some(formula) => self.lower_node(formula, None),
                None => self.input(*series),
            };
            self.values[series.index()] = Some(value);
            self.origins.extend(self.builder.size(), *series);
        }
        while let Some(Deferred { slot, node, series }) = self.deferred.pop() {
            self.current = series;
            let value = self.lower_node(node, None);
            self.builder.fill(slot, value);
            self.origins.extend(self.builder.size(), series);
        }
        for (series, slot) in std::mem::take(&mut self.slots) {
            let value = self.value(series);
            self.builder.fill(slot, value);
        }
    }

    fn input(&mut self, series: SeriesId) -> ValueId {
        let input = InputId::from_u32(u32::try_from(self.inputs.len()).unwrap_or(u32::MAX));
        self.inputs.push(series);
        self.builder.input(input)
    }

    /// The value of a series; one that is not yet lowered is read through its slot, at lags only.
    fn value(&mut self, series: SeriesId) -> ValueId {
        if let Some(value) = self.values[series.index()] {
            return value;
        }
        if self.nodes.is_some() {
            let value = self.given_series(series);
            self.values[series.index()] = Some(value);
            return value;
        }
        let ty = self.types[series.index()].ty.unwrap_or(Type::Num);
        let slot = *self.slots.entry(series).or_insert_with(|| self.builder.slot(ty));
        self.builder.forward(slot)
    }

    /// A series whose column is given; truth values stand in columns as 1 and 0.
    fn given_series(&mut self, series: SeriesId) -> ValueId {
        let value = self.input(series);
        match (self.types[series.index()].ty, builtins::infix("!=")) {
            (Some(Type::Bool), Some(differs)) => {
                let zero = self.builder.number(0.0);
                self.builder.call(differs, &[Some(value), Some(zero)])
            }
            _ => value,
        }
    }

    /// Lowers a node. `active` tells the bins in which the surrounding branches use its result, where not in all.
    fn lower_node(&mut self, node: &'m Node, active: Option<ValueId>) -> ValueId {
        let value = self.lower_kind(node, active);
        if let Some(nodes) = &mut self.nodes {
            nodes.push((node.span, value));
        }
        value
    }

    fn lower_kind(&mut self, node: &'m Node, active: Option<ValueId>) -> ValueId {
        match &node.kind {
            Kind::Number(value) => self.builder.number(*value),
            Kind::Bool(value) => self.builder.boolean(*value),
            Kind::Series(id) => self.value(*id),
            Kind::Param(id) => self.builder.param(*id),
            Kind::Chain { first, rest } => self.lower_chain(first, rest, active),
            Kind::Call(call) if self.keeps_masks && call.builtin == builtins::conditional() => {
                self.lower_branches(call, node.span, active)
            }
            Kind::Call(call) => self.lower_call(call, node.span, active),
            Kind::Error => self.builder.number(f64::NAN),
        }
    }

    fn lower_chain(&mut self, first: &'m Node, rest: &'m [Link], active: Option<ValueId>) -> ValueId {
        let mut left = self.lower_node(first, active);
        for link in rest {
            let args = [Some(left), Some(self.lower_node(&link.operand, active))];
            self.keep_mask(link.builtin.convention, &args, active);
            left = self.builder.call(link.builtin, &args);
        }
        left
    }

    /// IF with its branches marked as active only where they are chosen.
    fn lower_branches(&mut self, call: &'m Call, span: Span, active: Option<ValueId>) -> ValueId {
        let [Argument::Value(condition), Argument::Value(then), Argument::Value(other)] = call.args.as_slice() else {
            return self.lower_call(call, span, active);
        };
        let condition = self.lower_node(condition, active);
        let opposite = self.not(condition);
        let chosen = self.and(active, condition);
        let then = self.lower_node(then, Some(chosen));
        let chosen = self.and(active, opposite);
        let other = self.lower_node(other, Some(chosen));
        self.builder.call(call.builtin, &[Some(condition), Some(then), Some(other)])
    }

    fn not(&mut self, value: ValueId) -> ValueId {
        self.builder.call(builtins::not(), &[Some(value)])
    }

    fn and(&mut self, active: Option<ValueId>, value: ValueId) -> ValueId {
        match active {
            Some(active) => self.builder.call(builtins::and(), &[Some(active), Some(value)]),
            None => value,
        }
    }

    fn lower_call(&mut self, call: &'m Call, span: Span, active: Option<ValueId>) -> ValueId {
        let mut args = Vec::with_capacity(call.args.len());
        for (argument, reads) in call.args.iter().zip(call.reads()) {
            match argument {
                Argument::Absent => args.push(None),
                Argument::Int(value, _) => args.push(Some(self.builder.number(*value as f64))),
                Argument::Kernel(taps) => args.extend(taps.iter().map(|tap| Some(self.builder.number(*tap)))),
                Argument::Value(node) => args.push(Some(self.lower_argument(node, reads, active))),
                Argument::Error => args.push(Some(self.builder.number(f64::NAN))),
            }
        }
        if dependencies::lag(call).is_some() {
            args[2] = self.start(call).or(args[2]);
        }
        self.keep_mask(call.builtin.convention, &args, active);
        if let (Some(_), Choice::Tested { test, .. }) = (&self.nodes, call.builtin.choice) {
            let value = self.builder.call(test, &args);
            self.tests.push((span, value));
        }
        self.builder.call(call.builtin, &args)
    }

    /// A read at other bins leaves the branches around it: what it reads may be used there.
    fn lower_argument(&mut self, node: &'m Node, reads: Reads, active: Option<ValueId>) -> ValueId {
        match reads {
            Reads::NOW => self.lower_node(node, active),
            Reads::Nothing => self.builder.number(0.0),
            Reads::Lags { min, .. } if min > 0 && self.reads_ahead(node) => self.defer(node),
            Reads::Lags { .. } | Reads::All => self.lower_node(node, None),
        }
    }

    /// Whether something in `node` belongs to a series that is not yet lowered.
    fn reads_ahead(&self, node: &Node) -> bool {
        if self.nodes.is_some() {
            return false;
        }
        let mut found = false;
        node.walk(&mut |node| found |= matches!(node.kind, Kind::Series(id) if self.values[id.index()].is_none()));
        found
    }

    /// Puts a lagged argument off until its series are lowered.
    fn defer(&mut self, node: &'m Node) -> ValueId {
        if let Kind::Series(id) = node.kind {
            return self.value(id);
        }
        let ty = type_of(node, self.types).unwrap_or(Type::Num);
        let slot = self.builder.slot(ty);
        self.deferred.push(Deferred { slot, node, series: self.current });
        self.builder.forward(slot)
    }

    /// What a SHIFT with a lag reads before bin 0, where it has no third argument of its own.
    fn start(&mut self, call: &'m Call) -> Option<ValueId> {
        match dependencies::start(call, &self.definitions)? {
            Start::Argument(node) => Some(self.lower_node(node, None)),
            Start::Initial(series) => match self.starts[series.index()]? {
                StartValue::Number(number) => Some(self.builder.number(number)),
                StartValue::Bool(value) => Some(self.builder.boolean(value)),
                StartValue::Param(id) => Some(self.builder.param(id)),
                StartValue::Series(id) => Some(self.value(id)),
                StartValue::Error => None,
            },
        }
    }

    fn keep_mask(&mut self, convention: Option<Convention>, args: &[Option<ValueId>], active: Option<ValueId>) {
        let Some(convention) = convention.filter(|_| self.keeps_masks) else { return };
        let mask = convention.mask(&mut self.builder, args);
        let mask = self.and(active, mask);
        if self.builder.constant(mask) != Some(0.0) {
            self.masks.push(Mask { series: self.current, convention, mask });
        }
    }

    /// One output per series and convention.
    fn output_flags(&mut self, flags: Flags) -> Vec<(SeriesId, Convention)> {
        let mut united: BTreeMap<(SeriesId, Convention), ValueId> = BTreeMap::new();
        for Mask { series, convention, mask } in std::mem::take(&mut self.masks) {
            let before = united.get(&(series, convention)).copied();
            let mask = before.map_or(mask, |before| self.builder.call(builtins::or(), &[Some(before), Some(mask)]));
            united.insert((series, convention), mask);
        }
        for mask in united.values() {
            let value =
                if flags == Flags::Count { self.builder.call(builtins::count(), &[Some(*mask)]) } else { *mask };
            self.builder.output(value);
        }
        united.into_keys().collect()
    }
}
