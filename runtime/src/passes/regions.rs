//! From parts to loops and the order in which they run.
//!
//! The elementwise values of one stage, batch and depth become one function, with a loop for each cluster, ordered from
//! its results back, so that a value is computed close to where it is read; beyond [`MOST_VALUES`] another function
//! follows. Up to [`MOST_SCANS`] scans of one depth share a loop: several chains hide each other's latency; those alike
//! go in pairs. A recurrence too large for one function is several, which take turns at each bin.

use std::collections::BTreeMap;

use cranelift_entity::{EntitySet, SecondaryMap};

use super::clusters::turns;
use super::pairs::{Pair, pairs};
use super::parts::{Kind, Part};
use crate::builtins::Reads;
use crate::ir::{Op, Program, Rate, ValueId};
use crate::plan::{Plan, Region, RegionId, RegionKind, Stage, Step, Window};

/// What a function computes at most.
pub(super) const MOST_VALUES: usize = 512;
/// Values in one loop over vectors at least, if there are more: each value may be a column, and those of many would not
/// fit into the caches of addresses.
const FEW_VALUES: usize = 8;
/// Scans in one loop at most.
const MOST_SCANS: usize = 8;
/// Pairs in one loop at most.
const MOST_PAIRS: usize = 4;
/// Values of several scans in one loop at most: more chains would not fit into the registers.
const MOST_SHARED: usize = 96;

/// A plan with regions and stages but no memory.
pub(super) fn regions(program: &Program, parts: &[Part]) -> Plan {
    let mut plan = Plan::default();
    plan.stages.resize_with(parts.iter().map(|part| part.stage + 1).max().unwrap_or(0), Stage::default);
    let turns = turns(program, parts);
    let mut groups: BTreeMap<(usize, usize, usize, Kind), Vec<usize>> = BTreeMap::new();
    for (number, part) in parts.iter().enumerate() {
        groups.entry((part.stage, turns[number].batch, part.depth, part.kind)).or_default().push(number);
    }
    let mut order = Order::new(program);
    for ((stage, _, _, kind), mut group) in groups {
        group.sort_by_key(|&part| turns[part].cluster);
        let clusters: Vec<usize> = group.iter().map(|&part| turns[part].cluster).collect();
        let parts: Vec<&Part> = group.into_iter().map(|part| &parts[part]).collect();
        match kind {
            Kind::Uniform => add_uniforms(program, &mut plan, stage, &parts),
            Kind::Input => (),
            Kind::Map => add_maps(&mut order, &mut plan, stage, &parts, &clusters),
            Kind::Scan => add_recurrences(program, &mut plan, stage, &parts),
            Kind::Window => add_windows(program, &mut plan, stage, &parts),
        }
    }
    plan.stages.iter_mut().for_each(|stage| stage.uniforms.sort_unstable());
    plan
}

/// Constants are there from the beginning.
fn add_uniforms(program: &Program, plan: &mut Plan, stage: usize, parts: &[&Part]) {
    let computed = values(parts).filter(|&value| program.rate(value) == Rate::Uniform);
    plan.stages[stage].uniforms.extend(computed);
}

fn values(parts: &[&Part]) -> impl Iterator<Item = ValueId> {
    parts.iter().flat_map(|part| part.values.iter().copied())
}

/// Loops over vectors, each of one cluster or of several small ones.
fn add_maps(order: &mut Order<'_>, plan: &mut Plan, stage: usize, parts: &[&Part], clusters: &[usize]) {
    let ordered = order.results_back(parts);
    let (mut values, mut cuts): (Vec<ValueId>, Vec<usize>) = (Vec::new(), Vec::new());
    let (mut rest, mut parts) = (ordered.as_slice(), parts);
    for together in clusters.chunk_by(|a, b| a == b) {
        let (cluster, others) = parts.split_at(together.len());
        let (ordered, later) = rest.split_at(cluster.iter().map(|part| part.values.len()).sum());
        (parts, rest) = (others, later);
        for part in ordered.chunks(MOST_VALUES) {
            if values.len() + part.len() > MOST_VALUES {
                add_loops(plan, stage, RegionKind::Map, &mut values, &mut cuts);
            }
            values.extend_from_slice(part);
            let last = cuts.len().checked_sub(2).map_or(0, |before| cuts[before]);
            if !cuts.is_empty() && values.len() - last <= FEW_VALUES {
                cuts.pop();
            }
            cuts.push(values.len());
        }
    }
    add_loops(plan, stage, RegionKind::Map, &mut values, &mut cuts);
}

fn add_loops(plan: &mut Plan, stage: usize, kind: RegionKind, values: &mut Vec<ValueId>, cuts: &mut Vec<usize>) {
    if !values.is_empty() {
        let region = add_region(plan, kind, std::mem::take(values), std::mem::take(cuts));
        plan.stages[stage].steps.push(Step::Loop(region));
    }
}

/// Pairs of recurrences alike, about as many in each loop, and all other scans.
fn add_recurrences(program: &Program, plan: &mut Plan, stage: usize, parts: &[&Part]) {
    let (alike, rest) = pairs(program, parts);
    for pairs in alike {
        let most = (MOST_SHARED / pairs[0].first.values.len()).clamp(1, MOST_PAIRS);
        pairs.chunks(pairs.len().div_ceil(pairs.len().div_ceil(most))).for_each(|pairs| add_pairs(plan, stage, pairs));
    }
    add_scans(plan, stage, &rest);
}

/// A loop of pairs.
fn add_pairs(plan: &mut Plan, stage: usize, pairs: &[Pair<'_>]) {
    let (mut values, mut cuts) = (Vec::new(), Vec::new());
    for pair in pairs {
        values.extend_from_slice(&pair.first.values);
        cuts.push(values.len());
    }
    values.extend(pairs.iter().filter_map(|pair| pair.second).flat_map(|part| part.values.iter().copied()));
    add_loops(plan, stage, RegionKind::Pairs, &mut values, &mut cuts);
}

/// Scans that share loops, about as many in each, and the loops that share a function.
fn add_scans(plan: &mut Plan, stage: usize, parts: &[&Part]) {
    let (large, small): (Vec<&Part>, Vec<&Part>) = parts.iter().partition(|part| part.values.len() > MOST_VALUES);
    large.into_iter().for_each(|part| add_alternating(plan, stage, part));
    let (mut function, mut cuts) = (Vec::new(), Vec::new());
    for parts in small.chunks(small.len().div_ceil(small.len().div_ceil(MOST_SCANS).max(1)).max(1)) {
        let mut first = function.len();
        for part in parts {
            if function.len() + part.values.len() > MOST_VALUES {
                add_loops(plan, stage, RegionKind::Scan, &mut function, &mut cuts);
                first = 0;
            }
            if function.len() > first && function.len() + part.values.len() - first > MOST_SHARED {
                cuts.push(function.len());
                first = function.len();
            }
            function.extend_from_slice(&part.values);
        }
        cuts.push(function.len());
    }
    add_loops(plan, stage, RegionKind::Scan, &mut function, &mut cuts);
}

fn add_alternating(plan: &mut Plan, stage: usize, part: &Part) {
    let chunks = part.values.chunks(MOST_VALUES);
    let regions =
        chunks.map(|values| add_region(plan, RegionKind::Scan, values.to_vec(), vec![values.len()])).collect();
    plan.stages[stage].steps.push(Step::Alternate(regions));
}

fn add_windows(program: &Program, plan: &mut Plan, stage: usize, parts: &[&Part]) {
    for value in values(parts) {
        if let Op::Call { builtin, args } = program.op(value) {
            let rest = args[1..].iter().filter_map(|&arg| program.constant(arg)).collect();
            let reach = program.reads(value).next().map_or(0, |(_, reads)| reach(reads));
            let window = plan.windows.push(Window { value, builtin, args: rest, source: args[0], reach });
            plan.stages[stage].steps.push(Step::Window(window));
        }
    }
}

/// How many bins back a window reads.
fn reach(reads: Reads) -> usize {
    match reads {
        Reads::Nothing => 0,
        Reads::Lags { max, .. } => usize::try_from(max).unwrap_or(0),
        Reads::All => usize::MAX,
    }
}

fn add_region(plan: &mut Plan, kind: RegionKind, values: Vec<ValueId>, cuts: Vec<usize>) -> RegionId {
    let region = plan.regions.next_key();
    values.iter().for_each(|&value| plan.homes[value].region = region.into());
    plan.regions.push(Region { kind, values, cuts })
}

/// Orders the values of one loop after the other; each value is in one of them.
struct Order<'a> {
    program: &'a Program,
    /// The loop that a value is in, counted from 1.
    loops: SecondaryMap<ValueId, usize>,
    /// How many loops there are.
    count: usize,
    /// Values that others of their loop read.
    read: EntitySet<ValueId>,
    done: EntitySet<ValueId>,
}

impl<'a> Order<'a> {
    fn new(program: &'a Program) -> Self {
        let (read, done) = (EntitySet::new(), EntitySet::new());
        Order { program, loops: SecondaryMap::new(), count: 0, read, done }
    }

    /// The values of the parts, each after those it reads, and as late as the results that need it allow.
    fn results_back(&mut self, parts: &[&Part]) -> Vec<ValueId> {
        self.count += 1;
        values(parts).for_each(|value| self.loops[value] = self.count);
        for value in values(parts) {
            for operand in self.operands(value) {
                self.read.insert(operand);
            }
        }
        let mut ordered = Vec::new();
        for result in values(parts) {
            if !self.read.contains(result) {
                self.add(result, &mut ordered);
            }
        }
        ordered
    }

    /// Operands that are computed in the same loop.
    fn operands(&self, value: ValueId) -> Vec<ValueId> {
        let now = self.program.reads(value).filter(|(_, reads)| *reads == Reads::NOW).map(|(operand, _)| operand);
        now.filter(|&operand| self.loops[operand] == self.count && self.program.rate(operand) == Rate::Series).collect()
    }

    /// Adds a value after all that it reads; the stack is on the heap.
    fn add(&mut self, value: ValueId, ordered: &mut Vec<ValueId>) {
        let mut pending = vec![(value, false)];
        while let Some((value, ready)) = pending.pop() {
            if self.done.contains(value) {
                continue;
            }
            if ready {
                self.done.insert(value);
                ordered.push(value);
                continue;
            }
            pending.push((value, true));
            let operands = self.operands(value).into_iter().rev().filter(|&operand| !self.done.contains(operand));
            pending.extend(operands.map(|operand| (operand, false)));
        }
    }
}
