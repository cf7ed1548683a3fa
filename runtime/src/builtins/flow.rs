//! What is particular to service flows, in terms of everything else.

use super::entry::{FUNCTION, INTERNAL, back_to, example, given, int, num};
use super::logic::{AND, GT, IF};
use super::window::ROLLING_MAX;
use super::{Builtin, Choice, Default, Family, Meaning, Param, ResultType};
use crate::ir::{Builder, ValueId};

pub(super) static FAMILY: Family = Family { title: "Flow", entries: &[&INFER_CAPACITY] };

const CAPACITY_PARAMS: &[Param] = &[
    num("served", "what was served"),
    num("external_demand", "what was asked for"),
    num("queue_depth", "what was waiting").or(Default::Absent),
    int("window", 1, "how many bins the largest served is taken of").or(Default::Number(12.0)),
    num("min_queue", "the depth above which a queue counts as one").or(Default::Number(10.0)),
];

pub(super) static INFER_CAPACITY: Builtin = Builtin {
    name: "infer_capacity_from_saturation",
    params: CAPACITY_PARAMS,
    reads: |param, args| back_to(3, 1, param, args),
    choice: Choice::Tested {
        test: &SATURATED,
        passed: "saturated: what was served is the capacity",
        failed: "not saturated: the largest served of the window",
    },
    meaning: Meaning::Lower(lower_capacity),
    summary: "served where the service is saturated, else the largest served of the last `window` bins",
    edge: "saturated is where external_demand > served and, if queue_depth is given, queue_depth > min_queue; a missing \
           demand, served or depth is not saturated",
    examples: &[
        example!(
            "infer_capacity_from_saturation(served, demand, window=2)",
            served = [50.0, 40.0, 30.0, 20.0], demand = [50.0, 40.0, 35.0, 20.0] => [50.0, 50.0, 30.0, 30.0]
        ),
        example!(
            "infer_capacity_from_saturation(served, demand, depth, window=3)",
            served = [50.0, 40.0, 30.0], demand = [60.0, 60.0, 60.0], depth = [0.0, f64::NAN, 11.0]
            => [50.0, 50.0, 30.0]
        ),
    ],
    ..FUNCTION
};

/// Whether [`INFER_CAPACITY`] with the same arguments takes the bin for saturated; runs tell it beside the capacity.
pub(super) static SATURATED: Builtin = Builtin {
    name: "saturated",
    params: CAPACITY_PARAMS,
    result: ResultType::Bool,
    meaning: Meaning::Lower(lower_saturation),
    summary: "whether the demand is not met and, if queue_depth is given, work is waiting",
    ..INTERNAL
};

fn lower_capacity(builder: &mut Builder, args: &[Option<ValueId>]) -> ValueId {
    let served = given(builder, args, 0);
    let window = given(builder, args, 3);
    let saturated = lower_saturation(builder, args);
    let largest = builder.call(&ROLLING_MAX, &[Some(served), Some(window)]);
    builder.call(&IF, &[Some(saturated), Some(served), Some(largest)])
}

fn lower_saturation(builder: &mut Builder, args: &[Option<ValueId>]) -> ValueId {
    let served = given(builder, args, 0);
    let demand = given(builder, args, 1);
    let short = builder.call(&GT, &[Some(demand), Some(served)]);
    let Some(&Some(depth)) = args.get(2) else {
        return short;
    };
    let least = given(builder, args, 4);
    let queued = builder.call(&GT, &[Some(depth), Some(least)]);
    builder.call(&AND, &[Some(short), Some(queued)])
}
