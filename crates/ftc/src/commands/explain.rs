//! `ftc explain`: the manual's page for a diagnostic code, or the table's entry for a function.

use clap::Args;
use flowtime::diagnostics::codes;
use flowtime::diagnostics::suggest::nearest;
use flowtime::manual;
use flowtime_runtime::builtins;

use crate::ui::{Outcome, Ui};

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A code like FT0201, or a function, operator or distribution
    #[arg(value_name = "CODE|FUNCTION", allow_hyphen_values = true)]
    subject: String,
}

/// Writes the page to standard output.
pub(crate) fn explain(args: &ExplainArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let subject = args.subject.trim();
    let page = match codes::find(subject) {
        Some(code) => code.page.to_owned(),
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

fn unknown(subject: &str, ui: &Ui) {
    ui.error(&format!("there is no code and no function `{subject}`"));
    let functions = builtins::all().filter(|builtin| manual::is_shown(builtin)).map(|builtin| builtin.name);
    match nearest(subject, codes::ALL.iter().map(|code| code.id).chain(functions)) {
        Some(near) => ui.help(&format!("try `ftc explain {near}`")),
        None => ui.help("see `ftc functions` for all functions"),
    }
}
