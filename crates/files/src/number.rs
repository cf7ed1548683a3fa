//! Numbers as they stand in series files: the shortest decimal that reads back to the same bits, plain where that is
//! short to read and with an exponent below 1e-6 and from 1e21. Missing is nothing at all.

use std::fmt::Write;

/// Appends `value` to `out`.
pub fn push_number(out: &mut String, value: f64) {
    let size = value.abs();
    let written = if value.is_nan() {
        Ok(())
    } else if size == 0.0 || size.is_infinite() || (1e-6..1e21).contains(&size) {
        write!(out, "{value}")
    } else {
        write!(out, "{value:e}")
    };
    debug_assert!(written.is_ok(), "writing to a string can't fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_number(value: f64, expected: &str) {
        let mut out = String::new();
        push_number(&mut out, value);
        assert_eq!(out, expected);
        if !value.is_nan() {
            assert_eq!(out.parse::<f64>().unwrap().to_bits(), value.to_bits(), "{out}");
        }
    }

    #[test]
    fn numbers_read_back_to_the_same_bits() {
        check_number(0.1, "0.1");
        check_number(1000.0, "1000");
        check_number(-0.0, "-0");
        check_number(1e300, "1e300");
        check_number(5e-324, "5e-324");
        check_number(0.1 + 0.2, "0.30000000000000004");
        check_number(9_007_199_254_740_993.0, "9007199254740992");
        check_number(f64::MAX, "1.7976931348623157e308");
        check_number(f64::INFINITY, "inf");
        check_number(f64::NEG_INFINITY, "-inf");
        check_number(f64::NAN, "");
    }
}
