//! What a template says of its parameters. A declaration that is broken is reported and kept as far as it can be, so
//! that placeholders which name it are not reported as well; the default of a kept one fits its own declaration.

use serde_json::Value;

use super::error::ParameterError;
use super::schema::{PARAMETER, PARAMETER_TYPES};
use super::value::{number_text, to_value};
use crate::diagnostics::{Sink, codes};
use crate::model::decode::fields::{Fields, decode_choice, open_list};
use crate::model::decode::value::{decode_bool, decode_finite, decode_id, decode_text};
use crate::model::yaml::Node;
use crate::source::Span;

/// What the values of a parameter are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterType {
    /// Any text.
    String,
    /// A finite number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// One of a few values.
    Enum,
}

impl ParameterType {
    /// The word of the schema: `string`, `number`, `boolean` or `enum`.
    pub fn name(self) -> &'static str {
        match self {
            ParameterType::String => PARAMETER_TYPES[0],
            ParameterType::Number => PARAMETER_TYPES[1],
            ParameterType::Boolean => PARAMETER_TYPES[2],
            ParameterType::Enum => PARAMETER_TYPES[3],
        }
    }

    /// `a number`, for messages.
    pub(super) fn described(self) -> &'static str {
        match self {
            ParameterType::String => "a string",
            ParameterType::Number => "a number",
            ParameterType::Boolean => "a boolean",
            ParameterType::Enum => "an enum",
        }
    }

    const ALL: [ParameterType; 4] =
        [ParameterType::String, ParameterType::Number, ParameterType::Boolean, ParameterType::Enum];
}

/// A parameter as its template declares it.
#[derive(Clone, Debug)]
pub struct ParameterDeclaration {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: ParameterType,
    /// Its value unless one is given.
    pub default: Option<Value>,
    /// Whether a value must be given.
    pub required: bool,
    /// Smallest value allowed.
    pub min: Option<f64>,
    /// Largest value allowed.
    pub max: Option<f64>,
    /// The values allowed; empty where any of the type is.
    pub allowed: Vec<Value>,
    /// What it means, for people.
    pub description: Option<String>,
    /// Its name in the file.
    pub(super) span: Span,
}

impl ParameterDeclaration {
    /// A parameter that every template has.
    pub(super) fn reserved(name: &str, kind: ParameterType) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            default: None,
            required: false,
            min: None,
            max: None,
            allowed: Vec::new(),
            description: None,
            span: Span::default(),
        }
    }

    /// `value`, if the declaration allows it.
    ///
    /// # Errors
    /// When it is of another type, outside the bounds, or none of the values allowed.
    pub fn accept(&self, value: Value) -> Result<Value, ParameterError> {
        let fits = match self.kind {
            ParameterType::String => value.is_string(),
            ParameterType::Number => value.is_number(),
            ParameterType::Boolean => value.is_boolean(),
            ParameterType::Enum => value.is_string() || value.is_number() || value.is_boolean(),
        };
        if !fits {
            return Err(ParameterError::TypeMismatch { parameter: self.name.clone(), expected: self.kind, value });
        }
        if let Some(number) = value.as_f64().filter(|number| !(self.lowest()..=self.highest()).contains(number)) {
            let (parameter, min, max) = (self.name.clone(), self.min, self.max);
            return Err(ParameterError::OutOfRange { parameter, value: number, min, max });
        }
        if !self.allowed.is_empty() && !self.allowed.iter().any(|allowed| same(allowed, &value)) {
            let (parameter, allowed) = (self.name.clone(), self.allowed.clone());
            return Err(ParameterError::NotAllowed { parameter, value, allowed });
        }
        Ok(value)
    }

    /// The bounds or values in words: `0 to 1`, `at least 0`, "`a` or `b`".
    pub fn range_text(&self) -> Option<String> {
        if !self.allowed.is_empty() {
            return Some(super::value::listed(&self.allowed));
        }
        match (self.min, self.max) {
            (Some(min), Some(max)) => Some(format!("{} to {}", number_text(min), number_text(max))),
            (Some(min), None) => Some(format!("at least {}", number_text(min))),
            (None, Some(max)) => Some(format!("at most {}", number_text(max))),
            (None, None) => None,
        }
    }

    fn lowest(&self) -> f64 {
        self.min.unwrap_or(f64::NEG_INFINITY)
    }

    fn highest(&self) -> f64 {
        self.max.unwrap_or(f64::INFINITY)
    }
}

/// Whether two values are the same to a person: `1` and `1.0` are.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}

/// The parameters of one file that none of `known` declares already; two of one name in the file are an error.
pub(super) fn decode_parameters(node: &Node, known: &mut Vec<ParameterDeclaration>, sink: &mut Sink) {
    let inherited = known.len();
    for item in open_list(node, "a list under `parameters`", sink) {
        let declared =
            Fields::open(item, &PARAMETER, sink).and_then(|fields| decode_declaration(&fields, item.span, sink));
        let Some(declared) = declared else { continue };
        match known.iter().position(|other| other.name == declared.name) {
            None => known.push(declared),
            Some(at) if at >= inherited => {
                let message = format!("parameter `{}` is declared twice", declared.name);
                sink.emit(codes::TEMPLATE_PARAMETER, declared.span, message)
                    .label(known[at].span, "first here")
                    .help("remove one of the two");
            }
            Some(_) => {}
        }
    }
}

fn decode_declaration(fields: &Fields<'_>, place: Span, sink: &mut Sink) -> Option<ParameterDeclaration> {
    let name = fields.get("name").and_then(|node| decode_id(node, sink));
    let kind = fields.get("type").and_then(|node| decode_choice(node, "type of parameter", PARAMETER_TYPES, sink));
    let required = fields.get("required").and_then(|node| decode_bool(node, sink));
    let mut number = |key| fields.get(key).and_then(|node| decode_finite(node, sink));
    let (min, max) = (number("min"), number("max"));
    let description = fields.get("description").and_then(|node| decode_text(node, sink));
    let name = name?;
    check_name(&name.value, name.span, sink);
    let mut declaration = ParameterDeclaration {
        name: name.value,
        // A parameter whose type is broken takes any text, so that nothing is said about its values.
        kind: kind.map_or(ParameterType::String, |at| ParameterType::ALL[at]),
        default: None,
        required: required.unwrap_or(false),
        min,
        max,
        allowed: Vec::new(),
        description: description.map(|text| text.value.trim_end().to_owned()),
        span: name.span,
    };
    declaration.allowed = decode_allowed(fields, &declaration, sink);
    if kind.is_some() {
        check_limits(&declaration, fields, place, sink);
        declaration.default = fields.get("default").and_then(|node| decode_value(node, &declaration, sink));
    }
    Some(declaration)
}

fn check_name(name: &str, span: Span, sink: &mut Sink) {
    let reserved = ["window.", "grid.", "has.", "params."].iter().any(|prefix| name.starts_with(prefix))
        || ["telemetry_dir", "output_dir", "else"].contains(&name);
    if reserved {
        sink.emit(codes::TEMPLATE_PARAMETER, span, format!("the name `{name}` is reserved"))
            .help("choose another name; reserved ones have their values from the window, the grid and the telemetry");
    } else if name.contains(['{', '}']) || name.starts_with(['#', '/', '!', '^', '&', '>']) || name.trim() != name {
        sink.emit(codes::TEMPLATE_PARAMETER, span, format!("`{name}` can't stand in a placeholder"))
            .help("choose a name of letters, digits and `_`");
    }
}

fn decode_allowed(fields: &Fields<'_>, declaration: &ParameterDeclaration, sink: &mut Sink) -> Vec<Value> {
    let node = fields.get("allowed").or_else(|| fields.get("values"));
    let items = node.map_or(&[] as &[_], |node| open_list(node, "a list of values", sink));
    items.iter().filter_map(|item| decode_value(item, declaration, sink)).collect()
}

fn check_limits(declaration: &ParameterDeclaration, fields: &Fields<'_>, place: Span, sink: &mut Sink) {
    let bounds = [fields.entry("min"), fields.entry("max")].into_iter().flatten().next();
    if let Some(bound) = bounds.filter(|_| declaration.kind != ParameterType::Number) {
        let message = format!("bounds are for numbers, `{}` is {}", declaration.name, declaration.kind.described());
        sink.emit(codes::TEMPLATE_PARAMETER, bound.key.span, message).help("remove the bounds");
    } else if let (Some(bound), true) = (bounds, declaration.lowest() > declaration.highest()) {
        let message = format!("`min` {} is greater than `max` {}", declaration.lowest(), declaration.highest());
        sink.emit(codes::TEMPLATE_PARAMETER, bound.value.span, message).help("swap the two");
    }
    if declaration.kind == ParameterType::Enum && fields.get("allowed").or_else(|| fields.get("values")).is_none() {
        let place = if declaration.span.start < declaration.span.end { declaration.span } else { place };
        sink.emit(codes::TEMPLATE_PARAMETER, place, format!("the enum `{}` has no values", declaration.name))
            .help("list them under `values`");
    }
}

/// A value of the parameter's type, within its limits.
fn decode_value(node: &Node, declaration: &ParameterDeclaration, sink: &mut Sink) -> Option<Value> {
    let accepted = match to_value(node) {
        Some(value) => declaration.accept(value),
        None => Err(ParameterError::TypeMismatch {
            parameter: declaration.name.clone(),
            expected: declaration.kind,
            value: Value::Null,
        }),
    };
    let error = match accepted {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    let diagnostic = sink.emit(codes::TEMPLATE_PARAMETER, node.span, error.to_string());
    if let Some(help) = error.help() {
        diagnostic.help(help);
    }
    None
}
