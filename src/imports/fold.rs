//! What an import forgives in the writing of numbers: full-width digits and surrounding spaces. It also turns
//! amounts stated in 元 into 万元. Texts are left as people wrote them.

use jixiao_core::kernel::{Money, NumberError};
use serde_json::Value;

use super::bundle::AmountUnit;
use crate::http::{FieldError, Schemas};

/// Folds the numbers below `value`, which is described by `schema`.
pub fn fold(
    value: &mut Value,
    schema: &Value,
    schemas: &Schemas,
    unit: AmountUnit,
    at: &str,
    errors: &mut Vec<FieldError>,
) {
    let reference = schema.get("$ref").and_then(Value::as_str);
    let named = reference.and_then(|path| path.rsplit('/').next()).and_then(|name| schemas.get(name));
    let schema = named.unwrap_or(schema);
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                if let Some(property) = schema.get("properties").and_then(|properties| properties.get(key)) {
                    fold(member, property, schemas, unit, &format!("{at}/{key}"), errors);
                }
            }
        }
        Value::Array(items) => {
            let Some(item_schema) = schema.get("items") else { return };
            for (index, item) in items.iter_mut().enumerate() {
                fold(item, item_schema, schemas, unit, &format!("{at}/{index}"), errors);
            }
        }
        Value::String(text) if schema.get("format").and_then(Value::as_str) == Some("decimal") => {
            let mut folded = half_width(text);
            let is_amount = schema.get("x-unit").and_then(Value::as_str) == Some("万元");
            if is_amount && unit == AmountUnit::Yuan && !folded.is_empty() {
                match Money::parse_yuan(&folded) {
                    Ok(amount) => folded = amount.to_string(),
                    Err(why) => errors.push(not_yuan(at, text, why)),
                }
            }
            *value = if folded.is_empty() { Value::Null } else { Value::String(folded) };
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
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
fn half_width(text: &str) -> String {
    let fold = |c: char| match c {
        '０'..='９' | '．' | '－' => {
            u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c)
        }
        other => other,
    };
    text.trim().chars().map(fold).collect()
}
