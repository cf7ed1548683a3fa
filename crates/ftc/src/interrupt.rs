//! Ctrl-C. While nothing is on the disk it ends the process at once; while a run is written it asks the writer to stop,
//! which removes what it has. A second Ctrl-C doesn't wait.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// What the process ends with after Ctrl-C.
pub(crate) const EXIT_CODE: u8 = 130;

/// Set once the user pressed Ctrl-C while a run was written.
pub(crate) static STOP: AtomicBool = AtomicBool::new(false);

/// Held by the handler until the process has ended, so that no writer begins meanwhile.
static WRITING: Mutex<bool> = Mutex::new(false);

/// Runs `write`, during which Ctrl-C only sets [`STOP`].
pub(crate) fn while_writing<T>(write: impl FnOnce() -> T) -> T {
    // Without a handler Ctrl-C ends the process as ever, and leaves a folder that nobody lists.
    let _ = ctrlc::set_handler(on_interrupt);
    *WRITING.lock().unwrap_or_else(PoisonError::into_inner) = true;
    let result = write();
    *WRITING.lock().unwrap_or_else(PoisonError::into_inner) = false;
    result
}

fn on_interrupt() {
    let writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    if STOP.swap(true, Ordering::Relaxed) || !*writing {
        std::process::exit(i32::from(EXIT_CODE));
    }
}
