//! A model as decoded from YAML: every field that the schema has, formulas still text, each value with its place in
//! the file. Nothing here is checked beyond its shape; names are still names.

mod bins;
pub mod decode;
pub mod schema;
mod topology;
pub mod yaml;

pub use bins::{BinError, Clock};
pub use topology::{Endpoint, NodeKind, Role, Topology, TopologyEdge, TopologyNode};

use crate::source::{ScalarMap, Span, Spanned};

/// An id as written, and where.
pub type Id = Spanned<String>;

/// The decoded text of a formula and its way back to the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    /// The scalar's decoded text.
    pub text: String,
    /// Decoded offsets to file offsets.
    pub map: ScalarMap,
    /// How the scalar was written: comments are allowed in a literal block only.
    pub style: ScalarStyle,
}

/// The five ways to write a YAML scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// `a + b`, on one line or several.
    Plain,
    /// `'a + b'`
    SingleQuoted,
    /// `"a + b"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A whole model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// The bins.
    pub grid: Grid,
    /// When bin 0 begins.
    pub window: Option<Window>,
    /// `rng.seed`, for sampled distributions.
    pub seed: Option<Spanned<u64>>,
    /// Uniform numbers that formulas name.
    pub parameters: Vec<Parameter>,
    /// Services and queues, and which series play their roles.
    pub topology: Topology,
    /// The series, in file order (`nodes:`).
    pub series: Vec<Series>,
    /// Rules checked after evaluation.
    pub validation: Vec<Rule>,
    /// Which series are written; `None` where the key is absent.
    pub outputs: Option<Vec<OutputRule>>,
    /// Tests of the model itself.
    pub tests: Vec<ModelTest>,
    /// Where the model comes from, copied into the run's record.
    pub provenance: Option<serde_json::Value>,
}

/// Number and size of the bins.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Grid {
    /// 1..=10,000,000.
    pub bins: u32,
    /// 1..=1000 units.
    pub bin_size: u32,
    /// The unit.
    pub bin_unit: BinUnit,
    /// The `grid` value; empty where it could not be decoded.
    pub span: Span,
}

impl Grid {
    /// Whether the grid was decoded; what depends on its size is not checked otherwise.
    pub fn is_known(&self) -> bool {
        self.span.start < self.span.end
    }

    /// Minutes in a bin.
    pub fn bin_minutes(&self) -> u64 {
        u64::from(self.bin_size) * self.bin_unit.minutes()
    }
}

/// Unit of `grid.binSize`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BinUnit {
    /// `minutes`
    #[default]
    Minutes,
    /// `hours`
    Hours,
    /// `days`
    Days,
    /// `weeks`
    Weeks,
}

impl BinUnit {
    /// Minutes in one.
    pub fn minutes(self) -> u64 {
        match self {
            BinUnit::Minutes => 1,
            BinUnit::Hours => 60,
            BinUnit::Days => 24 * 60,
            BinUnit::Weeks => 7 * 24 * 60,
        }
    }

    /// The spelling of the schema.
    pub fn name(self) -> &'static str {
        match self {
            BinUnit::Minutes => "minutes",
            BinUnit::Hours => "hours",
            BinUnit::Days => "days",
            BinUnit::Weeks => "weeks",
        }
    }
}

/// When bin 0 begins, UTC.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// On a bin boundary (counted from midnight UTC; weeks from Monday).
    pub start: jiff::Timestamp,
    /// The `start` scalar.
    pub span: Span,
}

/// A uniform number that formulas name.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name; shares one namespace with the series.
    pub id: Id,
    /// Its value unless a run sets another.
    pub value: Spanned<f64>,
    /// Smallest value allowed.
    pub min: Option<f64>,
    /// Largest value allowed.
    pub max: Option<f64>,
    /// Distance between values worth trying, for people.
    pub step: Option<f64>,
    /// Unit, for people.
    pub unit: Option<String>,
    /// What it means, for people.
    pub description: Option<String>,
}

/// One series (`nodes:` entry).
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name.
    pub id: Id,
    /// Where its values come from.
    pub kind: SeriesKind,
    /// Unit, for people.
    pub unit: Option<String>,
    /// What it means, for people.
    pub description: Option<String>,
}

/// Where a series' values come from.
#[derive(Clone, Debug, PartialEq)]
pub enum SeriesKind {
    /// `kind: const`
    Const(ConstData),
    /// `kind: expr`
    Expr {
        /// `expr`
        formula: Formula,
        /// `initial`: what lagged reads see before bin 0.
        initial: Option<Spanned<Initial>>,
    },
    /// `kind: pmf`
    Pmf(Pmf),
    /// A part that could not be decoded; the diagnostic has been reported.
    Invalid,
}

/// The data of a const series.
#[derive(Clone, Debug, PartialEq)]
pub enum ConstData {
    /// `source: file://…`, as written.
    Source(Spanned<String>),
    /// `values: […]`, missing ones NaN.
    Values(Spanned<Vec<f64>>),
    /// `value: 200`, the same in every bin.
    Value(f64),
}

/// What a series' lagged reads see before bin 0.
#[derive(Clone, Debug, PartialEq)]
pub enum Initial {
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
    /// A parameter's or a series' id (its bin 0 is taken).
    Name(String),
    /// One that could not be decoded; the diagnostic has been reported.
    Invalid,
}

/// A distribution series.
#[derive(Clone, Debug, PartialEq)]
pub struct Pmf {
    /// The `pmf` mapping.
    pub span: Span,
    /// The distribution, by the name of its entry in the builtin table (`poisson`, `empirical`, …).
    pub distribution: Spanned<String>,
    /// Its parameters by name, in the order of that entry: `lambda`; `empirical` has none here.
    pub args: Vec<(String, Spanned<PmfArg>)>,
    /// `values` and `probabilities` of `empirical`, of equal length; empty otherwise.
    pub table: Vec<(f64, f64)>,
    /// `sample: true`: draw a value per bin instead of the expected value.
    pub sample: bool,
}

/// A parameter of a distribution.
#[derive(Clone, Debug, PartialEq)]
pub enum PmfArg {
    /// A number.
    Number(f64),
    /// A series' or a parameter's id.
    Name(String),
}

/// A rule of the `validation` section.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name, if it has one.
    pub id: Option<Id>,
    /// What it checks.
    pub kind: RuleKind,
    /// Where the rule stands.
    pub span: Span,
}

/// What a rule checks.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleKind {
    /// `type: conservation`
    Conservation {
        /// The topology node.
        node: Id,
        /// Largest residual accepted.
        tolerance: f64,
    },
    /// `type: custom`
    Custom {
        /// A formula of type `Bool`.
        formula: Formula,
        /// What it should be in every bin.
        expected: bool,
    },
}

/// An entry of `outputs`.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputRule {
    /// A series id or a pattern with `*`.
    pub series: Id,
    /// Patterns taken out again.
    pub exclude: Vec<Id>,
    /// Another name; only with a plain id.
    pub rename: Option<Id>,
}

/// A test of the model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelTest {
    /// Its name.
    pub name: Spanned<String>,
    /// Parameters set for it.
    pub set: Vec<(Id, f64)>,
    /// Const series replaced; all of one length, the test's grid.
    pub inputs: Vec<(Id, Vec<f64>)>,
    /// Series and their expected values.
    pub expect: Vec<(Id, Spanned<Vec<f64>>)>,
    /// Largest difference accepted.
    pub tolerance: f64,
    /// Warning types expected; `None` where the key is absent.
    pub warnings: Option<Vec<Spanned<String>>>,
}
