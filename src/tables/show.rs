//! A row as the cells of its table: what [`super::cell::read`] reads, written.

use jixiao_core::kernel::Lang;
use serde_json::{Map, Value};

use super::column::{Column, Entry, Kind, Word};
use super::escape::escape;
use super::grid::Grid;
use super::layout::put;
use super::words::FLAGS;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Nothing at all.
    Nothing,
    /// Text, and numbers whose every digit counts.
    Text(String),
    /// A whole number.
    Number(i64),
}

impl Shown {
    /// What stands there, in words; none: nothing.
    #[must_use]
    pub fn into_text(self) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Text(text) => Some(text),
            Self::Number(number) => Some(number.to_string()),
        }
    }
}

/// The cell of `column` in the table of `row`.
#[must_use]
pub fn show(column: &Column, lang: Lang, row: &Value) -> Shown {
    let value = at(row, column.path);
    match (column.kind, value) {
        (_, None | Some(Value::Null)) => Shown::Nothing,
        (Kind::Plain, Some(Value::String(text))) if text.is_empty() => Shown::Nothing,
        (Kind::List(_), Some(Value::Array(items))) if items.is_empty() => Shown::Nothing,
        (Kind::List(entries), Some(Value::Array(items))) => Shown::Text(list(entries, lang, items)),
        (kind, Some(value)) => value
            .as_i64()
            .filter(|_| matches!(kind, Kind::Integer))
            .map_or_else(|| Shown::Text(scalar(kind, lang, value)), Shown::Number),
    }
}

/// Of a row what its table has columns for: a row of a bundle.
#[must_use]
pub fn pick(grid: &Grid, row: &Value) -> Map<String, Value> {
    let mut picked = Map::new();
    for column in grid.columns {
        let value = match (column.kind, at(row, column.path)) {
            (Kind::List(entries), Some(Value::Array(items))) => {
                items.iter().map(|item| entry(entries, item)).collect()
            }
            (_, value) => value.cloned().unwrap_or_default(),
        };
        put(&mut picked, column.path, value);
    }
    picked
}

fn at<'a>(row: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(row, |value, name| value.get(name))
}

fn entry(entries: &[Entry], item: &Value) -> Value {
    let member = |entry: &Entry| (entry.name.to_owned(), item.get(entry.name).cloned().unwrap_or_default());
    Value::Object(entries.iter().map(member).collect())
}

/// An entry a line, its values with bars between; as JSON where a text has bars or breaks of its own.
fn list(entries: &[Entry], lang: Lang, items: &[Value]) -> String {
    let is_plain = |value: &Value| match value {
        Value::String(text) => !text.contains(['|', '｜', '\n', '\r']) && text.trim() == text,
        _ => true,
    };
    let as_json = || items.iter().map(|item| entry(entries, item)).collect::<Value>().to_string();
    let values = |item| entries.iter().map(move |entry| (entry, Value::get(item, entry.name)));
    if !items.iter().flat_map(values).filter_map(|(_, value)| value).all(is_plain) {
        return as_json();
    }
    let part = |(entry, value): (&Entry, Option<&Value>)| match value {
        None | Some(Value::Null) => String::new(),
        Some(value) => escape(&scalar(entry.kind, lang, value)).into_owned(),
    };
    let line = |item| values(item).map(part).collect::<Vec<_>>().join("|");
    let lines = items.iter().map(line).collect::<Vec<_>>().join("\n");
    // What begins like JSON might be read as such.
    if lines.trim_start().starts_with('[') { as_json() } else { lines }
}

fn scalar(kind: Kind, lang: Lang, value: &Value) -> String {
    let word = |words: &[Word], wire: &str| {
        let known = words.iter().find(|word| word.wire == wire);
        known.map_or(wire, |word| lang.pick(word.zh, word.en)).to_owned()
    };
    match (kind, value) {
        (Kind::Choice(words), Value::String(wire)) => word(words, wire),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Bool(flag)) => word(FLAGS, if *flag { "true" } else { "false" }),
        (_, other) => other.to_string(),
    }
}
