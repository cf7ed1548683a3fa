//! The formatter: a formula in, out come the smallest edits of the file that make it canonical. A gap between two tokens
//! is rewritten only where it stands in the file as it is and holds neither a newline nor a comment, so line breaks,
//! folding and the style of the scalar stay; of other gaps only trailing blanks go. The tree stays the same.

use crate::diagnostics::{Edit, Sink};
use crate::model::{Formula, ScalarStyle};
use crate::source::Span;
use crate::syntax::parse::parse;
use crate::syntax::token::{Lexeme, Token, is_plain_name, lex};

/// The edits that format `formula`, none if it does not parse. `canonical` knows how functions are spelled.
pub fn format(formula: &Formula, canonical: &dyn Fn(&str) -> Option<&'static str>) -> Vec<Edit> {
    let mut sink = Sink::default();
    parse(formula, &mut sink);
    if sink.has_errors() {
        return Vec::new();
    }
    let lexemes = lex(&formula.text);
    let mut layout = Layout { formula, canonical, edits: Vec::new() };
    layout.outer_gaps(&lexemes);
    layout.walk(&lexemes);
    layout.edits.sort_by_key(|edit| edit.span);
    layout.edits
}

struct Layout<'a> {
    formula: &'a Formula,
    canonical: &'a dyn Fn(&str) -> Option<&'static str>,
    edits: Vec<Edit>,
}

/// What the token before and the brackets around it make of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// An operator before its operand.
    Prefix,
    /// An operator or bracket behind a value.
    Postfix,
    /// Anything within the brackets of an index.
    Offset,
    /// Any other.
    Plain,
}

impl Layout<'_> {
    fn walk(&mut self, lexemes: &[Lexeme]) {
        let mut brackets: Vec<Role> = Vec::new();
        let mut before: Option<(Lexeme, Role)> = None;
        let mut previous: Option<(Lexeme, Role)> = None;
        for (at, lexeme) in lexemes.iter().enumerate() {
            let next = lexemes.get(at + 1).copied();
            let role = role(before.map(|(lexeme, _)| lexeme.token), lexeme.token, &mut brackets);
            if let Some((left, left_role)) = previous {
                self.gap(left.end, lexeme.start, gap((left.token, left_role), (lexeme.token, role)));
            }
            self.respell(*lexeme, role, next);
            let dropped = self.drop_trailing_comma(*lexeme, next);
            previous = (!dropped).then_some((*lexeme, role));
            if lexeme.token != Token::Comment {
                before = Some((*lexeme, role));
            }
        }
    }

    /// The gaps before the first token and behind the last one.
    fn outer_gaps(&mut self, lexemes: &[Lexeme]) {
        let (Some(first), Some(last)) = (lexemes.first(), lexemes.last()) else {
            return;
        };
        if matches!(self.formula.style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) {
            self.gap(0, first.start, "");
        }
        self.gap(last.end, self.formula.text.len(), "");
    }

    fn gap(&mut self, start: usize, end: usize, wanted: &str) {
        let text = &self.formula.text[start..end];
        if text.contains('\n') {
            self.trailing_blanks(start, end);
        } else if text != wanted {
            self.replace(start, end, wanted);
        }
    }

    fn trailing_blanks(&mut self, start: usize, end: usize) {
        if self.formula.style != ScalarStyle::Literal {
            return;
        }
        let mut line = start;
        while let Some(newline) = self.formula.text[line..end].find('\n') {
            if newline > 0 {
                self.replace(line, line + newline, "");
            }
            line += newline + 1;
        }
    }

    /// Replaces a range, unless it stands in the file otherwise than in the decoded text.
    fn replace(&mut self, start: usize, end: usize, new_text: &str) {
        if let Some(span) = self.verbatim(start, end) {
            self.edits.push(Edit { span, new_text: new_text.to_string() });
        }
    }

    fn verbatim(&self, start: usize, end: usize) -> Option<Span> {
        let map = &self.formula.map;
        let behind = map.span(end, end).start;
        let from = if start == 0 { map.span(0, 0).start } else { map.span(start - 1, start).end };
        let to = if end == self.formula.text.len() { from.max(map.span(start, end).end) } else { behind };
        (to.checked_sub(from)? as usize == end - start).then_some(Span { start: from, end: to, ..map.whole() })
    }

    fn respell(&mut self, lexeme: Lexeme, role: Role, next: Option<Lexeme>) {
        let text = &self.formula.text[lexeme.start..lexeme.end];
        let wanted = match lexeme.token {
            Token::Name if next.is_some_and(|next| next.token == Token::OpenParen) => {
                (self.canonical)(text).unwrap_or(text)
            }
            Token::And | Token::Or | Token::Not => lexeme.token.symbol(),
            Token::Null => "null",
            Token::True => "true",
            Token::False => "false",
            Token::T if role == Role::Offset => "t",
            Token::QuotedName if is_plain_name(&text[1..text.len() - 1]) => &text[1..text.len() - 1],
            Token::Comment => text.trim_end(),
            _ => text,
        };
        if wanted != text {
            let span = self.formula.map.span(lexeme.start, lexeme.end);
            self.edits.push(Edit { span, new_text: wanted.to_string() });
        }
    }

    /// Removes a comma before a closing bracket on its line, with the gap between them.
    fn drop_trailing_comma(&mut self, comma: Lexeme, next: Option<Lexeme>) -> bool {
        let Some(next) = next else { return false };
        let closes = matches!(next.token, Token::CloseParen | Token::CloseBracket);
        let one_line = !self.formula.text[comma.end..next.start].contains('\n');
        let dropped =
            comma.token == Token::Comma && closes && one_line && self.verbatim(comma.start, next.start).is_some();
        if dropped {
            self.replace(comma.start, next.start, "");
        }
        dropped
    }
}

fn role(before: Option<Token>, token: Token, brackets: &mut Vec<Role>) -> Role {
    let after_value = before.is_some_and(Token::ends_value);
    let here = match token {
        _ if brackets.last() == Some(&Role::Offset) => Role::Offset,
        Token::OpenBracket if after_value => Role::Postfix,
        Token::OpenParen if matches!(before, Some(Token::Name | Token::T)) => Role::Postfix,
        Token::Not => Role::Prefix,
        Token::Plus | Token::Minus if !after_value => Role::Prefix,
        _ => Role::Plain,
    };
    match token {
        Token::OpenBracket if after_value => brackets.push(Role::Offset),
        Token::OpenBracket | Token::OpenParen => brackets.push(Role::Plain),
        Token::CloseBracket | Token::CloseParen => drop(brackets.pop()),
        _ => {}
    }
    here
}

/// What stands between two tokens of one line.
fn gap((left, left_role): (Token, Role), (right, right_role): (Token, Role)) -> &'static str {
    let tight_left = matches!(left, Token::OpenParen | Token::OpenBracket | Token::Assign)
        || (left_role == Role::Prefix && left != Token::Not);
    let tight_right = matches!(right, Token::CloseParen | Token::CloseBracket | Token::Comma | Token::Assign)
        || right_role == Role::Postfix;
    let in_offset = left_role == Role::Offset && right_role == Role::Offset;
    if right != Token::Comment && (tight_left || tight_right || in_offset) { "" } else { " " }
}
