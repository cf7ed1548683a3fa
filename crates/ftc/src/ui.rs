//! What the user sees: results on standard output, messages on standard error, colours only where they are wanted.

use std::io::{self, ErrorKind, IsTerminal, Write};

use anstream::ColorChoice;
use anstyle::{AnsiColor, Style};
use anyhow::Context;
use flowtime::diagnostics::{Diagnostic, Severity, render};
use flowtime::load::reason;
use flowtime::source::Sources;
use flowtime_files::FileError;
use flowtime_runs::{ReplayError, WriteError};
use flowtime_telemetry::etl::EtlError;
use flowtime_telemetry::gold::{GoldError, ImportError, ReadError};
use flowtime_telemetry::load::LoadError;
use flowtime_telemetry::source::SourceError;

use crate::cli::{Color, Global};

/// How a command ended; an error that has not been shown yet is none of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Clean,
    /// The user's input has problems; they have been shown.
    Problems,
    /// The work couldn't be done; it has been shown why.
    Failed,
    /// What was compared differs, and the user asked to be told so.
    Differs,
    /// Stopped by Ctrl-C.
    Interrupted,
}

/// The user's terminal and wishes.
#[derive(Debug)]
pub(crate) struct Ui {
    color: Color,
    verbose: bool,
    quiet: bool,
}

impl Ui {
    pub(crate) fn new(global: &Global) -> Self {
        Self { color: global.color, verbose: global.verbose > 0, quiet: global.quiet }
    }

    /// Whether `stream` gets colours.
    pub(crate) fn colors<S: anstream::stream::RawStream>(&self, stream: &S) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => anstream::AutoStream::choice(stream) != ColorChoice::Never,
        }
    }

    /// The columns of the terminal that results go to, if they go to one.
    pub(crate) fn width(&self) -> Option<usize> {
        terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0))
    }

    /// Writes a result to standard output.
    pub(crate) fn result(&self, text: &str) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        written.context("can't write to standard output")
    }

    /// Says why the work couldn't be done, and what helps.
    pub(crate) fn failure(&self, error: &anyhow::Error) {
        self.error(&in_words(error));
        let help = own_help(error).or_else(|| Some(help(system_error(error)?.kind())?.to_owned()));
        if let Some(help) = help {
            self.help(&help);
        }
    }

    /// Says why something failed.
    pub(crate) fn error(&self, message: &str) {
        self.labelled("error", AnsiColor::BrightRed, message);
    }

    /// Warns, unless the user wants quiet.
    pub(crate) fn warning(&self, message: &str) {
        if !self.quiet {
            self.labelled("warning", AnsiColor::BrightYellow, message);
        }
    }

    /// Advises, below an error.
    pub(crate) fn help(&self, message: &str) {
        self.labelled("help", AnsiColor::BrightCyan, message);
    }

    /// Advises, below a warning.
    pub(crate) fn advice(&self, message: &str) {
        if !self.quiet {
            self.help(message);
        }
    }

    /// Tells what was done, unless the user wants quiet.
    pub(crate) fn note(&self, message: &str) {
        if !self.quiet {
            self.say(&format!("{message}\n"));
        }
    }

    /// Tells details to who asked for them.
    pub(crate) fn detail(&self, message: &str) {
        if self.verbose {
            self.say(&format!("{message}\n"));
        }
    }

    /// Writes to standard error; who closed it does not want to hear.
    pub(crate) fn say(&self, text: &str) {
        let _ = io::stderr().write_all(text.as_bytes());
    }

    /// Whether progress is of use: somebody is looking.
    pub(crate) fn shows_progress(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Shows those of `diagnostics` that the user wants to see, with the lines that they point at.
    pub(crate) fn show(&self, diagnostics: Vec<Diagnostic>, sources: &Sources) {
        self.say(&render::full(&self.wanted(diagnostics), sources, self.colors(&io::stderr())));
    }

    /// Those of `diagnostics` that the user wants to see.
    pub(crate) fn wanted(&self, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let wanted = |one: &Diagnostic| !self.quiet || one.code.severity == Severity::Error;
        diagnostics.into_iter().filter(wanted).collect()
    }

    fn labelled(&self, label: &str, color: AnsiColor, message: &str) {
        if self.colors(&io::stderr()) {
            let style = Style::new().bold().fg_color(Some(color.into()));
            self.say(&format!("{style}{label}{style:#}: {message}\n"));
        } else {
            self.say(&format!("{label}: {message}\n"));
        }
    }
}

/// An error and its causes on one line.
fn in_words(error: &anyhow::Error) -> String {
    let mut words = Vec::new();
    for cause in error.chain() {
        words.push(match cause.downcast_ref::<io::Error>() {
            Some(error) => reason(error),
            None => cause.to_string(),
        });
        if matches!(cause.downcast_ref(), Some(LoadError::Source(SourceError::Read { .. }))) {
            // Its reason tells its cause.
            break;
        }
    }
    words.join(": ")
}

/// What our libraries advise.
fn own_help(error: &anyhow::Error) -> Option<String> {
    let gold = |error: &GoldError| error.help().map(str::to_owned);
    if let Some(error) = error.downcast_ref::<FileError>() {
        error.help().map(str::to_owned)
    } else if let Some(error) = error.downcast_ref::<EtlError>() {
        error.help()
    } else if let Some(error) = error.downcast_ref::<WriteError>() {
        error.help().map(str::to_owned)
    } else if let Some(error) = error.downcast_ref::<flowtime_runs::ReadError>() {
        error.help()
    } else if let Some(error) = error.downcast_ref::<ReplayError>() {
        error.help()
    } else if let Some(error) = error.downcast_ref::<LoadError>() {
        error.help()
    } else if let Some(error) = error.downcast_ref::<GoldError>() {
        gold(error)
    } else {
        match error.downcast_ref::<ImportError>()? {
            ImportError::Store(error) => gold(error),
            ImportError::File(error) => ReadError::help(error),
            ImportError::Rows { .. } | ImportError::Interrupted => None,
        }
    }
}

fn system_error(error: &anyhow::Error) -> Option<&io::Error> {
    error.chain().find_map(|cause| cause.downcast_ref())
}

/// What to do where the system's answer alone tells it.
fn help(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::IsADirectory => Some("name a file in it"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some("free some space or write to another disk"),
        ErrorKind::ReadOnlyFilesystem => Some("write to a folder that isn't mounted read-only"),
        _ => None,
    }
}
