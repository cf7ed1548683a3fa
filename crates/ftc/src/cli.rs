//! The commands and the options that all of them take; each command's own are beside its code.

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::commands::{
    bench, check, compile, completions, demo, diff, etl, explain, fmt, functions, gold, init, load, overlay, replay,
    run, schema, state, template, test, trace, verify,
};

/// Checks, formats, runs, tests and explains models of service flows.
#[derive(Debug, Parser)]
#[command(name = "ftc", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// When to use colours
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    pub(crate) color: Color,
    /// Say more about what is done
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Say nothing but results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check models and report every problem
    #[command(after_long_help = check::MORE_HELP)]
    Check(check::CheckArgs),
    /// Evaluate a model and show its outputs
    #[command(after_long_help = run::MORE_HELP)]
    Run(run::RunArgs),
    /// Make a run of a window of telemetry and a template
    #[command(after_long_help = replay::MORE_HELP)]
    Replay(replay::ReplayArgs),
    /// Show where a number comes from, back to the data
    #[command(after_long_help = trace::MORE_HELP)]
    Trace(trace::TraceArgs),
    /// Run the tests that models hold
    #[command(after_long_help = test::MORE_HELP)]
    Test(test::TestArgs),
    /// Evaluate stored runs again and compare every bit
    #[command(after_long_help = verify::MORE_HELP)]
    Verify(verify::VerifyArgs),
    /// Show what the nodes of a run did at a bin
    #[command(after_long_help = state::MORE_HELP)]
    State(state::StateArgs),
    /// Show what differs between two runs
    #[command(after_long_help = diff::MORE_HELP)]
    Diff(diff::DiffArgs),
    /// Load a window of telemetry into a folder of series
    #[command(after_long_help = load::MORE_HELP)]
    Load(load::LoadArgs),
    /// Import, export and show the table of bins, called Gold
    #[command(after_long_help = gold::MORE_HELP)]
    Gold(gold::GoldArgs),
    /// Change some of a run and see what follows: what if
    #[command(after_long_help = overlay::MORE_HELP)]
    Overlay(overlay::OverlayArgs),
    /// Compile a model and show a stage of it
    #[command(after_long_help = compile::MORE_HELP)]
    Compile(compile::CompileArgs),
    /// Measure how long a model takes to prepare and to evaluate
    #[command(after_long_help = bench::MORE_HELP)]
    Bench(bench::BenchArgs),
    /// Make bins of events and metrics, in a Gold store
    #[command(after_long_help = etl::MORE_HELP)]
    Etl(etl::EtlArgs),
    /// Write telemetry of a small system, to try things with
    Demo(demo::DemoArgs),
    /// Format the formulas of models
    #[command(after_long_help = fmt::MORE_HELP)]
    Fmt(fmt::FmtArgs),
    /// List, check and run templates, which make models
    #[command(subcommand, after_long_help = template::MORE_HELP)]
    Template(template::TemplateCommand),
    /// Explain a diagnostic code or a function
    Explain(explain::ExplainArgs),
    /// List all functions
    Functions(functions::FunctionsArgs),
    /// Print the JSON Schema of model files, for editors
    Schema(schema::SchemaArgs),
    /// Write a small model that runs at once
    Init(init::InitArgs),
    /// Write a completion script for a shell
    Completions(completions::CompletionsArgs),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    /// What clap leaves of a line on a terminal of 80 columns.
    const COLUMNS: usize = 80;

    fn check_lines(command: &clap::Command) {
        let help = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
        for line in help.lines().filter(|line| line.starts_with("  ftc ") || line.starts_with("      ")) {
            assert!(line.chars().count() <= COLUMNS, "the help of {}: {line}", command.get_name());
        }
        command.get_subcommands().for_each(check_lines);
    }

    #[test]
    fn examples_stand_on_lines_that_can_be_pasted() {
        check_lines(&Cli::command());
    }

    #[test]
    fn commands_are_well_formed() {
        Cli::command().debug_assert();
    }
}
