//! Where sources come from: the file system below a folder, or memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::SourceLoader;

/// Reads files; relative ones are below a base folder, absolute ones are taken as they are.
#[derive(Clone, Debug)]
pub struct FileLoader {
    base: PathBuf,
}

impl FileLoader {
    /// A loader of files relative to `base`, the model's folder.
    pub fn new(base: PathBuf) -> Self {
        Self { base }
    }

    fn path(&self, source: &str) -> io::Result<PathBuf> {
        let path = source.strip_prefix("file://").unwrap_or(source);
        match path.split_once("://") {
            Some((scheme, _)) => Err(io::Error::new(
                io::ErrorKind::Unsupported,
                format!("sources are files, the scheme `{scheme}` is not supported"),
            )),
            None if path.is_empty() => Err(io::Error::new(io::ErrorKind::InvalidInput, "the path is empty")),
            None => Ok(self.base.join(path)),
        }
    }
}

impl SourceLoader for FileLoader {
    fn open(&self, source: &str) -> io::Result<Box<dyn Read + '_>> {
        let file = File::open(self.path(source)?)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        Ok(Box::new(file))
    }

    fn display(&self, source: &str) -> String {
        self.path(source).map_or_else(|_| source.to_owned(), |path| path.display().to_string())
    }

    fn beside(&self, source: &str) -> Vec<String> {
        let path = self.path(source).unwrap_or_default();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let names = folder.read_dir().into_iter().flatten().flatten();
        let mut names: Vec<String> = names.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }
}

/// Holds sources in memory, by path without `file://`.
#[derive(Clone, Debug, Default)]
pub struct MemoryLoader {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryLoader {
    /// A loader of these files.
    pub fn new(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self { files }
    }
}

impl SourceLoader for MemoryLoader {
    fn open(&self, source: &str) -> io::Result<Box<dyn Read + '_>> {
        match self.files.get(&self.display(source)) {
            Some(bytes) => Ok(Box::new(bytes.as_slice())),
            None => Err(io::Error::new(io::ErrorKind::NotFound, "no such file")),
        }
    }

    fn display(&self, source: &str) -> String {
        source.strip_prefix("file://").unwrap_or(source).to_owned()
    }

    fn beside(&self, source: &str) -> Vec<String> {
        let path = self.display(source);
        let folder = path.rfind('/').map_or("", |at| &path[..=at]);
        let names = self.files.keys().filter_map(|file| file.strip_prefix(folder));
        names.filter(|name| !name.contains('/')).map(str::to_owned).collect()
    }
}
