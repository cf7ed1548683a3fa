//! The files that paths name: files as they are, folders with all data files below, patterns with `*` and `?` in any part.
//! Each file comes once, in the order of its name; an order means nothing to the result.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use super::error::EtlError;

/// What data files end in.
const EXTENSIONS: [&str; 4] = ["csv", "ndjson", "jsonl", "json"];

/// All files that `paths` name.
pub(super) fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>, EtlError> {
    let mut files = BTreeSet::new();
    for path in paths {
        if path.is_dir() {
            search(path, &mut files)?;
        } else if path.exists() {
            files.insert(path.clone());
        } else {
            files.extend(matching(path)?);
        }
    }
    Ok(files.into_iter().collect())
}

/// Adds the data files below `folder`; hidden ones are passed over.
fn search(folder: &Path, files: &mut BTreeSet<PathBuf>) -> Result<(), EtlError> {
    let mut found = false;
    let mut folders = vec![folder.to_owned()];
    while let Some(below) = folders.pop() {
        for path in entries(&below)? {
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if path.is_file() && is_data(&path) {
                found = true;
                files.insert(path);
            }
        }
    }
    if !found {
        let reason = "no file in the folder ends in .csv, .ndjson, .jsonl or .json".to_owned();
        return Err(EtlError::NoInput { path: folder.to_owned(), reason, help: "name the files themselves" });
    }
    Ok(())
}

/// The files whose path matches `pattern`.
fn matching(pattern: &Path) -> Result<Vec<PathBuf>, EtlError> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.components() {
        found = match part {
            Component::Normal(name) if is_pattern(name) => beside(&found, name)?,
            part => found.into_iter().map(|path| path.join(part)).collect(),
        };
    }
    found.retain(|path| path.is_file());
    if found.is_empty() {
        let is_pattern = is_pattern(pattern.as_os_str());
        let reason = if is_pattern { "no file matches the pattern" } else { "there is no such file or folder" };
        let help = "name a file, a folder, or a pattern like `events/*.ndjson`";
        return Err(EtlError::NoInput { path: pattern.to_owned(), reason: reason.to_owned(), help });
    }
    Ok(found)
}

fn is_pattern(text: &OsStr) -> bool {
    text.as_encoded_bytes().iter().any(|byte| matches!(byte, b'*' | b'?'))
}

/// What in `folders` matches `pattern`; those that aren't there hold nothing.
fn beside(folders: &[PathBuf], pattern: &OsStr) -> Result<Vec<PathBuf>, EtlError> {
    let pattern: Vec<char> = pattern.to_string_lossy().chars().collect();
    let mut found = Vec::new();
    for folder in folders {
        let name = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().chars().collect::<Vec<char>>());
        let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let paths = if here.is_dir() { entries(here)? } else { Vec::new() };
        let fitting = paths.into_iter().filter(|path| name(path).is_some_and(|name| matches(&pattern, &name)));
        found.extend(fitting.filter_map(|path| Some(folder.join(path.file_name()?))));
    }
    Ok(found)
}

/// Whether `name` matches `pattern`: `*` stands for any text, `?` for any character.
fn matches(pattern: &[char], name: &[char]) -> bool {
    let (mut at, mut next) = (0, 0);
    // The last `*`, and where the text that it stands for ends so far.
    let mut star: Option<(usize, usize)> = None;
    while next < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, next));
                at += 1;
            }
            Some(one) if *one == '?' || *one == name[next] => {
                at += 1;
                next += 1;
            }
            _ => {
                let Some((begin, end)) = star else {
                    return false;
                };
                star = Some((begin, end + 1));
                (at, next) = (begin + 1, end + 1);
            }
        }
    }
    pattern[at..].iter().all(|one| *one == '*')
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, EtlError> {
    let failed = |source| EtlError::Read { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            paths.push(entry.path());
        }
    }
    Ok(paths)
}

fn is_data(path: &Path) -> bool {
    path.extension().is_some_and(|found| EXTENSIONS.iter().any(|known| found.eq_ignore_ascii_case(known)))
}

/// The length of a file in bytes; 0 for one that is gone, which reading will report.
pub(super) fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |file| file.len())
}

/// Opens a file for reading.
pub(super) fn open(path: &Path) -> Result<fs::File, EtlError> {
    let opened = fs::File::open(path);
    opened.map_err(|source| match source.kind() {
        ErrorKind::NotFound => EtlError::NoInput {
            path: path.to_owned(),
            reason: "there is no such file".to_owned(),
            help: "name a file that is there",
        },
        _ => EtlError::Read { path: path.to_owned(), source },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_matches(pattern: &str, name: &str, expected: bool) {
        let [pattern_chars, name_chars] = [pattern, name].map(|text| text.chars().collect::<Vec<char>>());
        assert_eq!(matches(&pattern_chars, &name_chars), expected, "{pattern} {name}");
    }

    #[test]
    fn a_star_stands_for_any_text_and_a_question_mark_for_one_character() {
        check_matches("*.csv", "a.csv", true);
        check_matches("*.csv", "a.csv.gz", false);
        check_matches("a*b*c", "a-b-b-c", true);
        check_matches("a*b*c", "a-c-b", false);
        check_matches("day-?.json", "day-7.json", true);
        check_matches("day-?.json", "day-10.json", false);
        check_matches("*", "", true);
    }

    #[test]
    fn folders_and_patterns_name_each_file_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("h=01")).unwrap();
        fs::create_dir_all(at("h=02")).unwrap();
        for name in ["h=01/a.ndjson", "h=02/a.ndjson", "h=02/b.csv", "h=02/.hidden.csv", "h=02/readme.md"] {
            fs::write(at(name), "").unwrap();
        }
        let names = |paths: &[PathBuf]| expand(paths).map_err(|error| error.to_string());
        assert_eq!(names(&[at(""), at("h=02")]).unwrap(), [at("h=01/a.ndjson"), at("h=02/a.ndjson"), at("h=02/b.csv")]);
        assert_eq!(names(&[at("h=*/a.*")]).unwrap(), [at("h=01/a.ndjson"), at("h=02/a.ndjson")]);
        let none = names(&[at("h=*/x.*")]).unwrap_err();
        assert!(none.ends_with("x.*`: no file matches the pattern"), "{none}");
        let missing = names(&[at("nothing")]).unwrap_err();
        assert!(missing.ends_with("nothing`: there is no such file or folder"), "{missing}");
    }
}
