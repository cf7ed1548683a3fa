//! What the user is told: `code: message at "text"`, then advice. Read them aloud.

use super::{formula, parsed, short};
use crate::diagnostics::Diagnostic;
use crate::model::ScalarStyle;

fn told(text: &str, error: &Diagnostic) -> String {
    let at = &text[error.span.start as usize..error.span.end as usize];
    let help = error.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
    let related = error.related.iter().map(|label| format!("; {}: {}", label.span.start, label.message)).collect::<String>();
    format!("{} at {at:?}: {}{related}{help}", error.code.id, error.message)
}

fn check_errors(text: &str, expect: &[&str]) {
    let (_, errors) = parsed(&formula(text));
    let told: Vec<String> = errors.iter().map(|error| told(text, error)).collect();
    assert_eq!(told, expect, "{text}");
}

fn check_tree(text: &str, expect: &str) {
    let (tree, errors) = parsed(&formula(text));
    assert_ne!(errors, [], "{text}");
    assert_eq!(short(&tree), expect, "{text}");
}

#[test]
fn dump() {
    for text in [
        "a + )", "a + * b", "a b + c", "a +", "MIN(a, ", "MIN(a", "(a + b", "(a + ", "MIN(a, b]", "[1, 2", "a)", "MIN(a,,b)",
        "(a, b)", "a, b", "f(a b, c)", "a & b", "a | b", "a = b", "f(a, = 3)", "a ? b : c", "\"orders.x\" + 1",
        "orders.x + 1", "größe * 2", "a − b × c", "`abc", "``", "a; b", "{a}", "$", "$a + b", "a $", "5.", "1.2.3", "1e999", "5min",
        "3a", "1h30m", "1.5h", "1e", "x[3]", "x[i-1]", "x[t-1.5]", "x[t-k]", "x[]", "x[t*2]", "x[t-1", "f(x[t-1, 3)", "x[y[t-1]]", "x[",
        "a < b < c", "a + NOT b", "a NOT b", "", "  # only\n", "9999999999999999999999h + x", "a\u{a0}+ b", "a ** b", "a AND", "f(x=)", "x=3", "f(a, b", "* a",
        "(", "()", "f(", "a ! b", "MIN a, b", "IF(a > 1 b > 2, 1, 0)", "null(a)", "`f`(a)","a[t-1] [t+1", "1 2 3 + x",
    ] {
        let (tree, errors) = parsed(&formula(text));
        println!("{text:20} => {}", short(&tree));
        for e in &errors { println!("      {}", told(text, e)); }
    }
    let mut f = formula("a # b");
    f.style = ScalarStyle::Folded;
    println!("{}", told("a # b", &parsed(&f).1[0]));
    check_errors("a", &[]);
    check_tree("a + )", "(a + ?)");
}
