//! Brackets: each closing one meets the innermost open one, and what the user left open is closed on his behalf, with a
//! `Bad` where a value is missing, so that a missing bracket costs one message and no name of the formula.

use super::{Bracket, Open, Repair};
use crate::diagnostics::{Code, codes};
use crate::source::Span;
use crate::syntax::report::alternatives;
use crate::syntax::token::{Lexeme, Token};

impl Repair<'_, '_> {
    pub(super) fn open(&mut self, lexeme: Lexeme, bracket: Bracket) {
        self.open.push(Open { lexeme, bracket, waiting: self.waiting() });
        (self.signs, self.negations) = (0, 0);
        self.out.push(lexeme);
    }

    pub(super) fn close(&mut self, lexeme: Lexeme) {
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
    fn complain(&mut self, code: &'static Code, lexeme: Lexeme, message: String) {
        let opener = self.open.last().map(|open| open.lexeme);
        let label = opener.map(|open| self.label(open));
        let diagnostic = self.report.emit(code, (lexeme.start, lexeme.end), message);
        if let Some((span, text)) = label {
            diagnostic.label(span, text);
        }
    }

    pub(super) fn label(&self, opener: Lexeme) -> (Span, String) {
        let text = self.report.text(opener.start, opener.end);
        (self.report.span(opener.start, opener.end), format!("this `{text}` is not closed"))
    }

    /// What may stand behind the last lexeme.
    pub(super) fn expected(&self) -> Vec<&'static str> {
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

    pub(super) fn close_all(&mut self) {
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
}
