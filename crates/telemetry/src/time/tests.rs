//! Where bins begin, what a window holds, and what is said about those that are none.

use super::*;

fn bin(text: &str) -> BinSize {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    parse_utc(text).unwrap()
}

fn check_boundary(size: &str, time: &str, expected: bool) {
    assert_eq!(bin(size).is_boundary(at(time)), expected, "{size} {time}");
}

#[test]
fn bins_begin_at_midnight_and_those_of_weeks_on_monday() {
    check_boundary("5m", "2025-10-07T00:05:00Z", true);
    check_boundary("5m", "2025-10-07T00:05:01Z", false);
    check_boundary("5m", "2025-10-07T00:05:00.5Z", false);
    check_boundary("1d", "2025-10-07T00:00:00Z", true);
    check_boundary("1d", "2025-10-07T01:00:00Z", false);
    check_boundary("1w", "2025-10-06T00:00:00Z", true);
    check_boundary("1w", "2025-10-07T00:00:00Z", false);
    check_boundary("5m", "1969-12-31T23:55:00Z", true);
}

#[test]
fn bin_sizes_print_as_they_are_written() {
    for text in ["5m", "1h", "90m", "1d", "36h", "2w"] {
        assert_eq!(bin(text).to_string(), text);
    }
    for text in ["", "5", "m", "0m", "-5m", "5s", "5 m", "5µ", "99999999999m"] {
        let error = text.parse::<BinSize>().unwrap_err();
        assert_eq!(error.to_string(), format!("`{text}` is no bin size"));
        assert_eq!(error.help(), "write a number and `m`, `h`, `d` or `w`, like `5m`");
    }
}

#[test]
fn a_window_knows_the_bin_of_a_time() {
    let window = Window::new(at("2025-10-07T00:00:00Z"), 288, bin("5m")).unwrap();
    assert_eq!(window.bin_at(at("2025-10-07T14:00:00Z")), Some(168));
    assert_eq!(window.bin_at(at("2025-10-07T14:04:59.999Z")), Some(168));
    assert_eq!(window.bin_at(at("2025-10-08T00:00:00Z")), None);
    assert_eq!(window.bin_at(at("2025-10-06T23:59:59Z")), None);
    assert_eq!(window.clock(12, 13), "01:00-01:10 UTC");
}

fn check_window(start: &str, bins: u32, size: &str, code: &str, message: &str, help: &str) {
    let error = Window::new(at(start), bins, bin(size)).unwrap_err();
    assert_eq!((error.code(), error.to_string().as_str(), error.help().as_str()), (code, message, help));
}

#[test]
fn a_window_begins_on_a_bin_boundary() {
    let start = "2025-10-07T01:02:00Z";
    let check = |size: &str, help: &str| {
        let message = format!("the window's start {start} is not on a boundary of {size} bins");
        check_window(start, 288, size, "bin_alignment", &message, help);
    };
    check("5m", "begin at 2025-10-07T01:00:00Z");
    check("1d", "begin at 2025-10-07T00:00:00Z");
    check("1w", "begin at 2025-10-06T00:00:00Z");
}

#[test]
fn a_window_has_bins_and_lies_in_the_calendar() {
    let check = |start, bins, message, help| check_window(start, bins, "1w", "invalid_window", message, help);
    let help = "ask for fewer bins, or longer ones";
    check("2025-10-06T00:00:00Z", 0, "a window has 1 to 10000000 bins, not 0", "ask for a bin at least");
    check("2025-10-06T00:00:00Z", 10_000_001, "a window has 1 to 10000000 bins, not 10000001", help);
    let message = "10000000 bins of 1w from 2025-10-06T00:00:00Z leave the calendar";
    check("2025-10-06T00:00:00Z", 10_000_000, message, "begin earlier or ask for fewer bins");
}

#[test]
fn a_time_is_in_utc() {
    for text in ["2025-10-07", "2025-10-07T00:00:00", "2025-10-07T00:00:00+02:00", "noon", ""] {
        let error = parse_utc(text).unwrap_err();
        assert_eq!((error.code(), error.to_string()), ("invalid_window", format!("`{text}` is no time in UTC")));
        assert_eq!(error.help(), "write it like `2025-10-07T00:00:00Z`");
    }
}

#[test]
fn a_date_on_a_command_line_is_its_midnight() {
    assert_eq!(parse_time("2026-03-12").unwrap(), at("2026-03-12T00:00:00Z"));
    assert_eq!(parse_time("2026-03-12T05:00:00Z").unwrap(), at("2026-03-12T05:00:00Z"));
    for text in ["2026-03-32", "2026-3-12", "2026-03-12T05:00", "12.03.2026", "2026-03-12T05:00:00+01:00"] {
        assert!(parse_time(text).is_err(), "{text}");
    }
}
