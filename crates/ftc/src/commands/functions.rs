//! `ftc functions`: all functions, operators and distributions, one a line, as the manual's page, or as JSON.

use clap::Args;
use flowtime::manual;
use flowtime_runtime::builtins::{self, Builtin, Param, ResultType, Syntax};
use serde_json::{Value, json};

use crate::ui::{Outcome, Ui};

#[derive(Debug, Args)]
pub(crate) struct FunctionsArgs {
    /// Write the page of the manual, with parameters and examples
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

/// Writes the list to standard output.
pub(crate) fn functions(args: &FunctionsArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let text = match args {
        FunctionsArgs { json: true, .. } => json_list()?,
        FunctionsArgs { markdown: true, .. } => manual::functions_page(),
        _ => manual::functions_list(ui.width()),
    };
    ui.result(&text)?;
    Ok(Outcome::Clean)
}

fn json_list() -> serde_json::Result<String> {
    let functions: Vec<Value> = builtins::all().filter(|builtin| manual::is_shown(builtin)).map(entry).collect();
    Ok(serde_json::to_string_pretty(&json!({ "version": 1, "functions": functions }))? + "\n")
}

fn entry(builtin: &Builtin) -> Value {
    json!({
        "name": builtin.name,
        "kind": syntax_name(builtin.syntax),
        "signature": manual::signature(builtin),
        "params": builtin.params.iter().map(param).collect::<Vec<_>>(),
        "variadic": builtin.variadic,
        "result": result_name(builtin.result),
        "summary": builtin.summary,
        "edge": builtin.edge,
    })
}

fn param(param: &Param) -> Value {
    json!({ "name": param.name, "takes": manual::kind_text(param.kind), "doc": param.doc })
}

fn syntax_name(syntax: Syntax) -> &'static str {
    match syntax {
        Syntax::Function => "function",
        Syntax::Infix | Syntax::Prefix => "operator",
        Syntax::Distribution => "distribution",
        Syntax::Sample | Syntax::Internal => "internal",
    }
}

fn result_name(result: ResultType) -> &'static str {
    match result {
        ResultType::Num => "number",
        ResultType::Bool => "truth value",
        ResultType::Same => "as its arguments",
    }
}
