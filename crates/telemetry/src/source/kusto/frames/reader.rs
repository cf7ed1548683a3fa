//! The JSON of an answer: frames and rows are handed to the [`Answer`] one by one, so that no more than a row is held as
//! JSON. A fault that the answer finds is kept in it, since errors of the JSON are texts.

use std::fmt;
use std::io::Read;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::{Answer, Frame, KustoError, Record, Role, message_of, partial};

/// Reads the frames of `body` into `answer`.
pub(super) fn read<T: Record>(body: impl Read, answer: &mut Answer<T>) -> serde_json::Result<()> {
    let mut json = serde_json::Deserializer::from_reader(body);
    Frames(answer).deserialize(&mut json).and_then(|()| json.end())
}

/// Reads the array of frames.
struct Frames<'a, T>(&'a mut Answer<T>);

impl<'de, T: Record> DeserializeSeed<'de> for Frames<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Record> Visitor<'de> for Frames<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of frames")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut frames: A) -> Result<(), A::Error> {
        while frames.next_element_seed(OneFrame(&mut *self.0))?.is_some() {}
        Ok(())
    }

    /// An error of the whole request under a status of success.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let object = Value::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        match message_of(&object) {
            Some(_) => keep(self.0, Err(partial(&object))),
            None => Err(A::Error::custom("found an object, expected an array of frames")),
        }
    }
}

/// Reads a frame.
struct OneFrame<'a, T>(&'a mut Answer<T>);

impl<'de, T: Record> DeserializeSeed<'de> for OneFrame<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Record> Visitor<'de> for OneFrame<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a frame")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut frame = Frame::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "Rows" if frame.says_what_rows_are() => {
                    let begun = self.0.begin_rows(&mut frame);
                    keep(self.0, begun)?;
                    map.next_value_seed(Rows { answer: self.0, frame: &frame })?;
                }
                key => read_member(&mut frame, key, &mut map)?,
            }
        }
        let ended = self.0.end_frame(frame);
        keep(self.0, ended)
    }
}

fn read_member<'de, A: MapAccess<'de>>(frame: &mut Frame, key: &str, map: &mut A) -> Result<(), A::Error> {
    match key {
        "FrameType" => frame.kind = map.next_value()?,
        "TableId" => frame.table_id = map.next_value()?,
        "TableKind" => frame.table_kind = map.next_value()?,
        "TableFragmentType" => frame.fragment_kind = map.next_value()?,
        "Columns" => frame.columns = map.next_value()?,
        "Rows" => frame.early_rows = map.next_value()?,
        "RowCount" => frame.row_count = map.next_value()?,
        "HasErrors" => frame.has_errors = map.next_value()?,
        "Cancelled" => frame.cancelled = map.next_value()?,
        "OneApiErrors" => frame.errors = map.next_value::<Option<_>>()?.unwrap_or_default(),
        _ => drop(map.next_value::<IgnoredAny>()?),
    }
    Ok(())
}

/// Reads the rows of a frame.
struct Rows<'a, T> {
    answer: &'a mut Answer<T>,
    frame: &'a Frame,
}

impl<'de, T: Record> DeserializeSeed<'de> for Rows<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Record> Visitor<'de> for Rows<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        let role = self.frame.table.as_ref().map_or(&Role::Ignored, |table| &table.role);
        while let Some(row) = rows.next_element::<Value>()? {
            let added = self.answer.add_row(role, &row);
            keep(self.answer, added)?;
        }
        Ok(())
    }
}

/// Keeps `fault` beside the reading, whose own errors are texts.
fn keep<T, V, E: serde::de::Error>(answer: &mut Answer<T>, result: Result<V, KustoError>) -> Result<V, E> {
    result.map_err(|fault| {
        let error = E::custom(&fault);
        answer.fault = Some(fault);
        error
    })
}
