//! Moments at which a process is killed: twenty at random, others in each run. `KILL_SEED=N` has those of a run again
//! that printed its seed when it failed.

use std::process::Child;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Moments of a test.
pub(crate) const KILLS: usize = 20;

/// Parts of a length from 0 to 1.2, so that some come too late.
pub(crate) fn moments() -> [f64; KILLS] {
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64);
    let seed = std::env::var("KILL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(clock);
    println!("KILL_SEED={seed}");
    let mut state: u64 = seed;
    std::array::from_fn(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 31) * 1.2
    })
}

/// Kills `child` when it has run so long; whether it was done before.
pub(crate) fn kill_after(mut child: Child, moment: Duration) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < moment && child.try_wait().is_ok_and(|status| status.is_none()) {
        thread::park_timeout(Duration::from_millis(1));
    }
    let is_done = child.try_wait().is_ok_and(|status| status.is_some());
    let killed = child.kill().and_then(|()| child.wait());
    assert!(killed.is_ok(), "{killed:?}");
    is_done
}
