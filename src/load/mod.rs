//! Const series: is their data there and in order ([`probe`]), and what is it ([`read`]). All files are read through
//! [`SourceLoader`], so that tests, server and editor buffers can be in memory.

use std::io::{self, Read};

/// Where data comes from.
pub trait SourceLoader: Sync {
    /// Opens `source` as written in the model (`file://relative`, `file:///absolute`, or a bare path).
    ///
    /// # Errors
    /// As the system says: not found, not permitted, …
    fn open(&self, source: &str) -> io::Result<Box<dyn Read + '_>>;

    /// The path shown to the user for `source`.
    fn display(&self, source: &str) -> String;
}

/// How much of the sources a check looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourceCheck {
    /// Nothing.
    Skip,
    /// Whether each exists, is readable, and has the right header and length.
    #[default]
    Probe,
    /// Every cell.
    Content,
}
