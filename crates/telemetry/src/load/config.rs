//! The loader's configuration file: YAML with the keys of [`Config`], each of which a flag overrides.

use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::Fill;

/// What a configuration file says; nothing it doesn't.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// What stands where nothing was measured: `zero` or `nan`.
    pub fill: Option<Fill>,
    /// Whether the manifest has the SHA-256 of each file.
    pub checksums: Option<bool>,
    /// The most bins that a window may have.
    pub max_bins: Option<u32>,
    /// How long a query may take, like `30s`.
    #[serde(default, deserialize_with = "duration")]
    pub query_timeout: Option<Duration>,
    /// How often a query is tried before it has failed; 0 counts as 1.
    pub retry_count: Option<u32>,
    /// Gaps longer than this are major, like `15m`.
    #[serde(default, deserialize_with = "duration")]
    pub gap_warning_threshold: Option<Duration>,
}

/// Why a configuration file can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct ConfigError {
    /// The file and, where it is known, the line.
    place: String,
    /// What was found and what was expected.
    reason: String,
    source: serde_yaml::Error,
}

impl Config {
    /// The configuration that the YAML `text` of the file `name` holds; an empty one says nothing.
    ///
    /// # Errors
    /// It is no YAML, a key is unknown, or a value is of another kind.
    pub fn parse(text: &str, name: &str) -> Result<Self, ConfigError> {
        let config: Option<Config> = serde_yaml::from_str(text).map_err(|error| ConfigError::new(name, error))?;
        Ok(config.unwrap_or_default())
    }
}

impl ConfigError {
    fn new(name: &str, source: serde_yaml::Error) -> Self {
        let text = source.to_string();
        let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(words, _)| words);
        let reason = reason
            .replace("expected u32", "expected a whole number")
            .replace("expected struct Config", "expected keys");
        let line = source.location().map(|location| format!(":{}", location.line())).unwrap_or_default();
        Self { place: format!("{name}{line}"), reason, source }
    }

    /// What the user can do about it, beginning with a verb.
    pub fn help(&self) -> &'static str {
        "use the keys `fill`, `checksums`, `maxBins`, `queryTimeout`, `retryCount` and `gapWarningThreshold`"
    }
}

/// A whole number with `s`, `m` or `h`, like `30s`.
///
/// # Errors
/// It is something else; the answer says what was expected.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let units = [('s', 1), ('m', 60), ('h', 3_600)];
    let seconds = units.into_iter().find_map(|(unit, seconds)| {
        let count = text.strip_suffix(unit)?;
        let is_number = count.bytes().all(|byte| byte.is_ascii_digit());
        count.parse::<u64>().ok().filter(|_| is_number)?.checked_mul(seconds)
    });
    // A year is more than anybody waits, and clocks can still add it.
    let seconds = seconds.filter(|seconds| *seconds <= 366 * 86_400);
    seconds.map(Duration::from_secs).ok_or_else(|| "expected a whole number and `s`, `m` or `h`, like `30s`".to_owned())
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    parse_duration(&text).map(Some).map_err(|expected| Error::custom(format!("{expected}, found `{text}`")))
}
