//! The addresses of machine code with names, for perf: `/tmp/perf-PID.map`, a line `start size name` for each region,
//! numbers in hexadecimal. The file stays for `perf report`. It is always a new one, which only its owner may read: what
//! stands at its path is removed, and a link there isn't followed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use flowtime::check::CheckedModel;
use flowtime::origins::Origins;
use flowtime_runtime::engine::Prepared;

use crate::ui::Ui;

/// A map that takes in programs.
#[derive(Debug)]
pub(crate) struct PerfMap {
    path: PathBuf,
    file: File,
}

impl PerfMap {
    /// An empty map for this process if it is `wanted`.
    pub(crate) fn create(wanted: bool) -> anyhow::Result<Option<Self>> {
        if !wanted {
            return Ok(None);
        }
        if !cfg!(target_os = "linux") {
            bail!("`--perf-map` is for perf, which is a tool of Linux");
        }
        let path = PathBuf::from(format!("/tmp/perf-{}.map", std::process::id()));
        let file = create_anew(&path).with_context(|| format!("can't write `{}`", path.display()))?;
        Ok(Some(Self { path, file }))
    }

    /// Adds the regions of a program and tells where they are.
    pub(crate) fn add(&self, checked: &CheckedModel, prepared: &Prepared, origins: &Origins, ui: &Ui) {
        let text = lines(checked, prepared, origins);
        match (&self.file).write_all(text.as_bytes()) {
            Ok(()) if text.is_empty() => ui.note(&format!("{}: the model was interpreted", self.path.display())),
            Ok(()) => ui.note(&format!("perf map: {}", self.path.display())),
            Err(error) => ui.warning(&format!("can't write `{}`: {error}", self.path.display())),
        }
    }
}

fn create_anew(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A line for each region of compiled code.
fn lines(checked: &CheckedModel, prepared: &Prepared, origins: &Origins) -> String {
    let regions = prepared.machine_code().map(|(region, code)| {
        let name = origins.region_name(checked, prepared.plan(), region);
        format!("{:x} {:x} flowtime::{name}\n", code.as_ptr() as usize, code.len())
    });
    regions.collect()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_link_at_its_path_is_replaced_and_its_target_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (target, path) = (folder.path().join("target"), folder.path().join("perf-1.map"));
        fs::write(&target, "kept").unwrap();
        symlink(&target, &path).unwrap();
        create_anew(&path).unwrap().write_all(b"new").unwrap();
        assert_eq!(
            (fs::read(&target).unwrap().as_slice(), fs::read(&path).unwrap().as_slice()),
            (&b"kept"[..], &b"new"[..])
        );
        let found = fs::symlink_metadata(&path).unwrap();
        assert!(found.is_file());
        assert_eq!(found.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_cannot_be_removed_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(create_anew(folder.path()).is_err());
    }
}
