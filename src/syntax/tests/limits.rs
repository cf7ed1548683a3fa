//! Bounds: whatever the text, parsing and formatting end soon, without a panic, on a stack of 512 KiB.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{formula, parsed};
use crate::syntax::print;
use crate::syntax::report::MAX_ERRORS;

/// Parses on a small stack; the codes reported.
fn codes(text: &str) -> Vec<&'static str> {
    let formula = formula(text);
    let work = move || {
        let (_tree, errors) = parsed(&formula);
        print::format(&formula, &|_| None);
        errors.iter().map(|error| error.code.id).collect()
    };
    let started = Instant::now();
    let codes = std::thread::Builder::new().stack_size(512 * 1024).spawn(work).unwrap().join().unwrap();
    assert!(started.elapsed() < Duration::from_secs(20), "{:.20}… took {:?}", text, started.elapsed());
    codes
}

fn check_codes(text: &str, expect: &[&str]) {
    assert_eq!(codes(text), expect, "{text:.40}…");
}

#[test]
fn depth_is_bounded_once_per_formula_whatever_makes_it() {
    check_codes(&"(".repeat(20_000), &["FT0108"]);
    check_codes(&"[".repeat(20_000), &["FT0108"]);
    check_codes(&format!("{}1{}", "(".repeat(20_000), ")".repeat(20_000)), &["FT0108"]);
    check_codes(&format!("{}1", "- ".repeat(30_000)), &["FT0108"]);
    check_codes(&format!("{}a", "NOT ".repeat(15_000)), &["FT0108"]);
    check_codes(&format!("a{}", "^a".repeat(30_000)), &["FT0108"]);
    check_codes(&format!("x{}", "[t-1]".repeat(12_000)), &["FT0108"]);
    check_codes(&"f(".repeat(20_000), &["FT0108"]);
    check_codes(&"x[".repeat(20_000), &["FT0104"]);
}

#[test]
fn a_tree_of_256_levels_is_deep_enough() {
    check_codes(&format!("{}1{}", "(".repeat(255), ")".repeat(255)), &[]);
    check_codes(&format!("{}BIN(){}", "(".repeat(255), ")".repeat(255)), &[]);
    check_codes(&format!("{}1{}", "(".repeat(256), ")".repeat(256)), &["FT0108"]);
    check_codes(&format!("x{}", "[t-1]".repeat(255)), &[]);
    check_codes(&format!("x{}", "[t-1]".repeat(256)), &["FT0108"]);
}

#[test]
fn length_is_bounded() {
    check_codes(&"a".repeat(64 * 1024), &[]);
    check_codes(&"a".repeat(64 * 1024 + 1), &["FT0109"]);
}

#[test]
fn errors_are_bounded_and_recovery_is_cheap() {
    assert_eq!(codes(&"? ".repeat(30_000)).len(), MAX_ERRORS);
    assert_eq!(codes(&"1 ".repeat(30_000)).len(), 1);
    assert_eq!(codes(&", ".repeat(30_000)).len(), MAX_ERRORS);
    assert_eq!(codes(&") ".repeat(30_000)).len(), MAX_ERRORS);
    let deep = "f(a OR b AND c < d + e * (".repeat(120);
    for junk in ["1 ", "x[3] ", "AND ", ", ", "+ ", "< ", "= ", "NOT "] {
        assert!(codes(&format!("{deep}a {}", junk.repeat(10_000))).len() <= MAX_ERRORS);
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,60}") {
        codes(&text);
    }

    #[test]
    fn no_sequence_of_tokens_makes_the_parser_panic(
        tokens in prop::collection::vec(prop::sample::select(vec![
            "a", "t", "1", "1.5", "2h", "`q r`", "f(", "(", ")", "[", "]", "x[t", ",", "=", "==", "<", "+", "-", "*",
            "^", "NOT", "AND", "?", "&", "5.", "null", "# c\n", "x=",
        ]), 0..40)
    ) {
        codes(&tokens.join(" "));
    }
}
