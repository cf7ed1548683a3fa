//! Metrics of Service Bus: a record becomes a [`Metric`] if it is one of the three that count, in the names of the
//! chapter's table or in Azure's. Counts are the interval's total, depth is its average.

use jiff::Timestamp;

use super::event::time_of;
use super::record::{Fault, Field, Record, Shape};

const TIME: Field = 0;
const NAME: Field = 1;
const QUEUE: Field = 2;
const RESOURCE: Field = 3;
const TOTAL: Field = 4;
const AVERAGE: Field = 5;
const VALUE: Field = 6;

/// Values above it can't be counts: beyond, not every whole number is one.
const LARGEST: f64 = 9_007_199_254_740_992.0;

/// The columns of metrics.
pub(super) const SHAPE: Shape = Shape {
    names: &[
        ("TimeGenerated", TIME),
        ("timestamp", TIME),
        ("time", TIME),
        ("MetricName", NAME),
        ("Metric", NAME),
        ("name", NAME),
        ("EntityName", QUEUE),
        ("queueName", QUEUE),
        ("queue", QUEUE),
        ("ResourceId", RESOURCE),
        ("_ResourceId", RESOURCE),
        ("Total", TOTAL),
        ("Average", AVERAGE),
        ("value", VALUE),
    ],
    nested: &["dimensions", "customDimensions", "Properties"],
};

/// The columns without which a table of metrics is none.
pub(super) const NEEDED: [Field; 2] = [TIME, NAME];

/// What was measured of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Messages sent to it.
    Incoming = 0,
    /// Messages completed.
    Completed = 1,
    /// Messages waiting.
    Depth = 2,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        let kinds = [
            ("IncomingMessages", Kind::Incoming),
            ("CompletedMessages", Kind::Completed),
            ("CompleteMessage", Kind::Completed),
            ("ActiveMessageCount", Kind::Depth),
            ("ActiveMessages", Kind::Depth),
        ];
        kinds.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, kind)| kind)
    }

    /// The columns that may hold its value, the better ones first.
    fn columns(self) -> [Field; 3] {
        match self {
            Kind::Incoming | Kind::Completed => [TOTAL, VALUE, AVERAGE],
            Kind::Depth => [AVERAGE, VALUE, TOTAL],
        }
    }
}

/// A measurement that counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Metric<'a> {
    pub(super) time: Timestamp,
    pub(super) kind: Kind,
    pub(super) queue: &'a str,
    pub(super) value: f64,
}

/// The metric of a record, or none if it is another.
pub(super) fn parse(record: &Record) -> Result<Option<Metric<'_>>, Fault> {
    let name = record.get(NAME).ok_or_else(|| Fault::missing(&SHAPE, NAME))?;
    let Some(kind) = Kind::of(name) else {
        return Ok(None);
    };
    let time = time_of(record, &SHAPE, TIME)?;
    Ok(Some(Metric { time, kind, queue: queue(record)?, value: value(record, kind)? }))
}

/// The queue by its name, or as the last part of a resource's path.
fn queue(record: &Record) -> Result<&str, Fault> {
    let resource = || record.get(RESOURCE).map(|path| path.rsplit('/').next().unwrap_or(path));
    let named = record.get(QUEUE).or_else(resource).filter(|name| !name.is_empty());
    named.ok_or_else(|| Fault::missing(&SHAPE, QUEUE))
}

fn value(record: &Record, kind: Kind) -> Result<f64, Fault> {
    let columns = kind.columns();
    let found = columns.into_iter().find_map(|field| Some((field, record.get(field)?)));
    let (field, text) = found.ok_or_else(|| Fault::missing(&SHAPE, columns[0]))?;
    let value = text.parse().ok().filter(|value: &f64| (0.0..=LARGEST).contains(value));
    value.ok_or_else(|| Fault::unexpected(&SHAPE, field, text, "a number from 0 to 2^53"))
}
