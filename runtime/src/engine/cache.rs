//! Prepared programs by what they compute, so that none is prepared twice; those unused for longest go first.
//!
//! The key is a digest of the program's text, which leaves nothing out, and of the options. Its size counts code and
//! program, not the memory of runs.

use std::collections::HashMap;
use std::fmt::{self, Write};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::{Options, PrepareError, Prepared, prepare};
use crate::ir::Program;

/// Names a program and its grid: programs with the same hash leave the same outputs. It doesn't depend on the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProgramHash([u8; 32]);

/// The hash of a program.
pub fn program_hash(program: &Program) -> ProgramHash {
    let mut text = Text(Sha256::new());
    // Writing into a digest can't fail.
    let _ = write!(text, "{program}");
    ProgramHash(text.0.finalize().into())
}

struct Text(Sha256);

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text);
        Ok(())
    }
}

impl fmt::Display for ProgramHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Bytes that a value of a program takes, about.
const VALUE_BYTES: usize = 256;

/// Prepared programs up to a size.
#[derive(Debug)]
pub struct Cache {
    most_bytes: usize,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    by_key: HashMap<(ProgramHash, Options), Entry>,
    bytes: usize,
    /// Counts the uses.
    clock: u64,
}

#[derive(Debug)]
struct Entry {
    prepared: Prepared,
    bytes: usize,
    used: u64,
}

impl Cache {
    /// An empty cache for so many bytes of code and programs.
    pub fn new(most_bytes: usize) -> Self {
        Cache { most_bytes, entries: Mutex::default() }
    }

    /// The prepared program, prepared now if it isn't there. Threads that ask at the same time may each prepare it.
    pub fn prepare(&self, program: &Program, options: &Options) -> Result<Prepared, PrepareError> {
        let key = (program_hash(program), *options);
        if let Some(prepared) = self.with(|entries| entries.get(&key)) {
            return Ok(prepared);
        }
        let prepared = prepare(program.clone(), options)?;
        self.with(|entries| entries.insert(key, &prepared, self.most_bytes));
        Ok(prepared)
    }

    /// How many programs are in it.
    pub fn len(&self) -> usize {
        self.with(|entries| entries.by_key.len())
    }

    /// Whether none is in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn with<T>(&self, action: impl FnOnce(&mut Entries) -> T) -> T {
        action(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Entries {
    fn get(&mut self, key: &(ProgramHash, Options)) -> Option<Prepared> {
        self.clock += 1;
        let entry = self.by_key.get_mut(key)?;
        entry.used = self.clock;
        Some(entry.prepared.clone())
    }

    fn insert(&mut self, key: (ProgramHash, Options), prepared: &Prepared, most_bytes: usize) {
        let stats = prepared.stats();
        let bytes = stats.code_bytes + stats.values * VALUE_BYTES;
        if bytes > most_bytes {
            return;
        }
        self.clock += 1;
        let entry = Entry { prepared: prepared.clone(), bytes, used: self.clock };
        self.bytes += bytes;
        if let Some(old) = self.by_key.insert(key, entry) {
            self.bytes -= old.bytes;
        }
        while self.bytes > most_bytes {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        let oldest = self.by_key.iter().min_by_key(|(_, entry)| entry.used).map(|(key, _)| *key);
        match oldest.and_then(|key| self.by_key.remove(&key)) {
            Some(entry) => self.bytes -= entry.bytes,
            None => self.bytes = 0,
        }
    }
}
