//! The formatter: what it changes, what it leaves, and that it changes no meaning.

use proptest::prelude::*;

use super::{formula, parsed, short, trees::formulas};
use crate::diagnostics::Edit;
use crate::model::{Formula, ScalarStyle};
use crate::source::{FileId, ScalarMapBuilder, Span};
use crate::syntax::print;

fn canonical(name: &str) -> Option<&'static str> {
    ["CLAMP", "MIN", "CONV", "infer_capacity_from_saturation"]
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(name))
}

fn apply(file: &str, edits: &[Edit]) -> String {
    let mut text = file.to_string();
    for edit in edits.iter().rev() {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.new_text);
    }
    text
}

fn formatted(formula: &Formula) -> String {
    apply(&formula.text, &print::format(formula, &canonical))
}

fn check_format(input: &str, expect: &str) {
    assert_eq!(formatted(&formula(input)), expect);
    assert_eq!(formatted(&formula(expect)), expect, "a second time");
}

#[test]
fn operators_stand_between_spaces() {
    check_format("a+b  *c", "a + b * c");
    check_format("- a - - b^-c", "-a - -b ^ -c");
    check_format("a<=b", "a <= b");
}

#[test]
fn brackets_and_commas_stand_close() {
    check_format("MIN ( a ,b )", "MIN(a, b)");
    check_format("( a+b )* ( c )", "(a + b) * (c)");
    check_format("x [ T - 1 ] [t+2h]", "x[t-1][t+2h]");
    check_format("CONV(x,[ 0,-0.6 ])", "CONV(x, [0, -0.6])");
    check_format("f(a, window = 12)", "f(a, window=12)");
    check_format("BIN( )", "BIN()");
    check_format("-(a)", "-(a)");
}

#[test]
fn words_have_one_spelling() {
    check_format("a&&b||!c", "a AND b OR NOT c");
    check_format("not(a)", "NOT (a)");
    check_format("clamp(TRUE, Null, False)", "CLAMP(true, null, false)");
    check_format("INFER_capacity_from_saturation(a)", "infer_capacity_from_saturation(a)");
    check_format("T + min", "T + min");
}

#[test]
fn backticks_go_where_they_are_not_needed() {
    check_format("`a`+`b.c`+`null`+`t`", "a + `b.c` + `null` + t");
}

#[test]
fn trailing_commas_go_in_one_line_calls() {
    check_format("MIN(a, b , )", "MIN(a, b)");
    check_format("[1 ,]", "[1]");
    check_format("MIN(\n  a,\n)\n", "MIN(\n  a,\n)\n");
}

#[test]
fn line_breaks_and_comments_stay() {
    check_format("a   # one  \n  +b\n\n# two\n", "a # one\n  + b\n\n# two\n");
    check_format("a+  \n  b  \n", "a +\n  b\n");
}

#[test]
fn a_formula_with_errors_is_left_alone() {
    check_format("a+ +  )", "a+ +  )");
}

#[test]
fn folds_and_escapes_are_left_alone() {
    let file = "a\n  +b";
    let mut map = ScalarMapBuilder::new(FileId(0));
    map.push(1, 0, 1);
    map.push(1, 1, 3);
    map.push(2, 4, 2);
    let map = map.finish(Span::new(FileId(0), 0, 6));
    let folded = Formula { text: "a +b".to_string(), map, style: ScalarStyle::Plain };
    assert_eq!(apply(file, &print::format(&folded, &canonical)), "a\n  + b");
}

/// `text` with its spaces widened, narrowed or broken by `choices`.
fn respaced(text: &str, choices: &[u8]) -> String {
    let mut choice = choices.iter().cycle();
    let space = |c| {
        if c == ' ' {
            [" ", "  ", "\n", "   "][usize::from(*choice.next().unwrap_or(&0)) % 4].to_string()
        } else {
            String::from(c)
        }
    };
    text.chars().map(space).collect()
}

proptest! {
    #[test]
    fn formatting_keeps_the_tree_and_is_done_after_once(text in formulas(), choices in prop::collection::vec(0u8..4, 1..20), style in 0usize..5) {
        use ScalarStyle::{DoubleQuoted, Folded, Literal, Plain, SingleQuoted};
        let mut before = formula(&respaced(&text, &choices).replace("`b\nc`", "`b c`"));
        before.style = [Plain, SingleQuoted, DoubleQuoted, Literal, Folded][style];
        let (tree, errors) = parsed(&before);
        prop_assume!(errors.is_empty());
        let mut after = formula(&formatted(&before));
        after.style = before.style;
        let (again, errors) = parsed(&after);
        prop_assert!(errors.is_empty());
        let spelled = |tree: &crate::syntax::ast::Expr| short(tree).replace("clamp", "CLAMP");
        prop_assert_eq!(spelled(&again), spelled(&tree));
        prop_assert_eq!(formatted(&after), after.text);
    }
}
