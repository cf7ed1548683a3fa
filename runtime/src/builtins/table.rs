//! All entries in one order, that of the manual, and how they are found: by name and syntax.

use super::{
    Builtin, Syntax, arithmetic, cumulative, distribution as distributions, flow, lag, logic, minmax, reduce, rounding,
    sample as samples, time, window,
};

/// Entries that the manual shows under one title.
#[derive(Debug)]
pub struct Family {
    /// `Windows`
    pub title: &'static str,
    /// In the order of the manual.
    pub entries: &'static [&'static Builtin],
}

/// The table, in the order of the manual.
static FAMILIES: &[&Family] = &[
    &arithmetic::FAMILY,
    &logic::FAMILY,
    &minmax::FAMILY,
    &rounding::FAMILY,
    &time::FAMILY,
    &lag::FAMILY,
    &window::FAMILY,
    &cumulative::FAMILY,
    &reduce::FAMILY,
    &flow::FAMILY,
    &distributions::FAMILY,
    &samples::FAMILY,
];

/// The families in the order of the manual.
pub fn families() -> impl Iterator<Item = &'static Family> {
    FAMILIES.iter().copied()
}

/// Every entry in the order of the manual.
pub fn all() -> impl Iterator<Item = &'static Builtin> {
    families().flat_map(|family| family.entries.iter().copied())
}

/// The function of this name, in any case.
pub fn function(name: &str) -> Option<&'static Builtin> {
    of_syntax(Syntax::Function).find(|entry| entry.name.eq_ignore_ascii_case(name))
}

/// The operator that stands between two operands: `+`, `AND`.
pub fn infix(symbol: &str) -> Option<&'static Builtin> {
    of_syntax(Syntax::Infix).find(|entry| entry.name == symbol)
}

/// The operator that stands before its operand: `-`, `NOT`.
pub fn prefix(symbol: &str) -> Option<&'static Builtin> {
    of_syntax(Syntax::Prefix).find(|entry| entry.name == symbol)
}

/// The expected value of the distribution that `pmf.type` names.
pub fn distribution(name: &str) -> Option<&'static Builtin> {
    of_syntax(Syntax::Distribution).find(|entry| entry.name == name)
}

/// The sample of the distribution that `pmf.type` names.
pub fn sample(name: &str) -> Option<&'static Builtin> {
    of_syntax(Syntax::Sample).find(|entry| entry.name == name)
}

/// `SHIFT`, which `x[t-1]` stands for and whose start the compiler looks after.
pub fn shift() -> &'static Builtin {
    &lag::SHIFT
}

/// `IF`, the one entry that discards an argument.
pub fn conditional() -> &'static Builtin {
    &logic::IF
}

/// `AND`
pub fn and() -> &'static Builtin {
    &logic::AND
}

/// `OR`
pub fn or() -> &'static Builtin {
    &logic::OR
}

/// `NOT`
pub fn not() -> &'static Builtin {
    &logic::NOT
}

/// `COUNT`
pub fn count() -> &'static Builtin {
    &reduce::COUNT
}

/// `infer_capacity_from_saturation`
pub fn infer_capacity() -> &'static Builtin {
    &flow::INFER_CAPACITY
}

/// Whether [`infer_capacity`] with the same arguments takes the bin for saturated.
pub fn saturated() -> &'static Builtin {
    &flow::SATURATED
}

fn of_syntax(syntax: Syntax) -> impl Iterator<Item = &'static Builtin> {
    all().filter(move |entry| entry.syntax == syntax)
}

impl Builtin {
    /// The title of its family.
    pub fn family(&self) -> &'static str {
        let holds = |family: &&Family| family.entries.contains(&self);
        families().find(holds).map_or("", |family| family.title)
    }
}
