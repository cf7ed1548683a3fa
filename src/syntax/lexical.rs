//! What the lexer could make nothing of: each such lexeme is reported once, with the nearest thing that would have been
//! right, and answered with the token it stands for from here on.

use crate::diagnostics::codes;
use crate::syntax::report::{Report, quote};
use crate::syntax::token::{Lexeme, Token, is_plain_name};

/// Reports `lexeme` if it is no token of the language; the token to go on with, `None` to go on without.
pub(super) fn mend(report: &mut Report<'_>, lexeme: Lexeme) -> Option<Token> {
    let text = report.text(lexeme.start, lexeme.end);
    match lexeme.token {
        Token::Integer | Token::Number if !is_finite(text) => too_large(report, lexeme),
        Token::Duration if text[..text.len() - 1].parse::<u64>().is_err() => {
            too_large(report, lexeme);
        }
        Token::QuotedName if text == "``" => empty_id(report, lexeme),
        Token::BadNumber => bad_number(report, lexeme),
        Token::DottedName | Token::ForeignWord => bad_name(report, lexeme),
        Token::OpenBacktick => open_backtick(report, lexeme),
        Token::Text => string(report, lexeme),
        Token::Unknown => return unknown(report, lexeme),
        fine => return Some(fine),
    }
    Some(Token::Bad)
}

fn is_finite(number: &str) -> bool {
    number.parse::<f64>().is_ok_and(f64::is_finite)
}

fn too_large(report: &mut Report<'_>, lexeme: Lexeme) {
    let found = quote(report.text(lexeme.start, lexeme.end));
    report.emit(codes::BAD_NUMBER, (lexeme.start, lexeme.end), format!("{found} is too large"));
}

fn bad_number(report: &mut Report<'_>, lexeme: Lexeme) {
    let text = report.text(lexeme.start, lexeme.end);
    let found = quote(text);
    let span = report.span(lexeme.start, lexeme.end);
    let points = text.matches('.').count();
    let is_word = text.contains(|c: char| c.is_alphabetic() || c == '_');
    let message = if text.ends_with(['e', 'E']) && is_finite(&text[..text.len() - 1]) {
        format!("{found} has an exponent without digits")
    } else if is_word {
        format!("{found} is neither a number nor a duration: the units are `m`, `h`, `d` and `w`, after a whole number")
    } else if points > 1 {
        format!("{found} has {points} decimal points")
    } else {
        format!("{found} has no digits after the decimal point")
    };
    let diagnostic = report.emit(codes::BAD_NUMBER, (lexeme.start, lexeme.end), message);
    if let Some(duration) = nearest_duration(text) {
        diagnostic.help(format!("write `{duration}`")).fix(format!("write `{duration}`"), span, duration);
    } else if points == 1 && !is_word {
        let digits = text.trim_end_matches('.');
        diagnostic.help(format!("write `{digits}`")).fix(format!("write `{digits}`"), span, digits);
    }
}

/// `90m` for `1h30m` and for `1.5h`, `5m` for `5min`.
fn nearest_duration(text: &str) -> Option<String> {
    let mut rest = text;
    let mut minutes = 0.0;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let letters = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let behind = rest[letters..].find(|c: char| !c.is_ascii_alphabetic()).map_or(rest.len(), |at| letters + at);
        let count: f64 = rest[..letters].parse().ok()?;
        let (unit, length) = unit(&rest[letters..behind])?;
        minutes += count * length;
        pieces.push((&rest[..letters], unit));
        rest = &rest[behind..];
    }
    match pieces.as_slice() {
        [(count, unit)] if !count.contains('.') => Some(format!("{count}{unit}")),
        [_, ..] if minutes.fract() == 0.0 && minutes < 1e9 => Some(format!("{minutes}m")),
        _ => None,
    }
}

/// The unit that `word` means, and its minutes.
fn unit(word: &str) -> Option<(char, f64)> {
    const UNITS: [(char, f64, &[&str]); 4] = [
        ('m', 1.0, &["m", "min", "mins", "minute", "minutes"]),
        ('h', 60.0, &["h", "hr", "hrs", "hour", "hours"]),
        ('d', 1440.0, &["d", "day", "days"]),
        ('w', 10080.0, &["w", "wk", "week", "weeks"]),
    ];
    let word = word.to_ascii_lowercase();
    UNITS
        .iter()
        .find(|(_, _, spellings)| spellings.contains(&word.as_str()))
        .map(|(unit, minutes, _)| (*unit, *minutes))
}

fn bad_name(report: &mut Report<'_>, lexeme: Lexeme) {
    let text = report.text(lexeme.start, lexeme.end);
    let message = format!("{} is no plain name: one has only ASCII letters, digits and `_`", quote(text));
    advise_backticks(report, lexeme, message, text);
}

fn empty_id(report: &mut Report<'_>, lexeme: Lexeme) {
    report.emit(codes::BAD_TOKEN, (lexeme.start, lexeme.end), "the id between these backticks is empty");
}

fn open_backtick(report: &mut Report<'_>, lexeme: Lexeme) {
    let diagnostic = report.emit(codes::BAD_TOKEN, (lexeme.start, lexeme.end), "the id has no closing backtick");
    diagnostic.help("close it with a second backtick on the same line");
}

fn string(report: &mut Report<'_>, lexeme: Lexeme) {
    let text = report.text(lexeme.start, lexeme.end);
    let id = &text[1..text.len() - 1];
    advise_backticks(report, lexeme, format!("{} is a text, and formulas have none", quote(text)), id);
}

fn advise_backticks(report: &mut Report<'_>, lexeme: Lexeme, message: String, id: &str) {
    let written = if is_plain_name(id) { id.to_string() } else { format!("`{id}`") };
    let span = report.span(lexeme.start, lexeme.end);
    // A plain YAML scalar can't begin with a backtick.
    let can_stand_here = lexeme.start > 0 && !id.is_empty() && !id.contains('`');
    let diagnostic = report.emit(codes::BAD_TOKEN, (lexeme.start, lexeme.end), message);
    diagnostic.help("write a series' id that is no plain name in backticks");
    if can_stand_here {
        diagnostic.fix("write it as an id", span, written);
    }
}

/// Characters and operators from elsewhere, what to write instead, and the token that is.
const LOOK_ALIKES: &[(&str, &str, Token)] = &[
    ("&", "AND", Token::And),
    ("∧", "AND", Token::And),
    ("|", "OR", Token::Or),
    ("∨", "OR", Token::Or),
    ("¬", "NOT", Token::Not),
    ("===", "==", Token::Equal),
    ("<>", "!=", Token::NotEqual),
    ("≠", "!=", Token::NotEqual),
    ("=<", "<=", Token::LessEqual),
    ("≤", "<=", Token::LessEqual),
    ("=>", ">=", Token::GreaterEqual),
    ("≥", ">=", Token::GreaterEqual),
    ("−", "-", Token::Minus),
    ("–", "-", Token::Minus),
    ("—", "-", Token::Minus),
    ("×", "*", Token::Star),
    ("·", "*", Token::Star),
    ("÷", "/", Token::Slash),
    ("**", "^", Token::Caret),
    (";", ",", Token::Comma),
    ("{", "(", Token::OpenParen),
    ("}", ")", Token::CloseParen),
    ("（", "(", Token::OpenParen),
    ("）", ")", Token::CloseParen),
    ("，", ",", Token::Comma),
];

fn unknown(report: &mut Report<'_>, lexeme: Lexeme) -> Option<Token> {
    let text = report.text(lexeme.start, lexeme.end);
    let span = report.span(lexeme.start, lexeme.end);
    if let Some((_, instead, token)) = LOOK_ALIKES.iter().find(|(found, ..)| *found == text) {
        let diagnostic =
            report.emit(codes::BAD_TOKEN, (lexeme.start, lexeme.end), format!("`{text}` means nothing here"));
        diagnostic.help(format!("use `{instead}`")).fix(format!("write `{instead}`"), span, *instead);
        return Some(*token);
    }
    let space = text.chars().all(|c| c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200D}' | '\u{FEFF}'));
    let name = match text.chars().next() {
        Some(c) if space || c.is_control() => format!("U+{:04X}", u32::from(c)),
        _ => text.to_string(),
    };
    let message = format!("the character `{name}` means nothing in a formula");
    let diagnostic = report.emit(codes::BAD_TOKEN, (lexeme.start, lexeme.end), message);
    if space {
        diagnostic.help("use a plain space").fix("write a plain space", span, " ");
        return None;
    }
    match text {
        "?" | ":" => diagnostic.help("use `IF(condition, then, else)`"),
        "\"" | "'" | "‘" | "’" | "“" | "”" | "´" => {
            diagnostic.help("use backticks around an id that is no plain name")
        }
        _ => diagnostic,
    };
    Some(Token::Bad)
}
