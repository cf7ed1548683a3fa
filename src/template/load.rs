//! A template as read: its own words (type, version, description, parameters), and the trees of its files. All that can
//! be wrong with it before there are values is reported here.

use std::collections::BTreeSet;
use std::io;

use super::draft::{model_parts, text_at, value_at};
use super::error::{Problems, TemplateError};
use super::include::{Files, Part};
use super::names;
use super::parameter::{ParameterDeclaration, decode_parameters};
use super::schema::{GRID, TYPES};
use super::set::{self, TemplateSet};
use crate::diagnostics::suggest::excerpt;
use crate::diagnostics::{Diagnostic, Sink, codes};
use crate::model::decode::fields::{Fields, decode_choice};
use crate::model::decode::value::{decode_text, is_null, report_kind, scalar};
use crate::model::schema::WINDOW;
use crate::model::yaml::{Node, NodeKind};
use crate::source::{Sources, Span};

/// The major version of templates that this compiler reads.
pub(super) const SUPPORTED_MAJOR: u64 = 1;

/// What a template's series come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateKind {
    /// From telemetry.
    Telemetry,
    /// From formulas alone: such a model runs at once.
    Simulation,
}

impl TemplateKind {
    /// The word of the schema.
    pub fn name(self) -> &'static str {
        match self {
            TemplateKind::Telemetry => TYPES[0],
            TemplateKind::Simulation => TYPES[1],
        }
    }
}

/// A template with its includes.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its name: the file's, without folder and extension.
    pub name: String,
    /// Its path in the set.
    pub path: String,
    /// What its series come from.
    pub kind: TemplateKind,
    /// Its version as written.
    pub version: String,
    /// What it is, for people.
    pub description: String,
    /// Its parameters and those of its includes.
    pub parameters: Vec<ParameterDeclaration>,
    /// What is to be said about it: warnings.
    pub warnings: Vec<Diagnostic>,
    /// Its files.
    pub sources: Sources,
    pub(super) parts: Vec<Part>,
    /// A place for what has none.
    pub(super) home: Span,
}

impl Template {
    /// Loads the template called `name`: its path without extension, or the last part of that.
    ///
    /// # Errors
    /// When there is none, it can't be read, or it has errors.
    pub fn load(set: &dyn TemplateSet, name: &str) -> Result<Self, TemplateError> {
        let path = set::find(set, name)?;
        let text = set.read(&path).map_err(|source| TemplateError::Read { path: set.display(&path), source })?;
        Self::parse(set, &path, &text)
    }

    /// Loads the template `text`, which stands at `path` in the set or would stand there.
    ///
    /// # Errors
    /// When it has errors.
    pub fn parse(set: &dyn TemplateSet, path: &str, text: &str) -> Result<Self, TemplateError> {
        let (mut sources, mut sink) = (Sources::default(), Sink::default());
        let mut files = Files { set, sources: &mut sources, parts: Vec::new() };
        files.add(path, text, &mut sink);
        let parts = files.parts;
        let name = set::short_name(path).to_owned();
        let header = parts.first().map(|part| Header::decode(&part.tree, &mut sink)).unwrap_or_default();
        let parameters = declared(&parts, &mut sink);
        parts.iter().for_each(|part| check_clock(&part.tree, &mut sink));
        for entry in parts.iter().flat_map(|part| model_parts(&part.tree)) {
            names::check(&entry.value, &parameters, &mut sink);
        }
        let has_errors = sink.has_errors();
        let warnings = sink.finish();
        match header {
            Header { kind: Some(kind), version: Some(version), description, home } if !has_errors => Ok(Self {
                name,
                path: path.to_owned(),
                kind,
                version,
                description,
                parameters,
                warnings,
                sources,
                parts,
                home,
            }),
            _ => Err(TemplateError::Invalid { name, problems: Box::new(Problems { diagnostics: warnings, sources }) }),
        }
    }

    /// The topology nodes that it may have, with their kinds, those of its includes last.
    pub fn nodes(&self) -> Vec<(String, String)> {
        let mut seen = BTreeSet::new();
        let lists = self.parts.iter().filter_map(|part| value_at(value_at(&part.tree, "topology")?, "nodes"));
        let items = lists.flat_map(|list| match &list.kind {
            NodeKind::Sequence(items) => &**items,
            _ => &[],
        });
        let named = items.filter_map(|item| Some((text_at(item, "id")?, text_at(item, "kind").unwrap_or_default())));
        named.filter(|(id, _)| seen.insert(*id)).map(|(id, kind)| (id.to_owned(), kind.to_owned())).collect()
    }

    /// The telemetry that the template asks for with `has.{node}.{metric}`, as node and metric.
    pub fn flags(&self) -> BTreeSet<(String, String)> {
        let mut flags = BTreeSet::new();
        for entry in self.parts.iter().flat_map(|part| model_parts(&part.tree)) {
            names::collect_flags(&entry.value, &mut flags);
        }
        flags
    }

    /// The paths of all its files, its own first.
    pub fn files(&self) -> Vec<&str> {
        self.parts.iter().map(|part| part.path.as_str()).collect()
    }
}

/// What a template says about itself.
#[derive(Default)]
struct Header {
    kind: Option<TemplateKind>,
    version: Option<String>,
    description: String,
    home: Span,
}

impl Header {
    fn decode(tree: &Node, sink: &mut Sink) -> Self {
        // The keys were checked when the file was taken in.
        let Some(fields) = Fields::open_any(tree, "a template", &mut Sink::default()) else {
            return Self::default();
        };
        let kind = fields.get("templateType").and_then(|node| decode_choice(node, "type of template", TYPES, sink));
        let version = fields.get("version");
        let text = fields.get("description").and_then(|node| decode_text(node, sink));
        Self {
            kind: kind.map(|at| if at == 0 { TemplateKind::Telemetry } else { TemplateKind::Simulation }),
            version: version.and_then(scalar).map(|scalar| scalar.text.clone()),
            description: text.map(|text| text.value.trim_end().to_owned()).unwrap_or_default(),
            home: version.map_or(fields.place, |node| node.span),
        }
    }
}

/// The parameters of all files, and a look at their versions.
fn declared(parts: &[Part], sink: &mut Sink) -> Vec<ParameterDeclaration> {
    let mut parameters = Vec::new();
    for part in parts {
        if let Some(node) = value_at(&part.tree, "version") {
            check_version(node, sink);
        }
        if let Some(node) = value_at(&part.tree, "parameters") {
            decode_parameters(node, &mut parameters, sink);
        }
    }
    parameters
}

/// Checks the keys of `window` and `grid`, whose values may come from elsewhere.
fn check_clock(tree: &Node, sink: &mut Sink) {
    for (key, section) in [("window", &WINDOW), ("grid", &GRID)] {
        let node = value_at(tree, key).filter(|node| !is_null(node));
        if let Some(fields) = node.and_then(|node| Fields::open_any(node, section.name, sink)) {
            fields.check_known(section.name, || section.keys.iter().map(|key| key.name), sink);
        }
    }
}

fn check_version(node: &Node, sink: &mut Sink) {
    let Some(scalar) = scalar(node) else {
        report_kind(node, "a version", sink);
        return;
    };
    let right = format!("\"{SUPPORTED_MAJOR}.0\"");
    match scalar.text.split('.').next().and_then(|major| major.parse::<u64>().ok()) {
        Some(SUPPORTED_MAJOR) => {}
        Some(older) if older < SUPPORTED_MAJOR => {
            let message = format!("version `{}` of templates is deprecated", excerpt(&scalar.text));
            sink.emit(codes::OLD_TEMPLATE, node.span, message).help(format!("write `version: {right}`"));
        }
        Some(_) => {
            let message = format!("unsupported template version `{}`", excerpt(&scalar.text));
            sink.emit(codes::TEMPLATE_VERSION, node.span, message)
                .help(format!("use a newer FlowTime; this one reads versions {SUPPORTED_MAJOR}.x"));
        }
        None => {
            let message = format!("expected a version like `{SUPPORTED_MAJOR}.0`, found `{}`", excerpt(&scalar.text));
            sink.emit(codes::TEMPLATE_VERSION, node.span, message).help(format!("write `version: {right}`"));
        }
    }
}

/// A line about a template.
#[derive(Clone, Debug)]
pub struct TemplateSummary {
    /// Its name.
    pub name: String,
    /// Its path in the set.
    pub path: String,
    /// The template, or what keeps it from being one.
    pub template: Result<Template, String>,
}

/// All templates of a set, in the order of their paths; files that are only included are none.
///
/// # Errors
/// When the set can't be listed.
pub fn list(set: &dyn TemplateSet) -> io::Result<Vec<TemplateSummary>> {
    let mut summaries = Vec::new();
    for path in set.paths()? {
        let template = match set.read(&path) {
            Ok(text) if !set::is_template(&text) => continue,
            Ok(text) => Template::parse(set, &path, &text).map_err(|error| error.to_string()),
            Err(error) => Err(format!("can't read it: {}", crate::load::reason(&error))),
        };
        summaries.push(TemplateSummary { name: set::short_name(&path).to_owned(), path, template });
    }
    Ok(summaries)
}
