//! Between lexer and grammar: lexemes in, out comes a stream without comments whose brackets balance, whose indexes hold
//! an offset or `Bad`, and whose nesting is bounded, so that the parser's own recovery never has far to go. All that is
//! changed on the way has been reported.

mod brackets;
mod index;

use crate::diagnostics::{Diagnostic, codes};
use crate::model::ScalarStyle;
use crate::syntax::ast::MAX_DEPTH;
use crate::syntax::lexical;
use crate::syntax::report::{Report, alternatives, quote};
use crate::syntax::token::{Lexeme, Token};

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
            let is_guess = lexeme.token == Token::Unknown && is_infix(token);
            let after_value = mended.last().is_some_and(|last: &Lexeme| last.token.ends_value());
            let token = if is_guess && !after_value { Token::Bad } else { token };
            mended.push(Lexeme { token, ..*lexeme });
        }
    }
    mended
}

/// Whether a token can only stand behind a value.
fn is_infix(token: Token) -> bool {
    !token.symbol().is_empty() && !matches!(token, Token::Plus | Token::Minus | Token::Not)
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
            Token::OpenParen if matches!(self.last(), Some(Token::Name | Token::T)) => {
                self.open(lexeme, Bracket::Call);
            }
            Token::OpenParen => self.open(lexeme, Bracket::Group),
            Token::CloseParen | Token::CloseBracket => self.close(lexeme),
            Token::Assign => self.assign(lexeme),
            Token::Comma if !self.in_list() => self.misplaced_comma(lexeme, behind),
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

    /// Whether the innermost bracket holds a list.
    fn in_list(&self) -> bool {
        self.open.last().is_some_and(|open| open.bracket != Bracket::Group)
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
}
