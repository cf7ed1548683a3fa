//! From the decoded text of a YAML scalar back to the file. A map is a run of pieces; a *verbatim* piece stands in the
//! file byte for byte, any other (an escape, a fold, an indentation that YAML swallowed) is one indivisible step.

use super::{FileId, Span};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    decoded: u32,
    decoded_len: u32,
    source: u32,
    source_len: u32,
}

impl Piece {
    fn is_verbatim(self) -> bool {
        self.decoded_len == self.source_len
    }
}

/// Maps ranges of a scalar's decoded text to spans of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScalarMap {
    whole: Span,
    pieces: Vec<Piece>,
}

impl ScalarMap {
    /// The map of a text that stands in the file as it is, at `span`.
    pub fn verbatim(span: Span) -> Self {
        let mut builder = ScalarMapBuilder::new(span.file);
        builder.push(span.end - span.start, span.start, span.end - span.start);
        builder.finish(span)
    }

    /// The scalar's whole content in the file, without quotes.
    pub fn whole(&self) -> Span {
        self.whole
    }

    /// The file's bytes that made `range` of the decoded text. An empty range is the empty span before the next byte.
    pub fn span(&self, start: usize, end: usize) -> Span {
        let from = self.offset_of(start);
        let to = if end > start { self.end_of(end - 1) } else { from };
        Span { file: self.whole.file, start: from, end: to }
    }

    /// Where the decoded byte `at` begins in the file.
    fn offset_of(&self, at: usize) -> u32 {
        match self.piece(at) {
            Some(piece) if piece.is_verbatim() => piece.source + (at as u32 - piece.decoded),
            Some(piece) => piece.source,
            None => self.whole.end,
        }
    }

    /// Where the decoded byte `at` ends in the file.
    fn end_of(&self, at: usize) -> u32 {
        match self.piece(at) {
            Some(piece) if piece.is_verbatim() => piece.source + (at as u32 - piece.decoded) + 1,
            Some(piece) => piece.source + piece.source_len,
            None => self.whole.end,
        }
    }

    fn piece(&self, at: usize) -> Option<Piece> {
        let next = self.pieces.partition_point(|piece| piece.decoded as usize <= at);
        let piece = *self.pieces.get(next.checked_sub(1)?)?;
        (at < (piece.decoded + piece.decoded_len) as usize).then_some(piece)
    }
}

/// Builds a [`ScalarMap`] from left to right.
#[derive(Debug)]
pub struct ScalarMapBuilder {
    file: FileId,
    decoded: u32,
    pieces: Vec<Piece>,
}

impl ScalarMapBuilder {
    /// An empty map into `file`.
    pub fn new(file: FileId) -> Self {
        Self { file, decoded: 0, pieces: Vec::new() }
    }

    /// The next `decoded_len` bytes of decoded text were made from `source_len` bytes of the file at `source`.
    /// Equal lengths mean that they are the same bytes.
    pub fn push(&mut self, decoded_len: u32, source: u32, source_len: u32) {
        if decoded_len == 0 {
            return;
        }
        let piece = Piece { decoded: self.decoded, decoded_len, source, source_len };
        self.decoded += decoded_len;
        match self.pieces.last_mut() {
            Some(last) if last.is_verbatim() && piece.is_verbatim() && last.source + last.source_len == source => {
                last.decoded_len += decoded_len;
                last.source_len += source_len;
            }
            _ => self.pieces.push(piece),
        }
    }

    /// The next bytes of decoded text were made from `source`, which holds other bytes.
    pub fn push_replaced(&mut self, decoded_len: u32, source: Span) {
        let source_len = source.end - source.start;
        if decoded_len == source_len && decoded_len > 1 {
            // Two pieces, neither as long as its source, so that none of them passes for a copy.
            self.push(decoded_len - 1, source.start, source_len);
            self.push(1, source.start, source_len);
        } else {
            self.push(decoded_len, source.start, source_len);
        }
    }

    /// The next bytes of decoded text are `start..end` of a scalar that `map` maps.
    pub fn push_part(&mut self, map: &ScalarMap, start: usize, end: usize) {
        let (start, end) = (start as u32, end as u32);
        for piece in &map.pieces {
            let (from, to) = (piece.decoded.max(start), (piece.decoded + piece.decoded_len).min(end));
            if from >= to {
                continue;
            }
            if piece.is_verbatim() {
                self.push(to - from, piece.source + (from - piece.decoded), to - from);
            } else {
                let end = piece.source + piece.source_len;
                self.push_replaced(to - from, Span::new(self.file, piece.source, end));
            }
        }
    }

    /// The finished map of a scalar whose content is at `whole`.
    pub fn finish(self, whole: Span) -> ScalarMap {
        debug_assert_eq!(whole.file, self.file);
        ScalarMap { whole, pieces: self.pieces }
    }
}
