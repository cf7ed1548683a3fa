//! Applying edits to a text: those of a formatter, or those of fixes. Of two that overlap the one that comes first in
//! the text holds; the other waits for the next round. An edit given twice (through two aliases) counts once.

use std::collections::BTreeSet;
use std::ops::Bound;

use super::{Edit, Fix};
use crate::source::Span;

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

/// Those of `fixes` that can be applied together, each whole: of two that touch the same text the first.
pub fn compatible<'a>(fixes: impl IntoIterator<Item = &'a Fix>) -> Vec<&'a Fix> {
    let mut taken: BTreeSet<Span> = BTreeSet::new();
    let mut chosen = Vec::new();
    for fix in fixes {
        if fix.edits.iter().all(|edit| is_free(edit, &taken)) {
            taken.extend(fix.edits.iter().map(|edit| edit.span));
            chosen.push(fix);
        }
    }
    chosen
}

/// Whether `edit` touches none of the edits taken, which don't overlap, so that its neighbours tell.
fn is_free(edit: &Edit, taken: &BTreeSet<Span>) -> bool {
    let before = taken.range(..=edit.span).next_back();
    let after = taken.range((Bound::Excluded(edit.span), Bound::Unbounded)).next();
    before.is_none_or(|span| span.file != edit.span.file || *span != edit.span && span.end <= edit.span.start)
        && after.is_none_or(|span| span.file != edit.span.file || edit.span.end <= span.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn check_compatible(fixes: &[&[(u32, u32)]], expected: &[usize]) {
        let edit =
            |(start, end): &(u32, u32)| Edit { span: Span::new(FileId(0), *start, *end), new_text: String::new() };
        let fix = |(at, edits): (usize, &&[(u32, u32)])| Fix {
            title: at.to_string(),
            edits: edits.iter().map(edit).collect(),
        };
        let fixes: Vec<Fix> = fixes.iter().enumerate().map(fix).collect();
        let chosen: Vec<usize> = compatible(&fixes).into_iter().map(|fix| fix.title.parse().unwrap()).collect();
        assert_eq!(chosen, expected);
    }

    #[test]
    fn fixes_that_touch_the_same_text_are_not_applied_together() {
        check_compatible(&[&[(0, 2)], &[(2, 4)], &[(6, 8)]], &[0, 1, 2]);
        check_compatible(&[&[(0, 4)], &[(6, 8), (2, 3)], &[(6, 7)]], &[0, 2]);
        check_compatible(&[&[(4, 6)], &[(2, 5)], &[(5, 5)]], &[0]);
        check_compatible(&[&[(3, 3)], &[(3, 3)]], &[0]);
    }

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
