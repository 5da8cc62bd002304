//! What an import forgives in the writing of numbers: full-width digits and surrounding spaces. It also turns
//! amounts stated in 元 into 万元. Texts are left as people wrote them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jixiao_core::kernel::{Money, NumberError};
use serde_json::Value;

use super::bundle::{AmountUnit, Collection, Row, RowText};
use crate::http::{FieldError, Schemas};

/// A row of a bundle: its collection, and its place there.
pub type Place = (Collection, usize);

/// Where in a row numbers stand.
#[derive(Clone, Debug)]
enum Numbers {
    /// Nowhere below this.
    None,
    /// Here, and whether it is an amount.
    Here { is_amount: bool },
    /// In these members.
    Members(Vec<(String, Numbers)>),
    /// In every item.
    Items(Box<Numbers>),
}

impl Numbers {
    fn of(schema: &Value, schemas: &Schemas) -> Self {
        let reference = schema.get("$ref").and_then(Value::as_str);
        let named = reference.and_then(|path| path.rsplit('/').next()).and_then(|name| schemas.get(name));
        let schema = named.unwrap_or(schema);
        if schema.get("format").and_then(Value::as_str) == Some("decimal") {
            let is_amount = schema.get("x-unit").and_then(Value::as_str) == Some("万元");
            return Self::Here { is_amount };
        }
        if let Some(items) = schema.get("items") {
            return match Self::of(items, schemas) {
                Self::None => Self::None,
                items => Self::Items(Box::new(items)),
            };
        }
        let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let members = properties.map(|(name, property)| (name.clone(), Self::of(property, schemas)));
        let members: Vec<_> = members.filter(|(_, numbers)| !matches!(numbers, Self::None)).collect();
        if members.is_empty() { Self::None } else { Self::Members(members) }
    }

    fn fold(&self, value: &mut Value, unit: AmountUnit, at: &str, errors: &mut Vec<FieldError>) {
        match (self, value) {
            (Self::Members(members), Value::Object(object)) => {
                for (name, numbers) in members {
                    if let Some(member) = object.get_mut(name) {
                        numbers.fold(member, unit, &format!("{at}/{name}"), errors);
                    }
                }
            }
            (Self::Items(numbers), Value::Array(items)) => {
                for (index, item) in items.iter_mut().enumerate() {
                    numbers.fold(item, unit, &format!("{at}/{index}"), errors);
                }
            }
            (Self::Here { is_amount }, value) => {
                let Value::String(text) = &*value else { return };
                let is_yuan = *is_amount && unit == AmountUnit::Yuan;
                let folded = match half_width(text) {
                    Cow::Borrowed(same) if same == text && !is_yuan && !same.is_empty() => return,
                    folded => folded.into_owned(),
                };
                *value = match Money::parse_yuan(&folded) {
                    _ if folded.is_empty() => Value::Null,
                    Ok(amount) if is_yuan => Value::String(amount.to_string()),
                    Err(why) if is_yuan => {
                        errors.push(not_yuan(at, text, why));
                        Value::String(folded)
                    }
                    Ok(_) | Err(_) => Value::String(folded),
                };
            }
            _ => {}
        }
    }
}

/// The folding of a bundle's rows.
#[derive(Clone, Debug)]
pub struct Folding {
    numbers: BTreeMap<Collection, Numbers>,
    unit: AmountUnit,
}

impl Folding {
    /// Of rows that state amounts in this unit.
    #[must_use]
    pub fn of(schemas: &Schemas, unit: AmountUnit) -> Self {
        let numbers = |collection: Collection| {
            Some((collection, Numbers::of(schemas.get(collection.schema())?, schemas)))
        };
        Self { numbers: Collection::ALL.into_iter().filter_map(numbers).collect(), unit }
    }

    /// Reads a row whose amounts are in 万元: it has no number that cannot be folded.
    #[must_use]
    pub fn read(&self, text: &RowText) -> Row {
        let mut row = text.read();
        self.fold(&mut row);
        row
    }

    fn fold(&self, row: &mut Row) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if let Some(numbers) = self.numbers.get(&row.collection) {
            let at = row.pointer();
            numbers.fold(&mut row.value, self.unit, &at, &mut errors);
        }
        errors
    }

    /// Brings amounts to 万元, and tells of each row where that cannot be done what is wrong. Whoever reads the rows
    /// after this folds the other numbers.
    pub fn to_wan_yuan(&mut self, rows: &mut [RowText], mut tell: impl FnMut(&Row, Vec<FieldError>)) {
        if self.unit == AmountUnit::WanYuan {
            return;
        }
        for text in rows {
            let mut row = text.read();
            let errors = self.fold(&mut row);
            if !errors.is_empty() {
                tell(&row, errors);
            }
            *text = row.written();
        }
        self.unit = AmountUnit::WanYuan;
    }
}

fn not_yuan(at: &str, text: &str, why: NumberError) -> FieldError {
    let (zh, en) = match why {
        NumberError::TooPrecise { .. } => {
            ("以元计的金额最多 2 位小数", "An amount in yuan takes up to 2 decimals")
        }
        NumberError::OutOfRange => ("金额超出范围", "The amount is out of range"),
        NumberError::Malformed => ("不是数字", "Not a number"),
    };
    FieldError::new(at, "wrong_form", zh, en).found(Value::String(text.to_owned()))
}

/// Full-width digits, point and minus become plain ones; spaces around the number go.
fn half_width(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim();
    if trimmed.is_ascii() {
        return Cow::Borrowed(trimmed);
    }
    let fold = |c: char| match c {
        '０'..='９' | '．' | '－' => {
            u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c)
        }
        other => other,
    };
    Cow::Owned(trimmed.chars().map(fold).collect())
}
