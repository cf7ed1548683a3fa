//! A model's tree as YAML that reads back to the same values. Scalars keep their types; text is quoted unless it is a
//! plain word; a formula of several lines, or one with comments, stays a literal block.

use std::fmt::Write as _;

use crate::model::ScalarStyle;
use crate::model::decode::value::{Typed, typed};
use crate::model::yaml::{Entry, Node, NodeKind, Scalar};

/// The tree as text.
pub(super) fn write(tree: &Node) -> String {
    let mut text = String::new();
    match &tree.kind {
        NodeKind::Mapping(entries) => write_entries(entries, 0, &mut text),
        _ => write_value(tree, 0, &mut text),
    }
    text
}

/// The entries of a mapping, the first one where the text stands, each later one on a line of `indent` spaces.
fn write_entries(entries: &[Entry], indent: usize, text: &mut String) {
    for (at, entry) in entries.iter().enumerate() {
        if at > 0 {
            push_indent(indent, text);
        }
        let _ = write!(text, "{}:", quoted_unless_plain(&entry.key.value));
        write_value(&entry.value, indent, text);
    }
}

/// A value behind its key or dash, which stand in a collection of `indent` spaces, to the end of the line.
fn write_value(node: &Node, indent: usize, text: &mut String) {
    match &node.kind {
        NodeKind::Scalar(scalar) => write_scalar(node, scalar, indent, text),
        NodeKind::Mapping(entries) if is_short(entries) => {
            let parts: Vec<String> = entries
                .iter()
                .map(|entry| format!("{}: {}", quoted_unless_plain(&entry.key.value), inline(&entry.value)))
                .collect();
            let _ =
                if parts.is_empty() { writeln!(text, " {{}}") } else { writeln!(text, " {{ {} }}", parts.join(", ")) };
        }
        NodeKind::Mapping(entries) => {
            text.push('\n');
            push_indent(indent + 2, text);
            write_entries(entries, indent + 2, text);
        }
        NodeKind::Sequence(items) if items.iter().all(is_scalar) => {
            let items: Vec<String> = items.iter().map(inline).collect();
            let _ = writeln!(text, " [{}]", items.join(", "));
        }
        NodeKind::Sequence(items) => {
            text.push('\n');
            items.iter().for_each(|item| write_item(item, indent + 2, text));
        }
    }
}

fn write_item(item: &Node, indent: usize, text: &mut String) {
    push_indent(indent, text);
    text.push('-');
    match &item.kind {
        NodeKind::Mapping(entries) if !is_short(entries) => {
            text.push(' ');
            write_entries(entries, indent + 2, text);
        }
        _ => write_value(item, indent, text),
    }
}

/// Whether a mapping fits on a line: it is empty, or a place with its numbers.
fn is_short(entries: &[Entry]) -> bool {
    entries.len() <= 3 && entries.iter().all(|entry| matches!(typed(&entry.value), Some(Typed::Number(_))))
}

fn is_scalar(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Scalar(_))
}

fn push_indent(indent: usize, text: &mut String) {
    text.extend(std::iter::repeat_n(' ', indent));
}

fn write_scalar(node: &Node, scalar: &Scalar, indent: usize, text: &mut String) {
    let wants_block = scalar.style == ScalarStyle::Literal || scalar.text.contains('\n');
    if matches!(typed(node), Some(Typed::Text(_))) && wants_block && fits_block(&scalar.text) {
        write_block(&scalar.text, indent + 2, text);
    } else {
        let _ = writeln!(text, " {}", inline(node));
    }
}

/// Whether a literal block can hold a text: it has a visible character and no control characters.
fn fits_block(text: &str) -> bool {
    let odd = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    !text.trim().is_empty() && !text.contains(odd)
}

fn write_block(block: &str, indent: usize, text: &mut String) {
    // A first line that is empty or begins with a space would set the indentation.
    let indicator = if block.starts_with([' ', '\n']) { "2" } else { "" };
    let body = block.trim_end_matches('\n');
    let chomping = match block.len() - body.len() {
        0 => "-",
        1 => "",
        _ => "+",
    };
    let _ = writeln!(text, " |{indicator}{chomping}");
    for line in body.split('\n') {
        if !line.is_empty() {
            push_indent(indent, text);
        }
        let _ = writeln!(text, "{line}");
    }
    text.extend(std::iter::repeat_n('\n', (block.len() - body.len()).saturating_sub(1)));
}

/// A value on one line; collections in flow style.
fn inline(node: &Node) -> String {
    let list = |items: Vec<String>| items.join(", ");
    match (&node.kind, typed(node)) {
        (_, Some(Typed::Text(text))) => quoted_unless_plain(text),
        (_, Some(Typed::Null)) => "null".to_owned(),
        (NodeKind::Scalar(scalar), _) => scalar.text.clone(),
        (NodeKind::Sequence(items), _) => format!("[{}]", list(items.iter().map(inline).collect())),
        (NodeKind::Mapping(entries), _) => {
            let entry = |entry: &Entry| format!("{}: {}", quoted_unless_plain(&entry.key.value), inline(&entry.value));
            format!("{{{}}}", list(entries.iter().map(entry).collect()))
        }
    }
}

/// A text as it is where it can be nothing but itself, also to other readers of YAML; else in double quotes.
fn quoted_unless_plain(text: &str) -> String {
    const WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "nan", "inf"];
    let begins_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_word =
        begins_well && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    if is_word && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text)) { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        let _ = match c {
            '"' | '\\' => write!(quoted, "\\{c}"),
            '\n' => write!(quoted, "\\n"),
            '\t' => write!(quoted, "\\t"),
            _ if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') => {
                write!(quoted, "\\u{:04x}", u32::from(c))
            }
            _ => write!(quoted, "{c}"),
        };
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Sink;
    use crate::model::yaml;
    use crate::source::FileId;

    fn parse(text: &str) -> Node {
        let mut sink = Sink::default();
        let tree = yaml::parse(FileId(0), text, &mut sink);
        assert!(!sink.has_errors(), "{text}\n{:?}", sink.finish());
        tree.unwrap()
    }

    fn same(left: &Node, right: &Node) -> bool {
        match (&left.kind, &right.kind) {
            (NodeKind::Scalar(_), NodeKind::Scalar(_)) => typed(left) == typed(right),
            (NodeKind::Sequence(left), NodeKind::Sequence(right)) => {
                left.len() == right.len() && left.iter().zip(right.iter()).all(|(left, right)| same(left, right))
            }
            (NodeKind::Mapping(left), NodeKind::Mapping(right)) => {
                left.len() == right.len()
                    && left
                        .iter()
                        .zip(right.iter())
                        .all(|(left, right)| left.key.value == right.key.value && same(&left.value, &right.value))
            }
            _ => false,
        }
    }

    fn check_round_trip(text: &str) {
        let tree = parse(text);
        let written = write(&tree);
        assert!(same(&tree, &parse(&written)), "{text}\nbecame\n{written}");
        assert_eq!(write(&parse(&written)), written);
    }

    #[test]
    fn what_is_written_reads_back_to_the_same_values() {
        check_round_trip("a: 1\nb: { x: 120, y: 260 }\nc: []\nd: {}\ne: null\nf: ~\ng:\n");
        check_round_trip(
            "nodes:\n  - id: a\n    values: [1, null, .inf, -1e3]\n    more: [[1, [2]], { a: b }]\n  - - x\n    - k: v\n",
        );
        check_round_trip(
            "a: 'yes'\nb: \"5\"\nc: !!str 7\nd: 'true'\ne: \"\"\nf: ' x '\ng: 'null'\n'a b': 1\n\"5\": 2\n",
        );
        check_round_trip(
            "a: 'file://x: #y'\nb: '- a'\nc: '{{x}}'\nd: \"\\x00\\x7f\\u0085\\u2028\\t\\r\\n\"\ne: \"\u{1f600} é\"\n",
        );
    }

    #[test]
    fn blocks_keep_every_line_break_and_space() {
        for block in
            ["a\nb", "a\n", "a\n\n\n", "\n a\n", "  a\n b", "a # c\n\n  b", "a\n  \nb\n", "\n", "a\tb\n", "a\r\nb"]
        {
            check_round_trip(&format!("nodes:\n  - k: {}\n    l: 1\n", quoted(block)));
        }
        check_round_trip(
            "nodes:\n  - expr: |\n      a # b\n        + c\n    x: 1\n  - expr: |-\n      d\n  - |\n      e\n",
        );
    }
}
