//! `grid` and `window`: how many bins, how long, and when the first begins.

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use super::fields::{Fields, decode_choice};
use super::value::{decode_text, decode_whole};
use crate::diagnostics::suggest::excerpt;
use crate::diagnostics::{Sink, codes};
use crate::model::schema::{self, BIN_UNITS, Shape};
use crate::model::yaml::Node;
use crate::model::{BinUnit, Grid, Window};
use crate::source::Span;

/// A grid that nothing is too long for, in place of one that could not be decoded.
pub(super) fn unknown() -> Grid {
    Grid { bins: 10_000_000, bin_size: 1, bin_unit: BinUnit::Minutes, span: Span::default() }
}

/// Decodes `grid`; one that is broken has an empty span.
pub(super) fn decode_grid(node: &Node, sink: &mut Sink) -> Grid {
    let Some(fields) = Fields::open(node, &schema::GRID, sink) else {
        return unknown();
    };
    let bins = decode_count(&fields, "bins", sink);
    let bin_size = decode_count(&fields, "binSize", sink);
    let names: Vec<&str> = BIN_UNITS.iter().map(|unit| unit.name()).collect();
    let unit = fields.get("binUnit").and_then(|node| decode_choice(node, "unit", &names, sink));
    match (bins, bin_size, unit) {
        (Some(bins), Some(bin_size), Some(unit)) => Grid { bins, bin_size, bin_unit: BIN_UNITS[unit], span: node.span },
        _ => unknown(),
    }
}

fn decode_count(fields: &Fields<'_>, key: &str, sink: &mut Sink) -> Option<u32> {
    let Some(Shape::Whole(min, max)) = schema::GRID.key(key).map(|key| &key.shape) else {
        return None;
    };
    let count = decode_whole(fields.get(key)?, *min, *max, sink)?;
    u32::try_from(count).ok()
}

/// Decodes `window`, whose start must lie on a bin boundary of `grid`. A broken one begins with 1970, so that the
/// functions that need a window don't miss it.
pub(super) fn decode_window(node: &Node, grid: &Grid, sink: &mut Sink) -> Window {
    let fields = Fields::open(node, &schema::WINDOW, sink);
    if let Some(node) = fields.and_then(|fields| fields.get("timezone")) {
        check_timezone(node, sink);
    }
    let start = fields.and_then(|fields| fields.get("start")).and_then(|node| decode_start(node, grid, sink));
    start.unwrap_or(Window { start: Timestamp::UNIX_EPOCH, span: node.span })
}

fn decode_start(node: &Node, grid: &Grid, sink: &mut Sink) -> Option<Window> {
    let text = decode_text(node, sink)?;
    let Some(start) = parse_utc(&text.value) else {
        let found = excerpt(&text.value);
        sink.emit(codes::INVALID_WINDOW, node.span, format!("expected a time in UTC, found `{found}`"))
            .help("write it like `2025-10-07T00:00:00Z`");
        return None;
    };
    if grid.is_known() {
        check_boundary(start, grid, node.span, sink);
    }
    Some(Window { start, span: node.span })
}

fn check_timezone(node: &Node, sink: &mut Sink) {
    let Some(zone) = decode_text(node, sink) else {
        return;
    };
    if zone.value != "UTC" {
        let message = format!("expected the time zone `UTC`, found `{}`", excerpt(&zone.value));
        sink.emit(codes::VALUE_NOT_ALLOWED, node.span, message).help("write `UTC` and give `start` in UTC").fix(
            "write `UTC`",
            node.span,
            "UTC",
        );
    }
}

/// RFC 3339 with a `Z`: `2025-10-07T00:00:00Z`, with a fraction of a second or without.
fn parse_utc(text: &str) -> Option<Timestamp> {
    const SHAPE: &[u8] = b"dddd-dd-ddTdd:dd:dd";
    let (main, fraction) = text.strip_suffix('Z')?.split_at_checked(SHAPE.len())?;
    let fits = main.bytes().zip(SHAPE).all(|(byte, shape)| match shape {
        b'd' => byte.is_ascii_digit(),
        other => byte == *other,
    });
    let is_fraction =
        |digits: &str| (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let fraction_fits = fraction.is_empty() || fraction.strip_prefix('.').is_some_and(is_fraction);
    (fits && fraction_fits).then(|| text.parse().ok()).flatten()
}

fn check_boundary(start: Timestamp, grid: &Grid, span: Span, sink: &mut Sink) {
    let zoned = start.to_zoned(TimeZone::UTC);
    let minutes = u64::from(zoned.hour().unsigned_abs()) * 60 + u64::from(zoned.minute().unsigned_abs());
    let whole_minute = zoned.second() == 0 && zoned.subsec_nanosecond() == 0;
    let (fits, rule) = match grid.bin_unit {
        BinUnit::Minutes | BinUnit::Hours => {
            (minutes.is_multiple_of(grid.bin_minutes()), "bins are counted from midnight UTC")
        }
        BinUnit::Days => (minutes == 0, "days begin at midnight UTC"),
        BinUnit::Weeks => (minutes == 0 && zoned.weekday() == Weekday::Monday, "weeks begin on Monday, midnight UTC"),
    };
    if !(fits && whole_minute) {
        let size = size(grid);
        sink.emit(codes::INVALID_WINDOW, span, format!("`start` is not on a boundary of bins of {size}"))
            .label(grid.span, format!("bins of {size}"))
            .help(format!("move the start: {rule}"));
    }
}

/// The length of a bin in words: "5 minutes", "1 week".
fn size(grid: &Grid) -> String {
    let unit = grid.bin_unit.name();
    match grid.bin_size {
        1 => format!("1 {}", unit.trim_end_matches('s')),
        size => format!("{size} {unit}"),
    }
}
