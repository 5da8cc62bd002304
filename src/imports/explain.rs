//! What is wrong with a row, in the words of its file. The schemas speak of fields and options; who has a spreadsheet
//! open wants to know which column, and what to write there.

use std::sync::Arc;

use serde_json::Value;

use super::bundle::Row;
use super::report::RowError;
use crate::http::FieldError;
use crate::http::problem::Message;
use crate::tables::cell::why_unreadable;
use crate::tables::nearest::nearest;
use crate::tables::{Column, Kind, Word, columns, words};

/// An error of `row`, with the place as its file shows it.
#[must_use]
pub fn explain(row: &Row, mut error: FieldError) -> RowError {
    let at = row.pointer();
    let path = error.pointer.strip_prefix(&at).unwrap_or_default().trim_start_matches('/').to_owned();
    let place = Place::of(row, &path);
    if is_nothing(&error) && !path.is_empty() {
        let there = row.value.pointer(&format!("/{path}"));
        error.found = there.filter(|value| !value.is_null() && why_unreadable(value).is_none()).cloned();
    }
    let is_table = row.source.is_table();
    let mut near = None;
    let mut header = place.column.map(|column| header(row, column));
    if is_table && let Some(told) = unreadable(&error) {
        error = FieldError { pointer: error.pointer, ..told };
    } else if is_table && error.code == "unknown_field" && path.parse::<usize>().is_ok() {
        header = Some(format!("第 {path} 列"));
        let found = row.value.get(&path).and_then(why_unreadable).map(|(.., found)| found.to_owned());
        let (zh, en) =
            ("此列没有表头，内容不会导入", "This column has no header; what stands there is not read");
        error = FieldError::new(error.pointer, "no_header", zh, en);
        error.found = found.map(Value::String);
    } else if error.code == "unknown_field" {
        let name = path.rsplit('/').next().unwrap_or_default();
        near = nearest(name, place.members(row)).map(str::to_owned);
    } else if is_table
        && let Some(column) = place.column
        && (error.code == "missing_field"
            || column.required && error.code == "wrong_type" && is_nothing(&error))
    {
        // An empty cell is a null, which is of no type that a column must have.
        error.code = "missing_field";
        error.message = Message::new(
            format!("“{}”必填，不能为空", column.zh),
            format!("“{}” must not be empty", column.en),
        );
    } else if let Some(words) = place.words()
        && matches!(error.code, "not_an_option" | "wrong_type")
        && let Some(Value::String(found)) = &error.found
    {
        let names = words
            .iter()
            .flat_map(|word| [word.wire, word.zh, word.en].into_iter().chain(word.also.iter().copied()));
        let meant = nearest(found, names).and_then(|near| words.iter().find(|word| is_named(word, near)));
        near = meant.map(|word| if is_table { word.zh } else { word.wire }.to_owned());
        if is_table {
            let list =
                |name: fn(&Word) -> &str, mark: &str| words.iter().map(name).collect::<Vec<_>>().join(mark);
            error.code = "not_an_option";
            error.message = Message::new(
                format!("只能填：{}", list(|word| word.zh, "、")),
                format!("One of: {}", list(|word| word.en, ", ")),
            );
        }
    }
    RowError {
        collection: row.collection.as_str(),
        row: row.number,
        key: row.key(),
        error,
        source: Arc::clone(&row.source),
        column: header.filter(|_| is_table),
        nearest: near,
    }
}

/// Whether nothing stands where the error is.
fn is_nothing(error: &FieldError) -> bool {
    error.found.as_ref().is_none_or(Value::is_null)
}

fn is_named(word: &Word, name: &str) -> bool {
    word.wire == name || word.zh == name || word.en == name || word.also.contains(&name)
}

/// The column as the file calls it.
fn header(row: &Row, column: &Column) -> String {
    let own = row.source.headers.iter().find(|(path, _)| *path == column.path);
    own.map_or_else(|| column.zh.to_owned(), |(_, header)| header.clone())
}

/// What the reader of the cell had to say.
fn unreadable(error: &FieldError) -> Option<FieldError> {
    let (code, zh, en, found) = why_unreadable(error.found.as_ref()?)?;
    let known = ["formula_failed", "wrong_list", "wrong_form", "no_header"];
    let code = known.into_iter().find(|known| *known == code).unwrap_or("invalid");
    Some(FieldError::new("", code, zh, en).found(Value::String(found.to_owned())))
}

/// Where in a row an error stands.
struct Place<'a> {
    column: Option<&'static Column>,
    /// The member of an entry, where the column is a list.
    entry: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn of(row: &Row, path: &'a str) -> Self {
        let dotted = path.replace('/', ".");
        let is_it = |column: &&Column| {
            dotted.strip_prefix(column.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let column = columns(row.collection).iter().find(is_it);
        let entry = column.filter(|column| dotted.len() > column.path.len());
        Self { column, entry: entry.and_then(|_| path.rsplit('/').next()) }
    }

    fn words(&self) -> Option<&'static [Word]> {
        match (self.column?.kind, self.entry) {
            (Kind::Choice(words), _) => Some(words),
            (Kind::Flag, _) => Some(words::FLAGS),
            (Kind::List(entries), Some(name)) => {
                match entries.iter().find(|entry| entry.name == name)?.kind {
                    Kind::Choice(words) => Some(words),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Names that may stand where the error does.
    fn members(&self, row: &Row) -> Vec<&'static str> {
        match self.column.map(|column| column.kind) {
            Some(Kind::List(entries)) => entries.iter().map(|entry| entry.name).collect(),
            _ => columns(row.collection).iter().flat_map(|column| column.path.split('.')).collect(),
        }
    }
}
