//! Placeholders: the decoded text of a scalar in, tokens with byte ranges of it out. `{{name}}` stands for a value,
//! `{{#if flag}}…{{else}}…{{/if}}` for one of two texts, `{{{{` for two braces. What [`scan`] returns is balanced:
//! each `If` has its `EndIf`, and at most one `Else` between.

use std::ops::Range;

/// A part of a scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind<'a>,
    /// Its bytes.
    pub(super) at: Range<usize>,
}

/// The kinds of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind<'a> {
    /// What stands for itself.
    Text,
    /// `{{{{`
    Braces,
    /// `{{name}}`
    Value(&'a str),
    /// `{{#if name}}`
    If(&'a str),
    /// `{{else}}`
    Else,
    /// `{{/if}}`
    EndIf,
}

/// What is wrong, where, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) at: Range<usize>,
    pub(super) message: String,
    pub(super) help: String,
}

/// Whether a text holds no placeholder and no escape of one.
pub(super) fn is_plain(text: &str) -> bool {
    !text.contains("{{")
}

/// The parts of `text`, in order and without gaps.
pub(super) fn scan(text: &str) -> Result<Vec<Token<'_>>, Malformed> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let next = text[at..].find("{{").map_or(text.len(), |found| at + found);
        if next > at {
            tokens.push(Token { kind: TokenKind::Text, at: at..next });
        }
        at = next;
        if at < text.len() {
            let token = scan_braces(text, at)?;
            at = token.at.end;
            tokens.push(token);
        }
    }
    check_balance(text, &tokens)?;
    Ok(tokens)
}

/// The placeholder or escape at `start`, where two braces open.
fn scan_braces(text: &str, start: usize) -> Result<Token<'_>, Malformed> {
    if text[start..].starts_with("{{{{") {
        return Ok(Token { kind: TokenKind::Braces, at: start..start + 4 });
    }
    let inner = &text[start + 2..];
    let closed = inner.find("}}").filter(|close| !inner[..*close].contains("{{"));
    let Some(close) = closed else {
        return Err(Malformed {
            at: start..start + 2,
            message: "`{{` is not closed".to_owned(),
            help: "close the placeholder with `}}`, or write `{{{{` for two braces".to_owned(),
        });
    };
    let at = start..start + close + 4;
    let kind = read(inner[..close].trim()).map_err(|help| Malformed {
        message: format!("`{}` is no placeholder", crate::diagnostics::suggest::excerpt(&text[at.clone()])),
        help: help.to_owned(),
        at: at.clone(),
    })?;
    Ok(Token { kind, at })
}

/// What stands between the braces; the error is advice.
fn read(inner: &str) -> Result<TokenKind<'_>, &'static str> {
    const FORMS: &str = "write `{{name}}`, `{{#if flag}}`, `{{else}}` or `{{/if}}`";
    match inner {
        "else" => return Ok(TokenKind::Else),
        "/if" => return Ok(TokenKind::EndIf),
        _ => {}
    }
    if let Some(rest) = inner.strip_prefix("#if").filter(|rest| rest.starts_with(char::is_whitespace)) {
        return Ok(TokenKind::If(parameter_name(rest)));
    }
    match inner.chars().next() {
        None => Err("write a parameter's name between the braces"),
        Some('{') => Err("write two braces on each side, not three"),
        Some('#' | '/' | '!' | '^' | '&' | '>') => Err(FORMS),
        Some(_) => Ok(TokenKind::Value(parameter_name(inner))),
    }
}

/// The name without `params.`.
fn parameter_name(text: &str) -> &str {
    let name = text.trim();
    name.strip_prefix("params.").unwrap_or(name)
}

fn check_balance(text: &str, tokens: &[Token<'_>]) -> Result<(), Malformed> {
    let mut open: Vec<(&Token<'_>, bool)> = Vec::new();
    for token in tokens {
        let alone = |help: &str| Malformed {
            at: token.at.clone(),
            message: format!("`{}` belongs to no `{{{{#if}}}}`", &text[token.at.clone()]),
            help: help.to_owned(),
        };
        match token.kind {
            TokenKind::If(_) => open.push((token, false)),
            TokenKind::Else => match open.last_mut() {
                Some((_, has_else)) if !*has_else => *has_else = true,
                _ => return Err(alone("write one `{{else}}` between `{{#if flag}}` and `{{/if}}`")),
            },
            TokenKind::EndIf => {
                open.pop().ok_or_else(|| alone("write `{{#if flag}}` before it"))?;
            }
            TokenKind::Text | TokenKind::Braces | TokenKind::Value(_) => {}
        }
    }
    match open.pop() {
        None => Ok(()),
        Some((token, _)) => Err(Malformed {
            at: token.at.clone(),
            message: format!("`{}` is not closed", &text[token.at.clone()]),
            help: "write `{{/if}}` behind it".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_scan(text: &str, expected: &[TokenKind<'_>]) {
        let tokens = scan(text).unwrap();
        assert_eq!(tokens.iter().map(|token| token.kind).collect::<Vec<_>>(), expected, "{text}");
        let whole: String = tokens.iter().map(|token| &text[token.at.clone()]).collect();
        assert_eq!(whole, text);
    }

    fn check_malformed(text: &str, at: &str, message: &str) {
        let malformed = scan(text).unwrap_err();
        assert_eq!((&text[malformed.at.clone()], malformed.message.as_str()), (at, message));
    }

    #[test]
    fn a_text_is_cut_into_its_parts() {
        use TokenKind::{Braces, Else, EndIf, If, Text, Value};
        check_scan("", &[]);
        check_scan("a } }} {b", &[Text]);
        check_scan("{{q0}}", &[Value("q0")]);
        check_scan("a{{ params.q0 }}b", &[Text, Value("q0"), Text]);
        check_scan(
            "{{#if  has.A B.queue }}x{{else}}{{y}}{{/if}}",
            &[If("has.A B.queue"), Text, Else, Value("y"), EndIf],
        );
        check_scan("{{{{name}}", &[Braces, Text]);
        check_scan(
            "{{#if a}}{{#if b}}1{{else}}2{{/if}}{{else}}3{{/if}}",
            &[If("a"), If("b"), Text, Else, Text, EndIf, Else, Text, EndIf],
        );
    }

    #[test]
    fn what_is_no_placeholder_is_located() {
        check_malformed("a {{b", "{{", "`{{` is not closed");
        check_malformed("{{a {{b}}", "{{", "`{{` is not closed");
        check_malformed("{{ }}", "{{ }}", "`{{ }}` is no placeholder");
        check_malformed("{{{a}}}", "{{{a}}", "`{{{a}}` is no placeholder");
        check_malformed("x{{#unless a}}", "{{#unless a}}", "`{{#unless a}}` is no placeholder");
        check_malformed("{{else}}", "{{else}}", "`{{else}}` belongs to no `{{#if}}`");
        check_malformed("{{#if a}}{{else}}{{else}}{{/if}}", "{{else}}", "`{{else}}` belongs to no `{{#if}}`");
        check_malformed("{{/if}}", "{{/if}}", "`{{/if}}` belongs to no `{{#if}}`");
        check_malformed("{{#if a}}b", "{{#if a}}", "`{{#if a}}` is not closed");
    }
}
