//! A JSON bundle, read without making values of its rows: each stays the text that it is in the file. Only a bundle with
//! which nothing is remarkable is read so; what is wrong with another one is told by those who make values of it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Deserializer, Map, Value};

use super::bundle::{Bundle, Collection, MOST_ITEMS, MOST_MEMBERS, RowText};
use crate::tables::read::Source;

/// How deep a value may be here: no row is half as deep.
const DEEP: usize = 8;

/// The rows of a bundle, and its other members; none: it is to be read more closely.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<(Bundle, Map<String, Value>)> {
    let mut json = Deserializer::from_slice(bytes);
    let mut found = Members::default();
    serde::Deserializer::deserialize_map(&mut json, &mut found).ok()?;
    json.end().ok()?;
    // In the order of the names, as values have them.
    let rows = found.rows.into_values().flatten().collect();
    Some((Bundle { rows, ..Bundle::default() }, found.others))
}

/// The members of a bundle.
#[derive(Default)]
struct Members {
    rows: BTreeMap<&'static str, Vec<RowText>>,
    others: Map<String, Value>,
}

impl<'de> Visitor<'de> for &mut Members {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a bundle")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            if self.rows.contains_key(name.as_str()) || self.others.contains_key(&name) {
                return Err(A::Error::custom("said twice"));
            }
            if let Some(collection) = Collection::ALL.into_iter().find(|one| one.as_str() == name) {
                let rows = members.next_value_seed(Rows(collection))?;
                self.rows.insert(collection.as_str(), rows);
            } else {
                let raw = members.next_value::<&RawValue>()?;
                let value = looked_at(raw).and_then(serde_json::from_str).map_err(A::Error::custom)?;
                self.others.insert(name, value);
            }
        }
        Ok(())
    }
}

/// The rows of a collection.
struct Rows(Collection);

impl<'de> DeserializeSeed<'de> for Rows {
    type Value = Vec<RowText>;
    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<Vec<RowText>, D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows {
    type Value = Vec<RowText>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<RowText>, A::Error> {
        let (source, mut rows) = (Arc::<Source>::default(), Vec::new());
        while let Some(raw) = items.next_element::<&RawValue>()? {
            let text = looked_at(raw).map_err(A::Error::custom)?.into();
            let (index, source) = (rows.len(), Arc::clone(&source));
            rows.push(RowText { collection: self.0, index, text, source, number: index + 1 });
        }
        Ok(rows)
    }
}

/// The text of a value that can be made of it, and that is neither wide nor deep.
fn looked_at(raw: &RawValue) -> Result<&str, serde_json::Error> {
    let text = raw.get();
    Look { deep: DEEP }.deserialize(&mut Deserializer::from_str(text))?;
    Ok(text)
}

/// Goes through a value as whoever makes one does, and keeps nothing.
#[derive(Clone, Copy)]
struct Look {
    deep: usize,
}

impl Look {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        self.deep.checked_sub(1).map(|deep| Self { deep }).ok_or_else(|| E::custom("too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Look {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let (deeper, mut count) = (self.deeper()?, 0);
        while items.next_element_seed(deeper)?.is_some() {
            count += 1;
        }
        if count > MOST_ITEMS { Err(A::Error::custom("too wide")) } else { Ok(()) }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let (deeper, mut count) = (self.deeper()?, 0);
        while members.next_key_seed(deeper)?.is_some() {
            members.next_value_seed(deeper)?;
            count += 1;
        }
        if count > MOST_MEMBERS { Err(A::Error::custom("too wide")) } else { Ok(()) }
    }
}
