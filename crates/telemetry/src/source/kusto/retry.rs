//! Tries. What may pass is tried again after a pause that doubles each time, shortened at random so that callers don't
//! come back all at once; a cluster that says how long to wait is obeyed, up to a minute.

use std::fmt;
use std::time::Duration;

use super::KustoSettings;
use super::client::Client;
use super::error::KustoError;

/// The longest pause that a cluster can ask for.
const LONGEST: Duration = Duration::from_secs(60);

/// A pause before another try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The try that failed, from 1.
    pub attempt: u32,
    /// How often it is tried at most.
    pub tries: u32,
    /// How long it waits.
    pub pause: Duration,
    /// Why the try failed.
    pub reason: String,
}

impl fmt::Display for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (pause, attempt) = (self.pause.as_secs_f64(), self.attempt);
        write!(f, "{}; try {} of {} in {pause:.1} s", self.reason, attempt + 1, self.tries)
    }
}

/// What `ask` answers, at the last try if it has to.
pub(super) fn with_tries<T>(
    settings: &KustoSettings,
    client: &Client,
    report: &dyn Fn(&Retry),
    mut ask: impl FnMut() -> Result<T, KustoError>,
) -> Result<T, KustoError> {
    let mut attempt = 1;
    loop {
        match ask() {
            Err(fault) if fault.may_pass() && attempt < settings.tries => {
                let retry = plan_retry(settings, attempt, &fault, random_share());
                report(&retry);
                client.wait(retry.pause)?;
                attempt += 1;
            }
            Err(fault) if attempt > 1 && !matches!(fault, KustoError::Interrupted) => {
                return Err(KustoError::Tried { tries: attempt, fault: Box::new(fault) });
            }
            result => return result,
        }
    }
}

/// The pause after try `attempt`: between half and all of `first_pause * 2^(attempt - 1)`, by `share` in 0..1.
fn plan_retry(settings: &KustoSettings, attempt: u32, fault: &KustoError, share: f64) -> Retry {
    let doubled = settings.first_pause.saturating_mul(1 << (attempt - 1).min(16)).min(LONGEST);
    let own = doubled.mul_f64(0.5 + share / 2.0);
    let asked = fault.retry_after().unwrap_or_default().min(LONGEST);
    Retry { attempt, tries: settings.tries, pause: own.max(asked), reason: fault.to_string() }
}

/// A random number in 0..1; without a source of randomness a half.
fn random_share() -> f64 {
    getrandom::u32().map_or(0.5, |number| f64::from(number) / (f64::from(u32::MAX) + 1.0))
}

#[cfg(test)]
mod tests;
