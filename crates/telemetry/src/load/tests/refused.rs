//! Requests and configurations that can't be, each with its stable name, its exact words and what helps.

use super::*;
use crate::load::{Config, parse_duration};

fn check_refused(rows: Vec<GoldRow>, request: &Request, code: &str, message: &str, help: &str) {
    let (folder, result) = try_load(rows, request, &LoadOptions::default());
    let error = result.unwrap_err();
    assert_eq!((error.code(), error.to_string().as_str()), (code, message));
    assert_eq!(error.help().as_deref().unwrap_or_default(), help);
    assert!(error.is_users(), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn no_telemetry_at_all_is_refused() {
    let span = "from 2025-10-07T00:00:00Z to 2025-10-07T00:05:00Z in test";
    let help = "ask for another window, or for `A`";
    check_refused(
        vec![row(1)],
        &request(1, "5m", &[]),
        "no_telemetry",
        &format!("there is no telemetry of any node {span}"),
        help,
    );
    let message = format!("there is no telemetry of `X`, `Y` {span}");
    check_refused(vec![row(0)], &request(1, "5m", &["X", "Y"]), "no_telemetry", &message, help);
}

#[test]
fn windows_and_selections_that_cannot_be_are_refused() {
    let check = |request, code, message, help| check_refused(vec![row(0)], &request, code, message, help);
    let message = "the window has 10001 bins, at most 10000 are loaded";
    check(request(10_001, "5m", &[]), "window_too_large", message, "ask for fewer or longer bins, or allow more");
    let message = "bins of 1m can't be made from bins of 5m";
    check(request(1, "1m", &[]), "bin_alignment", message, "ask for a multiple of 5m, like `5m`");
    let message = "bins of 12m can't be made from bins of 5m";
    check(request(1, "12m", &[]), "bin_alignment", message, "ask for a multiple of 5m, like `15m`");
    let help = "give 1 to 200 bytes without control characters and backticks";
    check(request(1, "5m", &[""]), "invalid_selection", "`` can't be the name of a node", help);
    check(request(1, "5m", &["a\nb"]), "invalid_selection", "`a\\nb` can't be the name of a node", help);
}

#[test]
fn the_start_lies_on_a_bin_boundary() {
    let error = Window::new(parse_utc("2025-10-07T00:02:00Z").unwrap(), 1, BinSize::DEFAULT).unwrap_err();
    let error = LoadError::from(error);
    assert_eq!(error.code(), "bin_alignment");
    assert_eq!(error.to_string(), "the window's start 2025-10-07T00:02:00Z is not on a boundary of 5m bins");
    assert_eq!(error.help().as_deref(), Some("begin at 2025-10-07T00:00:00Z"));
}

#[test]
fn a_configuration_file_has_known_keys_and_durations() {
    let text = "fill: nan\nchecksums: false\nmaxBins: 5\nqueryTimeout: 1m\nretryCount: 0\ngapWarningThreshold: 1h\n";
    let config = Config::parse(text, "c.yaml").unwrap();
    assert_eq!((config.fill, config.max_bins, config.retry_count), (Some(Fill::Nan), Some(5), Some(0)));
    assert_eq!(config.query_timeout.map(|time| time.as_secs()), Some(60));
    assert_eq!(Config::parse("", "c.yaml").unwrap(), Config::default());
    let check = |text: &str, message: &str| {
        let error = Config::parse(text, "c.yaml").unwrap_err();
        assert_eq!(error.to_string(), message);
        let keys = "`fill`, `checksums`, `maxBins`, `queryTimeout`, `retryCount` and `gapWarningThreshold`";
        assert_eq!(error.help(), format!("use the keys {keys}"));
    };
    let keys = "`fill`, `checksums`, `maxBins`, `queryTimeout`, `retryCount`, `gapWarningThreshold`";
    check("\nfil: nan", &format!("c.yaml:2: unknown field `fil`, expected one of {keys}"));
    check("fill: one", "c.yaml:1: fill: unknown variant `one`, expected `zero` or `nan`");
    check("queryTimeout: 30", "c.yaml:1: expected a whole number and `s`, `m` or `h`, like `30s`, found `30`");
    check("queryTimeout: 30x", "c.yaml:1: expected a whole number and `s`, `m` or `h`, like `30s`, found `30x`");
    check("maxBins: -1", "c.yaml:1: maxBins: invalid type: integer `-1`, expected a whole number");
    check("retryCount: many", "c.yaml:1: retryCount: invalid type: string \"many\", expected a whole number");
    check("checksums: 1", "c.yaml:1: checksums: invalid type: integer `1`, expected a boolean");
    check("[]", "c.yaml:1: invalid type: sequence, expected keys");
}

#[test]
fn durations_are_a_whole_number_and_a_unit() {
    assert_eq!(parse_duration("90s").unwrap().as_secs(), 90);
    assert_eq!(parse_duration("15m").unwrap().as_secs(), 900);
    for text in ["", "s", "30", "-1s", "+1s", "1.5h", "99999999999h", "30 s"] {
        let message = "expected a whole number and `s`, `m` or `h`, like `30s`";
        assert_eq!(parse_duration(text).unwrap_err(), message, "{text}");
    }
}
