//! A case's files, in memory. A block with `escaped` is the file's exact bytes: `\n`, `\r`, `\t`, `\\`, `\xff` and
//! `\u{feff}` are read, and the block's own line breaks are none of the file's.

use std::collections::BTreeMap;
use std::io::{self, Read};

use flowtime::load::SourceLoader;
use flowtime::template::MemoryTemplates;

use super::page::Block;

/// Files by path.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryFiles {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryFiles {
    /// Takes `block` in as the file `path`.
    pub(crate) fn add(&mut self, path: &str, block: &Block) -> Result<(), String> {
        let bytes = if block.has("escaped") {
            unescape(&block.text.replace('\n', "")).ok_or("an escape that is none")?
        } else {
            block.text.clone().into_bytes()
        };
        self.files.insert(path.to_owned(), bytes);
        Ok(())
    }
}

impl MemoryFiles {
    /// Whether there is a file at `path`.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// The files as templates, those that are text, with `text` at `path`.
    pub(crate) fn templates(&self, path: &str, text: &str) -> MemoryTemplates {
        let files = self.files.iter().map(|(path, bytes)| (path.clone(), String::from_utf8_lossy(bytes).into_owned()));
        MemoryTemplates::new(files.chain([(path.to_owned(), text.to_owned())]).collect())
    }
}

impl SourceLoader for MemoryFiles {
    fn open(&self, source: &str) -> io::Result<Box<dyn Read + '_>> {
        match self.files.get(&self.display(source)) {
            Some(bytes) => Ok(Box::new(bytes.as_slice())),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn display(&self, source: &str) -> String {
        source.strip_prefix("file://").unwrap_or(source).to_owned()
    }
}

fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let (byte_or_text, behind) = escape(after)?;
        bytes.extend(byte_or_text);
        rest = behind;
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(bytes)
}

/// The bytes of the escape at the start of `text`, and what stands behind it.
fn escape(text: &str) -> Option<(Vec<u8>, &str)> {
    let (kind, rest) = text.split_at_checked(1)?;
    match kind {
        "n" => Some((vec![b'\n'], rest)),
        "r" => Some((vec![b'\r'], rest)),
        "t" => Some((vec![b'\t'], rest)),
        "\\" => Some((vec![b'\\'], rest)),
        "x" => {
            let (digits, rest) = rest.split_at_checked(2)?;
            Some((vec![u8::from_str_radix(digits, 16).ok()?], rest))
        }
        "u" => {
            let (digits, rest) = rest.strip_prefix('{')?.split_once('}')?;
            let character = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
            Some((character.to_string().into_bytes(), rest))
        }
        _ => None,
    }
}
