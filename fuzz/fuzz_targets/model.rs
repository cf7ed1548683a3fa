//! Any text as a model: YAML, schema, formulas, names, dependencies, types. No data is read. It must end in a checked
//! model or in diagnostics; never in a panic, and never in neither.

#![no_main]

use std::io::{self, Read};

use flowtime::diagnostics::Severity;
use flowtime::driver;
use flowtime::load::{SourceCheck, SourceLoader};
use libfuzzer_sys::fuzz_target;

/// A folder without files.
struct NoFiles;

impl SourceLoader for NoFiles {
    fn open(&self, _source: &str) -> io::Result<Box<dyn Read + '_>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn display(&self, source: &str) -> String {
        source.to_owned()
    }
}

fuzz_target!(|text: &str| {
    let check = driver::check("model.yaml", text, &NoFiles, SourceCheck::Skip);
    let errors = check.diagnostics.iter().filter(|diagnostic| diagnostic.code.severity == Severity::Error);
    assert_eq!(check.model.is_some(), errors.count() == 0, "a model exactly if there is no error");
    for diagnostic in &check.diagnostics {
        // Slices the text: a span outside it, or one that cuts a character, panics here.
        let _ = check.sources.text(diagnostic.span);
    }
});
