//! The key that tells events apart: the first 16 bytes of a SHA-256 over node, message, kind and, unless only the
//! earliest delivery counts, the time to the millisecond. Texts go in with their lengths, so no two keys share their bytes.

use sha2::{Digest, Sha256};

use super::event::Event;

/// What a key has.
pub(super) type Key = [u8; 16];

/// Which of the events of a message count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dedupe {
    /// Each delivery once: those that differ in their time to the millisecond.
    #[default]
    Delivery,
    /// The earliest of each node, message and kind.
    Message,
}

/// The key of `event`, which happened at `time` in milliseconds.
pub(super) fn key(event: &Event<'_>, time: i64, dedupe: Dedupe) -> Key {
    let mut hasher = Sha256::new();
    for text in [event.node, event.message] {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text);
    }
    hasher.update([event.kind as u8]);
    if dedupe == Dedupe::Delivery {
        hasher.update(time.to_le_bytes());
    }
    let mut key = Key::default();
    key.copy_from_slice(&hasher.finalize()[..16]);
    key
}
