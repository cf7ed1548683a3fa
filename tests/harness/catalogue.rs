//! The catalogue of codes against the pages of the manual. Each code has a page `docs/errors/CODE.md` with a model
//! under "Failing" that gives the code and one under "Mended" that gives neither it nor any error.

use libtest_mimic::{Failed, Trial};

use flowtime::diagnostics::Severity;
use flowtime::diagnostics::codes::{self, Code};
use flowtime::driver::Check;

use super::case::Case;
use super::{concise, limits, on_a_small_stack};

/// Codes that no model can cause, and why.
const WITHOUT_A_CASE: &[(&str, &str)] = &[("FT0901", "an internal fault is a bug, not a property of a model")];

/// A test that no code of the catalogue is left without a case.
pub(crate) fn every_code_is_emitted(error_pages: &[Case], suite: &[Case]) -> Trial {
    let mut named: Vec<String> = error_pages.iter().filter(|case| is_failing(case)).filter_map(page_code).collect();
    named.extend(suite.iter().flat_map(Case::expected_codes));
    named.extend(limits::codes().map(str::to_owned));
    Trial::test("every code of the catalogue is emitted by some case", move || {
        let missing = |code: &&&Code| {
            !named.iter().any(|id| id == code.id) && !WITHOUT_A_CASE.iter().any(|(id, _)| *id == code.id)
        };
        let missing: Vec<&str> = codes::ALL.iter().filter(missing).map(|code| code.id).collect();
        if missing.is_empty() { Ok(()) } else { Err(Failed::from(format!("no case gives {}", missing.join(", ")))) }
    })
}

/// The test of one model of an error page.
pub(crate) fn error_page(case: Case) -> Option<Trial> {
    let code = page_code(&case)?;
    let failing = is_failing(&case);
    if !failing && case.title != "Mended" {
        return None;
    }
    Some(Trial::test(case.name(), move || {
        on_a_small_stack(move || {
            let check = case.verify_diagnostics()?;
            if failing { gives(&check, &code) } else { is_clean(&check, &code) }
        })
    }))
}

fn is_failing(case: &Case) -> bool {
    case.title == "Failing"
}

fn page_code(case: &Case) -> Option<String> {
    Some(case.path.file_stem()?.to_str()?.to_owned()).filter(|id| codes::find(id).is_some())
}

fn gives(check: &Check, code: &str) -> Result<(), String> {
    if check.diagnostics.iter().any(|diagnostic| diagnostic.code.id == code) {
        return Ok(());
    }
    Err(format!("expected {code}, found:\n{}", found(check)))
}

fn is_clean(check: &Check, code: &str) -> Result<(), String> {
    let bad = |severity: Severity, id: &str| severity == Severity::Error || id == code;
    if !check.diagnostics.iter().any(|diagnostic| bad(diagnostic.code.severity, diagnostic.code.id)) {
        return Ok(());
    }
    Err(format!("expected neither an error nor {code}, found:\n{}", found(check)))
}

fn found(check: &Check) -> String {
    concise::print(&concise::render(&check.sources, &check.diagnostics), true)
}
