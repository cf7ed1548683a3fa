//! What the parser did not expect, told once per place: behind the first such token everything is silent until a comma
//! or a bracket brings the formula back in step, for the rest only follows from it. Words and signs of other languages
//! get their advice here.

use crate::diagnostics::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::report::{Report, quote};
use crate::syntax::token::{Lexeme, Token};

/// A token that the parser gave up on.
#[derive(Clone, Debug)]
pub(super) struct Unexpected {
    /// Its place among the lexemes; their number for the end of the formula.
    pub(super) at: usize,
    /// What would have been right.
    pub(super) expected: String,
}

/// Words that stand between values in other languages, in lower case, and what to write instead.
const WORDS: &[(&[&str], &str)] = &[
    (&["if", "else", "case", "when", "then", "end", "unless", "where"], "write `IF(condition, then, else)`"),
    (&["xor"], "use `!=` between truth values"),
    (&["mod"], "use `%` for the remainder"),
    (&["div"], "use `FLOOR(a / b)` for the whole part"),
    (&["is"], "use `==` to compare, `IS_MISSING(x)` for missing values"),
    (&["between"], "write `x >= low AND x <= high`"),
];

/// Reports those of `found` that do not follow from another; where names stand that were not expected.
pub(super) fn report(lexemes: &[Lexeme], mut found: Vec<Unexpected>, report: &mut Report<'_>) -> Vec<Span> {
    found.sort_by_key(|unexpected| unexpected.at);
    let mut strays = Vec::new();
    let mut told: Option<usize> = None;
    for mut unexpected in found {
        strays.extend(span_of(lexemes, unexpected.at, report));
        if begins_case(lexemes, unexpected.at, report) {
            unexpected = Unexpected { at: unexpected.at - 1, expected: "a value".to_owned() };
            strays.extend(span_of(lexemes, unexpected.at, report));
        }
        if told.is_none_or(|told| is_apart(lexemes, told, unexpected.at)) {
            tell(lexemes, &unexpected, report);
        }
        told = Some(unexpected.at);
    }
    strays
}

fn span_of(lexemes: &[Lexeme], at: usize, report: &Report<'_>) -> Option<Span> {
    lexemes.get(at).map(|lexeme| report.span(lexeme.start, lexeme.end))
}

/// `CASE WHEN …`: the first of the two words is the one that is wrong.
fn begins_case(lexemes: &[Lexeme], at: usize, report: &Report<'_>) -> bool {
    let before = at.checked_sub(1).and_then(|before| lexemes.get(before));
    before.is_some_and(|lexeme| {
        lexeme.token == Token::Name && report.text(lexeme.start, lexeme.end).eq_ignore_ascii_case("case")
    })
}

/// Whether a comma or a bracket lies between two places, or the second is inside of brackets that the first is not in.
fn is_apart(lexemes: &[Lexeme], from: usize, to: usize) -> bool {
    let mut depth = 0i32;
    let between = lexemes.get(from..to).unwrap_or_default();
    for lexeme in between {
        match lexeme.token {
            Token::OpenParen | Token::OpenBracket => depth += 1,
            Token::CloseParen | Token::CloseBracket => depth -= 1,
            Token::Comma if depth == 0 => return true,
            _ => {}
        }
        if depth < 0 {
            return true;
        }
    }
    depth > 0
}

fn tell(lexemes: &[Lexeme], unexpected: &Unexpected, report: &mut Report<'_>) {
    let expected = &unexpected.expected;
    let percentage = percentage(lexemes, unexpected.at, report);
    let Some(lexeme) = lexemes.get(unexpected.at).or(lexemes.last()) else { return };
    let range = (lexeme.start, lexeme.end);
    let at_end = unexpected.at == lexemes.len();
    let advice = (!at_end).then(|| advice(lexemes, unexpected.at, report)).flatten();
    let diagnostic = if at_end {
        let message = format!("unexpected end of the formula: expected {expected}");
        report.emit(codes::UNEXPECTED_END, range, message)
    } else {
        let message = format!("unexpected {}: expected {expected}", quote(report.text(range.0, range.1)));
        report.emit(codes::UNEXPECTED_TOKEN, range, message)
    };
    match (percentage, advice) {
        (Some((span, share)), _) => advise_share(span, &share, diagnostic),
        (None, Some(advice)) => drop(diagnostic.help(advice)),
        (None, None) => {}
    }
}

/// The `20%` before a place, and the number that it means.
fn percentage(lexemes: &[Lexeme], at: usize, report: &Report<'_>) -> Option<(Span, String)> {
    let [.., number, sign] = lexemes.get(..at)? else { return None };
    let is_number = matches!(number.token, Token::Integer | Token::Number) && sign.token == Token::Percent;
    let digits = report.text(number.start, number.end);
    let share: f64 = is_number.then(|| format!("{digits}e-2").parse().ok()).flatten()?;
    Some((report.span(number.start, sign.end), share.to_string()))
}

fn advise_share(span: Span, share: &str, diagnostic: &mut Diagnostic) {
    diagnostic.help(format!("write `{share}`; `%` is the remainder")).fix(format!("write `{share}`"), span, share);
}

/// What to write instead of a word or sign of another language.
fn advice(lexemes: &[Lexeme], at: usize, report: &Report<'_>) -> Option<&'static str> {
    let text = |at: usize| lexemes.get(at).map_or("", |lexeme| report.text(lexeme.start, lexeme.end));
    let word = text(at).to_ascii_lowercase();
    let before = at.checked_sub(1).map_or("", text);
    match (before, word.as_str()) {
        ("/", "/") => Some("use `FLOOR(a / b)` for the whole part, `#` for a comment"),
        (_, "and") if text(at + 1) == "(" => Some("write `a AND b`"),
        (_, "or") if text(at + 1) == "(" => Some("write `a OR b`"),
        _ => WORDS.iter().find(|(words, _)| words.contains(&word.as_str())).map(|(_, advice)| *advice),
    }
}

/// Turns the names at `strays` into errors, so that nothing more is said about them.
pub(super) fn strike_out(tree: &mut Expr, strays: &[Span]) {
    if matches!(tree.kind, ExprKind::Name(_)) && strays.contains(&tree.span) {
        tree.kind = ExprKind::Error;
    }
    match &mut tree.kind {
        ExprKind::Call { args, .. } => args.iter_mut().for_each(|arg| strike_out(&mut arg.value, strays)),
        ExprKind::Prefix { operand: inner, .. } | ExprKind::Index { base: inner, .. } | ExprKind::Paren(inner) => {
            strike_out(inner, strays);
        }
        ExprKind::Chain { first, rest } => {
            strike_out(first, strays);
            rest.iter_mut().for_each(|(_, operand)| strike_out(operand, strays));
        }
        ExprKind::Array(parts) | ExprKind::Broken(parts) => {
            parts.iter_mut().for_each(|part| strike_out(part, strays));
        }
        _ => {}
    }
}
