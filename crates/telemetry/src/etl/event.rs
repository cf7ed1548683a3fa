//! Events of App Insights: a record becomes an [`Event`] if its name is one of the three that count, nothing if it is
//! another, and a fault otherwise. Names of columns are those of the classic table and of a workspace's.

use jiff::Timestamp;

use super::record::{Fault, Field, Record, Shape};

const TIME: Field = 0;
const NAME: Field = 1;
const NODE: Field = 2;
const MESSAGE_ID: Field = 3;
const ITEM_COUNT: Field = 4;

/// The columns of events.
pub(super) const SHAPE: Shape = Shape {
    names: &[
        ("timestamp", TIME),
        ("TimeGenerated", TIME),
        ("time", TIME),
        ("name", NAME),
        ("eventType", NAME),
        ("event", NAME),
        ("node", NODE),
        ("messageId", MESSAGE_ID),
        ("itemCount", ITEM_COUNT),
    ],
    nested: &["customDimensions", "Properties"],
};

/// The columns without which a table of events is none; node and message may stand in a nested one.
pub(super) const NEEDED: [Field; 2] = [TIME, NAME];

/// What happened to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// It was received: an arrival.
    Received = 0,
    /// It was served.
    Processed = 1,
    /// It failed.
    Failed = 2,
}

impl Kind {
    /// The kind that an event's name says, whatever its case.
    fn of(name: &str) -> Option<Self> {
        let kinds = [
            ("MessageReceived", Kind::Received),
            ("MessageProcessed", Kind::Processed),
            ("MessageFailed", Kind::Failed),
        ];
        kinds.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, kind)| kind)
    }
}

/// An event that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event<'a> {
    pub(super) time: Timestamp,
    pub(super) kind: Kind,
    pub(super) node: &'a str,
    pub(super) message: &'a str,
    /// How many events it stands for, where they are sampled.
    pub(super) weight: u32,
}

/// The event of a record, or none if it is of another kind.
pub(super) fn parse(record: &Record) -> Result<Option<Event<'_>>, Fault> {
    let name = record.get(NAME).ok_or_else(|| Fault::missing(&SHAPE, NAME))?;
    let Some(kind) = Kind::of(name) else {
        return Ok(None);
    };
    let time = time_of(record, &SHAPE, TIME)?;
    let node = record.get(NODE).ok_or_else(|| Fault::missing(&SHAPE, NODE))?;
    if !is_id(node) {
        return Err(Fault::unexpected(&SHAPE, NODE, node, ID));
    }
    let message = record.get(MESSAGE_ID).ok_or_else(|| Fault::missing(&SHAPE, MESSAGE_ID))?;
    Ok(Some(Event { time, kind, node, message, weight: weight(record)? }))
}

/// What names of nodes have to be.
pub(super) const ID: &str = "a name of at most 200 bytes without control characters and backticks";

/// Whether a model can name a node `name`.
pub(super) fn is_id(name: &str) -> bool {
    (1..=200).contains(&name.len()) && !name.chars().any(|one| one.is_control() || one == '`')
}

/// The time in `field`; an offset may stand there, but not nothing.
pub(super) fn time_of(record: &Record, shape: &Shape, field: Field) -> Result<Timestamp, Fault> {
    let text = record.get(field).ok_or_else(|| Fault::missing(shape, field))?;
    let expected = "a time like `2025-10-07T14:00:05.123Z`";
    text.parse().map_err(|_| Fault::unexpected(shape, field, text, expected))
}

fn weight(record: &Record) -> Result<u32, Fault> {
    let Some(text) = record.get(ITEM_COUNT) else {
        return Ok(1);
    };
    let weight = text.parse().ok().filter(|weight| *weight > 0);
    weight.ok_or_else(|| Fault::unexpected(&SHAPE, ITEM_COUNT, text, "a whole number from 1"))
}
