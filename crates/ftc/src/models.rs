//! A model on its way into the compiler: its text, the name it is shown by, and the folder its sources are relative to.

use std::path::{Path, PathBuf};

use flowtime::check::CheckedModel;
use flowtime::diagnostics::{Diagnostic, Severity, Sink, codes};
use flowtime::driver::{self, Check, Phase};
use flowtime::load::{FileLoader, SourceCheck};
use flowtime::source::{Sources, Span};

use crate::files;
use crate::progress::Progress;
use crate::ui::Ui;

/// The text of a model, not checked yet.
#[derive(Debug)]
pub(crate) struct ModelText {
    /// What it is called in messages.
    pub(crate) name: String,
    /// Its text, or what of it is none.
    pub(crate) text: Result<String, Vec<u8>>,
    /// Where its sources are.
    pub(crate) loader: FileLoader,
}

impl ModelText {
    /// Reads the model at `path`, or from standard input for `-`.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = String::from_utf8(files::read(path)?).map_err(std::string::FromUtf8Error::into_bytes);
        if files::is_stdin(path) {
            return Ok(Self { name: "<stdin>".to_owned(), text, loader: FileLoader::new(PathBuf::new()) });
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        Ok(Self { name: path.display().to_string(), text, loader: FileLoader::new(folder.to_owned()) })
    }

    /// The text, empty where it is none.
    pub(crate) fn as_str(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// Checks the model.
    pub(crate) fn check(&self, sources: SourceCheck) -> Check {
        self.check_observed(sources, &mut |_| ())
    }

    /// Like [`Self::check`]; tells the end of each phase.
    pub(crate) fn check_observed(&self, sources: SourceCheck, done: &mut dyn FnMut(Phase)) -> Check {
        match &self.text {
            Ok(text) => driver::check_observed(&self.name, text, &self.loader, sources, done),
            Err(bytes) => not_utf8(&self.name, bytes),
        }
    }

    /// Checks the model and probes its sources; a line on the terminal tells so where that takes time.
    pub(crate) fn probe(&self, ui: &Ui, done: &mut dyn FnMut(Phase)) -> Check {
        let _progress = Progress::of(&format!("checking {}", self.name), ui);
        self.check_observed(SourceCheck::Probe, done)
    }

    /// Probes the model and shows what is found; none where that is an error.
    pub(crate) fn probe_and_show(&self, ui: &Ui, done: &mut dyn FnMut(Phase)) -> Option<(CheckedModel, Sources)> {
        let Check { sources, diagnostics, model } = self.probe(ui, done);
        let mut counts = Counts::default();
        counts.add(&diagnostics);
        ui.show(diagnostics, &sources);
        if model.is_none() {
            ui.note(&counts.summary());
        }
        Some((model?, sources))
    }
}

/// Points at the first byte that is no text; a binary file isn't shown.
fn not_utf8(name: &str, bytes: &[u8]) -> Check {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return refused(name, "", 0, "the file is UTF-16, expected UTF-8");
    }
    if bytes.contains(&0) {
        return refused(name, "", 0, "the file is binary, not a text");
    }
    let at = bytes.utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
    refused(name, &String::from_utf8_lossy(bytes), at, "the file is not valid UTF-8")
}

fn refused(name: &str, shown: &str, at: usize, message: &str) -> Check {
    let mut sources = Sources::default();
    let file = sources.add(name, shown);
    let at = u32::try_from(at).unwrap_or(u32::MAX);
    let mut sink = Sink::default();
    sink.emit(codes::INVALID_YAML, Span::new(file, at, at.saturating_add(1)), message)
        .help("save the file as text in the encoding UTF-8");
    Check { sources, diagnostics: sink.finish(), model: None }
}

/// How many errors and warnings there are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) models: usize,
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
}

impl Counts {
    /// Counts a model's diagnostics in.
    pub(crate) fn add(&mut self, diagnostics: &[Diagnostic]) {
        let errors = diagnostics.iter().filter(|one| one.code.severity == Severity::Error).count();
        self.models += 1;
        self.errors += errors;
        self.warnings += diagnostics.len() - errors;
    }

    /// `checked 3 models: 2 errors, 1 warning`.
    pub(crate) fn summary(&self) -> String {
        self.summary_of("model")
    }

    /// The same, of what is called `noun`.
    pub(crate) fn summary_of(&self, noun: &str) -> String {
        let found: Vec<String> = [(self.errors, "error"), (self.warnings, "warning")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, noun)| counted(count, noun))
            .collect();
        let found = if found.is_empty() { "no problems".to_owned() } else { found.join(", ") };
        format!("checked {}: {found}", counted(self.models, noun))
    }
}

/// `1 model`, `2,592 rows`, `2 fixes`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let shown = indicatif::HumanCount(count as u64);
    match count {
        1 => format!("1 {noun}"),
        _ if noun.ends_with('x') => format!("{shown} {noun}es"),
        _ => format!("{shown} {noun}s"),
    }
}
