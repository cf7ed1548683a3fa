//! `UPDATE=1`: what was found is written over what was expected, in place. Blocks that already hold stay as they are.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Mutex;
use std::{env, fs};

use super::case::Case;
use super::page::Block;

/// The lines of a block and their new text.
type Replacement = (Range<usize>, String);

/// By page and first line of the block.
static REPLACEMENTS: Mutex<BTreeMap<(PathBuf, usize), Replacement>> = Mutex::new(BTreeMap::new());

/// Passes `result` on, or notes `text` for `block` if it is a failure and the pages are to be updated.
pub(crate) fn on_failure(
    case: &Case,
    block: &Block,
    result: Result<(), String>,
    text: impl FnOnce() -> String,
) -> Result<(), String> {
    if result.is_ok() || env::var_os("UPDATE").is_none() {
        return result;
    }
    let key = (case.path.clone(), block.lines.start);
    let mut replacements = REPLACEMENTS.lock().map_err(|error| error.to_string())?;
    replacements.entry(key).or_insert_with(|| (block.lines.clone(), text()));
    Ok(())
}

/// Writes the pages that have changed blocks.
pub(crate) fn write() -> Result<(), String> {
    let replacements = REPLACEMENTS.lock().map_err(|error| error.to_string())?;
    // From the last block of a page to its first, so that line numbers stay true.
    for ((path, _), (lines, text)) in replacements.iter().rev() {
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        let page = fs::read_to_string(path).map_err(failed)?;
        let mut page: Vec<&str> = page.split_inclusive('\n').collect();
        page.splice(lines.clone(), [text.as_str()]);
        fs::write(path, page.concat()).map_err(failed)?;
    }
    Ok(())
}
