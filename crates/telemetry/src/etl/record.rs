//! One line of telemetry as the few fields that matter, wherever it came from: a [`Shape`] says which names lead to which
//! field, a [`Record`] keeps their text in one buffer that is used again for every line. Names are compared without regard
//! to case, because exports don't agree on it; where two names of a field are there, the one earlier in the shape counts.

use std::ops::Range;

/// Fields of a record at most.
const FIELDS: usize = 8;

/// A field of a record, by its place in it.
pub(super) type Field = usize;

/// Which names lead to which fields.
#[derive(Debug)]
pub(super) struct Shape {
    /// Names of fields, the better ones first.
    pub(super) names: &'static [(&'static str, Field)],
    /// Names of what holds further fields: an object, or its JSON as text.
    pub(super) nested: &'static [&'static str],
}

/// What a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A field, and how good the name is: less is better.
    Field(Field, usize),
    /// More names.
    Nested,
    /// Nothing of interest.
    Nothing,
}

impl Shape {
    /// What `name` leads to; a unit in brackets behind it, as exports of tables have, is passed over.
    pub(super) fn target(&self, name: &str) -> Target {
        let name = name.split_once(" [").map_or(name, |(name, _)| name);
        if let Some(rank) = self.names.iter().position(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return Target::Field(self.names[rank].1, rank);
        }
        let is_nested = self.nested.iter().any(|known| known.eq_ignore_ascii_case(name));
        if is_nested { Target::Nested } else { Target::Nothing }
    }

    /// The best name of `field`, for messages.
    pub(super) fn name_of(&self, field: Field) -> &'static str {
        self.names.iter().find(|(_, known)| *known == field).map_or("", |(name, _)| name)
    }
}

/// The fields of a line.
#[derive(Debug, Default)]
pub(super) struct Record {
    text: String,
    fields: [Option<(usize, Range<usize>)>; FIELDS],
}

impl Record {
    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.fields = Default::default();
    }

    /// Whether no name as good as one of `rank` has given `field` a value.
    pub(super) fn wants(&self, field: Field, rank: usize) -> bool {
        self.fields[field].as_ref().is_none_or(|(known, _)| rank < *known)
    }

    /// Gives `field` the text `value`.
    pub(super) fn set(&mut self, field: Field, rank: usize, value: &str) {
        if self.wants(field, rank) {
            let begin = self.text.len();
            self.text.push_str(value);
            self.fields[field] = Some((rank, begin..self.text.len()));
        }
    }

    /// The text of `field`, without spaces around it; nothing for empty text.
    pub(super) fn get(&self, field: Field) -> Option<&str> {
        let (_, range) = self.fields[field].as_ref()?;
        let text = self.text.get(range.clone())?.trim();
        (!text.is_empty()).then_some(text)
    }
}

/// What is wrong with a line, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The column: a name, or the place of a character, from 1.
    pub(super) column: String,
    /// What was found and what was expected.
    pub(super) reason: String,
}

impl Fault {
    pub(super) fn new(column: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { column: column.into(), reason: reason.into() }
    }

    /// `field` has no value.
    pub(super) fn missing(shape: &Shape, field: Field) -> Self {
        let name = shape.name_of(field);
        Self::new(name, format!("there is no `{name}`"))
    }

    /// `field` has the value `found`, which is not what was `expected`.
    pub(super) fn unexpected(shape: &Shape, field: Field, found: &str, expected: &str) -> Self {
        Self::new(shape.name_of(field), format!("expected {expected}, found `{}`", shorten(found)))
    }
}

/// `text` as far as people want to read it in a message.
pub(super) fn shorten(text: &str) -> String {
    const SHOWN: usize = 60;
    let clean = text.chars().map(|one| if one.is_control() { ' ' } else { one });
    let mut shown: String = clean.take(SHOWN).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
