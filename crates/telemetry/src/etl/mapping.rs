//! The mapping of nodes to the queues they read: CSV with the header `node,inputQueue`, or YAML, either a mapping from
//! node to queue or a list of `{node, inputQueue}`. A node has one queue; a queue may have several nodes.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use super::error::EtlError;
use super::event::{ID, is_id};
use super::inputs;
use super::record::shorten;

/// Bytes of a mapping at most.
const LARGEST: u64 = 64 << 20;

/// The queue of each node.
pub type Mapping = BTreeMap<String, String>;

/// Reads the mapping in the file at `path`; YAML by its extension, CSV otherwise.
///
/// # Errors
/// It can't be read, or has something that can't be.
pub fn read_mapping(path: &Path) -> Result<Mapping, EtlError> {
    let mut text = String::new();
    let read = inputs::open(path)?.take(LARGEST).read_to_string(&mut text);
    read.map_err(|source| EtlError::Read { path: path.to_owned(), source })?;
    let is_yaml = path.extension().is_some_and(|found| found == "yaml" || found == "yml");
    if is_yaml { parse_yaml(&text, path) } else { parse_csv(&text, path) }
}

fn parse_csv(text: &str, path: &Path) -> Result<Mapping, EtlError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| bad(path, 1, error.to_string()))?.clone();
    let column = |name: &str| header.iter().position(|found| found.eq_ignore_ascii_case(name));
    let (Some(node), Some(queue)) = (column("node"), column("inputQueue")) else {
        let found = header.iter().collect::<Vec<_>>().join(",");
        return Err(bad(path, 1, format!("expected the header `node,inputQueue`, found `{}`", shorten(&found))));
    };
    let mut seen = Seen::default();
    for record in reader.records() {
        let record = record.map_err(|error| bad(path, line_of(&error), error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |at| record.get(at).unwrap_or_default();
        seen.add(cell(node), cell(queue), line).map_err(|reason| bad(path, line, reason))?;
    }
    Ok(seen.mapping)
}

fn line_of(error: &csv::Error) -> u64 {
    error.position().map_or(1, csv::Position::line)
}

/// A mapping as YAML may have it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Document {
    List(Vec<Entry>),
    Map(BTreeMap<String, String>),
}

#[derive(Deserialize)]
struct Entry {
    node: String,
    #[serde(rename = "inputQueue")]
    queue: String,
}

fn parse_yaml(text: &str, path: &Path) -> Result<Mapping, EtlError> {
    let document = serde_yaml::from_str(text).map_err(|error| {
        let line = error.location().map_or(1, |location| location.line() as u64);
        let expected = "expected nodes with their queues, like `OrderService: orders-in`";
        let is_shape = error.location().is_none() || error.to_string().contains("untagged");
        bad(path, line, if is_shape { expected.to_owned() } else { error.to_string() })
    })?;
    let entries = match document {
        Document::List(entries) => entries,
        Document::Map(map) => map.into_iter().map(|(node, queue)| Entry { node, queue }).collect(),
    };
    let mut seen = Seen::default();
    for (entry, Entry { node, queue }) in (1..).zip(entries) {
        let place = || format!("{}, entry {entry}", path.display());
        seen.add(&node, &queue, entry).map_err(|reason| EtlError::Mapping { place: place(), reason })?;
    }
    Ok(seen.mapping)
}

/// Nodes seen so far, and where.
#[derive(Default)]
struct Seen {
    mapping: Mapping,
    lines: BTreeMap<String, u64>,
}

impl Seen {
    fn add(&mut self, node: &str, queue: &str, line: u64) -> Result<(), String> {
        if node.is_empty() || queue.is_empty() {
            let missing = if node.is_empty() { "node" } else { "inputQueue" };
            return Err(format!("there is no `{missing}`"));
        }
        if !is_id(node) {
            return Err(format!("expected {ID}, found `{}`", shorten(node)));
        }
        if let Some(before) = self.lines.insert(node.to_owned(), line) {
            return Err(format!("node `{node}` is mapped twice, first in {before}"));
        }
        self.mapping.insert(node.to_owned(), queue.to_owned());
        Ok(())
    }
}

fn bad(path: &Path, line: u64, reason: String) -> EtlError {
    EtlError::Mapping { place: format!("{}:{line}", path.display()), reason }
}
