//! The text of a row as it is read, in one line and without values in between, with what tells to whom it belongs. It is
//! read as values are, so that whatever is no JSON is told in the same words and places.

use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, Serialize};
use serde_json::Value;

/// A row.
#[derive(Debug, Default)]
pub struct Copied {
    /// Its JSON, without a space.
    pub text: Vec<u8>,
    /// The unit that it names.
    pub unit: Option<String>,
    /// The year that it names.
    pub year: Option<i64>,
}

impl From<&Value> for Copied {
    fn from(row: &Value) -> Self {
        Self {
            text: row.to_string().into_bytes(),
            unit: row.get("unit").and_then(Value::as_str).map(str::to_owned),
            year: row.get("year").and_then(Value::as_i64),
        }
    }
}

/// Copies a row.
#[derive(Debug)]
pub struct Row;

impl<'de> DeserializeSeed<'de> for Row {
    type Value = Copied;
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Copied, D::Error> {
        let mut row = Copied::default();
        Copy { row: &mut row, is_row: true }.deserialize(json)?;
        Ok(row)
    }
}

/// Copies a value: the row itself, or one in it.
struct Copy<'r> {
    row: &'r mut Copied,
    is_row: bool,
}

impl Copy<'_> {
    fn put<E: Error>(self, value: impl Serialize) -> Result<(), E> {
        serde_json::to_writer(&mut self.row.text, &value).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Copy<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Copy<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.put(())
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<(), E> {
        self.put(flag)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.put(number)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.put(number)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.put(number)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.put(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let row = self.row;
        row.text.push(b'[');
        let mut is_first = true;
        loop {
            let end = row.text.len();
            if !is_first {
                row.text.push(b',');
            }
            if items.next_element_seed(Copy { row: &mut *row, is_row: false })?.is_none() {
                row.text.truncate(end);
                break;
            }
            is_first = false;
        }
        row.text.push(b']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Self { row, is_row } = self;
        row.text.push(b'{');
        let begin = row.text.len();
        loop {
            let is_first = row.text.len() == begin;
            let Some(name) = members.next_key_seed(Name { text: &mut row.text, is_first })? else { break };
            let start = row.text.len();
            members.next_value_seed(Copy { row: &mut *row, is_row: false })?;
            // What is said twice counts as it was said last.
            let said = row.text.get(start..).unwrap_or_default();
            match name {
                Named::Unit if is_row => row.unit = serde_json::from_slice(said).ok(),
                Named::Year if is_row => row.year = serde_json::from_slice(said).ok(),
                _ => {}
            }
        }
        row.text.push(b'}');
        Ok(())
    }
}

/// Copies the name of a member, with what parts it from the member before and from its value.
struct Name<'t> {
    text: &'t mut Vec<u8>,
    is_first: bool,
}

/// Which member it is.
enum Named {
    Unit,
    Year,
    Another,
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Named;
    fn deserialize<D: Deserializer<'de>>(self, name: D) -> Result<Named, D::Error> {
        name.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Named;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Named, E> {
        if !self.is_first {
            self.text.push(b',');
        }
        serde_json::to_writer(&mut *self.text, name).map_err(E::custom)?;
        self.text.push(b':');
        Ok(match name {
            "unit" => Named::Unit,
            "year" => Named::Year,
            _ => Named::Another,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Deserializer;

    use super::*;

    fn copied(text: &str) -> serde_json::Result<Copied> {
        let mut json = Deserializer::from_reader(text.as_bytes());
        let copied = Row.deserialize(&mut json)?;
        json.end().map(|()| copied)
    }

    #[test]
    fn a_copy_says_what_a_value_says() {
        for text in [
            r#" { "unit" : "4306", "year": 2023, "a": [1, -2, 3.50, 1e3, 18446744073709551615, true, null, [], {}] } "#,
            "{\"t\": \"“\\\"\\\\\\u0041\\ud83d\\ude00\\n\",\r\n\t\"year\": 2023.0, \"unit\": 5, \"n\": {\"unit\": \"x\"}}",
            r#"{"unit":"a","year":1,"unit":"b","year":2}"#,
            r#"{"unit":"a","unit":null}"#,
            "5",
            "null",
            "[]",
            "\"\"",
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            let Copied { text, unit, year } = copied(text).unwrap();
            let text = String::from_utf8(text).unwrap();
            assert!(!text.contains('\n'), "{text}");
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
            let known = Copied::from(&value);
            assert_eq!((unit, year), (known.unit, known.year), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_told_as_of_a_value() {
        let deep = "[".repeat(200);
        for text in [
            "",
            "{",
            "{\"a\"",
            "{\"a\":}",
            "{\"a\":1,}",
            "[1,]",
            "{\"a\":\n  tru}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":1e999}",
            "{\"a\":\"\u{1}\"}",
            "{5:1}",
            "{\"a\":1} x",
            "{\"a\":01}",
            "\"\\x\"",
            deep.as_str(),
        ] {
            let wanted = serde_json::from_reader::<_, Value>(text.as_bytes()).unwrap_err();
            let found = copied(text).unwrap_err();
            assert_eq!(found.to_string(), wanted.to_string(), "{text}");
            assert_eq!(found.classify(), wanted.classify(), "{text}");
        }
    }
}
