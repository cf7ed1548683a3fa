//! Finding, reading and replacing files. A file is replaced whole: its new content is written beside it and renamed.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::interrupt;

/// The largest model the compiler takes; a byte more is read, so that it can say so.
const LARGEST: u64 = 64 << 20;

/// The model files that `paths` name, in their order: files and `-` as they are, folders searched.
pub(crate) fn find_models(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    find(paths, is_model)
}

/// Like [`find_models`], with the templates that make models.
pub(crate) fn find_models_and_templates(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    find(paths, |bytes| is_model(bytes) || is_template(bytes))
}

fn find(paths: &[PathBuf], is_wanted: fn(&[u8]) -> bool) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        if !is_stdin(path) && path.is_dir() {
            search(path, is_wanted, &mut found)?;
        } else {
            found.push(path.clone());
        }
    }
    Ok(found)
}

/// Whether `path` stands for standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// The bytes of a file, or of standard input for `-`.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if is_stdin(path) {
        io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes).context("can't read standard input")?;
        return Ok(bytes);
    }
    let read = fs::File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    read.with_context(|| format!("can't read `{}`", path.display()))?;
    Ok(bytes)
}

/// Replaces the content of the file at `path`, or of the file that a link there leads to, keeping its permissions.
pub(crate) fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let replaced = interrupt::after_writing(|| replace_atomically(path, text.as_bytes()));
    replaced.with_context(|| format!("can't write `{}`", path.display()))
}

/// Writes the file at `path`, whole or not at all; one that is there is replaced.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let existing = fs::metadata(path).is_ok();
    let written = if existing { replace_atomically(path, bytes) } else { write_beside(path, bytes, None) };
    written.with_context(|| format!("can't write `{}`", path.display()))
}

/// Writes the file at `path` by `write`, whole or not at all; one that is there is replaced.
pub(crate) fn write_with<T>(path: &Path, write: impl FnOnce(&mut fs::File) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let file = fs::File::create_new(&temporary).map_err(anyhow::Error::from);
    let written = file.and_then(|mut file| write(&mut file)).and_then(|done| {
        fs::rename(&temporary, path)?;
        Ok(done)
    });
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written.with_context(|| format!("can't write `{}`", path.display()))
}

fn replace_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let permissions = fs::metadata(&path)?.permissions();
    // Renaming would get past it, but who protects a file means its content.
    if permissions.readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
    }
    write_beside(&path, bytes, Some(permissions))
}

/// Writes a temporary file beside `path` and gives it that name.
fn write_beside(path: &Path, bytes: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = write_new(&temporary, bytes, permissions).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn write_new(path: &Path, bytes: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
    let mut file = fs::File::create_new(path)?;
    file.write_all(bytes)?;
    permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))
}

/// All wanted files below `folder`, sorted; hidden files and folders and the folders of runs are passed over, links to folders
/// not followed.
fn search(folder: &Path, is_wanted: fn(&[u8]) -> bool, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let mut folders = vec![folder.to_owned()];
    let begin = found.len();
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("can't read `{}`", folder.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("can't read `{}`", folder.display()))?;
            let path = entry.path();
            if is_hidden(&entry.file_name()) {
                continue;
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.extend((!is_run(&path)).then_some(path));
            } else if is_yaml(&path) && is_wanted(&read(&path)?) {
                found.push(path);
            }
        }
    }
    found[begin..].sort();
    Ok(())
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// Whether a folder holds the artifacts of a run, whose model is a copy.
fn is_run(folder: &Path) -> bool {
    folder.join("run.json").is_file() && folder.join("model.yaml").is_file()
}

fn is_yaml(path: &Path) -> bool {
    path.is_file() && path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// Whether a YAML file is meant as a model: it has the key `schemaVersion` at top level.
fn is_model(bytes: &[u8]) -> bool {
    has_key(bytes, "schemaVersion")
}

/// Whether a YAML file is meant as a template: it has the key `templateType` at top level.
pub(crate) fn is_template(bytes: &[u8]) -> bool {
    has_key(bytes, "templateType")
}

fn has_key(bytes: &[u8], key: &str) -> bool {
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    text.split(|byte| matches!(byte, b'\n' | b'\r')).any(|line| is_line_of(line, key))
}

fn is_line_of(line: &[u8], key: &str) -> bool {
    let bare = line.strip_prefix(key.as_bytes());
    let quoted = ["'", "\""].iter().find_map(|quote| line.strip_prefix(format!("{quote}{key}{quote}").as_bytes()));
    bare.or(quoted).is_some_and(|rest| rest.trim_ascii_start().starts_with(b":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_is_model(text: &str, expected: bool) {
        assert_eq!(is_model(text.as_bytes()), expected, "{text:?}");
    }

    #[test]
    fn a_model_has_schema_version_at_top_level() {
        check_is_model("# a model\nschemaVersion: 1\n", true);
        check_is_model("\u{feff}\"schemaVersion\" : 1", true);
        check_is_model("a:\n  schemaVersion: 1\n", false);
        check_is_model("schemaVersions: 1\n", false);
        check_is_model("# schemaVersion: 1\n", false);
    }
}
