//! One cell: what people and spreadsheets write, as a value of a row.

use jixiao_core::kernel::{Money, NumberError};
use serde_json::{Map, Value, json};

use super::column::{Column, Entry, Kind, Word, plain};
use super::date;
use super::escape::unescape;

/// What a file has in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Text, or a number as its digits.
    Text(String),
    /// A formula that failed or was never worked out.
    Failed(String),
}

/// In what unit a file states amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AmountUnit {
    /// 万元
    #[default]
    WanYuan,
    /// 元
    Yuan,
}

/// A value that no schema takes, because the cell could not be read: `told` says why in its place.
const UNREADABLE: &str = "\u{0}";

/// Stands for a cell that could not be read.
#[must_use]
pub fn unreadable(code: &'static str, zh: &str, en: &str, found: &str) -> Value {
    json!({ UNREADABLE: [code, zh, en, found] })
}

/// Why a cell could not be read: code, words, and what was found.
#[must_use]
pub fn why_unreadable(value: &Value) -> Option<(&str, &str, &str, &str)> {
    match value.get(UNREADABLE)?.as_array()?.as_slice() {
        [code, zh, en, found] => Some((code.as_str()?, zh.as_str()?, en.as_str()?, found.as_str()?)),
        _ => None,
    }
}

/// Reads a cell of `column`; none: the cell says nothing, not even that there is nothing.
#[must_use]
pub fn read(column: &Column, unit: AmountUnit, cell: &Cell) -> Option<Value> {
    let text = match cell {
        Cell::Text(text) => text,
        Cell::Failed(text) => {
            let (zh, en) =
                ("单元格中的公式没有结果，请改为数值或文字", "The formula has no result; write the value");
            return Some(unreadable("formula_failed", zh, en, text));
        }
    };
    if text.trim().is_empty() {
        return match column.kind {
            Kind::Plain => Some(Value::String(text.clone())),
            Kind::Text | Kind::Long if !text.is_empty() => Some(Value::String(text.clone())),
            Kind::Flag => Some(Value::Bool(false)),
            Kind::List(_) => Some(Value::Array(Vec::new())),
            _ if column.path == "rule_set" => None,
            _ => Some(Value::Null),
        };
    }
    let text = unescape(text);
    Some(match column.kind {
        Kind::List(entries) => list(entries, unit, text),
        Kind::Integer if column.path == "year" => integer(text.trim().trim_end_matches(['年', '度'])),
        kind => scalar(kind, unit, text),
    })
}

fn scalar(kind: Kind, unit: AmountUnit, text: &str) -> Value {
    match kind {
        Kind::Text | Kind::Long | Kind::Plain | Kind::List(_) => Value::String(text.to_owned()),
        Kind::Code => Value::String(half_width(text)),
        Kind::Amount if unit == AmountUnit::Yuan => yuan(text),
        Kind::Amount | Kind::Points | Kind::Area => Value::String(number(text)),
        Kind::Integer => integer(text),
        Kind::Date => Value::String(date::read(text).unwrap_or_else(|| text.to_owned())),
        Kind::Flag => match meant(super::words::FLAGS, text) {
            Some("true") => Value::Bool(true),
            Some(_) => Value::Bool(false),
            None => Value::String(text.to_owned()),
        },
        Kind::Choice(words) => Value::String(meant(words, text).unwrap_or(text).to_owned()),
    }
}

/// The word on the wire that `text` stands for.
fn meant(words: &[Word], text: &str) -> Option<&'static str> {
    let text = plain(text);
    let is = |known: &str| plain(known) == text;
    let word = words
        .iter()
        .find(|word| is(word.zh) || is(word.wire) || is(word.en) || word.also.iter().any(|also| is(also)))?;
    Some(word.wire)
}

fn list(entries: &[Entry], unit: AmountUnit, text: &str) -> Value {
    if text.trim_start().starts_with('[')
        && let Ok(Value::Array(items)) = serde_json::from_str(text)
    {
        return Value::Array(items);
    }
    let mut items = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let parts: Vec<&str> = line.split(['|', '｜']).collect();
        if parts.len() > entries.len() {
            let names: Vec<&str> = entries.iter().map(|entry| entry.zh).collect();
            let zh = format!("每行一项，用竖线分隔：{}", names.join("|"));
            let names: Vec<&str> = entries.iter().map(|entry| entry.en).collect();
            let en = format!("An entry a line, with bars between: {}", names.join("|"));
            return unreadable("wrong_list", &zh, &en, line);
        }
        let mut item = Map::new();
        for (entry, part) in entries.iter().zip(parts) {
            let part = part.trim();
            let value = if part.is_empty() { Value::Null } else { scalar(entry.kind, unit, unescape(part)) };
            item.insert(entry.name.to_owned(), value);
        }
        items.push(Value::Object(item));
    }
    Value::Array(items)
}

fn integer(text: &str) -> Value {
    let digits = number(text);
    digits.parse::<i64>().map_or_else(|_| Value::String(text.trim().to_owned()), |number| json!(number))
}

/// An amount that is stated in 元, in 万元.
#[must_use]
pub fn yuan(text: &str) -> Value {
    let digits = number(text);
    let (zh, en) = match Money::parse_yuan(&digits) {
        Ok(amount) => return Value::String(amount.to_string()),
        Err(NumberError::TooPrecise { .. }) => {
            ("以元计的金额最多 2 位小数", "An amount in yuan takes up to 2 decimals")
        }
        Err(NumberError::OutOfRange) => ("金额超出范围", "The amount is out of range"),
        Err(NumberError::Malformed) => {
            ("金额只写数字，不带单位，如 387664.62", "Digits only, such as 387664.62")
        }
    };
    unreadable("wrong_form", zh, en, text.trim())
}

/// A number as spreadsheets write it, without what stands around it: currency, thousands separators, spaces. What is
/// no number stays as it is, for its error to show.
#[must_use]
pub fn number(text: &str) -> String {
    let folded = half_width(text);
    let bare = folded.trim_start_matches(['¥', '￥']).trim_start();
    let (sign, bare) =
        bare.strip_prefix('-').map_or(("", bare), |rest| ("-", rest.trim_start_matches(['¥', '￥'])));
    let (whole, rest) = bare.split_once('.').map_or((bare, None), |(whole, rest)| (whole, Some(rest)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let is_grouped = digits(first)
        && (whole.len() == first.len() || first.len() <= 3)
        && groups.all(|group| group.len() == 3 && digits(group));
    if !is_grouped || rest.is_some_and(|rest| !digits(rest)) {
        return folded;
    }
    let rest = rest.map(|rest| format!(".{rest}")).unwrap_or_default();
    format!("{sign}{}{rest}", whole.replace(',', ""))
}

/// Full-width letters, digits and marks become plain ones; spaces around go.
#[must_use]
pub fn half_width(text: &str) -> String {
    let fold = |c: char| match c {
        '！'..='～' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c),
        other => other,
    };
    text.trim().chars().map(fold).collect()
}

/// Turns the amounts of a row that states them in 元 into 万元.
pub fn to_wan_yuan(columns: &[Column], row: &mut Value) {
    for column in columns {
        let Some(value) = row.pointer_mut(&format!("/{}", column.path.replace('.', "/"))) else { continue };
        match column.kind {
            Kind::Amount => in_wan_yuan(value),
            Kind::List(entries) => {
                for item in value.as_array_mut().into_iter().flatten() {
                    for entry in entries.iter().filter(|entry| matches!(entry.kind, Kind::Amount)) {
                        if let Some(value) = item.get_mut(entry.name) {
                            in_wan_yuan(value);
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

fn in_wan_yuan(value: &mut Value) {
    if let Value::String(text) = value
        && !text.trim().is_empty()
    {
        *value = yuan(text);
    }
}
