//! `ftc completions`: the script that lets a shell complete `ftc`'s commands and options.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::ui::{Outcome, Ui};

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Writes the script to standard output.
pub(crate) fn completions(args: &CompletionsArgs, ui: &Ui) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "ftc", &mut script);
    ui.result(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Clean)
}
