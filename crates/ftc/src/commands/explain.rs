//! `ftc explain`: the manual's page for a diagnostic code, or the table's entry for a function; without either, the list
//! of the codes.

use clap::Args;
use flowtime::diagnostics::codes::{self, Severity};
use flowtime::diagnostics::suggest::nearest;
use flowtime::manual;
use flowtime_runtime::builtins;

use crate::ui::{Outcome, Ui};

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A code like FT0201, or a function, operator or distribution; without it, all codes are listed
    #[arg(value_name = "CODE|FUNCTION", allow_hyphen_values = true)]
    subject: Option<String>,
}

/// Writes the page, or the list, to standard output.
pub(crate) fn explain(args: &ExplainArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let Some(subject) = args.subject.as_deref().map(str::trim) else {
        ui.result(&list())?;
        ui.note("`ftc explain CODE` prints the page of a code; `ftc functions` lists the functions");
        return Ok(Outcome::Clean);
    };
    let page = match codes::find(subject) {
        Some(code) => code.explanation(),
        None => {
            manual::find(subject).into_iter().map(|builtin| manual::page(builtin, 1)).collect::<Vec<_>>().join("\n")
        }
    };
    if page.is_empty() {
        unknown(subject, ui);
        return Ok(Outcome::Problems);
    }
    ui.result(&page)?;
    Ok(Outcome::Clean)
}

fn list() -> String {
    let line = |code: &&codes::Code| {
        let severity = if code.severity == Severity::Error { "error" } else { "warning" };
        format!("{}  {severity:<7}  {}\n", code.id, code.title)
    };
    codes::ALL.iter().map(line).collect()
}

fn unknown(subject: &str, ui: &Ui) {
    ui.error(&format!("there is no code and no function `{subject}`"));
    match suggestion(subject) {
        Some(near) => ui.help(&format!("try `ftc explain {near}`")),
        None => ui.help("see `ftc explain` for all codes and `ftc functions` for all functions"),
    }
}

/// What was meant: a code by its number, or the nearest name. Of codes all of which differ in digits alone, none is near.
fn suggestion(subject: &str) -> Option<&'static str> {
    let upper = subject.to_ascii_uppercase();
    let number = upper.strip_prefix("FT").unwrap_or(&upper);
    if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
        return codes::find(&format!("FT{number:0>4}")).map(|code| code.id);
    }
    let functions = builtins::all().filter(|builtin| manual::is_shown(builtin)).map(|builtin| builtin.name);
    nearest(subject, codes::ALL.iter().map(|code| code.id).chain(functions))
}
