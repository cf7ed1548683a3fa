//! One scalar's way back to the file. The parser's decoded text is the truth; this file reads the source range a
//! second time, by the rules of the scalar's style, and notes which bytes made which. Where the second reading should
//! ever differ, the map falls back to one indivisible piece, so that a span is coarse but never wrong.

use super::{Scalar, Source};
use crate::model::ScalarStyle;
use crate::source::{ScalarMap, ScalarMapBuilder, Span};

/// A scalar event.
pub(super) struct Raw<'a> {
    pub(super) text: &'a str,
    pub(super) style: granit_parser::ScalarStyle,
    pub(super) tag: Option<&'a str>,
    pub(super) at: granit_parser::Span,
}

/// The scalar with its map.
pub(super) fn read(source: Source<'_>, raw: &Raw<'_>) -> Scalar {
    let style = match raw.style {
        granit_parser::ScalarStyle::Plain => ScalarStyle::Plain,
        granit_parser::ScalarStyle::SingleQuoted => ScalarStyle::SingleQuoted,
        granit_parser::ScalarStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
        granit_parser::ScalarStyle::Literal => ScalarStyle::Literal,
        granit_parser::ScalarStyle::Folded => ScalarStyle::Folded,
    };
    let (start, end) = (source.offset(raw.at.start), source.offset(raw.at.end));
    // A value that was left out comes as `~` without a place of its own.
    let text = if style == ScalarStyle::Plain && start == end { "" } else { raw.text };
    let tag = raw.tag.map(str::to_owned);
    Scalar { text: text.to_owned(), style, tag, map: map_of(source, style, text, start, end, raw.at.start.col()) }
}

fn map_of(source: Source<'_>, style: ScalarStyle, text: &str, start: usize, end: usize, column: usize) -> ScalarMap {
    match style {
        ScalarStyle::Plain => flow_map(source, style, text, start, end),
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            flow_map(source, style, text, start + 1, end.saturating_sub(1))
        }
        ScalarStyle::Literal | ScalarStyle::Folded => {
            let whole = source.trimmed(start, end);
            block_map(source, style, text, column, whole, end)
        }
    }
}

fn flow_map(source: Source<'_>, style: ScalarStyle, text: &str, start: usize, end: usize) -> ScalarMap {
    let whole = source.span(start, end);
    let content = &source.text[start..end.max(start)];
    if content == text {
        return ScalarMap::verbatim(whole);
    }
    let mut reader = Reader::new(source, text, start, end);
    while reader.at < reader.end {
        reader.read_flow_piece(style);
    }
    reader.finish(whole)
}

fn block_map(source: Source<'_>, style: ScalarStyle, text: &str, indent: usize, whole: Span, end: usize) -> ScalarMap {
    let leading = text.bytes().take_while(|byte| *byte == b'\n').count();
    let start = whole.start as usize;
    let mut reader = Reader::new(source, text, start, end);
    if leading == text.len() {
        let whole = Span { end: whole.start, ..whole };
        reader.read_empty_lines_before(line_start(source, end), leading);
        return reader.finish(whole);
    }
    reader.read_empty_lines_before(line_start(source, start), leading);
    reader.at = start;
    reader.read_block_lines(style, indent);
    reader.finish(whole)
}

fn line_start(source: Source<'_>, at: usize) -> usize {
    source.text[..at].rfind(['\n', '\r']).map_or(0, |found| found + 1)
}

/// Reads a source range again, keeping pace with the decoded text.
struct Reader<'a> {
    bytes: &'a [u8],
    text: &'a str,
    decoded: String,
    builder: ScalarMapBuilder,
    at: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    fn new(source: Source<'a>, text: &'a str, at: usize, end: usize) -> Self {
        let builder = ScalarMapBuilder::new(source.file);
        Self { bytes: source.text.as_bytes(), text, decoded: String::new(), builder, at, end }
    }

    /// The map, exact if the second reading agrees with the first.
    fn finish(self, whole: Span) -> ScalarMap {
        if self.decoded == self.text {
            return self.builder.finish(whole);
        }
        let mut coarse = ScalarMapBuilder::new(whole.file);
        coarse.push(self.text.len() as u32, whole.start, whole.end - whole.start);
        coarse.finish(whole)
    }

    /// The next `length` bytes of the decoded text, made from the source up to `to`.
    fn emit(&mut self, length: usize, to: usize) {
        let from = self.decoded.len();
        if let Some(piece) = self.text.get(from..from + length) {
            self.decoded.push_str(piece);
            self.builder.push(length as u32, self.at as u32, (to - self.at) as u32);
        }
        self.at = to;
    }

    /// `piece`, made from the source up to `to`; nothing where the text says otherwise, so that the map is refused.
    fn emit_text(&mut self, piece: &str, to: usize) {
        if self.text[self.decoded.len()..].starts_with(piece) {
            self.emit(piece.len(), to);
        } else {
            self.at = to;
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        (at < self.end).then(|| self.bytes[at])
    }

    fn read_flow_piece(&mut self, style: ScalarStyle) {
        match (self.bytes[self.at], style) {
            (b' ' | b'\t' | b'\n' | b'\r', _) => self.read_blanks(style),
            (b'\'', ScalarStyle::SingleQuoted) => self.emit_text("'", self.at + 2),
            (b'\\', ScalarStyle::DoubleQuoted) => self.read_escape(),
            _ => self.read_verbatim(style),
        }
    }

    fn read_verbatim(&mut self, style: ScalarStyle) {
        let stops = |byte: u8| match byte {
            b' ' | b'\t' | b'\n' | b'\r' => true,
            b'\'' => style == ScalarStyle::SingleQuoted,
            b'\\' => style == ScalarStyle::DoubleQuoted,
            _ => false,
        };
        let length = self.bytes[self.at..self.end].iter().take_while(|byte| !stops(**byte)).count();
        self.emit_source(self.at + length);
    }

    fn emit_source(&mut self, to: usize) {
        let bytes = self.bytes;
        match std::str::from_utf8(&bytes[self.at..to]) {
            Ok(piece) => self.emit_text(piece, to),
            Err(_) => self.at = to,
        }
    }

    /// Blanks stand for themselves; with one line break they are a space, with n of them n - 1 newlines.
    fn read_blanks(&mut self, style: ScalarStyle) {
        let first_break = self.skip_blanks(self.at);
        if first_break >= self.end || self.break_end(first_break).is_none() {
            self.emit_source(first_break);
            return;
        }
        let next = self.break_end(first_break).unwrap_or(first_break);
        if !self.read_further_breaks(next, style) {
            let to = self.skip_blanks(next);
            self.emit_text(" ", to);
        }
    }

    /// The empty lines from `at` on: one newline each. Whether there was one.
    fn read_further_breaks(&mut self, at: usize, style: ScalarStyle) -> bool {
        let mut at = at;
        let mut found = false;
        loop {
            let mut line_end = self.skip_blanks(at);
            if style == ScalarStyle::Plain && self.byte(line_end) == Some(b'#') {
                line_end = self.skip_line(line_end);
            }
            let Some(next) = self.break_end(line_end) else {
                break;
            };
            self.emit_text("\n", next);
            (at, found) = (next, true);
        }
        if found {
            self.at = self.skip_blanks(at);
        }
        found
    }

    fn read_escape(&mut self) {
        if let Some(next) = self.break_end(self.at + 1) {
            if !self.read_further_breaks(next, ScalarStyle::DoubleQuoted) {
                self.at = self.skip_blanks(next);
            }
            return;
        }
        let length = match self.byte(self.at + 1) {
            Some(b'x') => 4,
            Some(b'u') => 6,
            Some(b'U') => 10,
            _ => 2,
        };
        let decoded = self.text[self.decoded.len()..].chars().next().map_or(0, char::len_utf8);
        self.emit(decoded, (self.at + length).min(self.end));
    }

    /// `count` empty lines that end at `line`, the beginning of a line.
    fn read_empty_lines_before(&mut self, line: usize, count: usize) {
        let mut starts = vec![line];
        for _ in 0..count {
            let line = starts[starts.len() - 1];
            let before = line - self.break_length_before(line);
            starts.push(self.bytes[..before].iter().rposition(|byte| is_break(*byte)).map_or(0, |found| found + 1));
        }
        for pair in starts.windows(2).rev() {
            self.at = pair[1];
            self.emit_text("\n", pair[0]);
        }
    }

    fn break_length_before(&self, at: usize) -> usize {
        match at.checked_sub(1).map(|last| self.bytes[last]) {
            Some(b'\n') if at >= 2 && self.bytes[at - 2] == b'\r' => 2,
            Some(b'\n' | b'\r') => 1,
            _ => 0,
        }
    }

    /// The content lines of a block from the first character of the first one; what the chomping left of the last
    /// breaks is known from the text.
    fn read_block_lines(&mut self, style: ScalarStyle, indent: usize) {
        loop {
            let more_indented = matches!(self.byte(self.at), Some(b' ' | b'\t'));
            let line_end = self.skip_line(self.at);
            self.emit_source(line_end);
            let breaks = self.collect_breaks(indent);
            let ended = self.at_after(&breaks, indent) >= self.end || self.rest_is_newlines();
            let folds = style == ScalarStyle::Folded
                && !more_indented
                && !ended
                && !matches!(self.byte(self.at_after(&breaks, indent)), Some(b' ' | b'\t'));
            self.emit_breaks(&breaks, folds);
            if ended {
                // The last line may lack its break; the text has one all the same.
                self.emit(self.text.len() - self.decoded.len(), self.at);
                return;
            }
            self.at = self.at_after(&breaks, indent);
        }
    }

    fn rest_is_newlines(&self) -> bool {
        self.text[self.decoded.len()..].bytes().all(|byte| byte == b'\n')
    }

    /// Where each line break of the run at `self.at` ends; lines with nothing but indentation are part of it.
    fn collect_breaks(&self, indent: usize) -> Vec<usize> {
        let mut breaks = Vec::new();
        let mut at = self.at;
        while let Some(next) = self.break_end(at) {
            breaks.push(next);
            at = self.skip_indent(next, indent);
        }
        breaks
    }

    fn at_after(&self, breaks: &[usize], indent: usize) -> usize {
        breaks.last().map_or(self.end, |last| self.skip_indent(*last, indent))
    }

    fn emit_breaks(&mut self, breaks: &[usize], folds: bool) {
        if folds && breaks.len() == 1 {
            self.emit_text(" ", breaks[0]);
            return;
        }
        for next in breaks.iter().skip(usize::from(folds)) {
            self.emit_text("\n", *next);
        }
    }

    fn skip_indent(&self, at: usize, indent: usize) -> usize {
        let spaces = self.bytes[at.min(self.end)..self.end].iter().take(indent).take_while(|byte| **byte == b' ');
        at + spaces.count()
    }

    fn skip_blanks(&self, at: usize) -> usize {
        let rest = &self.bytes[at.min(self.end)..self.end];
        at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }

    fn skip_line(&self, at: usize) -> usize {
        at + self.bytes[at..self.end].iter().take_while(|byte| !is_break(**byte)).count()
    }

    fn break_end(&self, at: usize) -> Option<usize> {
        match self.byte(at)? {
            b'\r' if self.byte(at + 1) == Some(b'\n') => Some(at + 2),
            b'\r' | b'\n' => Some(at + 1),
            _ => None,
        }
    }
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}
