//! The executable manual: every heading with a model under `tests/suite`, `docs/errors` and `docs/language` is a test,
//! and so is every example of the builtin table. `tests/suite/README.md` describes the format of a page.
//!
//! `cargo test --test suite -- FILTER` runs some of them; `UPDATE=1` writes what was found over what was expected.

mod harness;

use libtest_mimic::{Arguments, Conclusion, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let trials = match harness::trials() {
        Ok(trials) => trials,
        Err(problem) => vec![Trial::test("pages", move || Err(Failed::from(problem)))],
    };
    if !arguments.list {
        println!("{}", harness::backend::summary());
    }
    let conclusion: Conclusion = libtest_mimic::run(&arguments, trials);
    if let Err(problem) = harness::update::write() {
        eprintln!("{problem}");
    }
    conclusion.exit();
}
