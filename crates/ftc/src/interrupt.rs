//! Ctrl-C, and being told to end (SIGTERM, SIGHUP). While nothing is on the disk it ends the process, at once or, so that
//! the terminal is left tidy, as soon as an evaluation has stopped; while a run is written it asks the writer to stop, which
//! removes what it has; a small file is first written to its end. A second Ctrl-C doesn't wait for a run.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What the process ends with after Ctrl-C.
pub(crate) const EXIT_CODE: u8 = 130;

/// Set once the user pressed Ctrl-C.
pub(crate) static STOP: AtomicBool = AtomicBool::new(false);

/// How long an evaluation may take to stop by itself.
const GRACE: Duration = Duration::from_millis(200);

/// Whether a model is being evaluated.
static EVALUATING: AtomicBool = AtomicBool::new(false);

/// Whether a run is being written. The handler holds it until the process has ended, so that no writer begins
/// meanwhile.
static WRITING: Mutex<bool> = Mutex::new(false);

/// Takes Ctrl-C over. Without a handler it ends the process as ever.
pub(crate) fn listen() {
    let _ = ctrlc::set_handler(on_interrupt);
}

/// Runs `evaluate`, which looks at [`STOP`] now and then.
pub(crate) fn while_evaluating<T>(evaluate: impl FnOnce() -> T) -> T {
    EVALUATING.store(true, Ordering::Relaxed);
    let result = evaluate();
    EVALUATING.store(false, Ordering::Relaxed);
    result
}

/// Runs `write`, during which Ctrl-C only sets [`STOP`].
pub(crate) fn while_writing<T>(write: impl FnOnce() -> T) -> T {
    *WRITING.lock().unwrap_or_else(PoisonError::into_inner) = true;
    let result = write();
    *WRITING.lock().unwrap_or_else(PoisonError::into_inner) = false;
    result
}

/// Runs `write`, which takes no time, to its end; a Ctrl-C meanwhile ends the process after it.
pub(crate) fn after_writing<T>(write: impl FnOnce() -> T) -> T {
    let _held = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    write()
}

fn on_interrupt() {
    let writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    if STOP.swap(true, Ordering::Relaxed) || !*writing {
        if EVALUATING.load(Ordering::Relaxed) {
            std::thread::sleep(GRACE);
        }
        std::process::exit(i32::from(EXIT_CODE));
    }
}
