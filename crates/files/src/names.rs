//! Ids as file names that are safe on every system. All but `[A-Za-z0-9_-]` and single inner dots is percent-encoded
//! (upper-case hex), names equal but for case get `~2`, `~3`, …, and a name too long for a file system ends in a digest
//! of the id instead. Equal lists of ids give equal lists of names.

use std::collections::BTreeMap;

use crate::digest::hex_digest;

/// Bytes of an encoded name at most; file systems take 255 with extension and suffix.
const LONGEST: usize = 200;

/// Gives out file names of one folder.
#[derive(Debug, Default)]
pub struct Names {
    taken: BTreeMap<String, u32>,
}

impl Names {
    /// The name for `id` with `extension` (with its dot), unlike all before it, also where case is ignored.
    pub fn file_name(&mut self, id: &str, extension: &str) -> String {
        let stem = shorten(encode(id), id);
        let count = self.taken.entry(format!("{stem}{extension}").to_ascii_lowercase()).or_insert(0);
        *count += 1;
        match *count {
            1 => format!("{stem}{extension}"),
            n => format!("{stem}~{n}{extension}"),
        }
    }
}

/// `id` with all but letters, digits, `_`, `-` and single inner dots as `%XX`.
pub fn encode(id: &str) -> String {
    let bytes = id.as_bytes();
    let mut encoded = String::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || is_single_inner_dot(bytes, at) {
            encoded.push(char::from(*byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn is_single_inner_dot(bytes: &[u8], at: usize) -> bool {
    let is_other = |byte: Option<&u8>| byte.is_some_and(|byte| *byte != b'.');
    bytes[at] == b'.' && is_other(bytes[..at].last()) && is_other(bytes.get(at + 1))
}

fn shorten(encoded: String, id: &str) -> String {
    if encoded.len() <= LONGEST {
        return encoded;
    }
    let digest = hex_digest(id.as_bytes());
    format!("{}~{}", &encoded[..LONGEST - 17], &digest[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_encoded(id: &str, expected: &str) {
        assert_eq!(encode(id), expected, "{id}");
    }

    #[test]
    fn names_are_percent_encoded_but_for_safe_characters_and_single_inner_dots() {
        check_encoded("Order-Queue_2", "Order-Queue_2");
        check_encoded("a.b", "a.b");
        check_encoded(".a..b.", "%2Ea%2E%2Eb%2E");
        check_encoded("..", "%2E%2E");
        check_encoded("é/ ~", "%C3%A9%2F%20%7E");
    }

    #[test]
    fn names_equal_but_for_case_are_numbered() {
        let mut names = Names::default();
        let all = ["Queue", "queue", "QUEUE", "other"].map(|id| names.file_name(id, ".csv"));
        assert_eq!(all, ["Queue.csv", "queue~2.csv", "QUEUE~3.csv", "other.csv"]);
    }

    #[test]
    fn long_ids_give_names_that_differ_and_fit() {
        let mut names = Names::default();
        let [a, b] = ["a", "b"].map(|end| names.file_name(&format!("{}{end}", "é".repeat(99)), ".csv"));
        assert_ne!(a.to_lowercase(), b.to_lowercase());
        assert!(a.len() < 255 && b.len() < 255, "{a} {b}");
    }
}
