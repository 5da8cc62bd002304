//! The header of a table: which column stands where.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::cell::{self, AmountUnit, Cell};
use super::collection::Collection;
use super::column::{Column, plain, without_unit};
use super::columns::columns;
use super::nearest::nearest;
use super::read::{Fault, Flaw, Line, Source};
use crate::http::FieldError;

/// Columns of a table; what is wider was made to be wide.
pub const MOST_COLUMNS: usize = 256;

/// The column in which an earlier import said what was wrong, in Chinese and English. It is passed over.
pub const ERRORS: [&str; 2] = ["导入错误", "Import errors"];

/// Where the columns of a table stand.
#[derive(Clone, Debug)]
pub struct Layout {
    collection: Collection,
    /// Place of the column of an earlier import's errors.
    errors: Option<usize>,
    columns: Vec<Option<(&'static Column, AmountUnit)>>,
    source: Arc<Source>,
}

impl Layout {
    /// Reads the header, or names everything that is wrong with it. `number` is the header's row.
    pub fn read(
        collection: Collection,
        unit: AmountUnit,
        header: &[Cell],
        number: usize,
        mut source: Source,
    ) -> Result<Self, Fault> {
        let mut flaws = Vec::new();
        let mut found: Vec<Option<(&'static Column, AmountUnit)>> = Vec::new();
        let mut errors = None;
        for (place, cell) in header.iter().enumerate() {
            let (Cell::Text(name) | Cell::Failed(name)) = cell;
            let name = name.trim();
            if ERRORS.contains(&name) {
                errors = Some(place);
            }
            if name.is_empty() || errors == Some(place) {
                found.push(None);
                continue;
            }
            let Some((column, stated)) = named(collection, name) else {
                flaws.push(unknown(collection, name, number));
                found.push(None);
                continue;
            };
            if found.iter().flatten().any(|(known, _)| known.path == column.path) {
                flaws.push(Flaw {
                    column: Some(name.to_owned()),
                    ..Flaw::new(
                        number,
                        FieldError::new("", "repeated_column", "此列出现了两次", "This column comes twice"),
                    )
                });
            }
            source.headers.push((column.path, name.to_owned()));
            found.push(Some((column, stated.unwrap_or(unit))));
        }
        for key in keys(collection) {
            let column = columns(collection).iter().find(|column| column.path == *key);
            if let Some(column) = column
                && !found.iter().flatten().any(|(known, _)| known.path == *key)
            {
                flaws.push(Flaw {
                    column: Some(column.zh.to_owned()),
                    ..Flaw::new(
                        number,
                        FieldError::new(
                            "",
                            "missing_column",
                            format!("缺少“{}”列", column.zh),
                            format!("The column “{}” ({}) is missing", column.en, column.path),
                        ),
                    )
                });
            }
        }
        if flaws.is_empty() {
            Ok(Self { collection, errors, columns: found, source: Arc::new(source) })
        } else {
            Err(Fault::Wrong { source: Arc::new(source), flaws })
        }
    }

    /// What the rows come from.
    #[must_use]
    pub fn source(&self) -> Arc<Source> {
        Arc::clone(&self.source)
    }

    /// How many columns there are.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// A row by its header; none: there is nothing in it.
    #[must_use]
    pub fn line(&self, number: usize, cells: &[Cell]) -> Option<Line> {
        let is_blank = |cell: &Cell| matches!(cell, Cell::Text(text) if text.trim().is_empty());
        if cells.iter().all(is_blank) {
            return None;
        }
        let mut row = Map::new();
        let empty = Cell::Text(String::new());
        let places = self.columns.len().max(cells.len());
        for place in 0..places {
            let cell = cells.get(place).unwrap_or(&empty);
            match self.columns.get(place).copied().flatten() {
                Some((column, unit)) => {
                    if let Some(value) = cell::read(column, unit, cell) {
                        put(&mut row, column.path, value);
                    }
                }
                None if is_blank(cell) || self.errors == Some(place) => {}
                None => {
                    let (Cell::Text(text) | Cell::Failed(text)) = cell;
                    let (zh, en) = ("此列没有表头", "This column has no header");
                    let value = cell::unreadable("no_header", zh, en, text);
                    row.insert(format!("{}", place + 1), value);
                }
            }
        }
        Some(Line { number, collection: self.collection, value: Value::Object(row) })
    }

    /// How many columns of `collection` a row names: which row is the header.
    #[must_use]
    pub fn known(collection: Collection, cells: &[Cell]) -> usize {
        let is_known = |cell: &&Cell| matches!(cell, Cell::Text(text) if named(collection, text).is_some());
        cells.iter().filter(is_known).count()
    }
}

pub(super) fn put(row: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            row.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = row.entry(first.to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// What a row cannot be told by without.
const fn keys(collection: Collection) -> &'static [&'static str] {
    match collection {
        Collection::Years => &["year"],
        Collection::Units => &["code"],
        Collection::ProjectExpenditures => &["unit", "year", "code"],
        Collection::Indicators => &["unit", "year", "seq"],
        Collection::Budgets | Collection::BaseData | Collection::Narratives => &["unit", "year"],
    }
}

/// The column of this header, and the unit of amounts that it states.
fn named(collection: Collection, header: &str) -> Option<(&'static Column, Option<AmountUnit>)> {
    let (bare, unit) = without_unit(header);
    let is = |column: &&Column, name: &str| column.names().any(|known| plain(known) == name);
    let (whole, bare) = (plain(header), plain(bare));
    let all = columns(collection);
    let column = all
        .iter()
        .find(|column| is(column, &whole))
        .or_else(|| all.iter().find(|column| is(column, &bare)))?;
    let unit = unit.map(plain);
    let stated = match unit.as_deref().map(|unit| unit.trim_start_matches("单位")) {
        Some("元" | "yuan" | "人民币元") => Some(AmountUnit::Yuan),
        Some("万元" | "10kyuan" | "wanyuan") => Some(AmountUnit::WanYuan),
        _ => None,
    };
    Some((column, stated))
}

fn unknown(collection: Collection, name: &str, number: usize) -> Flaw {
    let all = columns(collection);
    let options = all.iter().flat_map(Column::names);
    let near = nearest(without_unit(name).0, options);
    let near = near.and_then(|near| all.iter().find(|column| column.names().any(|name| name == near)));
    let shown: String = name.chars().take(60).collect();
    let (mut zh, mut en) = (format!("没有名为“{shown}”的列"), format!("There is no column “{shown}”"));
    if let Some(near) = near {
        zh = format!("{zh}，是否为“{}”？", near.zh);
        en = format!("{en}; did you mean “{}”?", near.en);
    }
    Flaw {
        column: Some(name.to_owned()),
        nearest: near.map(|column| column.zh.to_owned()),
        ..Flaw::new(
            number,
            FieldError::new("", "unknown_column", zh, en).found(Value::String(name.to_owned())),
        )
    }
}
