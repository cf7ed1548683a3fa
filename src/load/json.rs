//! JSON: an array of numbers, or an object with such an array as `values`; `null` is missing. Read as a stream, so the
//! array is never held but as its column.

use std::fmt;
use std::io::{BufRead, BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::error::Category;

use super::Column;
use super::report::Report;

/// Reads a JSON stream into `column`; whether it came to the end.
pub(super) fn read(stream: impl Read, column: &mut Column, report: &mut Report<'_>) -> bool {
    let mut reader = BufReader::new(stream);
    skip_mark(&mut reader);
    let mut json = serde_json::Deserializer::from_reader(reader);
    let mut found = Found::default();
    let result = Document { column, found: &mut found }.deserialize(&mut json).and_then(|()| json.end());
    if let (Err(error), false) = (&result, found.overfull) {
        report_error(error, &found, report);
        return false;
    }
    if !found.values {
        report.layout(1, "expected a key `values` with a list of numbers, found none");
    }
    found.values
}

/// Passes over a byte order mark. A fault of the stream comes again with the next read.
fn skip_mark(reader: &mut impl BufRead) {
    if reader.fill_buf().is_ok_and(|chunk| chunk.starts_with(b"\xef\xbb\xbf")) {
        reader.consume(3);
    }
}

fn report_error(error: &serde_json::Error, found: &Found, report: &mut Report<'_>) {
    match (&found.bad_cell, error.classify()) {
        (Some(text), _) => report.bad_cell(error.line(), error.column(), text),
        (None, Category::Data) => {
            report.layout(error.line(), "expected a list of numbers, or a mapping with such a list as `values`");
        }
        (None, _) => {
            report.unreadable(&error.to_string());
        }
    }
}

/// What was seen on the way.
#[derive(Default)]
struct Found {
    values: bool,
    bad_cell: Option<String>,
    overfull: bool,
}

/// The whole document.
struct Document<'a> {
    column: &'a mut Column,
    found: &'a mut Found,
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of numbers, or a mapping with such a list as `values`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        read_values(list, self.column, self.found)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "values" && !self.found.values {
                map.next_value_seed(Values { column: self.column, found: self.found })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// The list of values within an object.
struct Values<'a> {
    column: &'a mut Column,
    found: &'a mut Found,
}

impl<'de> DeserializeSeed<'de> for Values<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        read_values(list, self.column, self.found)
    }
}

fn read_values<'de, A: SeqAccess<'de>>(mut list: A, column: &mut Column, found: &mut Found) -> Result<(), A::Error> {
    found.values = true;
    while let Some(value) = list.next_element_seed(Cell { found })? {
        column.push(value);
        if column.is_overfull() {
            found.overfull = true;
            return Err(A::Error::custom("too many values"));
        }
    }
    Ok(())
}

/// One number or `null`.
struct Cell<'a> {
    found: &'a mut Found,
}

impl<'de> DeserializeSeed<'de> for Cell<'_> {
    type Value = f64;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<f64, D::Error> {
        json.deserialize_any(self)
    }
}

impl Cell<'_> {
    fn refuse<E: serde::de::Error>(self, text: String, kind: Unexpected<'_>) -> Result<f64, E> {
        self.found.bad_cell = Some(text);
        Err(E::invalid_type(kind, &"a number or null"))
    }
}

impl<'de> Visitor<'de> for Cell<'_> {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or null")
    }

    fn visit_unit<E>(self) -> Result<f64, E> {
        Ok(f64::NAN)
    }

    fn visit_f64<E>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }

    fn visit_u64<E>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_i64<E>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<f64, E> {
        self.refuse(text.to_owned(), Unexpected::Str(text))
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<f64, E> {
        self.refuse(value.to_string(), Unexpected::Bool(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _list: A) -> Result<f64, A::Error> {
        self.refuse("[".to_owned(), Unexpected::Seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, _map: A) -> Result<f64, A::Error> {
        self.refuse("{".to_owned(), Unexpected::Map)
    }
}
