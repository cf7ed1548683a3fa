//! Byte offset to line and column. Lines end at `\n`, `\r\n` or a lone `\r`; columns count Unicode characters from 1.
//! Characters are counted once, block by block, so that a place far out in a line of megabytes is found as fast as any.

/// A place as people count it: both from 1, `column` in Unicode characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// Bytes between two places where the characters so far are known.
const BLOCK: usize = 1024;

/// Where each line of a text begins.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<usize>,
    /// How many characters begin before each block.
    characters: Vec<usize>,
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
        Self { starts, characters: characters_before_blocks(bytes) }
    }

    /// The number of lines; a text that ends in a newline has an empty last one.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// The offset at which line `line` (from 0) begins, if there is one.
    pub fn line_start(&self, line: usize) -> Option<usize> {
        self.starts.get(line).copied()
    }

    /// The line (from 0) that byte `offset` is in.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The position of byte `offset` of `text`, the text this index was made from.
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let line = self.line(offset);
        let column = self.characters_before(text, offset) - self.characters_before(text, self.starts[line]);
        Position { line: line + 1, column: column + 1 }
    }

    /// How many characters begin before byte `offset`.
    fn characters_before(&self, text: &str, offset: usize) -> usize {
        let offset = offset.min(text.len());
        let block = offset / BLOCK;
        self.characters[block] + count_characters(&text.as_bytes()[block * BLOCK..offset])
    }
}

fn characters_before_blocks(bytes: &[u8]) -> Vec<usize> {
    let mut characters = vec![0];
    let mut count = 0;
    for block in bytes.chunks(BLOCK) {
        count += count_characters(block);
        characters.push(count);
    }
    characters
}

/// The bytes that begin a character.
fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
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

    #[test]
    fn columns_are_right_across_the_blocks_of_a_long_line() {
        let text = format!("x\n{}", "aé".repeat(BLOCK));
        for characters in [0, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK] {
            let offset = 2 + characters + characters / 2;
            check_position(&text, offset, 2, characters + 1);
        }
    }
}
