//! The folder in which a replay works: `{root}/{id}/`, gone when it ends, well or not. A lock beside it is held
//! meanwhile, so that what a killed process left can be told from work under way; the next replay removes it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use flowtime_files::FileError;

/// How the lock beside a work folder ends.
const LOCK: &str = "lock";

/// A work folder; it removes itself.
pub(super) struct WorkFolder {
    path: PathBuf,
    /// Held as long as the folder is there.
    _lock: File,
}

impl WorkFolder {
    /// Makes the folder `id` in `root`; `None` if somebody has it.
    ///
    /// # Errors
    /// It can't be made.
    pub(super) fn create(root: &Path, id: &str) -> Result<Option<Self>, FileError> {
        let path = root.join(id);
        let failed = |source| FileError::Write { path: path.clone(), source };
        fs::create_dir_all(root).map_err(failed)?;
        let Some(lock) = lock_new(&path.with_extension(LOCK)).map_err(failed)? else {
            return Ok(None);
        };
        let work = Self { path: path.clone(), _lock: lock };
        fs::create_dir(&path).map_err(failed)?;
        Ok(Some(work))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Removes what killed processes left in `root`; what can't be removed stays.
pub(super) fn remove_leftovers(root: &Path) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let lock = entry.path();
        let is_run = entry.file_name().as_encoded_bytes().starts_with(b"run_");
        if is_run && lock.extension().is_some_and(|extension| extension == LOCK) {
            let file = File::options().write(true).open(&lock);
            if file.as_ref().is_ok_and(|file| file.try_lock().is_ok()) {
                remove(&lock.with_extension(""));
            }
        }
    }
}

/// Removes a folder and its lock, whose holder calls this. If one can't be removed there is nothing better to do: no run
/// is ever looked for here.
fn remove(path: &Path) {
    let removed = fs::remove_dir_all(path);
    if removed.is_ok() || !path.exists() {
        let _ = fs::remove_file(path.with_extension(LOCK));
    }
}

/// Makes a file and locks it; `None` if it is there, or was taken for a leftover before it was locked.
fn lock_new(path: &Path) -> io::Result<Option<File>> {
    let file = match File::create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
        file => file?,
    };
    file.lock()?;
    Ok(Some(file).filter(|_| path.exists()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_work_folder_goes_and_leftovers_go_but_not_the_work_of_others() {
        let root = tempfile::tempdir().unwrap();
        let names = || fs::read_dir(root.path()).unwrap().count();
        fs::create_dir_all(root.path().join("run_dead/telemetry")).unwrap();
        fs::write(root.path().join("run_dead.lock"), "").unwrap();
        let work = WorkFolder::create(root.path(), "run_live").unwrap().unwrap();
        assert!(WorkFolder::create(root.path(), "run_live").unwrap().is_none());
        remove_leftovers(root.path());
        assert!(work.path().is_dir());
        assert_eq!(names(), 2);
        drop(work);
        assert_eq!(names(), 0);
    }
}
