//! From a program to a plan: which values are needed, which stage and loop each belongs to, and where it lives.
//!
//! `live` drops what no output needs. `parts` finds the components of the values: one with a cycle becomes a scan, bin
//! by bin; the others are elementwise, windows or uniform; each gets its stage, and its depth in the stage. `clusters`
//! tells which parts hang together and run close to each other. `regions` makes loops of them: elementwise values of one
//! depth are fused, independent scans of one depth share a loop, and those that `pairs` finds alike share its lanes.
//! `homes` and `scratch` give memory to what doesn't fit into a register, `starts` says what stands before its first bin.
//! Nothing here changes what is computed.

use crate::ir::Program;
use crate::plan::Plan;

mod clusters;
mod homes;
mod live;
mod pairs;
mod parts;
mod regions;
mod scratch;
mod starts;
#[cfg(test)]
mod tests;

/// The plan of a program that passes `verify`.
pub(crate) fn plan(program: &Program) -> Plan {
    let live = live::live(program);
    let parts = parts::parts(program, &live);
    let mut plan = regions::regions(program, &parts);
    homes::homes(program, &live, &mut plan);
    scratch::scratch(program, &mut plan);
    starts::starts(program, &live, &mut plan);
    plan
}

/// The plan of a program that is interpreted: columns for its inputs and outputs.
pub(crate) fn plan_interpreted(program: &Program) -> Plan {
    let live = live::live(program);
    let mut plan = Plan::default();
    homes::boundary(program, &live, &mut plan);
    plan
}
