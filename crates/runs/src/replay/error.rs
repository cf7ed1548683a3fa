//! Why a replay made no run. Each error says in which step it came up and keeps its cause; [`ReplayError::code`] is a
//! stable name, [`ReplayError::help`] says what to do, [`ReplayError::body`] is the answer of a server.

use flowtime::driver::RunError;
use flowtime::template::{Problems, TemplateError};
use flowtime_files::FileError;
use flowtime_telemetry::load::LoadError;
use flowtime_telemetry::source::SourceError;
use flowtime_telemetry::time::TimeError;
use serde_json::{Value, json};

use crate::error::WriteError;

/// Why there is no run; nothing of it is left.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The window is none.
    #[error(transparent)]
    Window(#[from] TimeError),
    /// Telemetry is to be loaded, and nobody says of when.
    #[error("a replay of telemetry needs a window")]
    NoWindow,
    /// The template's series come from telemetry, and there is no source.
    #[error("the template `{template}` needs telemetry")]
    NoSource {
        /// The template.
        template: String,
    },
    /// The template is not there or has errors, or what is set doesn't fit it.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The telemetry could not be loaded.
    #[error("loading telemetry")]
    Load(#[from] LoadError),
    /// A file that the model reads isn't there.
    #[error("checking the model: {}", missing(.file, .node_id, .telemetry.as_ref()))]
    FileNotFound {
        /// The file, as the model names it.
        file: String,
        /// The series that it is the source of.
        node_id: String,
        /// Node and metric, where it is a file of the telemetry.
        telemetry: Option<(String, String)>,
        /// Where that stands.
        problems: Box<Problems>,
    },
    /// The model has errors.
    #[error("checking the model: it has errors")]
    Model(Box<Problems>),
    /// The data is not as the model says.
    #[error("evaluating: the data does not fit the model")]
    Data(Box<Problems>),
    /// The model could not be evaluated.
    #[error("evaluating")]
    Evaluate(#[source] RunError),
    /// The work folder could not be made or written.
    #[error("making the work folder")]
    Work(#[source] FileError),
    /// The artifacts could not be written.
    #[error("writing the artifacts")]
    Write(#[source] WriteError),
    /// The caller asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl ReplayError {
    /// A stable name for the kind of error.
    pub fn code(&self) -> String {
        match self {
            ReplayError::Window(error) => error.code().to_owned(),
            ReplayError::NoWindow => "invalid_window".to_owned(),
            ReplayError::NoSource { .. } => "no_source".to_owned(),
            ReplayError::Template(error) => {
                error.body().1.get("error").and_then(Value::as_str).unwrap_or("invalid_template").to_owned()
            }
            ReplayError::Load(error) => error.code().to_owned(),
            ReplayError::FileNotFound { .. } => "file_not_found".to_owned(),
            ReplayError::Model(_) => "invalid_model".to_owned(),
            ReplayError::Evaluate(RunError::UnknownParameter { .. }) => "unknown_parameter".to_owned(),
            ReplayError::Evaluate(RunError::ParameterRange { .. }) => "parameter_out_of_range".to_owned(),
            ReplayError::Data(_) | ReplayError::Evaluate(_) => "evaluation_failed".to_owned(),
            ReplayError::Work(_) | ReplayError::Write(_) => "write_failed".to_owned(),
            ReplayError::Interrupted => "interrupted".to_owned(),
        }
    }

    /// Whether the request or the data is at fault, not the machine.
    pub fn is_users(&self) -> bool {
        match self {
            ReplayError::Load(error) => error.is_users(),
            ReplayError::Template(error) => !matches!(error, TemplateError::Read { .. }),
            ReplayError::Evaluate(error) => {
                matches!(error, RunError::UnknownParameter { .. } | RunError::ParameterRange { .. })
            }
            ReplayError::Work(_) | ReplayError::Write(_) | ReplayError::Interrupted => false,
            _ => true,
        }
    }

    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> Option<String> {
        let words = match self {
            ReplayError::Window(error) => return Some(error.help()),
            ReplayError::Template(error) => return error.help(),
            ReplayError::Load(error) => return error.help(),
            ReplayError::Write(error) => return error.help().map(str::to_owned),
            ReplayError::Work(error) => error.help()?,
            ReplayError::NoWindow => "say when it starts and how many bins it has",
            ReplayError::NoSource { .. } => "name a source of telemetry, like a Gold store",
            ReplayError::FileNotFound { .. } => "check that the telemetry has that metric in the window",
            _ => return None,
        };
        Some(words.to_owned())
    }

    /// The diagnostics that show where it is wrong, if there are any.
    pub fn problems(&self) -> Option<&Problems> {
        match self {
            ReplayError::Template(TemplateError::Invalid { problems, .. })
            | ReplayError::FileNotFound { problems, .. }
            | ReplayError::Model(problems)
            | ReplayError::Data(problems) => Some(problems),
            _ => None,
        }
    }

    /// The status and the members of the HTTP answer: a stable `error`, `message`, and what the error knows.
    pub fn body(&self) -> (u16, Value) {
        let (error, message) = (self.code(), self.message());
        match self {
            ReplayError::Template(error) => error.body(),
            ReplayError::FileNotFound { file, node_id, .. } => {
                (500, json!({ "error": error, "message": message, "file": file, "nodeId": node_id }))
            }
            _ => (self.status(), json!({ "error": error, "message": message, "help": self.help() })),
        }
    }

    fn status(&self) -> u16 {
        match self {
            ReplayError::Load(LoadError::Source(SourceError::Read { .. })) => 502,
            _ if self.is_users() && !matches!(self, ReplayError::Data(_)) => 400,
            _ => 500,
        }
    }

    /// The step and what went wrong in it, without what the system says.
    fn message(&self) -> String {
        match self {
            ReplayError::Load(error) => format!("{self}: {error}"),
            ReplayError::Evaluate(error) => format!("{self}: {error}"),
            _ => self.to_string(),
        }
    }
}

/// What is missing, and for what.
fn missing(file: &str, series: &str, telemetry: Option<&(String, String)>) -> String {
    match telemetry {
        Some((node, metric)) => format!("there is no telemetry `{metric}` of `{node}`, which `{series}` reads"),
        None => format!("can't read `{file}`, the source of `{series}`"),
    }
}
