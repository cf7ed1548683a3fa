//! Bins and numbers in messages: few ranges of many bins, numbers without the digits that only rounding made. What comes
//! out is for people; the fields of a warning have all of it.

/// Ranges of bins that a message shows.
const RANGES_SHOWN: usize = 5;

/// `at bin 11`, `at bins 3, 12-14`; what is too much is counted.
pub fn at_bins(bins: &[usize]) -> String {
    let ranges: Vec<&[usize]> = bins.chunk_by(|a, b| a + 1 == *b).collect();
    let shown = &ranges[..ranges.len().min(RANGES_SHOWN)];
    let texts: Vec<String> = shown.iter().map(|range| range_text(range)).collect();
    let rest = bins.len() - shown.iter().map(|range| range.len()).sum::<usize>();
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let noun = if bins.len() == 1 { "bin" } else { "bins" };
    format!("at {noun} {}{more}", texts.join(", "))
}

fn range_text(range: &[usize]) -> String {
    match range {
        [first, .., last] => format!("{first}-{last}"),
        _ => range.iter().map(usize::to_string).collect(),
    }
}

/// A number for people: at most ten digits, so that `-40.00000000000001` is `-40`.
pub(crate) fn number(value: f64) -> String {
    let rounded: f64 = format!("{value:.9e}").parse().unwrap_or(value);
    if (1e-5..1e15).contains(&rounded.abs()) || rounded == 0.0 { rounded.to_string() } else { format!("{rounded:e}") }
}

/// A value as its shortest exact decimal; `missing` for NaN.
pub(crate) fn exact(value: f64) -> String {
    if value.is_nan() { "missing".to_owned() } else { value.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_show_ranges_and_count_the_rest() {
        assert_eq!(at_bins(&[11]), "at bin 11");
        assert_eq!(at_bins(&[3, 12, 13, 14]), "at bins 3, 12-14");
        let many: Vec<usize> = (0..20).map(|bin| bin * 2).collect();
        assert_eq!(at_bins(&many), "at bins 0, 2, 4, 6, 8 and 15 more");
    }

    fn check_number(value: f64, expected: &str) {
        assert_eq!(number(value), expected);
    }

    #[test]
    fn numbers_have_no_digits_that_rounding_made() {
        check_number(-40.0, "-40");
        check_number(0.1 + 0.2, "0.3");
        check_number(-40.000_000_000_000_01, "-40");
        check_number(1234.567, "1234.567");
        check_number(1e300, "1e300");
        check_number(2.5e-9, "2.5e-9");
        check_number(f64::INFINITY, "inf");
    }
}
