//! The keys of a template, declared once. Where a template holds parts of a model (a topology, series, rules) the
//! entries are the model's own, with `enabled` beside their keys.

use crate::model::schema::{OUTPUT, RNG, RULE, SERIES, Section, Shape, TEST, TOPOLOGY, WINDOW, optional, required};

/// The whole file. An included file has the same keys, none of which it needs.
pub static TEMPLATE: Section = Section {
    name: "a template",
    doc: "A model with parameters.",
    keys: &[
        required(
            "templateType",
            Shape::Choice(TYPES),
            "telemetry: its series come from telemetry; simulation: none do.",
        ),
        required("version", Shape::Text, "Its version, \"1.0\"; the number before the point is that of this schema."),
        optional("description", Shape::Text, "What it is, for people."),
        optional("parameters", Shape::Many(&PARAMETER), "What can be set when a model is made of it."),
        optional("includes", Shape::Many(&INCLUDE), "Files whose parts belong to it too."),
        optional("window", Shape::One(&WINDOW), "When bin 0 begins unless the caller says otherwise."),
        optional("grid", Shape::One(&GRID), "The bins unless the caller says otherwise."),
        optional("rng", Shape::One(&RNG), "Random numbers of sampled distributions."),
        optional("topology", Shape::One(&TOPOLOGY), "Services and queues, and which series play their roles."),
        optional("expressions", Shape::Many(&SERIES), "The series."),
        optional("validation", Shape::Many(&RULE), "Rules checked after evaluation; a broken one is a warning."),
        optional("outputs", Shape::Many(&OUTPUT), "Which series are written."),
        optional("tests", Shape::Many(&TEST), "Tests of the model."),
    ],
};

/// The words of `templateType`.
pub const TYPES: &[&str] = &["telemetry", "simulation"];

/// An entry of `parameters`.
pub static PARAMETER: Section = Section {
    name: "a template parameter",
    doc: "A value that is set when a model is made of the template.",
    keys: &[
        required("name", Shape::Id, "Its name, for `{{name}}`."),
        required("type", Shape::Choice(PARAMETER_TYPES), "What its values are."),
        optional("default", Shape::Any, "Its value unless one is given."),
        optional("required", Shape::Bool, "Whether a value must be given; without it, a default or nothing will do."),
        optional("min", Shape::Number, "Smallest value allowed; numbers only."),
        optional("max", Shape::Number, "Largest value allowed; numbers only."),
        optional("allowed", Shape::Any, "The values allowed; an enum needs them."),
        optional("values", Shape::Any, "Another name for `allowed`."),
        optional("description", Shape::Text, "What it means, for people."),
    ],
};

/// The words of a parameter's `type`.
pub const PARAMETER_TYPES: &[&str] = &["string", "number", "boolean", "enum"];

/// An entry of `includes`.
pub static INCLUDE: Section = Section {
    name: "an include",
    doc: "A file whose parts belong to the template too.",
    keys: &[required("path", Shape::Text, "Its path in the templates folder: shared/common-topology.yaml.")],
};

/// `grid` of a template: what it leaves out the caller has to say.
pub static GRID: Section = Section {
    name: "a grid",
    doc: "The bins unless the caller says otherwise.",
    keys: &[
        optional("bins", Shape::Whole(1, 10_000_000), "How many bins."),
        optional("binSize", Shape::Whole(1, 1000), "Units in a bin."),
        optional("binUnit", Shape::Choice(&["minutes", "hours", "days", "weeks"]), "The unit."),
    ],
};
