//! A folder in the making: files are written below a temporary name beside the final one, and [`Staging::publish`]
//! renames it. Dropped before that, on whatever way out, it removes itself.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::{Digest, Sha256};

use crate::digest::hex;
use crate::error::FileError;

/// What folders in the making are called; a reader passes over them.
pub const PREFIX: &str = ".tmp-";

/// A folder in the making.
pub struct Staging<'a> {
    path: PathBuf,
    durable: bool,
    stop: Option<&'a AtomicBool>,
    published: bool,
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
            Ok(()) => Ok(Some(Self { path, durable, stop, published: false })),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(None),
            Err(source) => Err(FileError::Write { path, source }),
        }
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
