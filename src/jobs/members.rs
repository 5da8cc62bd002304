//! The members of a JSON bundle, as they come: rows are handed on one by one, and little else is kept.

use std::fmt;
use std::io::Read;
use std::sync::Arc;

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};

use super::copy::{self, Copied};
use super::entity::Said;
use super::rows::Sink;
use crate::http::FieldError;
use crate::http::problem::{MOST_ERRORS, printable};
use crate::imports::bundle::{self, AmountUnit, Collection, MOST_META};
use crate::imports::files::Reading;
use crate::imports::wire::AmountUnitWord;
use crate::tables::read::{Fault, Flaw, Source};

/// Reads a bundle to its end.
pub(super) fn members(text: impl Read, reading: Reading, sink: &mut Sink<'_>) -> Result<Said, Fault> {
    let (mut others, mut stopped) = (Map::new(), None);
    let mut json = serde_json::Deserializer::from_reader(text);
    let outcome = json.deserialize_map(Members { sink, others: &mut others, stopped: &mut stopped });
    let outcome = outcome.and_then(|()| json.end());
    if let Some(fault) = stopped {
        return Err(fault);
    }
    outcome.map_err(|why| malformed(&why))?;
    // A bundle of what is left says what is wrong with it; the row is there for it to have one.
    others.insert(Collection::Years.as_str().to_owned(), json!([null]));
    let read = bundle::read(Value::Object(others.clone())).map_err(|errors| {
        let flaws =
            errors.into_iter().map(|error| Flaw { nearest: error.nearest, ..Flaw::new(0, error.error) });
        Fault::Wrong { source: Arc::default(), flaws: flaws.collect() }
    })?;
    let says_unit = others.get("amount_unit").is_some_and(|unit| !unit.is_null());
    let unit = if says_unit { read.amount_unit } else { reading.unit.unwrap_or_default() };
    let amount_unit = (unit == AmountUnit::Yuan).then_some(AmountUnitWord::Yuan);
    Ok(Said { amount_unit, meta: read.meta, headers: Vec::new() })
}

fn malformed(why: &serde_json::Error) -> Fault {
    let (line, column) = (why.line(), why.column());
    let error = if why.is_data() {
        let (zh, en) =
            ("应为对象 {…}，各类数据为数组 […]", "Want an object, with an array for each collection");
        FieldError::new("", "wrong_type", format!("第 {line} 行：{zh}"), format!("Line {line}: {en}"))
    } else {
        FieldError::new(
            "",
            "malformed_json",
            format!("第 {line} 行第 {column} 列起不是合法的 JSON"),
            format!("Not valid JSON from line {line}, column {column}"),
        )
    };
    Fault::of_file(&Source::default(), error)
}

struct Members<'a, 's> {
    sink: &'a mut Sink<'s>,
    others: &'a mut Map<String, Value>,
    stopped: &'a mut Option<Fault>,
}

impl<'de> Visitor<'de> for Members<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Self { sink, others, stopped } = self;
        while let Some(name) = members.next_key::<String>()? {
            let mut all = Collection::ALL.into_iter();
            if let Some(collection) = all.find(|collection| collection.as_str() == name) {
                members.next_value_seed(Rows { collection, sink, stopped })?;
            } else if name == "meta" || name == "amount_unit" {
                let Copied { text, .. } = members.next_value_seed(copy::Row)?;
                if text.len() > MOST_META {
                    *stopped = Some(Fault::of_file(&Source::default(), bundle::too_long(&name)));
                    return Err(A::Error::custom("stopped"));
                }
                others.insert(name, serde_json::from_slice(&text).map_err(A::Error::custom)?);
            } else {
                // All that will be said of it is that nothing is called like this.
                members.next_value::<IgnoredAny>()?;
                if others.len() < MOST_ERRORS {
                    others.insert(printable(&name, 200), Value::Null);
                }
            }
        }
        Ok(())
    }
}

/// The rows of one collection.
struct Rows<'a, 's> {
    collection: Collection,
    sink: &'a mut Sink<'s>,
    stopped: &'a mut Option<Fault>,
}

impl<'de> DeserializeSeed<'de> for Rows<'_, '_> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, rows: D) -> Result<(), D::Error> {
        rows.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element_seed(copy::Row)? {
            if let Err(fault) = self.sink.row(self.collection, 0, &row) {
                *self.stopped = Some(fault);
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}
