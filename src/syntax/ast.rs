//! The tree of one formula. Spans are absolute; a part that could not be parsed is an [`ExprKind::Error`] node, which
//! later phases pass over in silence. No tree is deeper than [`MAX_DEPTH`], so walking one by recursion is safe.

use crate::source::{Span, Spanned};

/// The deepest tree that the parser makes.
pub const MAX_DEPTH: u16 = 256;

/// A name as written, without backticks.
pub type Ident = Spanned<String>;

/// One node.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// The characters it was made from.
    pub span: Span,
    /// Levels of the tree from here down, this one included.
    pub depth: u16,
}

/// The kinds of nodes.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `12`, `.5`, `1e3`; `integer` tells that it was written with digits alone.
    Number {
        /// The nearest binary64.
        value: f64,
        /// Whether it is digits alone.
        integer: bool,
    },
    /// `5m`, `1h`, `2d`, `1w`.
    Duration {
        /// How many units.
        count: u64,
        /// Of which.
        unit: Unit,
    },
    /// `true`, `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// A series or parameter (or, outside brackets, a plain `t`).
    Name(Ident),
    /// `MIN(a, b)`.
    Call {
        /// The function's name as written.
        function: Ident,
        /// What stands between the parentheses.
        args: Vec<Arg>,
    },
    /// `-x`, `+x`, `NOT x`.
    Prefix {
        /// `-`, `+` or `NOT`.
        op: Op,
        /// What it applies to.
        operand: Box<Expr>,
    },
    /// Operators of one precedence, evaluated left to right: `a + b - c` is one node. Comparisons and `^` have one
    /// element in `rest`.
    Chain {
        /// The leftmost operand.
        first: Box<Expr>,
        /// Each further operator with its right operand.
        rest: Vec<(Op, Expr)>,
    },
    /// `x[t-1]`.
    Index {
        /// What is shifted.
        base: Box<Expr>,
        /// What stands between the brackets.
        offset: Offset,
    },
    /// `[0, 0.6, -0.3]`.
    Array(Vec<Expr>),
    /// `( … )`: kept, because people write parentheses for a reason.
    Paren(Box<Expr>),
    /// Parts that no rule joins (`a b`, `a < b < c`); the diagnostic has been reported. Their names are checked, the
    /// whole is passed over like an `Error`.
    Broken(Vec<Expr>),
    /// What could not be parsed; the diagnostic has been reported.
    Error,
}

impl Expr {
    /// Whether a part of it could not be parsed, so that there is nothing to say about the whole.
    pub fn is_broken(&self) -> bool {
        match &self.kind {
            ExprKind::Broken(_) | ExprKind::Error => true,
            ExprKind::Call { args, .. } => args.iter().any(|arg| arg.value.is_broken()),
            ExprKind::Prefix { operand: inner, .. } | ExprKind::Index { base: inner, .. } | ExprKind::Paren(inner) => {
                inner.is_broken()
            }
            ExprKind::Chain { first, rest } => first.is_broken() || rest.iter().any(|(_, operand)| operand.is_broken()),
            ExprKind::Array(items) => items.iter().any(Expr::is_broken),
            _ => false,
        }
    }
}

/// Unit of a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `m`
    Minutes,
    /// `h`
    Hours,
    /// `d`
    Days,
    /// `w`
    Weeks,
}

impl Unit {
    /// Minutes in one.
    pub fn minutes(self) -> u64 {
        match self {
            Unit::Minutes => 1,
            Unit::Hours => 60,
            Unit::Days => 24 * 60,
            Unit::Weeks => 7 * 24 * 60,
        }
    }
}

/// An operator in the spelling of the builtin table: `AND` also where `&&` was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Op {
    /// The spelling of the table.
    pub symbol: &'static str,
    /// Where it stands.
    pub span: Span,
}

/// One argument of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    /// `window` in `window=12`.
    pub name: Option<Ident>,
    /// The value.
    pub value: Expr,
}

/// `t`, `t-1`, `t+2h`.
#[derive(Clone, Debug, PartialEq)]
pub struct Offset {
    /// From `t` to the end of the amount.
    pub span: Span,
    /// The bins looked back (`Lag`), ahead (`Lead`), or neither.
    pub direction: Direction,
}

/// Which way an offset looks.
#[derive(Clone, Debug, PartialEq)]
pub enum Direction {
    /// `[t]`
    Now,
    /// `[t-k]`, `k` an integer or a duration.
    Lag(Box<Expr>),
    /// `[t+k]`
    Lead(Box<Expr>),
}
