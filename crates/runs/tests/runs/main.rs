//! Runs on a real file system: written, read again, and judged.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't set up its folder has failed")]

mod artifacts;
mod large;
mod model_test;
mod overlay;
mod place;
mod state;
mod stored;
mod validate;
mod verify;
