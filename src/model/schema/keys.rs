//! The tables of keys, one a mapping of the model, from the outside in.

use super::{Key, Section, Shape};

pub(crate) const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, required: true, doc }
}

pub(crate) const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, required: false, doc }
}

/// The versions of the schema that this compiler reads.
pub const SCHEMA_VERSIONS: &[u64] = &[1];

/// The whole file.
pub static MODEL: Section = Section {
    name: "a model",
    doc: "A model of service flows: series over a grid of time bins, and the services and queues they describe.",
    keys: &[
        required("schemaVersion", Shape::Whole(1, 1), "The version of this schema: 1."),
        optional("window", Shape::One(&WINDOW), "When bin 0 begins."),
        required("grid", Shape::One(&GRID), "Number and size of the time bins."),
        optional("rng", Shape::One(&RNG), "Random numbers of sampled distributions."),
        optional("parameters", Shape::Many(&PARAMETER), "Numbers that formulas name and a run can set."),
        optional("topology", Shape::One(&TOPOLOGY), "Services and queues, and which series play their roles."),
        required("nodes", Shape::Many(&SERIES), "The series."),
        optional("validation", Shape::Many(&RULE), "Rules checked after evaluation; a broken one is a warning."),
        optional("outputs", Shape::Many(&OUTPUT), "Which series are written; absent: those of the topology, else all."),
        optional("tests", Shape::Many(&TEST), "Tests of the model itself."),
        optional("provenance", Shape::Any, "Where the model comes from."),
    ],
};

/// `window`
pub static WINDOW: Section = Section {
    name: "a window",
    doc: "When bin 0 begins.",
    keys: &[
        required("start", Shape::Text, "RFC 3339 in UTC, on a bin boundary: \"2025-10-07T00:00:00Z\"."),
        optional("timezone", Shape::Choice(&["UTC"]), "Only UTC."),
    ],
};

/// `grid`
pub static GRID: Section = Section {
    name: "a grid",
    doc: "Number and size of the time bins.",
    keys: &[
        required("bins", Shape::Whole(1, 10_000_000), "How many bins."),
        required("binSize", Shape::Whole(1, 1000), "Units in a bin."),
        required("binUnit", Shape::Choice(&["minutes", "hours", "days", "weeks"]), "The unit."),
    ],
};

/// `rng`
pub static RNG: Section = Section {
    name: "rng",
    doc: "Random numbers of sampled distributions.",
    keys: &[required("seed", Shape::Whole(0, u64::MAX), "The same seed gives the same numbers.")],
};

/// An entry of `parameters`
pub static PARAMETER: Section = Section {
    name: "a parameter",
    doc: "A uniform number that formulas name.",
    keys: &[
        required("id", Shape::Id, "Its name; series and parameters share one namespace."),
        required("value", Shape::Number, "Its value unless a run sets another."),
        optional("min", Shape::Number, "Smallest value allowed."),
        optional("max", Shape::Number, "Largest value allowed."),
        optional("step", Shape::Number, "Distance between values worth trying, for people."),
        optional("unit", Shape::Text, "Unit, for people."),
        optional("description", Shape::Text, "What it means, for people."),
    ],
};

/// `topology`
pub static TOPOLOGY: Section = Section {
    name: "a topology",
    doc: "Services and queues, and which series play their roles.",
    keys: &[
        optional("nodes", Shape::Many(&NODE), "The services, queues and other parts."),
        optional("edges", Shape::Many(&EDGE), "The flows between them; no cycles."),
    ],
};

/// An entry of `topology.nodes`
pub static NODE: Section = Section {
    name: "a topology node",
    doc: "A service, queue or other part of the system.",
    keys: &[
        required("id", Shape::Id, "Its name."),
        required("kind", Shape::Choice(&["service", "queue", "router", "external", "dependency"]), "What it is."),
        optional("group", Shape::Text, "A group, for people."),
        optional("ui", Shape::One(&UI), "Where a page draws it."),
        optional("semantics", Shape::One(&SEMANTICS), "Which series play its roles."),
    ],
};

/// `ui` of a topology node
pub static UI: Section = Section {
    name: "a place",
    doc: "Where a page draws a node.",
    keys: &[required("x", Shape::Number, "From the left."), required("y", Shape::Number, "From the top.")],
};

/// `semantics` of a topology node
pub static SEMANTICS: Section = Section {
    name: "semantics",
    doc: "Which series play the roles of a node; null is not given.",
    keys: &[
        optional("arrivals", Shape::Id, "What comes in; services, queues and routers need it."),
        optional("served", Shape::Id, "What is done; services, queues and routers need it."),
        optional("errors", Shape::Id, "What fails."),
        optional("external_demand", Shape::Id, "What wants to come in."),
        optional("queue", Shape::Id, "What waits; queues need it."),
        optional("capacity", Shape::Id, "What could be done."),
        optional("latency_min", Shape::Id, "Minutes to wait; null: derived from queue and served."),
        optional("sla_min", Shape::Number, "Minutes to wait that are still good."),
        optional("q0", Shape::NumberOrId, "The queue before bin 0."),
        optional("served_baseline", Shape::Id, "What was done before a change, for comparison."),
    ],
};

/// An entry of `topology.edges`
pub static EDGE: Section = Section {
    name: "an edge",
    doc: "A flow between two nodes.",
    keys: &[
        optional("id", Shape::Id, "Its name."),
        required("from", Shape::Text, "Node or Node:port."),
        required("to", Shape::Text, "Node or Node:port."),
        optional("weight", Shape::Number, "Share of the flow."),
    ],
};

/// An entry of `nodes`
pub static SERIES: Section = Section {
    name: "a series",
    doc: "One value per bin: from data, from a formula, or from a distribution.",
    keys: &[
        required("id", Shape::Id, "Its name."),
        required("kind", Shape::Choice(&["const", "expr", "pmf"]), "Where its values come from."),
        optional("source", Shape::Text, "const: a file, file://relative/path or file:///absolute/path."),
        optional("values", Shape::Values, "const: one number per bin, null where missing."),
        optional("value", Shape::Number, "const: the same number in every bin."),
        optional("expr", Shape::Formula, "expr: the formula of one bin."),
        optional("initial", Shape::Start, "expr: what lagged reads see before bin 0."),
        optional("pmf", Shape::Distribution, "pmf: the distribution."),
        optional("unit", Shape::Text, "Unit, for people."),
        optional("description", Shape::Text, "What it means, for people."),
    ],
};

/// An entry of `validation`
pub static RULE: Section = Section {
    name: "a validation rule",
    doc: "A rule checked after evaluation.",
    keys: &[
        optional("id", Shape::Id, "Its name."),
        required("type", Shape::Choice(&["conservation", "custom"]), "What it checks."),
        optional("node", Shape::Id, "conservation: the topology node."),
        optional("tolerance", Shape::Number, "conservation: largest residual accepted, 0.01 unless given."),
        optional("expr", Shape::Formula, "custom: a formula that is true or false per bin."),
        optional("expected", Shape::Bool, "custom: what it should be in every bin, true unless given."),
    ],
};

/// An entry of `outputs`
pub static OUTPUT: Section = Section {
    name: "an output",
    doc: "Series that are written.",
    keys: &[
        required("series", Shape::Id, "A series, or a pattern with `*`."),
        optional("exclude", Shape::Ids, "Series or patterns taken out again."),
        optional("as", Shape::Id, "Another name for one series."),
    ],
};

/// An entry of `tests`
pub static TEST: Section = Section {
    name: "a test",
    doc: "A test of the model.",
    keys: &[
        required("name", Shape::Text, "What it shows."),
        optional("set", Shape::NumberById, "Parameters set for it."),
        optional("inputs", Shape::ValuesById, "Const series replaced, all of one length, which is the test's grid."),
        optional("expect", Shape::ValuesById, "Series and their expected values."),
        optional("tolerance", Shape::Number, "Largest difference accepted, 0 unless given."),
        optional("warnings", Shape::Texts, "Warning types expected."),
    ],
};
