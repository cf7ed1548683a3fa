//! The resolved tree of a formula: every name is an id, every operator, index and call is a builtin with its arguments
//! in the order of its parameters, defaults filled in. Parentheses are gone; a part that did not resolve is
//! [`Kind::Error`], over which later phases pass in silence.

use super::{ParamId, SeriesId};
use crate::source::Span;
use flowtime_runtime::builtins::{ArgValue, Builtin, Reads};

/// One node.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// The characters it was made from.
    pub span: Span,
}

/// The kinds of nodes.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A number.
    Number(f64),
    /// A truth value.
    Bool(bool),
    /// A series at this bin.
    Series(SeriesId),
    /// A parameter.
    Param(ParamId),
    /// A function, a prefix operator, `x[t-1]`, or a distribution.
    Call(Box<Call>),
    /// Infix operators of one precedence, from left to right.
    Chain {
        /// The leftmost operand.
        first: Box<Node>,
        /// Each further operator with its right operand.
        rest: Vec<Link>,
    },
    /// What did not resolve; reported already.
    Error,
}

/// An infix operator and its right operand.
#[derive(Clone, Debug)]
pub struct Link {
    /// The operator.
    pub builtin: &'static Builtin,
    /// The right operand.
    pub operand: Node,
}

/// A builtin and its arguments, one per parameter; a variadic one has more at the end.
#[derive(Clone, Debug)]
pub struct Call {
    /// The entry of the table.
    pub builtin: &'static Builtin,
    /// Its arguments.
    pub args: Vec<Argument>,
}

/// An argument.
#[derive(Clone, Debug)]
pub enum Argument {
    /// Left out, and the entry has no default for it.
    Absent,
    /// A value per bin.
    Value(Node),
    /// A whole number known at compile time, and where it was written: for a default, the call.
    Int(i64, Span),
    /// The taps of a kernel.
    Kernel(Vec<f64>),
    /// What did not resolve; reported already.
    Error,
}

impl Argument {
    /// The value, if it is one.
    pub fn value(&self) -> Option<&Node> {
        match self {
            Argument::Value(node) => Some(node),
            _ => None,
        }
    }
}

impl Call {
    /// Which bins of each argument the result at bin t reads.
    pub fn reads(&self) -> Vec<Reads> {
        let values = self.values();
        let last = self.builtin.params.len().saturating_sub(1);
        (0..self.args.len()).map(|index| (self.builtin.reads)(index.min(last), &values)).collect()
    }

    /// The arguments as the builtin table sees them.
    pub fn values(&self) -> Vec<ArgValue<'_>> {
        self.args.iter().map(arg_value).collect()
    }
}

fn arg_value(argument: &Argument) -> ArgValue<'_> {
    match argument {
        Argument::Absent => ArgValue::Absent,
        Argument::Int(value, _) => ArgValue::Int(*value),
        Argument::Kernel(taps) => ArgValue::Kernel(taps),
        Argument::Value(_) | Argument::Error => ArgValue::Value,
    }
}

impl Node {
    /// The values directly below this one, each with what this node reads of it, from left to right.
    pub fn children(&self) -> Vec<(&Node, Reads)> {
        match &self.kind {
            Kind::Call(call) => {
                call.args.iter().zip(call.reads()).filter_map(|(arg, reads)| Some((arg.value()?, reads))).collect()
            }
            Kind::Chain { first, rest } => {
                let operands = rest.iter().map(|link| &link.operand);
                std::iter::once(&**first).chain(operands).map(|node| (node, Reads::NOW)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Calls `visit` for this node and all below it, parents first. Trees are at most 256 deep.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Node)) {
        visit(self);
        for (child, _) in self.children() {
            child.walk(visit);
        }
    }
}
