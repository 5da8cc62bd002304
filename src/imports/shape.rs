//! What of a schema can be told of a row's text at a glance. Nearly every row is well, and looking so costs a tenth of
//! making values of it and holding those against the schema. Only what is well by every word of the schema is taken:
//! whatever else a row says, and whatever else a schema asks for, is left to those who know all of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::bundle::{Collection, RowText};
use crate::http::Schemas;

/// The shapes of some collections' rows.
#[derive(Clone, Debug)]
pub struct Shapes(BTreeMap<Collection, Shape>);

impl Shapes {
    /// As the document has them.
    #[must_use]
    pub fn of(schemas: &Schemas, collections: &BTreeSet<Collection>) -> Self {
        let shape = |collection: &Collection| {
            Some((*collection, Shape::named(collection.schema(), schemas, DEEP).unwrap_or(Shape::Unknown)))
        };
        Self(collections.iter().filter_map(shape).collect())
    }

    /// What a row says, if it is surely what its schema asks for; its nulls say nothing.
    #[must_use]
    pub fn read<T: DeserializeOwned>(&self, row: &RowText) -> Option<T> {
        let shape = self.0.get(&row.collection)?;
        let mut json = serde_json::Deserializer::from_str(&row.text);
        shape.deserialize(&mut json).ok()?;
        // A name that stands twice is an error to this, as is a null where the type has none.
        serde_json::from_str(&row.text).ok()
    }
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    Text {
        lengths: (usize, usize),
        form: Form,
        is_optional: bool,
    },
    Word {
        options: Vec<String>,
        is_optional: bool,
    },
    Whole {
        from: i64,
        to: i64,
        is_optional: bool,
    },
    Flag,
    Items {
        most: usize,
        shape: Box<Shape>,
    },
    Members {
        members: Vec<Member>,
        required: usize,
    },
    /// Something is asked for that is not told here.
    Unknown,
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Member {
    name: String,
    is_required: bool,
    shape: Shape,
}

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Any,
    NoNul,
    /// Letters, digits and hyphens.
    Code,
    /// A date of a year that is likely.
    Date,
    /// Digits, with decimals.
    Decimal {
        may_be_negative: bool,
        digits: usize,
        decimals: usize,
    },
}

impl Form {
    fn of(pattern: &str) -> Option<Self> {
        if pattern == r"^[^\u0000]*$" || pattern == r"^[^\x00]*$" {
            return Some(Self::NoNul);
        }
        let rest = pattern.strip_prefix('^')?.strip_suffix('$')?;
        if rest == "[A-Za-z0-9-]{1,32}" {
            return Some(Self::Code);
        }
        let positive = rest.strip_prefix("-?");
        let (digits, rest) =
            positive.unwrap_or(rest).strip_prefix("[0-9]{1,")?.split_once(r"}(\.[0-9]{1,")?;
        let (digits, decimals) = (digits.parse().ok()?, rest.strip_suffix("})?")?.parse().ok()?);
        Some(Self::Decimal { may_be_negative: positive.is_some(), digits, decimals })
    }

    fn fits(self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::NoNul => !text.contains('\0'),
            Self::Code => {
                (1..=32).contains(&text.len())
                    && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            }
            // Whether there is such a day, its type knows.
            Self::Date => match text.as_bytes() {
                [b'1' | b'2', year @ .., b'-', m, n, b'-', d, e] if year.len() == 3 => {
                    year.iter().chain([m, n, d, e]).all(u8::is_ascii_digit)
                }
                _ => false,
            },
            Self::Decimal { may_be_negative, digits, decimals } => {
                let text = if may_be_negative { text.strip_prefix('-').unwrap_or(text) } else { text };
                let are = |text: &str, most: usize| {
                    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
                };
                match text.split_once('.') {
                    Some((whole, part)) => are(whole, digits) && are(part, decimals),
                    None => are(text, digits),
                }
            }
        }
    }
}

/// How far a schema is followed into others.
const DEEP: usize = 4;

/// Words of a schema that ask for nothing.
const SAID: [&str; 5] = ["description", "example", "title", "default", "x-unit"];

impl Shape {
    fn named(name: &str, schemas: &Schemas, deep: usize) -> Option<Self> {
        Self::of(schemas.get(name)?, schemas, deep.checked_sub(1)?)
    }

    /// Of this schema; none: it asks for something that is not known here.
    fn of(schema: &Value, schemas: &Schemas, deep: usize) -> Option<Self> {
        let schema = schema.as_object()?;
        if let Some(reference) = schema.get("$ref") {
            let says_more = schema.keys().any(|key| key != "$ref" && !SAID.contains(&key.as_str()));
            let name = reference.as_str()?.strip_prefix("#/components/schemas/")?;
            return if says_more { None } else { Self::named(name, schemas, deep) };
        }
        let (kind, is_optional) = match schema.get("type")? {
            Value::String(kind) => (kind.as_str(), false),
            Value::Array(kinds) => match kinds.as_slice() {
                [Value::String(kind), Value::String(null)] if null == "null" => (kind.as_str(), true),
                _ => return None,
            },
            _ => return None,
        };
        let asks = |known: &[&str]| {
            schema
                .keys()
                .all(|key| key == "type" || [&SAID, known].iter().any(|all| all.contains(&key.as_str())))
        };
        let number = |key: &str| schema.get(key).map_or(Some(None), |value| value.as_i64().map(Some));
        let count = |key| number(key)?.map_or(Some(None), |count| usize::try_from(count).ok().map(Some));
        match kind {
            "string" if asks(&["enum"]) => {
                let options = schema.get("enum")?.as_array()?.iter().filter(|option| !option.is_null());
                let options = options.map(|option| option.as_str().map(str::to_owned));
                Some(Self::Word { options: options.collect::<Option<_>>()?, is_optional })
            }
            "string" if asks(&["minLength", "maxLength", "pattern", "format"]) => {
                let lengths = (count("minLength")?.unwrap_or(0), count("maxLength")?.unwrap_or(usize::MAX));
                let form = match (schema.get("format").and_then(Value::as_str), schema.get("pattern")) {
                    (None, None) if !schema.contains_key("format") => Form::Any,
                    (Some("date"), None) => Form::Date,
                    // A decimal is what its pattern says.
                    (None | Some("decimal"), Some(pattern)) => Form::of(pattern.as_str()?)?,
                    _ => return None,
                };
                Some(Self::Text { lengths, form, is_optional })
            }
            "integer" if asks(&["minimum", "maximum", "format"]) => Some(Self::Whole {
                from: number("minimum")?.unwrap_or(i64::MIN),
                to: number("maximum")?.unwrap_or(i64::MAX),
                is_optional,
            }),
            "boolean" if asks(&[]) && !is_optional => Some(Self::Flag),
            "array" if asks(&["items", "maxItems"]) && !is_optional => {
                let shape = Self::of(schema.get("items")?, schemas, deep).unwrap_or(Self::Unknown);
                Some(Self::Items { most: count("maxItems")?.unwrap_or(usize::MAX), shape: Box::new(shape) })
            }
            "object" if asks(&["properties", "required", "additionalProperties"]) && !is_optional => {
                schema.get("additionalProperties").filter(|others| **others == Value::Bool(false))?;
                let empty = Map::new();
                let properties = schema.get("properties").map_or(Some(&empty), Value::as_object)?;
                let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
                let required = required.map(|name| name.as_str().map(str::to_owned));
                let required: Vec<String> = required.collect::<Option<_>>()?;
                let member = |(name, property): (&String, _)| {
                    let mut shape = Self::of(property, schemas, deep).unwrap_or(Self::Unknown);
                    let is_required = required.contains(name);
                    // A null says nothing, so it is not what is required.
                    if let Self::Text { is_optional, .. }
                    | Self::Word { is_optional, .. }
                    | Self::Whole { is_optional, .. } = &mut shape
                    {
                        *is_optional &= !is_required;
                    }
                    Member { name: name.clone(), is_required, shape }
                };
                let members = properties.iter().map(member).collect();
                Some(Self::Members { members, required: required.len() })
            }
            _ => None,
        }
    }
}

impl<'de> DeserializeSeed<'de> for &Shape {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

fn fits<E: Error>(is_so: bool) -> Result<(), E> {
    if is_so { Ok(()) } else { Err(E::custom("not at a glance")) }
}

impl<'de> Visitor<'de> for &Shape {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what the schema asks for")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        fits(match self {
            Shape::Text { lengths: (least, most), form, .. } => {
                // No text has more characters than bytes.
                let is_short = text.len() <= *most || text.chars().count() <= *most;
                let is_long = *least == 0 || text.chars().take(*least).count() == *least;
                is_short && is_long && form.fits(text)
            }
            Shape::Word { options, .. } => options.iter().any(|option| option == text),
            _ => false,
        })
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        fits(matches!(self, Shape::Whole { from, to, .. } if (*from..=*to).contains(&number)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        i64::try_from(number).map_or_else(|_| fits(false), |number| self.visit_i64(number))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        fits(*self == Shape::Flag)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        fits(matches!(
            self,
            Shape::Text { is_optional: true, .. }
                | Shape::Word { is_optional: true, .. }
                | Shape::Whole { is_optional: true, .. }
        ))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Shape::Items { most, shape } = self else { return fits(false) };
        let mut count = 0;
        while items.next_element_seed(&**shape)?.is_some() {
            count += 1;
        }
        fits(count <= *most)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Shape::Members { members: known, required } = self else { return fits(false) };
        let mut missing = *required;
        while let Some(Member { is_required, shape, .. }) = members.next_key_seed(Names(known))? {
            members.next_value_seed(shape)?;
            missing -= usize::from(missing > 0 && *is_required);
        }
        // A name that stands twice is found by the type.
        fits(missing == 0)
    }
}

/// The names of an object's members: so few that looking at one after the other is fastest.
struct Names<'s>(&'s [Member]);

impl<'de, 's> DeserializeSeed<'de> for Names<'s> {
    type Value = &'s Member;
    fn deserialize<D: serde::Deserializer<'de>>(self, name: D) -> Result<&'s Member, D::Error> {
        name.deserialize_str(self)
    }
}

impl<'s> Visitor<'_> for Names<'s> {
    type Value = &'s Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name of the schema")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<&'s Member, E> {
        let member = self.0.iter().find(|member| member.name == name);
        member.ok_or_else(|| E::custom("another name"))
    }
}
