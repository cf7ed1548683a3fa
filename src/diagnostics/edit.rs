//! Applying edits to a text: those of a formatter, or those of fixes. Of two that overlap the one that comes first in
//! the text holds; the other waits for the next round. An edit given twice (through two aliases) counts once.

use super::Edit;

/// `text` with `edits` applied; all of them are of that one file.
pub fn apply<'a>(text: &str, edits: impl IntoIterator<Item = &'a Edit>) -> String {
    let mut edits: Vec<&Edit> = edits.into_iter().collect();
    edits.sort_by_key(|edit| edit.span);
    edits.dedup();
    let mut edited = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        if let Some(before) = text.get(at..edit.span.start as usize) {
            edited.push_str(before);
            edited.push_str(&edit.new_text);
            at = text.ceil_char_boundary(edit.span.end as usize);
        }
    }
    edited.push_str(&text[at..]);
    edited
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    fn check_applied(edits: &[(u32, u32, &str)], expected: &str) {
        let edits: Vec<Edit> = edits
            .iter()
            .map(|(start, end, text)| Edit { span: Span::new(FileId(0), *start, *end), new_text: (*text).to_owned() })
            .collect();
        assert_eq!(apply("abcdef", &edits), expected);
    }

    #[test]
    fn edits_apply_in_any_order_and_overlapping_ones_once() {
        check_applied(&[], "abcdef");
        check_applied(&[(4, 6, "Y"), (0, 1, "X")], "XbcdY");
        check_applied(&[(3, 3, "-"), (3, 3, "-")], "abc-def");
        check_applied(&[(0, 3, "X"), (2, 4, "Y")], "Xdef");
        check_applied(&[(6, 6, "!")], "abcdef!");
    }
}
