//! Between lexer and grammar: lexemes in, out comes a stream without comments whose brackets balance, whose indexes hold
//! an offset or `Bad`, and whose nesting is bounded, so that the parser's own recovery never has far to go. All that is
//! changed on the way has been reported.

use crate::diagnostics::{Diagnostic, codes};
use crate::model::ScalarStyle;
use crate::syntax::ast::MAX_DEPTH;
use crate::syntax::report::{Report, alternatives, quote};
use crate::syntax::token::{Lexeme, Token};
use crate::syntax::{lexical, offset};

/// The repaired stream; `None` for a formula that is nested too deeply.
pub(super) fn repair(report: &mut Report<'_>, lexemes: &[Lexeme]) -> Option<Vec<Lexeme>> {
    let mended = mend(report, lexemes);
    let mut repair = Repair { report, out: Vec::with_capacity(mended.len()), open: Vec::new(), signs: 0, negations: 0 };
    let mut rest = mended.as_slice();
    while let [lexeme, behind @ ..] = rest {
        rest = repair.step(*lexeme, behind);
        if repair.depth() > usize::from(MAX_DEPTH) {
            too_deep(repair.report, (lexeme.start, lexeme.end));
            return None;
        }
    }
    repair.close_all();
    Some(repair.out)
}

/// Reports that the tree would be deeper than [`MAX_DEPTH`].
pub(super) fn too_deep<'r>(report: &'r mut Report<'_>, range: (usize, usize)) -> &'r mut Diagnostic {
    let message = format!("the formula is nested more than {MAX_DEPTH} levels deep");
    report.emit(codes::FORMULA_TOO_DEEP, range, message).help("split it into several series")
}

/// The lexemes without comments, each a token of the language or `Bad`.
fn mend(report: &mut Report<'_>, lexemes: &[Lexeme]) -> Vec<Lexeme> {
    let mut mended = Vec::with_capacity(lexemes.len());
    for lexeme in lexemes {
        if lexeme.token == Token::Comment {
            check_comment(report, *lexeme);
        } else if let Some(token) = lexical::mend(report, *lexeme) {
            mended.push(Lexeme { token, ..*lexeme });
        }
    }
    mended
}

fn check_comment(report: &mut Report<'_>, comment: Lexeme) {
    if report.formula().style == ScalarStyle::Literal {
        return;
    }
    let message = "a comment stands only in a literal block, here it would swallow what follows";
    let diagnostic = report.emit(codes::COMMENT_STYLE, (comment.start, comment.end), message);
    diagnostic.help("use `|` and write the formula on the lines below it");
}

/// What a bracket opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bracket {
    Group,
    Call,
    Array,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    lexeme: Lexeme,
    bracket: Bracket,
    /// Prefix operators and `^` that wait outside of it.
    waiting: usize,
}

impl Open {
    fn closer(self) -> Token {
        if self.bracket == Bracket::Array { Token::CloseBracket } else { Token::CloseParen }
    }
}

struct Repair<'r, 'f> {
    report: &'r mut Report<'f>,
    out: Vec<Lexeme>,
    open: Vec<Open>,
    /// Signs and `^` that wait for their operand, and `NOT`s, since the innermost open bracket.
    signs: usize,
    negations: usize,
}

impl Repair<'_, '_> {
    /// Takes one lexeme, and what belongs to it; answers the rest.
    fn step<'l>(&mut self, lexeme: Lexeme, behind: &'l [Lexeme]) -> &'l [Lexeme] {
        match lexeme.token {
            Token::OpenBracket if self.after_value() => return self.index(lexeme, behind),
            Token::OpenBracket => self.open(lexeme, Bracket::Array),
            Token::OpenParen if matches!(self.last(), Some(Token::Name | Token::T)) => self.open(lexeme, Bracket::Call),
            Token::OpenParen => self.open(lexeme, Bracket::Group),
            Token::CloseParen | Token::CloseBracket => self.close(lexeme),
            Token::Assign => self.assign(lexeme),
            Token::Comma if self.open.last().is_none_or(|open| open.bracket == Bracket::Group) => {
                self.misplaced_comma(lexeme, behind);
            }
            Token::Not if self.after_tight_operator() => self.misplaced_not(lexeme),
            Token::Bad => self.bad(lexeme, behind),
            _ => self.plain(lexeme),
        }
        behind
    }

    /// A lower bound of the tree's depth here, less one where an innermost bracket may stay empty.
    fn depth(&self) -> usize {
        self.waiting() + self.open.len()
    }

    fn waiting(&self) -> usize {
        self.open.last().map_or(0, |open| open.waiting) + self.signs + self.negations
    }

    fn last(&self) -> Option<Token> {
        self.out.last().map(|lexeme| lexeme.token)
    }

    fn after_value(&self) -> bool {
        self.last().is_some_and(Token::ends_value)
    }

    /// Whether an operator that binds tighter than `NOT` waits for its operand.
    fn after_tight_operator(&self) -> bool {
        let looser = [Some(Token::And), Some(Token::Or), Some(Token::Not)];
        !looser.contains(&self.last()) && self.last().is_some_and(|token| !token.symbol().is_empty())
    }

    fn plain(&mut self, lexeme: Lexeme) {
        match lexeme.token {
            Token::Plus | Token::Minus if !self.after_value() => self.signs += 1,
            Token::Caret => self.signs += 1,
            Token::Not => self.negations += 1,
            Token::And | Token::Or | Token::Comma => (self.signs, self.negations) = (0, 0),
            token if !token.symbol().is_empty() => self.signs = 0,
            _ => {}
        }
        self.out.push(lexeme);
    }

    fn open(&mut self, lexeme: Lexeme, bracket: Bracket) {
        self.open.push(Open { lexeme, bracket, waiting: self.waiting() });
        (self.signs, self.negations) = (0, 0);
        self.out.push(lexeme);
    }

    fn close(&mut self, lexeme: Lexeme) {
        let Some(innermost) = self.open.last() else {
            return self.stray(lexeme);
        };
        if innermost.closer() == lexeme.token {
            return self.pop(lexeme);
        }
        self.wrong_closer(lexeme);
        if self.open.iter().any(|open| open.closer() == lexeme.token) {
            while self.open.last().is_some_and(|open| open.closer() != lexeme.token) {
                self.supply_closer(lexeme.start);
            }
            self.pop(lexeme);
        } else {
            self.supply_closer(lexeme.end);
        }
    }

    fn pop(&mut self, closer: Lexeme) {
        if let Some(open) = self.open.pop() {
            let outside = self.open.last().map_or(0, |outer| outer.waiting);
            (self.signs, self.negations) = (open.waiting - outside, 0);
        }
        self.out.push(closer);
    }

    fn stray(&mut self, lexeme: Lexeme) {
        let text = self.report.text(lexeme.start, lexeme.end);
        let opener = if lexeme.token == Token::CloseParen { '(' } else { '[' };
        let message = format!("unexpected `{text}`: there is no `{opener}` before it");
        self.report.emit(codes::UNEXPECTED_TOKEN, (lexeme.start, lexeme.end), message);
        if !self.after_value() {
            self.out.push(Lexeme { token: Token::Bad, ..lexeme });
        }
    }

    fn wrong_closer(&mut self, lexeme: Lexeme) {
        let found = self.report.text(lexeme.start, lexeme.end);
        let message = format!("unexpected `{found}`: expected {}", alternatives(&self.expected()));
        self.complain(codes::UNEXPECTED_TOKEN, lexeme, message);
    }

    /// Reports `message` at `lexeme`, with the innermost open bracket as second place.
    fn complain(&mut self, code: &'static crate::diagnostics::Code, lexeme: Lexeme, message: String) {
        let opener = self.open.last().map(|open| open.lexeme);
        let label = opener.map(|open| self.label(open));
        let diagnostic = self.report.emit(code, (lexeme.start, lexeme.end), message);
        if let Some((span, text)) = label {
            diagnostic.label(span, text);
        }
    }

    fn label(&self, opener: Lexeme) -> (crate::source::Span, String) {
        let text = self.report.text(opener.start, opener.end);
        (self.report.span(opener.start, opener.end), format!("this `{text}` is not closed"))
    }

    /// What may stand behind the last lexeme.
    fn expected(&self) -> Vec<&'static str> {
        let Some(open) = self.open.last() else {
            return if self.after_value() { vec!["an operator", "the end of the formula"] } else { vec!["a value"] };
        };
        let closer = if open.bracket == Bracket::Array { "`]`" } else { "`)`" };
        match (self.after_value(), open.bracket) {
            (true, Bracket::Group) => vec!["an operator", closer],
            (true, _) => vec!["an operator", "`,`", closer],
            (false, _) if self.may_close_here(*open) => vec!["a value", closer],
            (false, _) => vec!["a value"],
        }
    }

    fn may_close_here(&self, open: Open) -> bool {
        let after_item = matches!(self.last(), Some(Token::Comma | Token::OpenParen | Token::OpenBracket));
        self.after_value() || (after_item && open.bracket != Bracket::Group)
    }

    /// Closes the innermost bracket on the user's behalf, with a `Bad` where a value is missing.
    fn supply_closer(&mut self, at: usize) {
        let Some(open) = self.open.last().copied() else {
            return;
        };
        if !self.may_close_here(open) {
            self.out.push(Lexeme { token: Token::Bad, start: at, end: at });
        }
        self.pop(Lexeme { token: open.closer(), start: at, end: at });
    }

    fn close_all(&mut self) {
        let Some(last) = self.out.last().copied() else {
            return;
        };
        if !self.open.is_empty() {
            let message = format!("unexpected end of the formula: expected {}", alternatives(&self.expected()));
            self.complain(codes::UNEXPECTED_END, last, message);
        }
        while !self.open.is_empty() {
            self.supply_closer(last.end);
        }
    }

    fn assign(&mut self, lexeme: Lexeme) {
        let in_call = self.open.last().is_some_and(|open| open.bracket == Bracket::Call);
        match self.out.as_mut_slice() {
            [.., Lexeme { token: Token::OpenParen | Token::Comma, .. }, name]
                if in_call && matches!(name.token, Token::Name | Token::T) =>
            {
                name.token = Token::ArgumentName;
                self.out.push(lexeme);
            }
            _ => self.lone_equals(lexeme),
        }
    }

    fn lone_equals(&mut self, lexeme: Lexeme) {
        // Where a value is expected the grammar says so.
        if self.after_value() {
            let range = (lexeme.start, lexeme.end);
            let span = self.report.span(range.0, range.1);
            let diagnostic = self.report.emit(codes::BAD_TOKEN, range, "`=` does not compare");
            diagnostic.help("use `==`").fix("write `==`", span, "==");
        }
        self.plain(Lexeme { token: Token::Equal, ..lexeme });
    }

    /// A comma outside of calls and arrays stands for an operator, or for a value.
    fn misplaced_comma(&mut self, lexeme: Lexeme, behind: &[Lexeme]) {
        // A look-alike of a comma has been reported.
        if self.report.text(lexeme.start, lexeme.end) == "," {
            let message = format!("unexpected `,`: expected {}", alternatives(&self.expected()));
            self.report.emit(codes::UNEXPECTED_TOKEN, (lexeme.start, lexeme.end), message);
        }
        self.bad(Lexeme { token: Token::Bad, ..lexeme }, behind);
    }

    fn misplaced_not(&mut self, lexeme: Lexeme) {
        let found = quote(self.report.text(lexeme.start, lexeme.end));
        let message = format!("unexpected {found}: expected a value");
        let diagnostic = self.report.emit(codes::UNEXPECTED_TOKEN, (lexeme.start, lexeme.end), message);
        diagnostic.help("put parentheses around it: `(NOT …)`");
    }

    /// Keeps `Bad` where it can stand for a value, or for an operator between two of them.
    fn bad(&mut self, lexeme: Lexeme, behind: &[Lexeme]) {
        let before_value = behind.first().is_some_and(|next| next.token.begins_value());
        if self.after_value() == before_value && self.last() != Some(Token::Bad) {
            self.out.push(lexeme);
        }
    }

    /// Takes `[ … ]` behind a value.
    fn index<'l>(&mut self, opener: Lexeme, behind: &'l [Lexeme]) -> &'l [Lexeme] {
        let (content, rest) = behind.split_at(offset_length(behind));
        let (closer, rest) = match rest {
            [closer, rest @ ..] if closer.token == Token::CloseBracket => (*closer, rest),
            _ => (self.open_index(opener, content, rest.first().copied()), rest),
        };
        self.out.push(opener);
        if offset::is_offset(content) {
            self.out.extend_from_slice(content);
        } else {
            self.bad_offset(opener, content, closer);
        }
        self.out.push(closer);
        rest
    }

    fn bad_offset(&mut self, opener: Lexeme, content: &[Lexeme], closer: Lexeme) {
        let is_supplied = closer.start == closer.end;
        if !is_supplied && content.iter().all(|lexeme| lexeme.token != Token::Bad) {
            offset::explain(self.report, (opener.start, closer.end), content);
        }
        self.out.push(Lexeme { token: Token::Bad, start: opener.end, end: closer.start });
    }

    /// Reports that the bracket of an index is missing, and supplies it.
    fn open_index(&mut self, opener: Lexeme, content: &[Lexeme], next: Option<Lexeme>) -> Lexeme {
        let expected = if content.is_empty() { "`t`" } else { "`]`" };
        let last = content.last().copied().unwrap_or(opener);
        let (span, label) = self.label(opener);
        let (code, at, found) = match next {
            Some(next) => (codes::UNEXPECTED_TOKEN, next, quote(self.report.text(next.start, next.end))),
            None => (codes::UNEXPECTED_END, last, "end of the formula".to_string()),
        };
        let message = format!("unexpected {found}: expected {expected}");
        self.report.emit(code, (at.start, at.end), message).label(span, label);
        Lexeme { token: Token::CloseBracket, start: last.end, end: last.end }
    }
}

/// How many lexemes stand before what ends an index: its bracket, or a sign that the bracket is missing.
fn offset_length(behind: &[Lexeme]) -> usize {
    let mut depth = 0usize;
    for (at, lexeme) in behind.iter().enumerate() {
        match lexeme.token {
            Token::OpenParen | Token::OpenBracket => depth += 1,
            Token::CloseParen | Token::CloseBracket | Token::Comma if depth == 0 => return at,
            Token::CloseParen | Token::CloseBracket => depth -= 1,
            _ => {}
        }
    }
    behind.len()
}
