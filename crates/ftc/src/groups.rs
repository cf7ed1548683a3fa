//! The commands of `ftc --help`, in groups by what they are about. Names and summaries are those of the commands
//! themselves; a command that stands in no group would not be shown, so a test keeps them all in one.

use std::fmt::Write as _;

use clap::{Command, CommandFactory, FromArgMatches};

use crate::cli::Cli;

/// What each group is about, and its commands in the order in which they are first needed.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Models", &["init", "check", "fmt", "run", "test", "trace"]),
    ("Telemetry and templates", &["demo", "etl", "gold", "load", "template", "replay"]),
    ("Runs", &["state", "overlay", "diff", "verify"]),
    ("The compiler", &["compile", "bench"]),
    ("Reference", &["explain", "functions", "schema", "completions"]),
];

/// Reads the command line; ends the program if there is nothing to be done, or nothing that makes sense.
pub(crate) fn parse() -> Cli {
    let matches = command().get_matches();
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// The command line with its commands in groups.
fn command() -> Command {
    let command = Cli::command();
    let header = command.get_styles().get_header();
    let options = format!("{header}Options:{header:#}\n{{options}}");
    let more = "`ftc COMMAND --help` has the options, examples and exit codes of a command.";
    let template =
        format!("{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{}{options}\n\n{more}", list(&command));
    command.help_template(template)
}

fn list(command: &Command) -> String {
    let header = command.get_styles().get_header();
    let literal = command.get_styles().get_literal();
    let width = GROUPS.iter().flat_map(|(_, names)| *names).map(|name| name.len()).max().unwrap_or_default();
    let mut list = String::new();
    for (title, names) in GROUPS {
        let _ = writeln!(list, "{header}{title}:{header:#}");
        for name in names {
            let about = command.find_subcommand(name).and_then(Command::get_about).cloned().unwrap_or_default();
            let _ = writeln!(list, "  {literal}{name:<width$}{literal:#}  {about}");
        }
        list.push('\n');
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_in_one_group() {
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        let command = Cli::command();
        let mut all: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        grouped.sort_unstable();
        all.sort_unstable();
        assert_eq!(grouped, all);
    }
}
