//! The index form, `x[t-1]`: what stands between the brackets is an offset, or is reported and becomes one `Bad`, so that
//! the parser never has to find its way out of them.

use super::Repair;
use crate::diagnostics::codes;
use crate::syntax::report::{Report, quote};
use crate::syntax::token::{Lexeme, Token};

impl Repair<'_, '_> {
    /// Takes `[ … ]` behind a value.
    pub(super) fn index<'l>(&mut self, opener: Lexeme, behind: &'l [Lexeme]) -> &'l [Lexeme] {
        let (content, rest) = behind.split_at(offset_length(behind));
        let (closer, rest) = match rest {
            [closer, rest @ ..] if closer.token == Token::CloseBracket => (*closer, rest),
            _ => (self.open_index(opener, content, rest.first().copied()), rest),
        };
        self.out.push(opener);
        if is_offset(content) {
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
            explain(self.report, (opener.start, closer.end), content);
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

/// Whether `content` is an offset.
fn is_offset(content: &[Lexeme]) -> bool {
    use Token::{Duration, Integer, Minus, Plus, T};
    matches!(tokens(content).as_slice(), [T] | [T, Plus | Minus, Integer | Duration])
}

/// Reports what is wrong with `content`, which is no offset.
fn explain(report: &mut Report<'_>, brackets: (usize, usize), content: &[Lexeme]) {
    use Token::{Integer, Minus, Plus, T};
    match tokens(content).as_slice() {
        [T, Plus | Minus, _] => bad_amount(report, content[2]),
        [T, ..] => bad_offset(report, content, "must be `t`, `t-k` or `t+k`"),
        [Integer] => bad_constant(report, content[0]),
        [] => missing(report, brackets),
        _ => bad_offset(report, content, "must count from `t`"),
    }
}

/// The first tokens; an offset has at most three.
fn tokens(content: &[Lexeme]) -> Vec<Token> {
    content.iter().take(4).map(|lexeme| lexeme.token).collect()
}

fn bad_amount(report: &mut Report<'_>, amount: Lexeme) {
    let found = quote(report.text(amount.start, amount.end));
    let message = format!("a bin offset must be a whole number or a duration, found {found}");
    let diagnostic = report.emit(codes::BAD_OFFSET, (amount.start, amount.end), message);
    if matches!(amount.token, Token::Name | Token::QuotedName | Token::T) {
        diagnostic.help("write the number itself; a lag is fixed when the model is compiled");
    }
}

fn bad_constant(report: &mut Report<'_>, number: Lexeme) {
    let digits = report.text(number.start, number.end);
    let span = report.span(number.start, number.end);
    let message = format!("a bin offset must count from `t`, found {}", quote(digits));
    let diagnostic = report.emit(codes::BAD_OFFSET, (number.start, number.end), message);
    diagnostic.help(format!("write `t-{digits}` for the value {digits} bins ago"));
    diagnostic.fix(format!("write `t-{digits}`"), span, format!("t-{digits}"));
}

fn missing(report: &mut Report<'_>, brackets: (usize, usize)) {
    let diagnostic = report.emit(codes::BAD_OFFSET, brackets, "the bin offset is missing");
    diagnostic.help("write `[t-1]` for the value one bin ago");
}

fn bad_offset(report: &mut Report<'_>, content: &[Lexeme], rule: &str) {
    let start = content.first().map_or(0, |lexeme| lexeme.start);
    let range = (start, content.last().map_or(start, |lexeme| lexeme.end));
    let found = quote(report.text(range.0, range.1));
    let diagnostic = report.emit(codes::BAD_OFFSET, range, format!("a bin offset {rule}, found {found}"));
    diagnostic.help("write `t`, `t-1` or `t+2h`");
}
