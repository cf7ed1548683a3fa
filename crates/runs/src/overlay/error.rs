//! Why an overlay could not be laid over a run: each error says what was found where, and [`OverlayError::help`] says what
//! to do about it.

use flowtime::diagnostics::suggest::nearest;
use flowtime::driver::{Check, RunError};

use crate::stored::ReadError;

/// Why there is no overlay.
#[derive(Debug, thiserror::Error)]
pub enum OverlayError {
    /// The base run can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Nothing is changed.
    #[error("the overlay changes nothing")]
    Empty,
    /// The overlay says which run it is for, and that is another one.
    #[error("the overlay is for the run `{expected}`, found `{found}`")]
    OtherBase {
        /// The run that it names.
        expected: String,
        /// The run that it was to be laid over.
        found: String,
    },
    /// A name leads nowhere.
    #[error("{place} no {what} `{name}`")]
    Unknown {
        /// What is named: a topology node, role, series or parameter.
        what: &'static str,
        /// The name.
        name: String,
        /// Where it was looked for, with its verb: `the base run has`.
        place: &'static str,
        /// The nearest name there, if one is near.
        near: Option<String>,
    },
    /// A parameter of the template that the base run's model was made of.
    #[error("the base run has no parameter `{name}`: it was filled in when the template became a model")]
    TemplateParameter {
        /// The parameter.
        name: String,
    },
    /// The base run's model can't be changed.
    #[error("can't change the model of the base run")]
    Document(#[from] serde_yaml::Error),
    /// The model that the overlay makes has errors.
    #[error("the overlay makes no valid model")]
    Model(Box<Check>),
    /// The evaluation failed.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl OverlayError {
    /// The error for a name that none of `known` is.
    pub(super) fn unknown<'a>(
        what: &'static str,
        name: &str,
        place: &'static str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let near = nearest(name, known).map(str::to_owned);
        OverlayError::Unknown { what, name: name.to_owned(), place, near }
    }

    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> Option<String> {
        match self {
            OverlayError::Read(error) => error.help(),
            OverlayError::Empty => Some("set a series, map a role to another one, or set a parameter".to_owned()),
            OverlayError::OtherBase { .. } => Some("lay it over that run, or remove its `baseRunId`".to_owned()),
            OverlayError::TemplateParameter { name } => {
                Some(format!("replay the template with `--param {name}=…`, or change a series with `--set`"))
            }
            OverlayError::Unknown { near, .. } => near.as_ref().map(|near| format!("use `{near}`")),
            OverlayError::Document(_) | OverlayError::Model(_) | OverlayError::Run(_) => None,
        }
    }
}
