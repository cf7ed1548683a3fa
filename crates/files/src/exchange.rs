//! Two folders change names. Where the system can do it in one step there is no moment without either; elsewhere there is
//! a short one, and a failure puts the old folder back.

use std::fs;
use std::io;
use std::path::Path;

/// Gives `new` the name of `old` and `old` the name of `new`, which stand side by side.
pub(crate) fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    match at_once(new, old) {
        Err(error) if is_unsupported(&error) => step_by_step(new, old),
        result => result,
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn at_once(new: &Path, old: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn at_once(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// File systems that can't say that the arguments are wrong.
fn is_unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}

fn step_by_step(new: &Path, old: &Path) -> io::Result<()> {
    let mut name = new.file_name().unwrap_or_default().to_owned();
    name.push("~old");
    let aside = new.with_file_name(name);
    fs::rename(old, &aside)?;
    if let Err(error) = fs::rename(new, old) {
        fs::rename(&aside, old)?;
        return Err(error);
    }
    fs::rename(&aside, new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_change_names_where_the_system_needs_three_steps() {
        let root = tempfile::tempdir().unwrap();
        let [new, old] = ["new", "old"].map(|name| root.path().join(name));
        for folder in [&new, &old] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("a"), folder.file_name().unwrap().as_encoded_bytes()).unwrap();
        }
        step_by_step(&new, &old).unwrap();
        assert_eq!(fs::read_to_string(new.join("a")).unwrap(), "old");
        assert_eq!(fs::read_to_string(old.join("a")).unwrap(), "new");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 2);
    }
}
