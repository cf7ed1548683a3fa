//! Diagnostics, one a line: ``3:12 `demnd`: error[FT0301]: unknown series `demnd` ``. An expected line may leave out
//! the column, the underlined text and the message; line, severity and code are always compared. A place in an included
//! file begins with its path.

use flowtime::diagnostics::{Diagnostic, Severity};
use flowtime::source::{FileId, Sources};

/// The longest text that is shown as underlined.
const MAX_UNDERLINED: usize = 60;

/// One diagnostic, as expected or as found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// `3:12`
    pub(crate) place: String,
    /// The characters of the primary span.
    pub(crate) underlined: Option<String>,
    /// `error` or `warning`.
    pub(crate) severity: String,
    /// `FT0301`
    pub(crate) code: String,
    /// The message.
    pub(crate) message: Option<String>,
}

/// The diagnostics of a check.
pub(crate) fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> Vec<Line> {
    diagnostics.iter().map(|diagnostic| render_line(sources, diagnostic)).collect()
}

fn render_line(sources: &Sources, diagnostic: &Diagnostic) -> Line {
    let file = sources.file(diagnostic.span.file);
    let start = file.lines.position(&file.text, diagnostic.span.start as usize);
    let place = format!("{}:{}", start.line, start.column);
    let underlined = sources.text(diagnostic.span);
    let fits = underlined.chars().count() <= MAX_UNDERLINED && !underlined.contains('\n') && !underlined.is_empty();
    let severity = match diagnostic.code.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    Line {
        place: if diagnostic.span.file == FileId(0) { place } else { format!("{}:{place}", file.name) },
        underlined: fits.then(|| underlined.to_owned()),
        severity: severity.to_owned(),
        code: diagnostic.code.id.to_owned(),
        message: Some(diagnostic.message.clone()),
    }
}

/// The lines of a `diagnostics` block.
pub(crate) fn parse(text: &str) -> Result<Vec<Line>, String> {
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| parse_line(line).ok_or_else(|| format!("`{line}` is no `line:column: error[CODE]`")))
        .collect()
}

fn parse_line(line: &str) -> Option<Line> {
    let (at, severity) = ["error", "warning"].iter().find_map(|severity| {
        let at = line.find(&format!(": {severity}["))?;
        Some((at, *severity))
    })?;
    let (place, underlined) = match line[..at].split_once(' ') {
        Some((place, text)) => (place, Some(text.strip_prefix('`')?.strip_suffix('`')?.to_owned())),
        None => (&line[..at], None),
    };
    let (code, message) = line[at + 2 + severity.len() + 1..].split_once(']')?;
    Some(Line {
        place: place.to_owned(),
        underlined,
        severity: severity.to_owned(),
        code: code.to_owned(),
        message: message.strip_prefix(": ").map(str::to_owned),
    })
}

/// What differs, if anything does.
pub(crate) fn compare(expected: &[Line], found: &[Line]) -> Result<(), String> {
    let agree = expected.len() == found.len() && expected.iter().zip(found).all(|(left, right)| accepts(left, right));
    if agree {
        return Ok(());
    }
    Err(format!("expected diagnostics:\n{}found:\n{}", print(expected, true), print(found, true)))
}

fn accepts(expected: &Line, found: &Line) -> bool {
    let line = found.place.split(':').next();
    let same_place = expected.place == found.place || line == Some(expected.place.as_str());
    let same_text = expected.underlined.is_none() || expected.underlined == found.underlined;
    let same_message = expected.message.is_none() || expected.message == found.message;
    let same_kind = expected.severity == found.severity && expected.code == found.code;
    same_place && same_kind && same_text && same_message
}

/// The lines as a block, with the messages if `messages`.
pub(crate) fn print(lines: &[Line], messages: bool) -> String {
    lines.iter().map(|line| print_line(line, messages)).collect()
}

fn print_line(line: &Line, messages: bool) -> String {
    let underlined = line.underlined.as_ref().map_or(String::new(), |text| format!(" `{text}`"));
    let message = line.message.as_ref().filter(|_| messages).map_or(String::new(), |text| format!(": {text}"));
    format!("{}{underlined}: {}[{}]{message}\n", line.place, line.severity, line.code)
}
