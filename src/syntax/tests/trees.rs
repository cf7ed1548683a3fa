//! What formulas mean: precedence, the two spellings of operators, the reach of each node, and the printer's promise.

use proptest::prelude::*;

use super::{formula, parsed, short};
use crate::source::{FileId, ScalarMapBuilder, Span};
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::print;

fn check_parse(input: &str, expect: &str) {
    let (tree, errors) = parsed(&formula(input));
    assert_eq!(errors, [], "{input}");
    assert_eq!(short(&tree), expect, "{input}");
}

#[test]
fn tighter_operators_bind_first() {
    check_parse("a OR b AND NOT c < d + e * -f ^ g", "(a OR (b AND (NOT (c < (d + (e * (- (f ^ g))))))))");
    check_parse("-x^2", "(- (x ^ 2))");
    check_parse("2^-3", "(2 ^ (- 3))");
    check_parse("a^b^c", "(a ^ (b ^ c))");
    check_parse("x[t-1]^2", "(x[t-1] ^ 2)");
    check_parse("NOT a == b", "(NOT (a == b))");
    check_parse("(a + b) * c", "((paren (a + b)) * c)");
}

#[test]
fn operators_of_one_level_are_one_node() {
    check_parse("a + b - c + d", "(a + b - c + d)");
    check_parse("a * b / c % d", "(a * b / c % d)");
    check_parse("a OR b || c", "(a OR b OR c)");
    check_parse("a && b And c", "(a AND b AND c)");
}

#[test]
fn keywords_ignore_case_and_ids_do_not() {
    check_parse("!a Or nOt B", "((NOT a) OR (NOT B))");
    check_parse("f(NULL, True, FALSE)", "(f null true false)");
    check_parse("t + T", "(t + T)");
    check_parse("nullable + trueish", "(nullable + trueish)");
}

#[test]
fn backticks_hold_any_id() {
    check_parse("`orders.arrivals` + `a b#c` - `null`", "(orders.arrivals + a b#c - null)");
}

#[test]
fn numbers_and_durations_are_read_exactly() {
    check_parse("12 + .5 + 1.25 + 1e3 + 2E-2", "(12 + 0.5 + 1.25 + 1000 + 0.02)");
    check_parse("f(x, 5m, 1h, 2d, 1w)", "(f x 5*1 1*60 2*1440 1*10080)");
}

#[test]
fn calls_take_named_arguments_and_a_trailing_comma() {
    check_parse("BIN()", "(BIN)");
    check_parse("f(a, window = 12,)", "(f a window=12)");
    check_parse("f(t=1, a == b)", "(f t=1 (a == b))");
    check_parse("CONV(x, [0, -0.6, 0.3,])", "(CONV x (array 0 (- 0.6) 0.3))");
    check_parse("[]", "(array)");
}

#[test]
fn an_index_counts_from_t() {
    check_parse("x[t] + x[T-1] + x[ t + 2h ]", "(x[t] + x[t-1] + x[t+2*60])");
    check_parse("f(x)[t-1][t-2]", "(f x)[t-1][t-2]");
    check_parse("(a + b)[t-1]", "(paren (a + b))[t-1]");
}

#[test]
fn comments_and_newlines_separate_tokens() {
    check_parse("a # first\n + # second\nb", "(a + b)");
}

#[test]
fn thirty_thousand_terms_are_one_node() {
    let text = vec!["a"; 30_000].join("+");
    let (tree, errors) = parsed(&formula(&text));
    assert_eq!(errors, []);
    assert!(matches!(&tree.kind, ExprKind::Chain { rest, .. } if rest.len() == 29_999));
    assert_eq!(tree.depth, 2);
}

#[test]
fn a_node_spans_its_characters_also_through_a_fold() {
    let mut map = ScalarMapBuilder::new(FileId(0));
    map.push(3, 10, 3);
    map.push(1, 13, 5);
    map.push(7, 18, 7);
    let mut folded = formula("a + b + foo");
    folded.map = map.finish(Span::new(FileId(0), 10, 25));
    let (tree, _) = parsed(&folded);
    let ExprKind::Chain { rest, .. } = &tree.kind else { panic!("no chain") };
    assert_eq!(tree.span, Span::new(FileId(0), 10, 25));
    assert_eq!(rest[0].1.span, Span::new(FileId(0), 18, 19));
    assert_eq!(rest[1].0.span, Span::new(FileId(0), 20, 21));
    assert_eq!(rest[1].1.span, Span::new(FileId(0), 22, 25));
}

/// Texts of formulas.
pub(super) fn formulas() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a"),
        Just("`b c`"),
        Just("`plain`"),
        Just("t"),
        Just("12"),
        Just("0.5"),
        Just("1e300"),
        Just("5m"),
        Just("NULL"),
        Just("True"),
        Just("BIN()"),
        Just("x[T-1]"),
        Just("`or`"),
        Just("9007199254740993"),
    ]
    .prop_map(str::to_string);
    leaf.prop_recursive(5, 40, 4, |inner| {
        let infix = prop_oneof![
            Just("+"),
            Just("-"),
            Just("*"),
            Just("/"),
            Just("%"),
            Just("&&"),
            Just("||"),
            Just("and"),
            Just("OR"),
        ];
        prop_oneof![
            (inner.clone(), infix, inner.clone()).prop_map(|(a, op, b)| format!("({a}) {op} {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("( {a} )<=({b} )")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})^- ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("clamp( {a},window = {b} , )")),
            inner.clone().prop_map(|a| format!("! ({a})")),
            inner.clone().prop_map(|a| format!("- - ({a})[ t + 2 ]")),
            inner.prop_map(|a| format!("CONV(x,[{a},-1 ])")),
        ]
    })
}

/// The tree printed, which has no spans.
fn check_round_trip(tree: &Expr) {
    let text = print::expr(tree);
    let (again, errors) = parsed(&formula(&text));
    assert_eq!(errors, [], "{text}");
    assert_eq!(short(&again), short(tree), "{text}");
    assert_eq!(print::expr(&again), text);
}

proptest! {
    #[test]
    fn a_printed_tree_parses_to_itself(text in formulas()) {
        let (tree, errors) = parsed(&formula(&text));
        // `a + NOT b` has no parse; all else the strategy makes has.
        prop_assume!(errors.is_empty());
        check_round_trip(&tree);
    }
}
