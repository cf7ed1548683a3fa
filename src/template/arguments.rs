//! What a caller sets, against what a template declares. All that doesn't fit is answered at once; nothing is guessed:
//! a text is a number only where it came from a command line, which has nothing but text.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::error::{ParameterError, TemplateError};
use super::names::RESERVED;
use super::parameter::{ParameterDeclaration, ParameterType};
use super::value::{number, text};
use crate::model::decode::value::parse_number;

/// What a caller sets; everything has a default.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    /// Values by the names of the template's parameters; reserved names are taken too.
    pub parameters: BTreeMap<String, Argument>,
    /// `window.start`: when bin 0 begins, RFC 3339 in UTC.
    pub start: Option<String>,
    /// `window.bins`: how many bins.
    pub bins: Option<u64>,
    /// `grid.binSize`: units in a bin.
    pub bin_size: Option<u64>,
    /// `grid.binUnit`: `minutes`, `hours`, `days` or `weeks`.
    pub bin_unit: Option<String>,
    /// `telemetry_dir`: where telemetry lies, relative to the model; `telemetry` unless given.
    pub telemetry_dir: Option<String>,
    /// `output_dir`.
    pub output_dir: Option<String>,
    /// The telemetry files that there are, as node and metric, for the flags `has.{node}.{metric}`.
    pub available: BTreeSet<(String, String)>,
    /// The nodes wanted; all of the template's unless given.
    pub selection: Option<Vec<String>>,
    /// When the model is made, for its provenance.
    pub generated_at: Option<String>,
}

/// One value that a caller sets.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// A value with its own type, as from JSON.
    Value(Value),
    /// A text of a command line, read as the parameter's type.
    Text(String),
}

impl From<Value> for Argument {
    fn from(value: Value) -> Self {
        Argument::Value(value)
    }
}

impl Argument {
    /// The value; a text that is none of the type stays one, which the declaration then refuses.
    fn value(&self, declaration: &ParameterDeclaration) -> Value {
        let given = match self {
            Argument::Value(value) => return value.clone(),
            Argument::Text(given) => given,
        };
        let typed = match declaration.kind {
            ParameterType::String => None,
            ParameterType::Number => parse_number(given.trim()).and_then(number),
            ParameterType::Boolean => given.trim().parse().ok().map(Value::Bool),
            ParameterType::Enum => declaration.allowed.iter().find(|value| text(value) == *given).cloned(),
        };
        typed.unwrap_or_else(|| Value::from(given.as_str()))
    }
}

impl Arguments {
    /// Sets a parameter from the text of a command line.
    pub fn set(&mut self, name: impl Into<String>, text: impl Into<String>) -> &mut Self {
        self.parameters.insert(name.into(), Argument::Text(text.into()));
        self
    }

    /// The values of the declared parameters, in the order of the declarations; nothing for one that has no value.
    ///
    /// # Errors
    /// With all parameters that are unknown, missing, or have a value that they can't have.
    pub(super) fn resolve(
        &self,
        declared: &[ParameterDeclaration],
    ) -> Result<Vec<(String, Option<Value>)>, TemplateError> {
        let mut errors = Vec::new();
        let mut values = Vec::new();
        for declaration in declared {
            match self.value_of(declaration) {
                Ok(value) => values.push((declaration.name.clone(), value)),
                Err(error) => errors.push(error),
            }
        }
        errors.extend(self.unknown(declared));
        if errors.is_empty() { Ok(values) } else { Err(TemplateError::Parameters(errors)) }
    }

    /// The values of the reserved parameters that the caller set.
    ///
    /// # Errors
    /// When one is of another type.
    pub(super) fn reserved(&self) -> Result<BTreeMap<String, Value>, TemplateError> {
        let mut errors = Vec::new();
        let mut values = BTreeMap::new();
        for (name, kind) in RESERVED {
            match self.reserved_value(name, *kind) {
                Ok(Some(value)) => {
                    values.insert((*name).to_owned(), value);
                }
                Ok(None) => {}
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(values) } else { Err(TemplateError::Parameters(errors)) }
    }

    fn reserved_value(&self, name: &str, kind: ParameterType) -> Result<Option<Value>, ParameterError> {
        let text = |text: &Option<String>| text.as_deref().map(Value::from);
        let field = match name {
            "window.start" => text(&self.start),
            "window.bins" => self.bins.map(Value::from),
            "grid.binSize" => self.bin_size.map(Value::from),
            "grid.binUnit" => text(&self.bin_unit),
            "telemetry_dir" => text(&self.telemetry_dir),
            _ => text(&self.output_dir),
        };
        let declaration = ParameterDeclaration::reserved(name, kind);
        let given = field.or_else(|| Some(self.parameters.get(name)?.value(&declaration)));
        given.map(|value| declaration.accept(value)).transpose()
    }

    fn value_of(&self, declaration: &ParameterDeclaration) -> Result<Option<Value>, ParameterError> {
        let given = self.parameters.get(&declaration.name).map(|argument| argument.value(declaration));
        match given.filter(|value| !value.is_null()) {
            Some(value) => declaration.accept(value).map(Some),
            None if declaration.required && declaration.default.is_none() => {
                Err(ParameterError::Missing { parameter: declaration.name.clone(), expected: declaration.kind })
            }
            None => Ok(declaration.default.clone()),
        }
    }

    fn unknown(&self, declared: &[ParameterDeclaration]) -> impl Iterator<Item = ParameterError> {
        let is_known = |name: &str| {
            declared.iter().any(|declaration| declaration.name == name)
                || RESERVED.iter().any(|(reserved, _)| *reserved == name)
        };
        let unknown = self.parameters.iter().filter(move |(name, _)| !is_known(name));
        unknown.map(|(name, argument)| ParameterError::Unknown {
            parameter: name.clone(),
            value: match argument {
                Argument::Value(value) => value.clone(),
                Argument::Text(text) => Value::from(text.as_str()),
            },
            known: declared.iter().map(|declaration| declaration.name.clone()).collect(),
        })
    }
}
