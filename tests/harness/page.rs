//! Markdown to cases. A case begins at a heading and takes the fenced blocks under it: a `yaml` model, `file=` blocks,
//! and what is expected. Prose and blocks of other kinds are for people. A heading without a model is no case.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::case::Case;

/// A fenced block.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    /// The words behind the opening fence: `csv`, `expect`.
    pub(crate) info: Vec<String>,
    /// What stands between the fences, with its last newline.
    pub(crate) text: String,
    /// The page's lines (from 0) between the fences.
    pub(crate) lines: Range<usize>,
}

impl Block {
    /// Whether `word` stands behind the opening fence.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.info.iter().any(|other| other == word)
    }

    /// `4` for `short` where `short=4` stands behind the opening fence.
    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        self.info.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }
}

/// The cases of all pages below `folder`, in the order of their paths; none if there is no such folder.
pub(crate) fn read_folder(root: &Path, folder: &str) -> Result<Vec<Case>, String> {
    let mut paths = Vec::new();
    find_pages(&root.join(folder), &mut paths)?;
    paths.sort();
    let mut cases = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        cases.extend(parse(&path, &name, &text)?);
    }
    Ok(cases)
}

fn find_pages(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    if !folder.exists() {
        return Ok(());
    }
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.is_dir() {
            find_pages(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    Ok(())
}

fn parse(path: &Path, name: &str, text: &str) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    let mut case = Case::new(path, name, "");
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if let Some(title) = heading(line) {
            cases.push(std::mem::replace(&mut case, Case::new(path, name, title)));
        } else if let Some(info) = line.strip_prefix("```") {
            let block = read_block(at, info, &mut lines).ok_or_else(|| format!("{name}:{}: open block", at + 1))?;
            case.take(block).map_err(|problem| format!("{name}:{}: {problem}", at + 1))?;
        }
    }
    cases.push(case);
    cases.retain(Case::has_model);
    distinct_titles(name, &cases)?;
    Ok(cases)
}

fn heading(line: &str) -> Option<&str> {
    let title = line.trim_start_matches('#');
    (title.len() < line.len()).then(|| title.strip_prefix(' ')).flatten()
}

fn read_block<'a>(at: usize, info: &str, lines: &mut impl Iterator<Item = (usize, &'a str)>) -> Option<Block> {
    let info = info.split_whitespace().map(str::to_owned).collect();
    let mut block = Block { info, text: String::new(), lines: at + 1..at + 1 };
    for (at, line) in lines {
        if line.trim_end() == "```" {
            block.lines.end = at;
            return Some(block);
        }
        block.text.push_str(line);
        block.text.push('\n');
    }
    None
}

fn distinct_titles(name: &str, cases: &[Case]) -> Result<(), String> {
    let mut titles: Vec<&str> = cases.iter().map(|case| case.title.as_str()).collect();
    titles.sort_unstable();
    match titles.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("{name}: two cases called `{}`", pair[0])),
        None => Ok(()),
    }
}
