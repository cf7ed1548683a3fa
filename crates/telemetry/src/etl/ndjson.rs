//! Lines of JSON: each an object, of which the fields that a shape knows become a record. Nested objects may stand as
//! objects or as their JSON in a text, as exports have both. What isn't wanted is passed over without being kept.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::record::{Fault, Field, Record, Shape, Target};

/// Reads the object in `line` into `record`, which it clears.
pub(super) fn parse(line: &[u8], shape: &Shape, record: &mut Record) -> Result<(), Fault> {
    record.clear();
    let mut json = serde_json::Deserializer::from_slice(line);
    let object = Object { shape, record, depth: 0 };
    object.deserialize(&mut json).and_then(|()| json.end()).map_err(|error| fault(&error))
}

/// Reads the object that stands in `text`, if there is one, into `record`.
pub(super) fn parse_nested(text: &str, shape: &Shape, record: &mut Record) -> Result<(), Fault> {
    if text.trim().is_empty() {
        return Ok(());
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let object = Object { shape, record, depth: 2 };
    object.deserialize(&mut json).and_then(|()| json.end()).map_err(|error| {
        let Fault { column, reason } = fault(&error);
        Fault::new(column, reason.replacen("no JSON object", "no JSON object in the text", 1))
    })
}

/// What the parser says, with its place as the column and not in the words.
fn fault(error: &serde_json::Error) -> Fault {
    let message = error.to_string();
    let words = message.rsplit_once(" at line ").map_or(message.as_str(), |(words, _)| words);
    let words = words.replace("EOF", "the line ends");
    let is_told = words.starts_with("no JSON object");
    Fault::new(error.column().to_string(), if is_told { words } else { format!("no JSON object: {words}") })
}

/// An object whose names a shape knows, or its JSON as text.
struct Object<'a> {
    shape: &'a Shape,
    record: &'a mut Record,
    depth: u8,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(target) = map.next_key_seed(Name(self.shape))? {
            match target {
                Target::Field(field, rank) if self.record.wants(field, rank) => {
                    map.next_value_seed(Scalar { record: self.record, field, rank })?;
                }
                Target::Nested if self.depth == 0 => {
                    map.next_value_seed(Object { shape: self.shape, record: self.record, depth: 1 })?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if self.depth != 1 {
            return Err(E::custom("expected an object, found a text"));
        }
        parse_nested(text, self.shape, self.record).map_err(|fault| E::custom(fault.reason))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        if self.depth == 0 { Err(E::custom("expected an object, found null")) } else { Ok(()) }
    }
}

/// A name, as what it leads to.
struct Name<'a>(&'a Shape);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Target;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Target, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Target;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Target, E> {
        Ok(self.0.target(name))
    }
}

/// The value of a field: text or a number.
struct Scalar<'a> {
    record: &'a mut Record,
    field: Field,
    rank: usize,
}

impl<'de> DeserializeSeed<'de> for Scalar<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Scalar<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.record.set(self.field, self.rank, text);
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.visit_str(&number.to_string())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}
