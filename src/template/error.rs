//! Why there is no model: each error says what was expected and what came, `help` what to do about it, and
//! [`TemplateError::body`] the same as the members of an HTTP problem.

use std::io;

use serde_json::{Map, Value, json};

use super::parameter::ParameterType;
use super::value::{listed, number_text, text, type_name};
use crate::diagnostics::suggest::{excerpt, nearest};
use crate::diagnostics::{Diagnostic, Report, json as machine};
use crate::source::Sources;

/// Why no model could be made of a template.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// No template is called so.
    #[error("there is no template `{}`", excerpt(name))]
    NotFound {
        /// The name asked for.
        name: String,
        /// The templates there are.
        available: Vec<String>,
    },
    /// Several files have the name; their paths tell them apart.
    #[error("`{name}` is the name of several templates")]
    Ambiguous {
        /// The name asked for.
        name: String,
        /// The names that tell them apart.
        paths: Vec<String>,
    },
    /// The templates could not be listed, or the template not be read.
    #[error("can't read `{path}`")]
    Read {
        /// The file or folder.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// The template itself has errors.
    #[error("the template `{name}` has errors")]
    Invalid {
        /// Its name.
        name: String,
        /// What is wrong, and the files it is in.
        problems: Box<Problems>,
    },
    /// The parameters don't fit those that the template declares; at least one.
    #[error("{}", messages(.0))]
    Parameters(Vec<ParameterError>),
    /// A selected node is none of the template's.
    #[error("the template has no node `{}`", excerpt(node))]
    UnknownNode {
        /// The node asked for.
        node: String,
        /// The nodes there are.
        known: Vec<String>,
    },
    /// A selected node is there, but its `enabled` is false.
    #[error("the node `{}` is not enabled", excerpt(node))]
    DisabledNode {
        /// The node asked for.
        node: String,
        /// The nodes that are.
        known: Vec<String>,
    },
}

/// Diagnostics and the files that they point into.
#[derive(Debug)]
pub struct Problems {
    /// In the order of the files.
    pub diagnostics: Vec<Diagnostic>,
    /// The template, then its includes.
    pub sources: Sources,
}

/// Why a parameter's value was not taken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ParameterError {
    /// No parameter is called so.
    #[error("there is no parameter `{}`", excerpt(parameter))]
    Unknown {
        /// The name given.
        parameter: String,
        /// The value given.
        value: Value,
        /// The parameters there are.
        known: Vec<String>,
    },
    /// It is required and was not given.
    #[error("parameter `{parameter}` is required, expected {}", expected.described())]
    Missing {
        /// Its name.
        parameter: String,
        /// What its values are.
        expected: ParameterType,
    },
    /// The value is of another type.
    #[error("parameter `{parameter}` is {}, found {}", expected.described(), found(value))]
    TypeMismatch {
        /// Its name.
        parameter: String,
        /// What its values are.
        expected: ParameterType,
        /// The value given.
        value: Value,
    },
    /// The number is below `min` or above `max`.
    #[error("parameter `{parameter}` is {}, {}", number_text(*value), broken_bound(*value, *min, *max))]
    OutOfRange {
        /// Its name.
        parameter: String,
        /// The value given.
        value: f64,
        /// Smallest value allowed.
        min: Option<f64>,
        /// Largest value allowed.
        max: Option<f64>,
    },
    /// The value is none of those allowed.
    #[error("parameter `{parameter}` is `{}`, expected {}", excerpt(&text(value)), listed(allowed))]
    NotAllowed {
        /// Its name.
        parameter: String,
        /// The value given.
        value: Value,
        /// The values allowed.
        allowed: Vec<Value>,
    },
}

impl TemplateError {
    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> Option<String> {
        match self {
            TemplateError::NotFound { name, available } => use_one(name, available),
            TemplateError::Ambiguous { paths, .. } => Some(format!("use one of {}", quoted(paths))),
            TemplateError::Read { .. } | TemplateError::Invalid { .. } => None,
            TemplateError::Parameters(errors) => errors.iter().find_map(ParameterError::help),
            TemplateError::UnknownNode { node, known } => use_one(node, known),
            TemplateError::DisabledNode { known, .. } if known.is_empty() => None,
            TemplateError::DisabledNode { known, .. } => Some(format!("select from {}", quoted(known))),
        }
    }

    /// The status and the members of the HTTP answer: a stable `error`, `message`, and what the error knows.
    pub fn body(&self) -> (u16, Value) {
        let status = match self {
            TemplateError::NotFound { .. } => 404,
            TemplateError::Read { .. } => 500,
            _ => 400,
        };
        let members = match self {
            TemplateError::NotFound { name, available } => {
                json!({ "error": "template_not_found", "field": "template", "value": name, "available": available })
            }
            TemplateError::Ambiguous { name, paths } => {
                json!({ "error": "template_ambiguous", "field": "template", "value": name, "available": paths })
            }
            // What the system says may name a folder of the server.
            TemplateError::Read { .. } => json!({ "error": "template_unreadable" }),
            TemplateError::Invalid { name, problems } => {
                json!({ "error": "invalid_template", "field": "template", "value": name, "diagnostics": problems.document() })
            }
            TemplateError::Parameters(errors) => parameters_body(errors),
            TemplateError::UnknownNode { node, known } | TemplateError::DisabledNode { node, known } => {
                json!({ "error": "unknown_node", "field": "selection.nodes", "value": node, "known": known })
            }
        };
        (status, with_message(members, &self.to_string()))
    }
}

impl Problems {
    /// The machine form of the diagnostics.
    fn document(&self) -> Value {
        let report = Report { diagnostics: &self.diagnostics, sources: &self.sources };
        let document: Option<Value> = serde_json::from_str(&machine::document(&[report])).ok();
        document.and_then(|mut document| Some(document.get_mut("diagnostics")?.take())).unwrap_or_default()
    }
}

impl ParameterError {
    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> Option<String> {
        match self {
            ParameterError::Unknown { parameter, known, .. } => use_one(parameter, known),
            ParameterError::Missing { parameter, .. } => Some(format!("give `{parameter}` a value")),
            ParameterError::NotAllowed { value, allowed, .. } => {
                let texts: Vec<String> = allowed.iter().map(text).collect();
                nearest(&text(value), texts.iter().map(String::as_str)).map(|near| format!("use `{near}`"))
            }
            ParameterError::TypeMismatch { expected: ParameterType::Boolean, .. } => {
                Some("write `true` or `false`".to_owned())
            }
            ParameterError::TypeMismatch { .. } | ParameterError::OutOfRange { .. } => None,
        }
    }

    /// The members of the HTTP answer: `error`, `parameter`, and what was expected and found where there is something.
    pub fn body(&self) -> Value {
        match self {
            ParameterError::Unknown { parameter, value, known } => {
                json!({ "error": "unknown_parameter", "parameter": parameter, "value": value, "known": known })
            }
            ParameterError::Missing { parameter, expected } => {
                json!({ "error": "parameter_required", "parameter": parameter, "expected": expected.name() })
            }
            ParameterError::TypeMismatch { parameter, expected, value } => json!({
                "error": "parameter_type_mismatch",
                "parameter": parameter,
                "expected": expected.name(),
                "actual": type_name(value),
                "value": value,
            }),
            ParameterError::OutOfRange { parameter, value, min, max } => json!({
                "error": "parameter_out_of_range",
                "parameter": parameter,
                "value": super::value::number(*value),
                "min": min.and_then(super::value::number),
                "max": max.and_then(super::value::number),
            }),
            ParameterError::NotAllowed { parameter, value, allowed } => json!({
                "error": "parameter_not_allowed",
                "parameter": parameter,
                "value": value,
                "allowed": allowed,
            }),
        }
    }
}

/// The members of the first error, and all of them under `errors` if there are several.
fn parameters_body(errors: &[ParameterError]) -> Value {
    let bodies = || errors.iter().map(|error| with_message(error.body(), &error.to_string()));
    let mut body = errors.first().map_or_else(|| json!({}), ParameterError::body);
    if let (Value::Object(members), true) = (&mut body, errors.len() > 1) {
        members.insert("errors".to_owned(), bodies().collect());
    }
    body
}

fn with_message(members: Value, message: &str) -> Value {
    let mut all = Map::new();
    if let Value::Object(members) = members {
        all.extend(members);
    }
    all.insert("message".to_owned(), Value::from(message));
    Value::Object(all)
}

fn messages(errors: &[ParameterError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// A value in words: "the string `zero`".
fn found(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        _ => format!("the {} `{}`", type_name(value), excerpt(&text(value))),
    }
}

fn broken_bound(value: f64, min: Option<f64>, max: Option<f64>) -> String {
    match (min, max) {
        (Some(min), _) if value < min => format!("below its `min` {}", number_text(min)),
        (_, Some(max)) => format!("above its `max` {}", number_text(max)),
        _ => "which is not allowed".to_owned(),
    }
}

fn use_one(name: &str, known: &[String]) -> Option<String> {
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => Some(format!("use `{near}`")),
        None if known.is_empty() => None,
        None => Some(format!("use one of {}", quoted(known))),
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
