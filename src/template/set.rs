//! Where templates come from: the shipped ones, a folder, or memory. A template's path is relative to the root of its
//! set, with `/` between its parts; its name is the path without `.yaml`, or the last part of it where that is clear.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::TemplateError;

/// A set of templates and of the files that they include.
pub trait TemplateSet: Sync {
    /// The paths of all files of the set, sorted.
    ///
    /// # Errors
    /// As the system says.
    fn paths(&self) -> io::Result<Vec<String>>;

    /// The text of the file at `path`, which is one of [`TemplateSet::paths`] or as an include names it, without `..`.
    ///
    /// # Errors
    /// As the system says; `InvalidData` where the file is no text, `PermissionDenied` where it leads out of the set.
    fn read(&self, path: &str) -> io::Result<String>;

    /// The path shown to the user.
    fn display(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// The largest file that is read.
const LARGEST: u64 = 64 << 20;

/// Templates in a folder and below it. Links that lead out of it are refused.
#[derive(Clone, Debug)]
pub struct FolderTemplates {
    root: PathBuf,
}

impl FolderTemplates {
    /// The templates in `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }
}

impl TemplateSet for FolderTemplates {
    fn paths(&self) -> io::Result<Vec<String>> {
        let mut folders = vec![PathBuf::new()];
        let mut paths = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(self.root.join(&folder))? {
                let entry = entry?;
                let path = folder.join(entry.file_name());
                if entry.file_name().as_encoded_bytes().starts_with(b".") {
                    continue;
                }
                if entry.file_type()?.is_dir() {
                    folders.push(path);
                } else if is_yaml(&path) {
                    paths.extend(slashed(&path));
                }
            }
        }
        paths.sort();
        Ok(paths)
    }

    fn read(&self, path: &str) -> io::Result<String> {
        let file = fs::canonicalize(self.root.join(path))?;
        if !file.starts_with(fs::canonicalize(&self.root)?) {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it leads out of the templates folder"));
        }
        if fs::metadata(&file)?.len() > LARGEST {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is larger than 64 MiB"));
        }
        String::from_utf8(fs::read(&file)?)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is no text in the encoding UTF-8"))
    }

    fn display(&self, path: &str) -> String {
        let path = if self.root == Path::new(".") { PathBuf::from(path) } else { self.root.join(path) };
        path.display().to_string()
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// A relative path with `/` between its parts; nothing where a part is no text.
fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

/// Templates in memory, by path.
#[derive(Clone, Debug, Default)]
pub struct MemoryTemplates {
    files: BTreeMap<String, String>,
}

impl MemoryTemplates {
    /// The templates of these files.
    pub fn new(files: BTreeMap<String, String>) -> Self {
        Self { files }
    }
}

impl TemplateSet for MemoryTemplates {
    fn paths(&self) -> io::Result<Vec<String>> {
        Ok(self.files.keys().cloned().collect())
    }

    fn read(&self, path: &str) -> io::Result<String> {
        self.files.get(path).cloned().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such file"))
    }
}

/// The name of the template at `path`: the path without its extension.
fn stem(path: &str) -> &str {
    path.strip_suffix(".yaml").or_else(|| path.strip_suffix(".yml")).unwrap_or(path)
}

/// The last part of a name.
pub(super) fn short_name(path: &str) -> &str {
    stem(path).rsplit('/').next().unwrap_or(path)
}

/// The path of the template called `name`.
///
/// # Errors
/// When the set can't be listed, and when none or several files have the name.
pub(super) fn find(set: &dyn TemplateSet, name: &str) -> Result<String, TemplateError> {
    let paths = set.paths().map_err(|source| TemplateError::Read { path: set.display(""), source })?;
    if let Some(path) = paths.iter().find(|path| *path == name || stem(path) == name) {
        return Ok(path.clone());
    }
    let found: Vec<&String> = paths.iter().filter(|path| short_name(path) == name).collect();
    match found.as_slice() {
        [path] => Ok((*path).clone()),
        [] => Err(TemplateError::NotFound { name: name.to_owned(), available: names(set, &paths) }),
        several => Err(TemplateError::Ambiguous {
            name: name.to_owned(),
            paths: several.iter().map(|path| stem(path).to_owned()).collect(),
        }),
    }
}

/// The names of the templates of `paths`; files that are only included are none.
fn names(set: &dyn TemplateSet, paths: &[String]) -> Vec<String> {
    let templates = paths.iter().filter(|path| set.read(path).is_ok_and(|text| is_template(&text)));
    let mut names: Vec<String> = templates.map(|path| short_name(path).to_owned()).collect();
    names.sort();
    names
}

/// Whether a file is a template of its own: it has the key `templateType` at top level.
pub(super) fn is_template(text: &str) -> bool {
    let keys = ["templateType", "\"templateType\"", "'templateType'"];
    text.trim_start_matches('\u{feff}').lines().any(|line| {
        keys.iter().any(|key| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(paths: &[&str]) -> MemoryTemplates {
        MemoryTemplates::new(
            paths.iter().map(|path| ((*path).to_owned(), "templateType: telemetry\n".to_owned())).collect(),
        )
    }

    fn check_find(paths: &[&str], name: &str, expected: Result<&str, &str>) {
        let found = find(&set(paths), name);
        assert_eq!(found.as_deref().map_err(ToString::to_string), expected.map_err(str::to_owned));
    }

    #[test]
    fn a_template_is_found_by_its_name_or_its_path() {
        let paths = &["telemetry/orders.yaml", "simulation/shop.yml"];
        check_find(paths, "orders", Ok("telemetry/orders.yaml"));
        check_find(paths, "simulation/shop", Ok("simulation/shop.yml"));
        check_find(paths, "simulation/shop.yml", Ok("simulation/shop.yml"));
        check_find(paths, "../orders", Err("there is no template `../orders`"));
        check_find(&["a/x.yaml", "b/x.yaml"], "x", Err("`x` is the name of several templates"));
        check_find(&["a/x.yaml", "b/x.yaml"], "b/x", Ok("b/x.yaml"));
    }

    #[test]
    fn an_unknown_name_is_answered_with_those_there_are() {
        let error = find(&set(&["telemetry/orders.yaml"]), "order").unwrap_err();
        assert_eq!(error.help().as_deref(), Some("use `orders`"));
        assert_eq!(error.body().1["available"], serde_json::json!(["orders"]));
    }
}
