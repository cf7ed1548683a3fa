//! The heart of the compiler: which series reads which at what lags, which of them therefore form recurrences, and
//! whether those can be run bin by bin. This is the split of a program into sequential and parallel parts by the
//! strongly connected components of its dependence graph (Allen and Kennedy).
//!
//! Resolved formulas come in; a [`Dependencies`] with reads, components and an order of evaluation goes out. A cycle
//! within one bin, a recurrence that looks ahead and a recurrence without a start are reported.

use super::SeriesId;
use super::cycles;
use super::tree::{Argument, Call, Kind, Node};
use crate::diagnostics::{Sink, codes};
use crate::source::Span;
use crate::syntax::print;
use flowtime_runtime::builtins::{self, Builtin, Reads, ResultType};
use flowtime_runtime::ir::components;
use std::collections::BTreeMap;

/// One way in which a series reads another: bins `t - max ..= t - min`.
#[derive(Clone, Copy, Debug)]
pub struct Read {
    /// The series read.
    pub to: SeriesId,
    /// Smallest lag; negative looks ahead.
    pub min: i64,
    /// Largest lag.
    pub max: i64,
    /// The name in the formula.
    pub span: Span,
    /// The SHIFT with a lead, or the reduction, through which it reads.
    pub ahead: Option<Ahead>,
}

/// A construct that needs bins behind t.
#[derive(Clone, Copy, Debug)]
pub struct Ahead {
    /// The call.
    pub span: Span,
    /// Whether it needs every bin.
    pub all: bool,
}

impl Read {
    /// Whether bin t itself may be read, through nothing that looks ahead.
    pub fn is_within_bin(&self) -> bool {
        self.ahead.is_none() && self.min <= 0 && self.max >= 0
    }
}

/// One series as this phase sees it.
#[derive(Clone, Copy, Debug)]
pub struct Definition<'a> {
    /// Its name.
    pub id: &'a str,
    /// Its resolved formula, if it has one.
    pub formula: Option<&'a Node>,
    /// Whether it declares `initial`.
    pub has_initial: bool,
    /// Whether it is the queue of a topology node.
    pub is_queue: bool,
    /// The series that its `initial` names, and where.
    pub initial: Option<(SeriesId, Span)>,
}

/// How the series of a model depend on each other.
#[derive(Debug, Default)]
pub struct Dependencies {
    /// The reads of each series, in the order of its formula.
    pub reads: Vec<Vec<Read>>,
    /// The components in an order in which each comes after all that it reads; in a component its series in an order
    /// in which each comes after what it reads at lag 0.
    pub components: Vec<Component>,
}

/// Series that depend on each other, or a single one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Its series in the order of evaluation.
    pub series: Vec<SeriesId>,
    /// Whether they form a recurrence.
    pub recurrent: bool,
}

/// Finds the dependencies of `series` and checks that they can be evaluated.
pub fn check(series: &[Definition<'_>], sink: &mut Sink) -> Dependencies {
    let reads: Vec<Vec<Read>> =
        series.iter().map(|definition| definition.formula.map_or_else(Vec::new, reads_of)).collect();
    let components = find_components(series, &reads);
    let before = sink.error_count();
    check_initial_cycles(series, &reads, &places(&components, series.len()), sink);
    if sink.error_count() > before {
        // A component that only an `initial` closes is no recurrence: what is wrong with one does not follow.
        let without: Vec<_> = series.iter().map(|one| Definition { initial: None, ..*one }).collect();
        check_recurrences(&find_components(&without, &reads), series, &reads, sink);
    } else {
        check_recurrences(&components, series, &reads, sink);
    }
    cycles::check(series, &reads, sink);
    Dependencies { reads, components }
}

fn check_recurrences(components: &[Component], series: &[Definition<'_>], reads: &[Vec<Read>], sink: &mut Sink) {
    let place = places(components, series.len());
    for component in components.iter().filter(|component| component.recurrent) {
        check_lookahead(component, series, reads, &place, sink);
        check_starts(component, series, &place, sink);
    }
}

/// All reads in a formula, each with the sum of the lags on the way to it.
fn reads_of(formula: &Node) -> Vec<Read> {
    let mut found = Vec::new();
    collect_reads(formula, 0, 0, None, &mut found);
    found
}

fn collect_reads(node: &Node, min: i64, max: i64, ahead: Option<Ahead>, found: &mut Vec<Read>) {
    if let Kind::Series(to) = node.kind {
        found.push(Read { to, min, max, span: node.span, ahead });
    }
    if is_unresolved(node) {
        return;
    }
    for (child, reads) in node.children() {
        match reads {
            Reads::Nothing => {}
            Reads::Lags { min: low, max: high } => {
                let ahead = ahead.or((low < 0).then_some(Ahead { span: node.span, all: false }));
                collect_reads(child, min.saturating_add(low), max.saturating_add(high), ahead, found);
            }
            Reads::All => collect_reads(child, min, max, Some(Ahead { span: node.span, all: true }), found),
        }
    }
}

/// A call with a broken argument: at what lags it reads the others is unknown, so nothing may follow from it.
fn is_unresolved(node: &Node) -> bool {
    matches!(&node.kind, Kind::Call(call) if call.args.iter().any(|argument| matches!(argument, Argument::Error)))
}

/// Components over all reads and over `initial`, which orders series without being a read of its own.
fn find_components(series: &[Definition<'_>], reads: &[Vec<Read>]) -> Vec<Component> {
    let successors = |from: usize| {
        let initial = series[from].initial.map(|(to, _)| to.0 as usize);
        reads[from].iter().map(|read| read.to.0 as usize).chain(initial)
    };
    let rank = within_bin_rank(reads);
    let found = components(series.len(), |from| successors(from).collect::<Vec<_>>());
    let ordered = found.into_iter().map(|mut members| {
        members.sort_by_key(|member| rank[*member]);
        let recurrent = members.len() > 1 || reads[members[0]].iter().any(|read| read.to.0 as usize == members[0]);
        Component { series: members.into_iter().map(series_id).collect(), recurrent }
    });
    ordered.collect()
}

/// For each series its place in an order in which what is read at lag 0 comes first.
fn within_bin_rank(reads: &[Vec<Read>]) -> Vec<usize> {
    let within_bin =
        |from: usize| reads[from].iter().filter(|read| read.is_within_bin()).map(|read| read.to.0 as usize);
    let found = components(reads.len(), |from| within_bin(from).collect::<Vec<_>>());
    let mut rank = vec![0; reads.len()];
    for (at, series) in found.into_iter().flatten().enumerate() {
        rank[series] = at;
    }
    rank
}

fn series_id(index: usize) -> SeriesId {
    SeriesId(u32::try_from(index).unwrap_or(u32::MAX))
}

/// For each series the component it is in.
fn places(components: &[Component], count: usize) -> Vec<usize> {
    let mut place = vec![0; count];
    for (at, component) in components.iter().enumerate() {
        for series in &component.series {
            place[series.0 as usize] = at;
        }
    }
    place
}

fn check_initial_cycles(series: &[Definition<'_>], reads: &[Vec<Read>], place: &[usize], sink: &mut Sink) {
    for (at, definition) in series.iter().enumerate() {
        let Some((start, span)) = definition.initial else { continue };
        let start = start.0 as usize;
        if place[start] != place[at] {
            continue;
        }
        let message =
            format!("the start of `{0}` is `{1}`, which itself depends on `{0}`", definition.id, series[start].id);
        let diagnostic = sink.emit(codes::INITIAL_CYCLE, span, message);
        diagnostic.help("start from a number, a parameter, or a series that does not depend on this one");
        if let Some(read) = reads[start].iter().find(|read| place[read.to.0 as usize] == place[at]) {
            diagnostic
                .label(read.span, format!("`{}` reads `{}` here", series[start].id, series[read.to.0 as usize].id));
        }
    }
}

fn check_lookahead(
    component: &Component,
    series: &[Definition<'_>],
    reads: &[Vec<Read>],
    place: &[usize],
    sink: &mut Sink,
) {
    let own = place[component.series[0].0 as usize];
    for owner in component.series.iter().map(|id| id.0 as usize) {
        for read in reads[owner].iter().filter(|read| place[read.to.0 as usize] == own) {
            let Some(ahead) = read.ahead else { continue };
            let (reader, target) = (series[owner].id, series[read.to.0 as usize].id);
            let message = match (ahead.all, reader == target) {
                (true, true) => format!("`{reader}` needs every bin of itself before its first"),
                (true, false) => format!("`{reader}` needs every bin of `{target}`, which depends on `{reader}`"),
                (false, true) => format!("`{reader}` looks ahead at itself"),
                (false, false) => format!("`{reader}` looks ahead at `{target}`, which depends on `{reader}`"),
            };
            sink.emit(codes::LOOKAHEAD, ahead.span, message)
                .label(read.span, format!("`{target}` is part of the recurrence"))
                .help("look back instead, or read a series outside the recurrence");
        }
    }
}

/// A SHIFT inside a recurrence that reads the recurrence before bin 0 and has nothing to read there.
struct StartlessShift {
    span: Span,
    fix: Option<String>,
}

fn check_starts(component: &Component, series: &[Definition<'_>], place: &[usize], sink: &mut Sink) {
    let own = place[component.series[0].0 as usize];
    let mut lacking: BTreeMap<SeriesId, Vec<StartlessShift>> = BTreeMap::new();
    for owner in &component.series {
        let Some(formula) = series[owner.0 as usize].formula else { continue };
        formula.walk(&mut |node| {
            let Kind::Call(call) = &node.kind else { return };
            let in_component = |id: SeriesId| place[id.0 as usize] == own;
            if is_lag(call)
                && !shifts_a_lag(call)
                && reads_any(&call.args[0], &in_component)
                && start(call, series).is_none()
            {
                let target = bare_series(call).unwrap_or(*owner);
                lacking.entry(target).or_default().push(startless(node, call, series));
            }
        });
    }
    for (target, mut shifts) in lacking {
        shifts.sort_by_key(|shift| shift.span);
        report_startless(&series[target.0 as usize], &shifts, sink);
    }
}

/// Whether a SHIFT has no start of its own to lack: it reads before bin 0 what the SHIFT in it reads.
fn shifts_a_lag(call: &Call) -> bool {
    matches!(call.args[0].value().map(|node| &node.kind), Some(Kind::Call(inner)) if is_lag(inner))
}

fn startless(node: &Node, call: &Call, series: &[Definition<'_>]) -> StartlessShift {
    let lag = lag(call).unwrap_or_default();
    let fix = bare_series(call).map(|id| {
        let target = &series[id.0 as usize];
        format!("{}({}, {lag}, {})", call.builtin.name, print::id(target.id), neutral_start(target))
    });
    StartlessShift { span: node.span, fix }
}

/// The start that means nothing yet, in the type that the formula of `series` visibly has.
fn neutral_start(series: &Definition<'_>) -> &'static str {
    match series.formula.and_then(root) {
        Some(builtin) if builtin.result == ResultType::Bool => "false",
        _ => "0",
    }
}

/// The operator or function whose result a formula is.
fn root(formula: &Node) -> Option<&'static Builtin> {
    match &formula.kind {
        Kind::Call(call) => Some(call.builtin),
        Kind::Chain { rest, .. } => rest.last().map(|link| link.builtin),
        _ => None,
    }
}

fn report_startless(series: &Definition<'_>, shifts: &[StartlessShift], sink: &mut Sink) {
    let (id, start) = (series.id, neutral_start(series));
    let diagnostic =
        sink.emit(codes::MISSING_INITIAL, shifts[0].span, "Self-referencing SHIFT requires explicit 'initial'");
    diagnostic.here(format!("`{id}` has no `initial`, which this would read before bin 0"));
    for shift in &shifts[1..] {
        diagnostic.label(shift.span, "and here");
    }
    if shifts[0].fix.is_some() {
        diagnostic.help(format!("declare `initial: {start}` on `{id}`, or give `SHIFT` a third argument"));
    } else {
        diagnostic.help("give `SHIFT` a third argument: what it reads before bin 0");
    }
    let edits = shifts.iter().filter_map(|shift| Some((shift.span, shift.fix.clone()?)));
    let edits: Vec<_> = edits.map(|(span, new_text)| crate::diagnostics::Edit { span, new_text }).collect();
    if edits.len() == shifts.len() {
        diagnostic.fixes.push(crate::diagnostics::Fix { title: format!("start at {start}"), edits });
    }
}

fn reads_any(argument: &Argument, wanted: &impl Fn(SeriesId) -> bool) -> bool {
    let mut found = false;
    if let Some(node) = argument.value() {
        node.walk(&mut |node| found |= matches!(node.kind, Kind::Series(id) if wanted(id)));
    }
    found
}

/// The lag of a SHIFT that looks back.
pub fn lag(call: &Call) -> Option<i64> {
    match call.args.get(1) {
        Some(Argument::Int(lag, _)) if call.builtin == builtins::shift() && *lag > 0 => Some(*lag),
        _ => None,
    }
}

fn is_lag(call: &Call) -> bool {
    lag(call).is_some()
}

fn bare_series(call: &Call) -> Option<SeriesId> {
    match call.args[0].value()?.kind {
        Kind::Series(id) => Some(id),
        _ => None,
    }
}

/// What a lagged read sees before bin 0, where the model says so.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a> {
    /// A third argument.
    Argument(&'a Node),
    /// The `initial` of this series.
    Initial(SeriesId),
}

/// The start that holds for a SHIFT with a lag: its third argument; else the `initial` of the series that it names;
/// else that of the SHIFT with a lag that it shifts again.
pub fn start<'a>(call: &'a Call, series: &[Definition<'_>]) -> Option<Start<'a>> {
    let mut call = call;
    loop {
        if let Some(node) = call.args.get(2).and_then(Argument::value) {
            return Some(Start::Argument(node));
        }
        match &call.args[0].value()?.kind {
            Kind::Series(id) => return series[id.0 as usize].has_initial.then_some(Start::Initial(*id)),
            Kind::Call(inner) if is_lag(inner) => call = inner,
            _ => return None,
        }
    }
}
