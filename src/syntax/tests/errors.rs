//! What the user is told: `code: message at "text"`, then advice. Read them aloud.

use super::{formula, parsed, short};
use crate::diagnostics::Diagnostic;
use crate::model::ScalarStyle;

fn told(text: &str, error: &Diagnostic) -> String {
    let at = &text[error.span.start as usize..error.span.end as usize];
    let help = error.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
    let related =
        error.related.iter().map(|label| format!("; {}: {}", label.span.start, label.message)).collect::<String>();
    format!("{} at {at:?}: {}{related}{help}", error.code.id, error.message)
}

/// `expect` is the tree as far as it was understood, and what the user is told.
fn check_errors(text: &str, tree: &str, expect: &[&str]) {
    let (found, errors) = parsed(&formula(text));
    let told: Vec<String> = errors.iter().map(|error| told(text, error)).collect();
    assert_eq!(told, expect, "{text}");
    assert_eq!(short(&found), tree, "{text}");
}

fn check_fix(text: &str, expect: &str) {
    let (_, errors) = parsed(&formula(text));
    let mut mended = text.to_string();
    for edit in errors.iter().rev().flat_map(|error| &error.fixes).flat_map(|fix| &fix.edits) {
        mended.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.new_text);
    }
    assert_eq!(mended, expect);
    assert_eq!(parsed(&formula(&mended)).1, [], "{mended}");
}

#[test]
fn an_unexpected_token_is_told_with_what_was_expected() {
    check_errors("a + * b", "(a + (? * b))", &["FT0103 at \"*\": unexpected `*`: expected a value"]);
    check_errors("* a", "(? * a)", &["FT0103 at \"*\": unexpected `*`: expected a value"]);
    check_errors(
        "a b + c",
        "(broken a (? + c))",
        &["FT0103 at \"b\": unexpected `b`: expected an operator or the end of the formula"],
    );
    check_errors(
        "f(a b, c)",
        "(f (broken a ?) c)",
        &["FT0103 at \"b\": unexpected `b`: expected an operator, `,` or `)`"],
    );
    check_errors("MIN(a,,b)", "(MIN a ? b)", &["FT0103 at \",\": unexpected `,`: expected a value or `)`"]);
    check_errors("(a, b)", "(paren (broken a b))", &["FT0103 at \",\": unexpected `,`: expected an operator or `)`"]);
    check_errors(
        "a, b",
        "(broken a b)",
        &["FT0103 at \",\": unexpected `,`: expected an operator or the end of the formula"],
    );
    check_errors("()", "(paren ?)", &["FT0103 at \")\": unexpected `)`: expected a value"]);
    check_errors("f(x=)", "(f x=?)", &["FT0103 at \")\": unexpected `)`: expected a value"]);
    check_errors("f(a, = 3)", "(f a (? == 3))", &["FT0103 at \"=\": unexpected `=`: expected a value or `)`"]);
    check_errors(
        "a NOT b",
        "(broken a (NOT b))",
        &["FT0103 at \"NOT\": unexpected `NOT`: expected an operator or the end of the formula"],
    );
    check_errors(
        "a + NOT b",
        "(a + b)",
        &["FT0103 at \"NOT\": unexpected `NOT`: expected a value; put parentheses around it: `(NOT …)`"],
    );
    check_errors(
        "null(a)",
        "(broken null (paren a))",
        &["FT0103 at \"(\": unexpected `(`: expected an operator or the end of the formula"],
    );
    check_errors(
        "IF(a > 1 b > 2, 1, 0)",
        "(IF (broken (a > 1) (? > 2)) 1 0)",
        &["FT0103 at \"b\": unexpected `b`: expected an operator, `,` or `)`"],
    );
}

#[test]
fn an_early_end_is_told_at_the_last_token_with_the_open_bracket() {
    check_errors("a +", "(a + ?)", &["FT0104 at \"+\": unexpected end of the formula: expected a value"]);
    check_errors("a AND", "(a AND ?)", &["FT0104 at \"AND\": unexpected end of the formula: expected a value"]);
    check_errors(
        "(",
        "(paren ?)",
        &["FT0104 at \"(\": unexpected end of the formula: expected a value; 0: this `(` is not closed"],
    );
    check_errors(
        "f(",
        "(f)",
        &["FT0104 at \"(\": unexpected end of the formula: expected a value or `)`; 1: this `(` is not closed"],
    );
    check_errors(
        "(a + ",
        "(paren (a + ?))",
        &["FT0104 at \"+\": unexpected end of the formula: expected a value; 0: this `(` is not closed"],
    );
    check_errors(
        "(a + b",
        "(paren (a + b))",
        &["FT0104 at \"b\": unexpected end of the formula: expected an operator or `)`; 0: this `(` is not closed"],
    );
    check_errors(
        "MIN(a",
        "(MIN a)",
        &[
            "FT0104 at \"a\": unexpected end of the formula: expected an operator, `,` or `)`; 3: this `(` is not closed",
        ],
    );
    check_errors(
        "MIN(a, ",
        "(MIN a)",
        &["FT0104 at \",\": unexpected end of the formula: expected a value or `)`; 3: this `(` is not closed"],
    );
    check_errors(
        "[1, 2",
        "(array 1 2)",
        &[
            "FT0104 at \"2\": unexpected end of the formula: expected an operator, `,` or `]`; 0: this `[` is not closed",
        ],
    );
    check_errors(
        "x[",
        "(broken x)",
        &["FT0104 at \"[\": unexpected end of the formula: expected `t`; 1: this `[` is not closed"],
    );
    check_errors(
        "x[t-1",
        "x[t-1]",
        &["FT0104 at \"1\": unexpected end of the formula: expected `]`; 1: this `[` is not closed"],
    );
}

#[test]
fn a_closing_bracket_needs_its_partner() {
    check_errors("a)", "a", &["FT0103 at \")\": unexpected `)`: there is no `(` before it"]);
    check_errors("a + )", "(a + ?)", &["FT0103 at \")\": unexpected `)`: there is no `(` before it"]);
    check_errors(
        "MIN(a, b]",
        "(MIN a b)",
        &["FT0103 at \"]\": unexpected `]`: expected an operator, `,` or `)`; 3: this `(` is not closed"],
    );
    check_errors(
        "(a + [1, 2)",
        "(paren (a + (array 1 2)))",
        &["FT0103 at \")\": unexpected `)`: expected an operator, `,` or `]`; 5: this `[` is not closed"],
    );
    check_errors(
        "f(x[t-1, 3)",
        "(f x[t-1] 3)",
        &["FT0103 at \",\": unexpected `,`: expected `]`; 3: this `[` is not closed"],
    );
}

#[test]
fn a_look_alike_is_told_what_to_write() {
    check_errors("a & b", "(a AND b)", &["FT0101 at \"&\": `&` means nothing here; use `AND`"]);
    check_errors("a | b", "(a OR b)", &["FT0101 at \"|\": `|` means nothing here; use `OR`"]);
    check_errors("a = b", "(a == b)", &["FT0101 at \"=\": `=` does not compare; use `==`"]);
    check_errors(
        "a − b × c",
        "(a - (b * c))",
        &["FT0101 at \"−\": `−` means nothing here; use `-`", "FT0101 at \"×\": `×` means nothing here; use `*`"],
    );
    check_errors("a ** b", "(a ^ b)", &["FT0101 at \"**\": `**` means nothing here; use `^`"]);
    check_errors("a; b", "(broken a b)", &["FT0101 at \";\": `;` means nothing here; use `,`"]);
    check_errors(
        "{a}",
        "(paren a)",
        &["FT0101 at \"{\": `{` means nothing here; use `(`", "FT0101 at \"}\": `}` means nothing here; use `)`"],
    );
    check_errors(
        "a\u{a0}+ b",
        "(a + b)",
        &["FT0101 at \"\\u{a0}\": the character `U+00A0` means nothing in a formula; use a plain space"],
    );
    check_errors(
        "a ? b : c",
        "(broken (broken a b) c)",
        &[
            "FT0101 at \"?\": the character `?` means nothing in a formula; use `IF(condition, then, else)`",
            "FT0101 at \":\": the character `:` means nothing in a formula; use `IF(condition, then, else)`",
        ],
    );
}

#[test]
fn a_foreign_character_is_told_once() {
    check_errors("$", "?", &["FT0101 at \"$\": the character `$` means nothing in a formula"]);
    check_errors("$a + b", "(a + b)", &["FT0101 at \"$\": the character `$` means nothing in a formula"]);
    check_errors("a $", "a", &["FT0101 at \"$\": the character `$` means nothing in a formula"]);
    check_errors("a $ b", "(broken a b)", &["FT0101 at \"$\": the character `$` means nothing in a formula"]);
}

#[test]
fn an_id_that_is_no_plain_name_wants_backticks() {
    check_errors(
        "1 + orders.x",
        "(1 + ?)",
        &[
            "FT0101 at \"orders.x\": `orders.x` is no plain name: one has only ASCII letters, digits and `_`; write a series' id that is no plain name in backticks",
        ],
    );
    check_errors(
        "größe * 2",
        "(? * 2)",
        &[
            "FT0101 at \"größe\": `größe` is no plain name: one has only ASCII letters, digits and `_`; write a series' id that is no plain name in backticks",
        ],
    );
    check_errors(
        "1 + \"orders.x\"",
        "(1 + ?)",
        &[
            "FT0101 at \"\\\"orders.x\\\"\": `\"orders.x\"` is a text, and formulas have none; write a series' id that is no plain name in backticks",
        ],
    );
    check_errors(
        "`abc",
        "?",
        &["FT0101 at \"`abc\": the id has no closing backtick; close it with a second backtick on the same line"],
    );
    check_errors("``", "?", &["FT0101 at \"``\": the id between these backticks is empty"]);
}

#[test]
fn a_bad_number_is_one_token() {
    check_errors("5.", "?", &["FT0102 at \"5.\": `5.` has no digits after the decimal point; write `5`"]);
    check_errors("1.2.3", "?", &["FT0102 at \"1.2.3\": `1.2.3` has 2 decimal points"]);
    check_errors("1e999", "?", &["FT0102 at \"1e999\": `1e999` is too large"]);
    check_errors("1e", "?", &["FT0102 at \"1e\": `1e` has an exponent without digits"]);
    check_errors(
        "9999999999999999999999h + x",
        "(? + x)",
        &["FT0102 at \"9999999999999999999999h\": `9999999999999999999999h` is too large"],
    );
}

#[test]
fn a_bad_duration_lists_the_units() {
    check_errors(
        "5min",
        "?",
        &[
            "FT0102 at \"5min\": `5min` is neither a number nor a duration: the units are `m`, `h`, `d` and `w`, after a whole number; write `5m`",
        ],
    );
    check_errors(
        "3a",
        "?",
        &[
            "FT0102 at \"3a\": `3a` is neither a number nor a duration: the units are `m`, `h`, `d` and `w`, after a whole number",
        ],
    );
    check_errors(
        "1h30m",
        "?",
        &[
            "FT0102 at \"1h30m\": `1h30m` is neither a number nor a duration: the units are `m`, `h`, `d` and `w`, after a whole number; write `90m`",
        ],
    );
    check_errors(
        "1.5h",
        "?",
        &[
            "FT0102 at \"1.5h\": `1.5h` is neither a number nor a duration: the units are `m`, `h`, `d` and `w`, after a whole number; write `90m`",
        ],
    );
}

#[test]
fn an_offset_is_told_what_is_allowed() {
    check_errors(
        "x[3]",
        "(broken x)",
        &["FT0110 at \"3\": a bin offset must count from `t`, found `3`; write `t-3` for the value 3 bins ago"],
    );
    check_errors(
        "x[i-1]",
        "(broken x)",
        &["FT0110 at \"i-1\": a bin offset must count from `t`, found `i-1`; write `t`, `t-1` or `t+2h`"],
    );
    check_errors(
        "x[t-1.5]",
        "(broken x)",
        &["FT0110 at \"1.5\": a bin offset must be a whole number or a duration, found `1.5`"],
    );
    check_errors(
        "x[t-k]",
        "(broken x)",
        &[
            "FT0110 at \"k\": a bin offset must be a whole number or a duration, found `k`; write the number itself; a lag is fixed when the model is compiled",
        ],
    );
    check_errors(
        "x[]",
        "(broken x)",
        &["FT0110 at \"[]\": the bin offset is missing; write `[t-1]` for the value one bin ago"],
    );
    check_errors(
        "x[t*2]",
        "(broken x)",
        &["FT0110 at \"t*2\": a bin offset must be `t`, `t-k` or `t+k`, found `t*2`; write `t`, `t-1` or `t+2h`"],
    );
    check_errors(
        "x[y[t-1]]",
        "(broken x)",
        &["FT0110 at \"y[t-1]\": a bin offset must count from `t`, found `y[t-1]`; write `t`, `t-1` or `t+2h`"],
    );
}

#[test]
fn chained_comparisons_get_advice() {
    check_errors(
        "a < b < c",
        "(broken a b c)",
        &["FT0107 at \"<\": comparisons can't be chained; write `a < b AND b < c`"],
    );
    check_errors(
        "f(a) == b + 1 != c[t-1] > 2",
        "(broken (f a) (b + 1) c[t-1] 2)",
        &["FT0107 at \"!=\": comparisons can't be chained; write `f(a) == b + 1 AND b + 1 != c[t-1] AND c[t-1] > 2`"],
    );
}

#[test]
fn a_formula_without_tokens_is_empty() {
    check_errors("", "?", &["FT0105 at \"\": the formula is empty"]);
    check_errors("  # only\n", "?", &["FT0105 at \"  # only\\n\": the formula is empty"]);
}

#[test]
fn one_formula_can_hold_several_errors() {
    check_errors(
        "a + * b - (c $ d) & MIN(e,,5min)",
        "((a + (? * b) - (paren (broken c d))) AND (MIN e ? ?))",
        &[
            "FT0103 at \"*\": unexpected `*`: expected a value",
            "FT0101 at \"$\": the character `$` means nothing in a formula",
            "FT0101 at \"&\": `&` means nothing here; use `AND`",
            "FT0103 at \",\": unexpected `,`: expected a value or `)`",
            "FT0102 at \"5min\": `5min` is neither a number nor a duration: the units are `m`, `h`, `d` and `w`, after a whole number; write `5m`",
        ],
    );
}

#[test]
fn a_comment_outside_a_literal_block_is_told_to_use_one() {
    let mut folded = formula("a # b");
    folded.style = ScalarStyle::Folded;
    let (tree, errors) = parsed(&folded);
    let expect = "FT0106 at \"# b\": a comment stands only in a literal block, here it would swallow what follows; \
                  use `|` and write the formula on the lines below it";
    assert_eq!(errors.iter().map(|error| told("a # b", error)).collect::<Vec<_>>(), [expect]);
    assert_eq!(short(&tree), "a");
}

#[test]
fn fixes_mend_the_formula() {
    check_fix("a & b × c", "a AND b * c");
    check_fix("a = b", "a == b");
    check_fix("MIN(a; b}", "MIN(a, b)");
    check_fix("5. + 1", "5 + 1");
    check_fix("f(x, 1h30m, 5min, 1.5h)", "f(x, 90m, 5m, 90m)");
    check_fix("1 + 'orders.x' + \"y\" + a.b", "1 + `orders.x` + y + `a.b`");
    check_fix("x[3]", "x[t-3]");
}
