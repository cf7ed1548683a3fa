//! Run ids: `run_{window start}_{8 hex digits}`, the digits random or the start of a digest of all that decides the
//! result: the model's text (but for `provenance.generatedAt`), the parameters' values and the bytes of the sources.

use std::io::{self, Read};

use flowtime::diagnostics::Sink;
use flowtime::load::SourceLoader;
use flowtime::model::Model;
use flowtime::model::yaml::{self, Node, NodeKind};
use flowtime::source::FileId;
use flowtime_files::hex;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::error::WriteError;
use crate::sources::SourceCopy;

/// Everything of an id but its last eight digits.
pub(crate) fn prefix(model: &Model) -> String {
    prefix_at(model.window.map(|window| window.start))
}

/// The same for a run whose bin 0 begins at `start`.
pub(crate) fn prefix_at(start: Option<Timestamp>) -> String {
    match start {
        Some(start) => format!("run_{}", start.strftime("%Y%m%dT%H%M%SZ")),
        None => "run_nowindow".to_owned(),
    }
}

/// Eight random hex digits.
pub(crate) fn random_digits() -> Result<String, WriteError> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_err(WriteError::Random)?;
    Ok(hex(&bytes))
}

/// The digest of a model's text, parameters and sources, in hex.
pub(crate) fn inputs_digest(
    text: &str,
    parameters: &[(&str, f64)],
    copies: &[SourceCopy],
    loader: &dyn SourceLoader,
) -> Result<String, WriteError> {
    let mut hasher = Sha256::new();
    update_field(&mut hasher, without_generated_at(text).as_bytes());
    for (name, value) in parameters {
        update_field(&mut hasher, name.as_bytes());
        hasher.update(value.to_bits().to_le_bytes());
    }
    for copy in copies {
        update_field(&mut hasher, copy.source.as_bytes());
        update_field(&mut hasher, &source_digest(copy, loader)?);
    }
    Ok(hex(&hasher.finalize()))
}

/// Length first, so that no two lists of fields give the same bytes.
fn update_field(hasher: &mut Sha256, bytes: &[u8]) {
    hasher.update((bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

fn source_digest(copy: &SourceCopy, loader: &dyn SourceLoader) -> Result<Vec<u8>, WriteError> {
    let digest = || -> io::Result<Vec<u8>> {
        let mut reader = loader.open(&copy.source)?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match reader.read(&mut buffer)? {
                0 => return Ok(hasher.finalize().to_vec()),
                read => hasher.update(&buffer[..read]),
            }
        }
    };
    digest().map_err(|source| WriteError::Source { name: loader.display(&copy.source), source })
}

/// The text without the value of `generatedAt` under the top-level key `provenance`, however that is written.
fn without_generated_at(text: &str) -> String {
    let tree = yaml::parse(FileId::default(), text, &mut Sink::default());
    let value = tree.as_ref().and_then(|tree| entry(entry(tree, "provenance")?, "generatedAt"));
    let cut = value.map(|value| value.span.start as usize..value.span.end as usize);
    match cut.and_then(|cut| Some((text.get(..cut.start)?, text.get(cut.end..)?))) {
        Some((before, after)) => format!("{before}{after}"),
        None => text.to_owned(),
    }
}

fn entry<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    match &node.kind {
        NodeKind::Mapping(entries) => entries.iter().find(|entry| *entry.key.value == *key).map(|entry| &entry.value),
        NodeKind::Scalar(_) | NodeKind::Sequence(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_same_but_for_generated_at(a: &str, b: &str) {
        assert_eq!(without_generated_at(a), without_generated_at(b));
    }

    #[test]
    fn generated_at_does_not_count() {
        check_same_but_for_generated_at(
            "provenance:\n  generatedAt: 1\nx: 2\n",
            "provenance:\n  generatedAt: 22\nx: 2\n",
        );
        check_same_but_for_generated_at(
            "provenance: { generatedAt: a, x: 1 }\n",
            "provenance: { generatedAt: bb, x: 1 }\n",
        );
        check_same_but_for_generated_at(
            "{ provenance: { x: 1, \"generatedAt\": \"a, b\" } }\n",
            "{ provenance: { x: 1, \"generatedAt\": \"c\" } }\n",
        );
        check_same_but_for_generated_at(
            "provenance: {\n  x: 1,\n  generatedAt:\n    a }\n",
            "provenance: {\n  x: 1,\n  generatedAt:\n    bb }\n",
        );
    }

    #[test]
    fn all_else_counts() {
        let differ = |a, b| assert_ne!(without_generated_at(a), without_generated_at(b));
        differ("provenance: { generatedAt: a, x: 1 }\n", "provenance: { generatedAt: a, x: 2 }\n");
        differ("provenance: { x: { generatedAt: a } }\n", "provenance: { x: { generatedAt: b } }\n");
        differ("provenance: { x: \"generatedAt: a\" }\n", "provenance: { x: \"generatedAt: b\" }\n");
        differ("other:\n  generatedAt: 1\n", "other:\n  generatedAt: 2\n");
        differ("provenance:\n  a: 1\nother:\n  generatedAt: 1\n", "provenance:\n  a: 1\nother:\n  generatedAt: 2\n");
    }
}
