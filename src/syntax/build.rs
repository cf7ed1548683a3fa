//! What the rules of the grammar do: ranges and parts in, nodes out. Here nodes get their spans, and the tree is kept
//! from growing deeper than [`MAX_DEPTH`]. The parser's own errors become diagnostics here too.

use std::cell::{Cell, RefCell};

use lalrpop_util::ParseError;

use crate::diagnostics::codes;
use crate::source::Span;
use crate::syntax::ast::{Arg, Direction, Expr, ExprKind, Ident, MAX_DEPTH, Offset, Op, Unit};
use crate::syntax::repair;
use crate::syntax::report::{MAX_ERRORS, Report, alternatives};
use crate::syntax::token::{Lexeme, Token};
use crate::syntax::unexpected::{self, Unexpected};

/// The state of one parse.
pub(crate) struct Build<'f> {
    report: RefCell<Report<'f>>,
    lexemes: &'f [Lexeme],
    /// What the parser did not expect, in the order in which it gave up on it.
    unexpected: RefCell<Vec<Unexpected>>,
    /// Errors met by the parser so far.
    errors: Cell<usize>,
    /// Tokens read since the last node was made; recovery alone reads many.
    idle: Cell<usize>,
    too_deep: Cell<bool>,
}

impl<'f> Build<'f> {
    /// A parse of these lexemes.
    pub(crate) fn new(report: Report<'f>, lexemes: &'f [Lexeme]) -> Self {
        let (errors, idle, too_deep) = (Cell::new(0), Cell::new(0), Cell::new(false));
        Self { report: RefCell::new(report), lexemes, unexpected: RefCell::default(), errors, idle, too_deep }
    }

    /// The report, and `tree` without the names that stand where none was expected.
    pub(crate) fn finish(self, mut tree: Option<Expr>) -> (Report<'f>, Option<Expr>) {
        let mut report = self.report.into_inner();
        let strays = unexpected::report(self.lexemes, self.unexpected.into_inner(), &mut report);
        if let Some(tree) = &mut tree {
            unexpected::strike_out(tree, &strays);
        }
        (report, tree)
    }

    /// Counts a token; false when recovery costs more than it can bring.
    pub(crate) fn may_go_on(&self) -> bool {
        const MOST_IDLE: usize = 2 * MAX_DEPTH as usize;
        self.idle.set(self.idle.get() + 1);
        self.errors.get() < MAX_ERRORS && self.idle.get() < MOST_IDLE
    }

    /// Reports what the parser did not expect, unless it has been reported.
    pub(crate) fn unexpected(&self, error: ParseError<usize, Token, ()>) {
        self.errors.set(self.errors.get() + 1);
        let (at, expected) = match error {
            ParseError::UnrecognizedToken { token: (start, token, end), expected }
                if token != Token::Bad && start < end =>
            {
                (self.lexemes.partition_point(|lexeme| lexeme.start < start), expected)
            }
            ParseError::UnrecognizedEof { expected, .. } => (self.lexemes.len(), expected),
            _ => return,
        };
        self.unexpected.borrow_mut().push(Unexpected { at, expected: condense(&expected) });
    }

    pub(crate) fn number(&self, start: usize, end: usize) -> Expr {
        let text = self.text(start, end);
        let integer = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(value) => self.leaf(ExprKind::Number { value, integer }, start, end),
            Err(_) => self.error(start, end),
        }
    }

    pub(crate) fn duration(&self, start: usize, end: usize) -> Expr {
        let text = self.text(start, end);
        let (digits, unit) = text.split_at(text.len() - 1);
        let unit = match unit {
            "m" => Unit::Minutes,
            "h" => Unit::Hours,
            "d" => Unit::Days,
            _ => Unit::Weeks,
        };
        match digits.parse() {
            Ok(count) => self.leaf(ExprKind::Duration { count, unit }, start, end),
            Err(_) => self.error(start, end),
        }
    }

    pub(crate) fn null(&self, start: usize, end: usize) -> Expr {
        self.leaf(ExprKind::Null, start, end)
    }

    pub(crate) fn bool(&self, start: usize, value: bool, end: usize) -> Expr {
        self.leaf(ExprKind::Bool(value), start, end)
    }

    pub(crate) fn error(&self, start: usize, end: usize) -> Expr {
        self.leaf(ExprKind::Error, start, end)
    }

    pub(crate) fn ident(&self, start: usize, end: usize) -> Ident {
        Ident::new(self.text(start, end).to_string(), self.span(start, end))
    }

    pub(crate) fn quoted(&self, start: usize, end: usize) -> Ident {
        Ident::new(self.text(start + 1, end - 1).to_string(), self.span(start, end))
    }

    pub(crate) fn name(&self, ident: Ident) -> Expr {
        self.idle.set(0);
        let span = ident.span;
        Expr { kind: ExprKind::Name(ident), span, depth: 1 }
    }

    pub(crate) fn op(&self, start: usize, token: Token, end: usize) -> Op {
        Op { symbol: token.symbol(), span: self.span(start, end) }
    }

    pub(crate) fn call(&self, start: usize, function: Ident, args: Vec<Arg>, end: usize) -> Expr {
        let below = args.iter().map(|arg| arg.value.depth).max().unwrap_or(0);
        self.node(ExprKind::Call { function, args }, below, start, end)
    }

    pub(crate) fn array(&self, start: usize, items: Vec<Expr>, end: usize) -> Expr {
        let below = deepest(&items);
        self.node(ExprKind::Array(items), below, start, end)
    }

    pub(crate) fn broken(&self, start: usize, parts: Vec<Expr>, end: usize) -> Expr {
        let below = deepest(&parts);
        self.node(ExprKind::Broken(parts), below, start, end)
    }

    pub(crate) fn paren(&self, start: usize, inner: Expr, end: usize) -> Expr {
        let below = inner.depth;
        self.node(ExprKind::Paren(Box::new(inner)), below, start, end)
    }

    pub(crate) fn prefix(&self, start: usize, op: Op, operand: Expr, end: usize) -> Expr {
        let below = operand.depth;
        self.node(ExprKind::Prefix { op, operand: Box::new(operand) }, below, start, end)
    }

    pub(crate) fn chain(&self, start: usize, first: Expr, rest: Vec<(Op, Expr)>, end: usize) -> Expr {
        let below = rest.iter().map(|(_, operand)| operand.depth).fold(first.depth, u16::max);
        self.node(ExprKind::Chain { first: Box::new(first), rest }, below, start, end)
    }

    /// One comparison; more than one is reported.
    pub(crate) fn comparison(&self, start: usize, first: Expr, rest: Vec<(Op, Expr)>, end: usize) -> Expr {
        let [(_, _), (second, _), ..] = rest.as_slice() else {
            return self.chain(start, first, rest, end);
        };
        self.chained(start, &first, &rest, second.span);
        let parts = std::iter::once(first).chain(rest.into_iter().map(|(_, operand)| operand)).collect();
        self.broken(start, parts, end)
    }

    pub(crate) fn index(&self, start: usize, base: Expr, offset: Offset, end: usize) -> Expr {
        let below = base.depth;
        self.node(ExprKind::Index { base: Box::new(base), offset }, below, start, end)
    }

    pub(crate) fn now(&self, start: usize, end: usize) -> Offset {
        Offset { span: self.span(start, end), direction: Direction::Now }
    }

    pub(crate) fn offset(&self, start: usize, sign: Op, amount: Expr, end: usize) -> Offset {
        let amount = Box::new(amount);
        let direction = if sign.symbol == "-" { Direction::Lag(amount) } else { Direction::Lead(amount) };
        Offset { span: self.span(start, end), direction }
    }

    fn text(&self, start: usize, end: usize) -> &'f str {
        self.report.borrow().text(start, end)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        self.report.borrow().span(start, end)
    }

    fn leaf(&self, kind: ExprKind, start: usize, end: usize) -> Expr {
        self.node(kind, 0, start, end)
    }

    /// A node over parts that are `below` levels deep; in its place an error where that is too deep.
    fn node(&self, kind: ExprKind, below: u16, start: usize, end: usize) -> Expr {
        self.idle.set(0);
        let span = self.span(start, end);
        if below < MAX_DEPTH {
            return Expr { kind, span, depth: below + 1 };
        }
        if !self.too_deep.replace(true) {
            repair::too_deep(&mut self.report.borrow_mut(), (start, end));
        }
        Expr { kind: ExprKind::Error, span, depth: 1 }
    }

    /// `a < b < c`: says so, and how to write it.
    fn chained(&self, start: usize, first: &Expr, rest: &[(Op, Expr)], second: Span) {
        let mut left = crate::syntax::print::expr(first);
        let mut pairs = Vec::new();
        for (op, operand) in rest {
            let right = crate::syntax::print::expr(operand);
            pairs.push(format!("{left} {} {right}", op.symbol));
            left = right;
        }
        let is_broken = first.is_broken() || rest.iter().any(|(_, operand)| operand.is_broken());
        let advice = pairs.join(" AND ");
        let mut report = self.report.borrow_mut();
        let diagnostic = report.emit(codes::CHAINED_COMPARISON, (start, start), "comparisons can't be chained");
        diagnostic.span = second;
        diagnostic.help(match advice.chars().count() {
            ..=80 if !is_broken => format!("write `{advice}`"),
            _ => "join two comparisons: `a < b AND b < c`".to_string(),
        });
    }
}

fn deepest(parts: &[Expr]) -> u16 {
    parts.iter().map(|part| part.depth).max().unwrap_or(0)
}

/// The parser's list of terminals in at most three groups.
fn condense(expected: &[String]) -> String {
    let has = |terminal: &str| expected.iter().any(|name| name.trim_matches('"') == terminal);
    let closer = if has("]") { Some("`]`") } else { has(")").then_some("`)`") };
    let comma = has(",").then_some("`,`");
    if has("integer") {
        let groups: Vec<&str> = ["a value"].into_iter().chain(closer).collect();
        return alternatives(&groups);
    }
    let end = (closer.is_none() && comma.is_none()).then_some("the end of the formula");
    let groups: Vec<&str> =
        has("*").then_some("an operator").into_iter().chain(comma).chain(closer).chain(end).collect();
    alternatives(&groups)
}
