//! The keys of a model, declared once: the decoder takes what it knows, requires and suggests from here, and so does
//! the JSON Schema that editors read (`docs/model.schema.json`).

pub mod foreign;
mod json;
mod keys;

pub use json::json_schema;
pub use keys::*;

use super::{BinUnit, NodeKind, Role};

/// A mapping of the model and the keys it may have; keys that begin with `x-` are allowed everywhere.
#[derive(Debug)]
pub struct Section {
    /// What it is, for messages: `a series`.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// Its keys in the order of the manual.
    pub keys: &'static [Key],
}

/// One key.
#[derive(Debug)]
pub struct Key {
    /// Its spelling.
    pub name: &'static str,
    /// What its value looks like.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
    /// What it means.
    pub doc: &'static str,
}

/// What a value looks like.
#[derive(Debug)]
pub enum Shape {
    /// Any text.
    Text,
    /// The id of something: 1 to 200 bytes.
    Id,
    /// `true` or `false`.
    Bool,
    /// A finite number.
    Number,
    /// A whole number in a range.
    Whole(u64, u64),
    /// A formula; a scalar of any type is taken as its text.
    Formula,
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// A number or the id of a series or parameter.
    NumberOrId,
    /// A number, a truth value, or the id of a series or parameter.
    Start,
    /// A list of numbers, `null` where one is missing.
    Values,
    /// A list of numbers.
    Numbers,
    /// A list of texts.
    Texts,
    /// A list of ids or patterns.
    Ids,
    /// A mapping with these keys.
    One(&'static Section),
    /// A list of mappings with these keys.
    Many(&'static Section),
    /// A mapping from ids to numbers.
    NumberById,
    /// A mapping from ids to lists of numbers.
    ValuesById,
    /// A distribution: one of [`DISTRIBUTIONS`].
    Distribution,
    /// Anything.
    Any,
}

impl Section {
    /// The key spelled `name`.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// A distribution of a `pmf` series.
#[derive(Debug)]
pub struct Distribution {
    /// The value of `type`.
    pub name: &'static str,
    /// Its parameters, in the order of the builtin table.
    pub parameters: &'static [DistributionParameter],
    /// Whether it has `values` and `probabilities` instead.
    pub table: bool,
    /// What it means.
    pub doc: &'static str,
}

/// A parameter of a distribution.
#[derive(Debug)]
pub struct DistributionParameter {
    /// Its key.
    pub name: &'static str,
    /// The values it may have.
    pub domain: Domain,
}

/// The values a distribution's parameter may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// Any finite number.
    Finite,
    /// Zero or more.
    NonNegative,
    /// More than zero.
    Positive,
    /// From 0 to 1.
    Probability,
    /// A whole number from zero.
    Count,
}

impl Domain {
    /// Whether `value` is one of them.
    pub fn contains(self, value: f64) -> bool {
        value.is_finite()
            && match self {
                Domain::Finite => true,
                Domain::NonNegative => value >= 0.0,
                Domain::Positive => value > 0.0,
                Domain::Probability => (0.0..=1.0).contains(&value),
                Domain::Count => value >= 0.0 && value.fract() == 0.0,
            }
    }

    /// The values in words.
    pub fn describe(self) -> &'static str {
        match self {
            Domain::Finite => "a finite number",
            Domain::NonNegative => "a number >= 0",
            Domain::Positive => "a number > 0",
            Domain::Probability => "a number from 0 to 1",
            Domain::Count => "a whole number >= 0",
        }
    }
}

/// The units of `grid.binSize`.
pub const BIN_UNITS: &[BinUnit] = &[BinUnit::Minutes, BinUnit::Hours, BinUnit::Days, BinUnit::Weeks];

/// The spellings of a topology node's `kind`, and the roles it can't do without.
pub const NODE_KINDS: &[(&str, NodeKind, &[Role])] = &[
    ("service", NodeKind::Service, &[Role::Arrivals, Role::Served]),
    ("queue", NodeKind::Queue, &[Role::Arrivals, Role::Served, Role::Queue]),
    ("router", NodeKind::Router, &[Role::Arrivals, Role::Served]),
    ("external", NodeKind::External, &[]),
    ("dependency", NodeKind::Dependency, &[]),
];

/// The roles by their keys in `semantics`.
pub const ROLES: &[(&str, Role)] = &[
    ("arrivals", Role::Arrivals),
    ("served", Role::Served),
    ("errors", Role::Errors),
    ("external_demand", Role::ExternalDemand),
    ("queue", Role::Queue),
    ("capacity", Role::Capacity),
    ("latency_min", Role::LatencyMin),
    ("served_baseline", Role::ServedBaseline),
];

/// The kinds of series, and the keys that belong to each alone.
pub const SERIES_KINDS: &[(&str, &[&str])] =
    &[("const", &["source", "values", "value"]), ("expr", &["expr", "initial"]), ("pmf", &["pmf"])];

/// The types of validation rules, and the keys that belong to each alone.
pub const RULE_TYPES: &[(&str, &[&str])] =
    &[("conservation", &["node", "tolerance"]), ("custom", &["expr", "expected"])];

/// The distributions of `pmf` series.
pub const DISTRIBUTIONS: &[Distribution] = &[
    distribution("constant", &[parameter("value", Domain::Finite)], "one number"),
    distribution(
        "uniform",
        &[parameter("min", Domain::Finite), parameter("max", Domain::Finite)],
        "any number from min to max, each as likely",
    ),
    distribution("poisson", &[parameter("lambda", Domain::NonNegative)], "a count with mean lambda"),
    distribution(
        "normal",
        &[parameter("mean", Domain::Finite), parameter("stddev", Domain::NonNegative)],
        "the bell curve",
    ),
    distribution("exponential", &[parameter("rate", Domain::Positive)], "a waiting time with mean 1 / rate"),
    distribution("bernoulli", &[parameter("p", Domain::Probability)], "1 with probability p, else 0"),
    distribution(
        "binomial",
        &[parameter("n", Domain::Count), parameter("p", Domain::Probability)],
        "successes in n tries of probability p",
    ),
    Distribution { name: "empirical", parameters: &[], table: true, doc: "values with their probabilities" },
];

const fn distribution(
    name: &'static str,
    parameters: &'static [DistributionParameter],
    doc: &'static str,
) -> Distribution {
    Distribution { name, parameters, table: false, doc }
}

const fn parameter(name: &'static str, domain: Domain) -> DistributionParameter {
    DistributionParameter { name, domain }
}
