//! The model, put together: the draft's parts under the keys of a model and in the schema's order, window and grid as the
//! caller or the template says, and where it all comes from. What the caller says stands in a file of its own,
//! `<arguments>`, so that a diagnostic about it has a place.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value;

use super::draft::{Draft, List, in_order, value_at};
use super::error::{ParameterError, TemplateError};
use super::names::RESERVED;
use super::substitute::{scalar_node, value_node};
use super::value::to_value;
use crate::model::ScalarStyle;
use crate::model::schema::MODEL;
use crate::model::yaml::{Entry, Node, NodeKind};
use crate::source::{Sources, Span, Spanned};

/// What stands in `generator` of a model's provenance.
pub const GENERATOR: &str = "template-instantiator";

/// The reserved parameters that the caller set, each at its place in the file `<arguments>`.
pub(super) fn write_arguments(values: &BTreeMap<String, Value>, sources: &mut Sources) -> BTreeMap<String, Node> {
    let (mut text, mut ranges) = (String::new(), Vec::new());
    for (name, value) in values.iter().filter(|(name, _)| name.starts_with("window.") || name.starts_with("grid.")) {
        let _ = write!(text, "{name}: ");
        let start = text.len() as u32;
        text.push_str(&super::value::text(value));
        ranges.push((name, value, start, text.len() as u32));
        text.push('\n');
    }
    let file = sources.add("<arguments>", text.as_str());
    let node = |value, start, end| value_node(value, Span::new(file, start, end));
    ranges.into_iter().map(|(name, value, start, end)| (name.clone(), node(value, start, end))).collect()
}

/// The reserved parameters that window and grid settle, with their keys there; the first is the window's.
const CLOCK: [(&str, &str); 4] =
    [("window.start", "start"), ("window.bins", "bins"), ("grid.binSize", "binSize"), ("grid.binUnit", "binUnit")];

/// When and over which bins a model runs.
#[derive(Debug)]
pub(super) struct Clock {
    window: Option<Node>,
    grid: Node,
    /// The values of the reserved parameters that it settles.
    pub(super) values: BTreeMap<String, Value>,
}

impl Clock {
    /// The template's `window` and `grid` with what the caller set in place.
    ///
    /// # Errors
    /// When neither says how many bins of what size there are.
    pub(super) fn new(
        window: Option<&Node>,
        grid: Option<&Node>,
        given: &BTreeMap<String, Node>,
        home: Span,
    ) -> Result<Self, TemplateError> {
        let mut window = overridden(window, "window.", &["start"], given, home);
        let grid = overridden(grid, "grid.", &["binSize", "binUnit"], given, home);
        let grid = overridden(Some(&grid), "window.", &["bins"], given, home);
        let values = settled(&window, &grid);
        check_complete(&values)?;
        add_timezone(&mut window);
        let window = values.contains_key("window.start").then_some(window);
        Ok(Self { window, grid, values })
    }
}

/// The values that window and grid have for reserved parameters.
fn settled(window: &Node, grid: &Node) -> BTreeMap<String, Value> {
    let sections = [window, grid, grid, grid];
    let values = CLOCK.iter().zip(sections).filter_map(|((name, key), section)| {
        let value = to_value(value_at(section, key)?)?;
        Some(((*name).to_owned(), value))
    });
    values.filter(|(_, value)| !value.is_null()).collect()
}

/// Reports what of the grid neither the template nor the caller said.
fn check_complete(values: &BTreeMap<String, Value>) -> Result<(), TemplateError> {
    let of_grid = |name: &str| CLOCK[1..].iter().any(|(needed, _)| *needed == name);
    let missing = RESERVED.iter().filter(|(name, _)| of_grid(name) && !values.contains_key(*name));
    let missing: Vec<ParameterError> = missing
        .map(|(name, kind)| ParameterError::Missing { parameter: (*name).to_owned(), expected: *kind })
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(TemplateError::Parameters(missing)) }
}

/// A mapping of the template, or an empty one at `home`, with the values given for some of its keys.
fn overridden(section: Option<&Node>, prefix: &str, keys: &[&str], given: &BTreeMap<String, Node>, home: Span) -> Node {
    let span = section.map_or(home, |node| node.span);
    let mut entries: Vec<Entry> = match section.map(|node| &node.kind) {
        Some(NodeKind::Mapping(entries)) => entries.to_vec(),
        // A section of another kind is the decoder's to report.
        Some(_) => return section.cloned().unwrap_or_else(|| mapping(Vec::new(), home)),
        None => Vec::new(),
    };
    for key in keys {
        let Some(value) = given.get(&format!("{prefix}{key}")) else { continue };
        match entries.iter_mut().find(|entry| &*entry.key.value == *key) {
            Some(entry) => entry.value = value.clone(),
            None => entries.push(entry(key, value.clone())),
        }
    }
    let span = if section.is_some() { span } else { entries.last().map_or(home, |entry| entry.value.span) };
    mapping(entries, span)
}

fn add_timezone(window: &mut Node) {
    if let (NodeKind::Mapping(entries), None) = (&window.kind, value_at(window, "timezone")) {
        let zone = entry("timezone", scalar_node("UTC".to_owned(), ScalarStyle::DoubleQuoted, window.span));
        window.kind = NodeKind::Mapping(entries.iter().cloned().chain([zone]).collect());
    }
}

/// Where a model comes from.
#[derive(Debug)]
pub(super) struct Origin<'a> {
    pub(super) generated_at: Option<&'a str>,
    pub(super) name: &'a str,
    pub(super) version: &'a str,
    pub(super) parameters: &'a [(String, Value)],
}

/// The whole model; what has no place of its own is at `home`.
pub(super) fn assemble(draft: Draft, clock: Clock, origin: &Origin<'_>, home: Span) -> Node {
    let topology = [("nodes", draft.nodes), ("edges", draft.edges)];
    let topology: Vec<Entry> = topology.into_iter().filter_map(|(key, list)| list.entry(key)).collect();
    let mut entries = vec![entry("schemaVersion", scalar_node("1".to_owned(), ScalarStyle::Plain, home))];
    entries.extend(clock.window.map(|window| entry("window", window)));
    entries.push(entry("grid", clock.grid));
    entries.extend(draft.rng.map(|rng| entry("rng", rng)));
    if let Some(first) = topology.first() {
        let span = first.value.span;
        entries.push(entry("topology", mapping(topology, span)));
    }
    let series = List { span: draft.series.span.or(Some(home)), ..draft.series };
    let lists =
        [("nodes", series), ("validation", draft.validation), ("outputs", draft.outputs), ("tests", draft.tests)];
    entries.extend(lists.into_iter().filter_map(|(key, list)| list.entry(key)));
    entries.push(entry("provenance", provenance(origin, home)));
    in_order(&mapping(entries, home), &MODEL)
}

impl List {
    fn entry(self, key: &str) -> Option<Entry> {
        let span = self.span?;
        Some(entry(key, Node { kind: NodeKind::Sequence(self.items.into()), span }))
    }
}

fn provenance(origin: &Origin<'_>, home: Span) -> Node {
    let text = |text: &str| value_node(&Value::from(text), home);
    let template = vec![entry("name", text(origin.name)), entry("version", text(origin.version))];
    let parameters = origin.parameters.iter().map(|(name, value)| entry(name, value_node(value, home)));
    let mut entries: Vec<Entry> = origin.generated_at.iter().map(|at| entry("generatedAt", text(at))).collect();
    entries.push(entry("generator", text(GENERATOR)));
    entries.push(entry("template", mapping(template, home)));
    entries.push(entry("parameters", mapping(parameters.collect(), home)));
    mapping(entries, home)
}

fn entry(key: &str, value: Node) -> Entry {
    Entry { key: Spanned::new(Arc::from(key), value.span), value }
}

fn mapping(entries: Vec<Entry>, span: Span) -> Node {
    Node { kind: NodeKind::Mapping(entries.into()), span }
}
