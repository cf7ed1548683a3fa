//! Text for a terminal: control characters, which could recolour or clear it, become visible stand-ins. Source text
//! keeps its length in bytes, so that places in it stay true.

use std::borrow::Cow;

/// `text` of a message with a picture for each control character but line ends and tabs.
pub(super) fn message(text: &str) -> Cow<'_, str> {
    replace(text, |c| match u32::from(c) {
        code @ 0..0x20 => char::from_u32(0x2400 + code).unwrap_or('\u{fffd}'),
        0x7f => '␡',
        _ => '\u{fffd}',
    })
}

/// `text` of a source with a dot of the same length for each control character but line ends and tabs.
pub(super) fn source(text: &str) -> Cow<'_, str> {
    replace(text, |c| if c.len_utf8() == 1 { '.' } else { '·' })
}

fn replace(text: &str, stand_in: impl Fn(char) -> char) -> Cow<'_, str> {
    if text.chars().any(is_hidden) {
        Cow::Owned(text.chars().map(|c| if is_hidden(c) { stand_in(c) } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

fn is_hidden(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_control_character_reaches_the_terminal() {
        assert_eq!(message("`a\u{1b}[31m\u{7f}\u{9b}`\n"), "`a␛[31m␡\u{fffd}`\n");
        assert!(matches!(message("ä\tb"), Cow::Borrowed("ä\tb")));
    }

    #[test]
    fn sources_keep_their_length() {
        let text = "a\u{1b}[31m \u{9b} é\r\n";
        assert_eq!(source(text), "a.[31m · é\r\n");
        assert_eq!(source(text).len(), text.len());
    }
}
