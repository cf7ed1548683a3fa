//! A folder in the making: files are written below a temporary name beside the final one, and [`Staging::publish`]
//! renames it, or [`Staging::replace`] lets it take the place of a folder that is there. Dropped before that, on whatever
//! way out, it removes itself.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::{Digest, Sha256};

use crate::digest::hex;
use crate::error::FileError;
use crate::exchange::exchange;

/// What folders in the making are called; a reader passes over them.
pub const PREFIX: &str = ".tmp-";

/// A folder in the making.
pub struct Staging<'a> {
    path: PathBuf,
    durable: bool,
    stop: Option<&'a AtomicBool>,
    published: bool,
    /// Held while the folder is in the making, so that what a killed process left behind can be told from it.
    lock: Option<File>,
}

impl<'a> Staging<'a> {
    /// Makes the folder for `name` in `root`; `None` if another writer has it. A `durable` one syncs its files and
    /// folders before it is published; setting `stop` makes the next write fail.
    ///
    /// # Errors
    /// The folder can't be made.
    pub fn create(
        root: &Path,
        name: &str,
        durable: bool,
        stop: Option<&'a AtomicBool>,
    ) -> Result<Option<Self>, FileError> {
        let path = root.join(format!("{PREFIX}{name}"));
        match fs::create_dir(&path) {
            Ok(()) => Ok(Some(Self { path, durable, stop, published: false, lock: None })),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
            Err(source) => Err(FileError::Write { path, source }),
        }
    }

    /// Like [`Staging::create`] for a name that many writers use one after the other: what a writer that was killed left
    /// behind is removed; `None` if another one is at work.
    ///
    /// # Errors
    /// The folder can't be made, or what was left behind can't be removed.
    pub fn claim(
        root: &Path,
        name: &str,
        durable: bool,
        stop: Option<&'a AtomicBool>,
    ) -> Result<Option<Self>, FileError> {
        let path = root.join(format!("{PREFIX}{name}"));
        let failed = |source| FileError::Write { path: path.clone(), source };
        if path.exists() {
            let Some(_held) = lock(&path).map_err(failed)? else {
                return Ok(None);
            };
            match fs::remove_dir_all(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                removed => removed.map_err(failed)?,
            }
        }
        let Some(mut staging) = Self::create(root, name, durable, stop)? else {
            return Ok(None);
        };
        staging.lock = lock(&path).map_err(failed)?;
        // Somebody was faster and has removed our folder and made theirs, which is not ours to remove.
        staging.published = cfg!(unix) && staging.lock.is_none();
        Ok(Some(staging).filter(|staging| !staging.published))
    }

    /// Where it is while it is in the making.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the file `relative` and gives its SHA-256; `write` hands over the content piece by piece.
    ///
    /// # Errors
    /// The file can't be written, or the caller asked to stop.
    pub fn file(
        &self,
        relative: &str,
        write: impl FnOnce(&mut StagedFile<'_>) -> io::Result<()>,
    ) -> Result<String, FileError> {
        let path = self.path.join(relative);
        let result = self.open(&path).and_then(|mut file| {
            write(&mut file)?;
            file.finish(self.durable)
        });
        match result {
            Err(_) if self.is_stopped() => Err(FileError::Interrupted),
            result => result.map_err(|source| FileError::Write { path, source }),
        }
    }

    /// Gives the folder its final name, `target`.
    ///
    /// # Errors
    /// The folder can't be renamed or synced, or the caller asked to stop.
    pub fn publish(mut self, target: &Path) -> Result<(), FileError> {
        if self.is_stopped() {
            return Err(FileError::Interrupted);
        }
        let renamed = self.sync_folders().and_then(|()| fs::rename(&self.path, target));
        renamed.map_err(|source| FileError::Write { path: target.to_owned(), source })?;
        self.published = true;
        let synced = target.parent().filter(|_| self.durable).map_or(Ok(()), sync_folder);
        synced.map_err(|source| FileError::Write { path: target.to_owned(), source })
    }

    /// Takes the place of the folder `target` and removes that; at every moment one of the two is there.
    ///
    /// # Errors
    /// The folders can't be renamed or synced, or the caller asked to stop; then `target` is as it was.
    pub fn replace(mut self, target: &Path) -> Result<(), FileError> {
        if self.is_stopped() {
            return Err(FileError::Interrupted);
        }
        let failed = |source| FileError::Write { path: target.to_owned(), source };
        let old = lock(target).map_err(failed)?;
        self.sync_folders().and_then(|()| exchange(&self.path, target)).map_err(failed)?;
        // What was there has our temporary name now, and goes when `self` does; until then it is ours.
        self.lock = old;
        target.parent().filter(|_| self.durable).map_or(Ok(()), sync_folder).map_err(failed)
    }

    fn open(&self, path: &Path) -> io::Result<StagedFile<'_>> {
        let file = match (File::create_new(path), path.parent()) {
            (Err(error), Some(folder)) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(folder)?;
                File::create_new(path)?
            }
            (file, _) => file?,
        };
        let writer = BufWriter::with_capacity(1 << 16, file);
        Ok(StagedFile { writer, hasher: Sha256::new(), stop: self.stop })
    }

    fn is_stopped(&self) -> bool {
        self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }

    fn sync_folders(&self) -> io::Result<()> {
        let mut folders = if self.durable { vec![self.path.clone()] } else { Vec::new() };
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    folders.push(entry.path());
                }
            }
            sync_folder(&folder)?;
        }
        Ok(())
    }
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        if !self.published {
            // Nobody lists it under this name; if it can't be removed there is nothing better to do.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// A file in the making; writing fails once the caller asked to stop.
pub struct StagedFile<'a> {
    writer: BufWriter<File>,
    hasher: Sha256,
    stop: Option<&'a AtomicBool>,
}

impl StagedFile<'_> {
    fn finish(self, durable: bool) -> io::Result<String> {
        let file = self.writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        if durable {
            file.sync_all()?;
        }
        Ok(hex(&self.hasher.finalize()))
    }
}

impl Write for StagedFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed)) {
            return Err(io::Error::other("stopped"));
        }
        let written = self.writer.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Makes the entries of a folder survive a power cut; elsewhere than on Unix folders can't be synced.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Locks a folder until the answer is dropped; `None` if another process has it locked or it is gone. Elsewhere than on
/// Unix folders can't be locked, and one that is there is taken to be in use.
fn lock(folder: &Path) -> io::Result<Option<File>> {
    if !cfg!(unix) {
        return Ok(None);
    }
    let file = match File::open(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(staging: &Staging<'_>, text: &str) {
        staging.file("a", |file| file.write_all(text.as_bytes())).unwrap();
    }

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[test]
    fn a_folder_that_takes_the_place_of_another_removes_it() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("out");
        for text in ["old", "new"] {
            let staging = Staging::claim(root.path(), "out", false, None).unwrap().unwrap();
            write(&staging, text);
            let result = if text == "old" { staging.publish(&target) } else { staging.replace(&target) };
            result.unwrap();
            assert_eq!(fs::read_to_string(target.join("a")).unwrap(), text);
            assert_eq!(names(root.path()), ["out"]);
        }
    }

    #[test]
    fn what_a_killed_writer_left_is_taken_over_and_what_another_one_has_is_not() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join(".tmp-out")).unwrap();
        fs::write(root.path().join(".tmp-out/left"), "").unwrap();
        let staging = Staging::claim(root.path(), "out", false, None).unwrap().unwrap();
        assert_eq!(names(&root.path().join(".tmp-out")), Vec::<String>::new());
        assert!(Staging::claim(root.path(), "out", false, None).unwrap().is_none());
        drop(staging);
        assert_eq!(names(root.path()), Vec::<String>::new());
    }
}
