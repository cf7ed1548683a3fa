//! Diagnostics as text for people: [`full`] shows each with its lines of source, [`concise`] one line each. A line of
//! source too long for a screen is shown as a window around the label, so that the answer to a formula of a megabyte
//! stays short. Neither fails: spans are cut to their file first. No control character of a model reaches the terminal.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use codespan_reporting::diagnostic::{Diagnostic as Rich, Label as RichLabel, Severity as RichSeverity};
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term::{self, termcolor::Buffer};

use super::place::{Place, byte_range};
use super::{Diagnostic, Severity, visible};
use crate::source::{FileId, Sources, Span};

/// Bytes of a line shown at most, and how many of them stand before the label.
const LINE_SHOWN: usize = 240;
const LINE_BEFORE: usize = 60;

/// Each of `diagnostics` with code, message, the lines it is about and advice, in colours if `color`.
pub fn full(diagnostics: &[Diagnostic], sources: &Sources, color: bool) -> String {
    let mut buffer = if color { Buffer::ansi() } else { Buffer::no_color() };
    let texts = shown_texts(diagnostics, sources);
    for diagnostic in diagnostics {
        let view = View::new(diagnostic, sources, &texts);
        let rich = rich_diagnostic(diagnostic, &view);
        if term::emit_to_write_style(&mut buffer, &term::Config::default(), &view, &rich).is_err() {
            return concise(diagnostics, sources);
        }
    }
    String::from_utf8_lossy(buffer.as_slice()).into_owned()
}

/// Each of `diagnostics` as `path:line:column: error[FT0201]: message` on a line.
pub fn concise(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    diagnostics.iter().map(|diagnostic| concise_line(diagnostic, sources)).collect()
}

fn concise_line(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let Place { file, start, .. } = Place::new(sources, diagnostic.span);
    let severity = match diagnostic.code.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let (code, message) = (diagnostic.code.id, visible::message(&diagnostic.message));
    format!("{}:{}:{}: {severity}[{code}]: {message}\n", file.name, start.line, start.column)
}

/// The texts of the files that `diagnostics` are about, each made fit for a terminal once.
type Texts<'a> = BTreeMap<FileId, Cow<'a, str>>;

fn shown_texts<'a>(diagnostics: &[Diagnostic], sources: &'a Sources) -> Texts<'a> {
    let mut texts = Texts::new();
    for diagnostic in diagnostics {
        let related = diagnostic.related.iter().map(|label| label.span.file);
        for file in std::iter::once(diagnostic.span.file).chain(related) {
            texts.entry(file).or_insert_with(|| visible::source(&sources.file(file).text));
        }
    }
    texts
}

fn rich_diagnostic(diagnostic: &Diagnostic, view: &View<'_>) -> Rich<FileId> {
    let severity = match diagnostic.code.severity {
        Severity::Error => RichSeverity::Error,
        Severity::Warning => RichSeverity::Warning,
    };
    let primary = RichLabel::primary(diagnostic.span.file, view.label_range(diagnostic.span))
        .with_message(visible::message(diagnostic.label.as_deref().unwrap_or_default()));
    let secondary = diagnostic.related.iter().map(|label| {
        let range = view.label_range(label.span);
        RichLabel::secondary(label.span.file, range).with_message(visible::message(&label.message))
    });
    Rich::new(severity)
        .with_code(diagnostic.code.id)
        .with_message(visible::message(&diagnostic.message))
        .with_label(primary)
        .with_labels_iter(secondary)
        .with_notes_iter(diagnostic.help.iter().map(|help| format!("help: {}", visible::message(help))))
}

/// The files of one diagnostic as the renderer sees them: lines as [`crate::source::LineIndex`] counts them, long ones
/// cut to a window.
struct View<'a> {
    sources: &'a Sources,
    texts: &'a Texts<'a>,
    windows: BTreeMap<(FileId, usize), Range<usize>>,
}

impl<'a> View<'a> {
    fn new(diagnostic: &Diagnostic, sources: &'a Sources, texts: &'a Texts<'a>) -> Self {
        let mut view = Self { sources, texts, windows: BTreeMap::new() };
        let related = diagnostic.related.iter().map(|label| label.span);
        for span in std::iter::once(diagnostic.span).chain(related) {
            let range = view.shown_range(span);
            view.cut_line(span.file, range.start);
            view.cut_line(span.file, range.end);
        }
        view
    }

    /// The bytes of `span` that are underlined: no line ends or spaces at its end.
    fn shown_range(&self, span: Span) -> Range<usize> {
        let text = &self.sources.file(span.file).text;
        let range = byte_range(text, span);
        let shown = text[range.clone()].trim_end().len();
        if shown == 0 { range.start..range.start } else { range.start..range.start + shown }
    }

    /// Cuts the line of byte `at` to a window around it, if it is long and not cut yet.
    fn cut_line(&mut self, file: FileId, at: usize) {
        let line = self.line_of(file, at);
        let whole = self.whole_line(file, line);
        if whole.len() > LINE_SHOWN {
            let text = &self.sources.file(file).text;
            let start = text.floor_char_boundary(at.saturating_sub(LINE_BEFORE).max(whole.start));
            let end = text.floor_char_boundary((start + LINE_SHOWN).min(whole.end));
            self.windows.entry((file, line)).or_insert(start..end);
        }
    }

    /// The bytes to underline for `span`, inside the windows of its first and last line.
    fn label_range(&self, span: Span) -> Range<usize> {
        let range = self.shown_range(span);
        let inside = |at: usize| match self.windows.get(&(span.file, self.line_of(span.file, at))) {
            Some(window) => at.clamp(window.start, window.end),
            None => at,
        };
        let start = inside(range.start);
        start..inside(range.end).max(start)
    }

    fn line_of(&self, file: FileId, at: usize) -> usize {
        self.sources.file(file).lines.line(at)
    }

    fn whole_line(&self, file: FileId, line: usize) -> Range<usize> {
        let file = self.sources.file(file);
        let bound = |line| file.lines.line_start(line).unwrap_or(file.text.len());
        bound(line)..bound(line + 1)
    }
}

impl<'a> Files<'a> for View<'_> {
    type FileId = FileId;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(&self.sources.file(id).name)
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(self.texts.get(&id).map_or(&self.sources.file(id).text, |text| text))
    }

    fn line_index(&'a self, id: FileId, at: usize) -> Result<usize, Error> {
        Ok(self.line_of(id, at))
    }

    fn column_number(&'a self, id: FileId, _line: usize, at: usize) -> Result<usize, Error> {
        let file = self.sources.file(id);
        Ok(file.lines.position(&file.text, at).column)
    }

    fn line_range(&'a self, id: FileId, line: usize) -> Result<Range<usize>, Error> {
        Ok(self.windows.get(&(id, line)).cloned().unwrap_or_else(|| self.whole_line(id, line)))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::{Sink, codes};
    use super::*;

    /// One error with all that a diagnostic may have.
    pub(in super::super) fn order_report() -> (Vec<Diagnostic>, Sources) {
        let mut sources = Sources::default();
        let file = sources.add("m.yaml", "démax: 1\n  expr: \"arivals\"\n");
        let at = Span::new(file, 19, 26);
        let mut sink = Sink::default();
        let diagnostic = sink.emit(codes::UNKNOWN_NAME, at, "unknown name `arivals`");
        diagnostic.label(Span::new(file, 0, 6), "declared here").here("not a series").help("use `arrivals`");
        diagnostic.fix("replace with `arrivals`", at, "arrivals");
        (sink.finish(), sources)
    }

    fn check_full(text: &str, start: u32, end: u32, expected: &str) {
        let mut sources = Sources::default();
        let file = sources.add("m.yaml", text);
        let mut sink = Sink::default();
        sink.emit(codes::MISSING_KEY, Span::new(file, start, end), "missing key");
        let found = full(&sink.finish(), &sources, false);
        assert_eq!(found, expected, "\n{found}");
    }

    #[test]
    fn full_shows_lines_labels_and_help() {
        let (diagnostics, sources) = order_report();
        let found = full(&diagnostics, &sources, false);
        let expected = "\
error[FT0301]: unknown name `arivals`
  ┌─ m.yaml:2:10
  │
1 │ démax: 1
  │ ----- declared here
2 │   expr: \"arivals\"
  │          ^^^^^^^ not a series
  │
  = help: use `arrivals`

";
        assert_eq!(found, expected, "\n{found}");
    }

    #[test]
    fn colour_only_adds_escape_sequences() {
        let (diagnostics, sources) = order_report();
        let found = full(&diagnostics, &sources, true);
        let mut parts = found.split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        let plain = parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, rest)| rest));
        assert_ne!(found, plain);
        assert_eq!(plain, full(&diagnostics, &sources, false));
    }

    #[test]
    fn empty_spans_and_spans_at_the_end_of_the_file_are_shown() {
        check_full("", 0, 0, "error[FT0004]: missing key\n  ┌─ m.yaml:1:1\n  │\n1 │ \n  │ ^\n\n");
        check_full("a: 1", 4, 4, "error[FT0004]: missing key\n  ┌─ m.yaml:1:5\n  │\n1 │ a: 1\n  │     ^\n\n");
        check_full("a: 1\n", 5, 5, "error[FT0004]: missing key\n  ┌─ m.yaml:2:1\n  │\n2 │ \n  │ ^\n\n");
        check_full("a: 1\n", 0, 99, "error[FT0004]: missing key\n  ┌─ m.yaml:1:1\n  │\n1 │ a: 1\n  │ ^^^^\n\n");
    }

    #[test]
    fn lines_end_in_any_way() {
        check_full(
            "a: 1\r\nb: 2\r\n",
            6,
            12,
            "error[FT0004]: missing key\n  ┌─ m.yaml:2:1\n  │\n2 │ b: 2\n  │ ^^^^\n\n",
        );
    }

    #[test]
    fn a_long_line_is_shown_as_a_window_around_the_label() {
        let text = "é+".repeat(500_000);
        let mut sources = Sources::default();
        let file = sources.add("m.yaml", text.as_str());
        let mut sink = Sink::default();
        let diagnostic = sink.emit(codes::UNKNOWN_NAME, Span::new(file, 900_000, 900_002), "unknown name `é`");
        diagnostic.label(Span::new(file, 0, 2), "also here");
        let found = full(&sink.finish(), &sources, false);
        assert!(found.contains("m.yaml:1:600001"), "{found}");
        assert!(found.len() < 2000, "{}", found.len());
    }

    #[test]
    fn control_characters_of_a_model_are_shown_as_stand_ins() {
        let mut sources = Sources::default();
        let file = sources.add("m.yaml", "a: \u{1b}[31mx\n");
        let mut sink = Sink::default();
        sink.emit(codes::UNKNOWN_NAME, Span::new(file, 3, 9), "unknown name `\u{1b}[31mx`");
        let diagnostics = sink.finish();
        let found = full(&diagnostics, &sources, false);
        let expected = "\
error[FT0301]: unknown name `␛[31mx`
  ┌─ m.yaml:1:4
  │
1 │ a: .[31mx
  │    ^^^^^^

";
        assert_eq!(found, expected, "\n{found}");
        assert!(!concise(&diagnostics, &sources).contains('\u{1b}'));
    }

    #[test]
    fn concise_is_one_line_each() {
        let (diagnostics, sources) = order_report();
        assert_eq!(concise(&diagnostics, &sources), "m.yaml:2:10: error[FT0301]: unknown name `arivals`\n");
    }
}
