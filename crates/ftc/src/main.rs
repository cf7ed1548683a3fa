//! `ftc`, the FlowTime command line. Data goes to standard output, all else to standard error. It ends with 0 if all is
//! well, 1 if the user's input has problems, 2 if the work couldn't be done, 130 on Ctrl-C.
#![forbid(unsafe_code)]

mod cli;
mod commands;
mod engine;
mod figure;
mod files;
mod groups;
mod interrupt;
mod measure;
mod models;
mod pace;
mod paths;
mod perf_map;
mod problems;
mod profile;
mod progress;
mod table;
mod tree;
mod ui;
mod warnings;

use std::io::{self, ErrorKind};
use std::process::ExitCode;

use flowtime_runtime::engine::RunError;

use crate::cli::Command;
use crate::ui::{Outcome, Ui};

fn main() -> ExitCode {
    interrupt::listen();
    let cli = groups::parse();
    let ui = Ui::new(&cli.global);
    match dispatch(&cli.command, &ui) {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Problems) => ExitCode::from(1),
        Ok(Outcome::Failed) => ExitCode::from(2),
        Ok(Outcome::Differs) => ExitCode::from(3),
        Ok(Outcome::Interrupted) => ExitCode::from(interrupt::EXIT_CODE),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) if is_cancelled(&error) => ExitCode::from(interrupt::EXIT_CODE),
        Err(error) => {
            ui.failure(&error);
            ExitCode::from(2)
        }
    }
}

fn dispatch(command: &Command, ui: &Ui) -> anyhow::Result<Outcome> {
    match command {
        Command::Check(args) => commands::check::check(args, ui),
        Command::Run(args) => commands::run::run(args, ui),
        Command::Replay(args) => commands::replay::run(args, ui),
        Command::Trace(args) => commands::trace::run(args, ui),
        Command::Test(args) => commands::test::test(args, ui),
        Command::Verify(args) => commands::verify::verify(args, ui),
        Command::Bench(args) => commands::bench::bench(args, ui),
        Command::State(args) => commands::state::run(args, ui),
        Command::Diff(args) => commands::diff::run(args, ui),
        Command::Load(args) => commands::load::load(args, ui),
        Command::Gold(args) => commands::gold::gold(args, ui),
        Command::Overlay(args) => commands::overlay::run(args, ui),
        Command::Compile(args) => commands::compile::compile(args, ui),
        Command::Etl(args) => commands::etl::etl(args, ui),
        Command::Demo(args) => commands::demo::demo(args, ui),
        Command::Fmt(args) => commands::fmt::fmt(args, ui),
        Command::Template(command) => commands::template::template(command, ui),
        Command::Explain(args) => commands::explain::explain(args, ui),
        Command::Functions(args) => commands::functions::functions(args, ui),
        Command::Schema(args) => commands::schema::schema(args, ui),
        Command::Init(args) => commands::init::init(args, ui),
        Command::Completions(args) => commands::completions::completions(args, ui),
    }
}

/// Ctrl-C was pressed during an evaluation.
fn is_cancelled(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(RunError::Cancelled))
}

/// Whoever read our output has seen enough of it.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == ErrorKind::BrokenPipe)
}
