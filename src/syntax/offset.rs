//! The offset of an index, `[t-1]`: whether the lexemes between the brackets are one, and if not, what is wrong.

use crate::diagnostics::codes;
use crate::syntax::report::{Report, quote};
use crate::syntax::token::{Lexeme, Token};

/// Whether `content` is an offset.
pub(super) fn is_offset(content: &[Lexeme]) -> bool {
    use Token::{Duration, Integer, Minus, Plus, T};
    matches!(tokens(content).as_slice(), [T] | [T, Plus | Minus, Integer | Duration])
}

/// Reports what is wrong with `content`, which is no offset.
pub(super) fn explain(report: &mut Report<'_>, brackets: (usize, usize), content: &[Lexeme]) {
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
        diagnostic.help("write the number itself, or make it a template parameter");
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
