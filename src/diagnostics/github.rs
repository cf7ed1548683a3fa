//! Diagnostics as GitHub workflow commands: one `::error …::message` line each, which a workflow run shows at the line
//! of the file. Whatever the text holds, a command stays one line: its special characters are percent-escaped.

use super::place::Place;
use super::{Diagnostic, Report, Severity};
use crate::source::Sources;

/// The commands for `reports`, one a line.
pub fn commands(reports: &[Report<'_>]) -> String {
    let all = reports.iter().flat_map(|report| report.diagnostics.iter().map(|one| command(one, report.sources)));
    all.collect()
}

fn command(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let name = match diagnostic.code.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let Place { file, start, end, .. } = Place::new(sources, diagnostic.span);
    let file = escape_property(&file.name);
    let title = diagnostic.code.id;
    let message = escape(&message_with_help(diagnostic));
    let (line, col, end_line, end_col) = (start.line, start.column, end.line, end.column);
    format!(
        "::{name} file={file},line={line},col={col},endLine={end_line},endColumn={end_col},title={title}::{message}\n"
    )
}

fn message_with_help(diagnostic: &Diagnostic) -> String {
    match &diagnostic.help {
        Some(help) => format!("{}\nhelp: {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    }
}

fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::{Sink, codes};
    use super::*;
    use crate::source::Span;

    #[test]
    fn a_command_is_one_line_whatever_its_text_holds() {
        let mut sources = Sources::default();
        let file = sources.add("a,b:c.yaml", "x: 1\n");
        let mut sink = Sink::default();
        sink.emit(codes::UNKNOWN_KEY, Span::new(file, 0, 1), "100% of\n`x`").help("remove it");
        let diagnostics = sink.finish();
        assert_eq!(
            commands(&[Report { diagnostics: &diagnostics, sources: &sources }]),
            "::error file=a%2Cb%3Ac.yaml,line=1,col=1,endLine=1,endColumn=2,title=FT0005::100%25 of%0A`x`%0Ahelp: remove it\n"
        );
    }
}
