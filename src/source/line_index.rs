//! Byte offset to line and column. Lines end at `\n`, `\r\n` or a lone `\r`; columns count Unicode characters from 1.

/// A place as people count it: both from 1, `column` in Unicode characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// Where each line of a text begins.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// Indexes `text`.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends_line = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if ends_line {
                starts.push(at + 1);
            }
        }
        Self { starts }
    }

    /// The number of lines; a text that ends in a newline has an empty last one.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// The offset at which line `line` (from 0) begins, if there is one.
    pub fn line_start(&self, line: usize) -> Option<usize> {
        self.starts.get(line).copied()
    }

    /// The position of byte `offset` of `text`, the text this index was made from.
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let column =
            text[self.starts[line]..].char_indices().take_while(|(at, _)| self.starts[line] + at < offset).count();
        Position { line: line + 1, column: column + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_position(text: &str, offset: usize, line: usize, column: usize) {
        assert_eq!(LineIndex::new(text).position(text, offset), Position { line, column }, "{text:?} at {offset}");
    }

    #[test]
    fn columns_count_characters_and_lines_end_in_any_way() {
        check_position("", 0, 1, 1);
        check_position("añb", 3, 1, 3);
        check_position("a\nb", 2, 2, 1);
        check_position("a\r\nb", 3, 2, 1);
        check_position("a\rb", 2, 2, 1);
        check_position("a\n", 2, 2, 1);
    }
}
