//! What the scanner could not read, in plain words: each kind of its errors has one piece of advice, a tab is shown where
//! it stands, and a bracket or quote that was left open where it was opened.

use granit_parser::ErrorKind;

use super::Source;
use crate::diagnostics::{Sink, codes};

/// Reports an error of the scanner at `offset`.
pub(super) fn report(source: Source<'_>, kind: &ErrorKind, offset: usize, sink: &mut Sink) {
    if let Some(tab) = tab(source, offset).filter(|_| is_about_indentation(kind)) {
        sink.emit(codes::INVALID_YAML, source.character(tab), "invalid YAML: a tab is used for indentation")
            .help("indent with spaces");
        return;
    }
    let message = format!("invalid YAML: {kind}");
    let diagnostic = sink.emit(codes::INVALID_YAML, source.character(offset), message);
    if let Some(opener) = opener(source, kind, offset) {
        diagnostic.label(source.character(opener), "opened here");
        let is_list = source.text[opener..].starts_with('[');
        diagnostic.help(if is_list { "close the list with `]`" } else { "close the mapping with `}`" });
    } else if let Some(advice) = advice(kind) {
        diagnostic.help(advice);
    }
}

/// Whether a tab at the beginning of a line may be the cause.
fn is_about_indentation(kind: &ErrorKind) -> bool {
    use ErrorKind as E;
    matches!(
        kind,
        E::TabNotAllowed
            | E::TabInBlockIndentation
            | E::TabInIndentation
            | E::TabAtBlockScalarStart
            | E::TabInPlainScalar
            | E::InvalidIndentation
            | E::SimpleKeyExpected
            | E::InvalidSimpleKey
            | E::ExpectedBlockMappingKey
            | E::MappingValueNotAllowed
            | E::InvalidBlockEntryWhitespace
    )
}

/// The first tab in the indentation of the line at `offset`, or of the one after it.
fn tab(source: Source<'_>, offset: usize) -> Option<usize> {
    let start = source.text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let next = source.text[start..].find('\n').map(|at| start + at + 1);
    [Some(start), next].into_iter().flatten().find_map(|line| {
        let indent = source.text[line..].find(|c| !matches!(c, ' ' | '\t')).map_or(source.text.len(), |at| line + at);
        source.text[line..indent].find('\t').map(|at| line + at)
    })
}

/// Where a bracket on an earlier line was opened that is not closed at `offset`, if that may be the cause.
fn opener(source: Source<'_>, kind: &ErrorKind, offset: usize) -> Option<usize> {
    use ErrorKind as E;
    let may_be_open = matches!(
        kind,
        E::UnclosedFlowCollection { .. }
            | E::UnexpectedEofFlowSequence
            | E::UnexpectedEofFlowMapping
            | E::UnexpectedEofImplicitFlowMapping
            | E::ExpectedFlowSequenceSeparator
            | E::ExpectedFlowMappingSeparator
            | E::InvalidFlowScalarIndent
            | E::InvalidColonPlacement
            | E::MappingValueNotAllowed
    );
    let line = source.text[..offset].rfind('\n').filter(|_| may_be_open)?;
    let mut closed = 0usize;
    for (at, c) in source.text[..line].char_indices().rev() {
        match c {
            ']' | '}' => closed += 1,
            '[' | '{' if closed > 0 => closed -= 1,
            '[' | '{' => return (!is_quoted(source, at)).then_some(at),
            _ => {}
        }
    }
    None
}

/// Whether a character stands between quotes that begin on its line.
fn is_quoted(source: Source<'_>, at: usize) -> bool {
    let line = source.text[..at].rfind('\n').map_or(0, |start| start + 1);
    source.text[line..at].matches('"').count() % 2 == 1
}

fn advice(kind: &ErrorKind) -> Option<&'static str> {
    use ErrorKind as E;
    Some(match kind {
        E::UnclosedFlowCollection { open: '[' } | E::UnexpectedEofFlowSequence => "close the list with `]`",
        E::UnclosedFlowCollection { .. } | E::UnexpectedEofFlowMapping | E::UnexpectedEofImplicitFlowMapping => {
            "close the mapping with `}`"
        }
        E::MismatchedFlowCollectionEnd { .. } => "close each `[` with `]` and each `{` with `}`",
        E::MisplacedFlowCollectionEnd => "remove this bracket, or open it before",
        E::ExpectedFlowSequenceSeparator => {
            "put `,` between entries and `]` behind the last; quote text with `:` in it"
        }
        E::ExpectedFlowMappingSeparator => "put `,` between entries and `}` behind the last; quote text with `,` in it",
        E::UnclosedQuotedScalar => "close the quote on the line where it begins",
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar => {
            "put the whole text between the quotes"
        }
        E::UnknownQuotedScalarEscape => "write `\\\\` for a backslash, or use single quotes",
        E::SimpleKeyExpected | E::InvalidSimpleKey | E::ExpectedBlockMappingKey => {
            "write `key: value` with a space behind the colon, each key on a line of its own and equally far in"
        }
        E::MappingValueNotAllowed | E::InvalidColonPlacement | E::MappingKeyNotAllowed => {
            "quote a text that holds `: `, and put each key on a line of its own"
        }
        E::InvalidIndentation | E::InvalidQuotedScalarIndent | E::InvalidFlowScalarIndent => {
            "indent this line as far as those it belongs to"
        }
        E::InvalidBlockScalarHeader | E::InvalidBlockScalarIndent | E::ZeroBlockScalarIndent => {
            "begin the text on the line below `|`, indented further than its key"
        }
        E::BlockEntryInFlowCollection | E::BlockSequenceEntryNotAllowed | E::ExpectedBlockSequenceEntry => {
            "begin each entry with `- ` on a line of its own, all equally far in"
        }
        E::UnexpectedCharacter { .. } => "quote a text that begins with this character",
        E::ExpectedNodeContent | E::PlainScalarStartsWithDashFlowIndicator => "write a value here, or quote the text",
        E::CommentNotSeparated | E::CommentInterceptedScalar => "put a space before `#`, or quote the text",
        E::MissingAnchorOrAliasName => "quote a text that begins with `&` or `*`",
        E::TabNotAllowed | E::TabInBlockIndentation | E::TabInIndentation | E::TabInPlainScalar => "use spaces",
        _ => return None,
    })
}
