//! A bundle's rows: the one row model that every format is read into.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::ahead::Looked;
use super::explain::explain;
use super::report::RowError;
use crate::http::FieldError;
use crate::tables::nearest::nearest;
use crate::tables::read::{Flaw, Line, Read, Source};
pub use crate::tables::{AmountUnit, Collection};

/// One row as it came, and as it waits for its turn: as text, because values take many times the room.
#[derive(Clone, Debug)]
pub struct RowText {
    /// Its kind.
    pub collection: Collection,
    /// Its place in its collection, from 0, over all files.
    pub index: usize,
    /// What it says, as JSON.
    pub text: Box<str>,
    /// The file or sheet that it stands in.
    pub source: Arc<Source>,
    /// Its number there as people see it: in a table the header is row 1.
    pub number: usize,
}

impl RowText {
    /// Itself, read.
    #[must_use]
    pub fn read(&self) -> Row {
        let Self { collection, index, ref text, ref source, number } = *self;
        // It was JSON when it became a row.
        let value = serde_json::from_str(text).unwrap_or_default();
        Row { collection, index, value, source: Arc::clone(source), number }
    }
}

/// One row, read.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its kind.
    pub collection: Collection,
    /// Its place in its collection, from 0, over all files.
    pub index: usize,
    /// What it says.
    pub value: Value,
    /// The file or sheet that it stands in.
    pub source: Arc<Source>,
    /// Its number there as people see it: in a table the header is row 1.
    pub number: usize,
}

impl Row {
    /// Where it stands, as a JSON pointer.
    #[must_use]
    pub fn pointer(&self) -> String {
        format!("/{}/{}", self.collection.as_str(), self.index)
    }

    /// Its key as far as it can be told, for people to find it.
    #[must_use]
    pub fn key(&self) -> String {
        let part = |name: &str| match self.value.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let names: &[&str] = match self.collection {
            Collection::Years => &["year"],
            Collection::Units => &["code"],
            Collection::ProjectExpenditures => &["unit", "year", "code"],
            Collection::Indicators => &["unit", "year", "project", "seq"],
            Collection::Budgets | Collection::BaseData | Collection::Narratives => &["unit", "year"],
        };
        names.iter().filter_map(|name| part(name)).collect::<Vec<_>>().join("/")
    }

    /// Itself as it waits for its turn.
    #[must_use]
    pub fn written(self) -> RowText {
        let Self { collection, index, value, source, number } = self;
        RowText { collection, index, text: value.to_string().into(), source, number }
    }

    /// An error of this row.
    #[must_use]
    pub fn error(&self, error: FieldError) -> RowError {
        explain(self, error)
    }
}

/// A file, read.
#[derive(Debug, Default)]
pub struct Bundle {
    /// In what unit it states amounts.
    pub amount_unit: AmountUnit,
    /// Its own notes.
    pub meta: Option<Value>,
    /// Its rows.
    pub rows: Vec<RowText>,
    /// Those that were looked at before.
    pub looked: Vec<Looked>,
    /// Lines that are no rows.
    pub unread: Vec<RowError>,
}

impl Bundle {
    /// Adds what was read from a file or sheet.
    pub fn add(&mut self, read: Read) {
        let Read { source, lines, unread } = read;
        let mut next: BTreeMap<Collection, usize> = BTreeMap::new();
        for row in &self.rows {
            next.entry(row.collection).and_modify(|next| *next += 1).or_insert(1);
        }
        self.rows.reserve(lines.len());
        for Line { number, collection, value } in lines {
            let next = next.entry(collection).or_default();
            self.rows.extend(kept(
                Row { collection, index: *next, value, source: Arc::clone(&source), number },
                &mut self.unread,
            ));
            *next += 1;
        }
        self.unread.extend(unread.into_iter().map(|flaw| of_file(&source, flaw)));
    }
}

/// Members of an object in a row, and items of a list: what has more was made to be told of each.
pub(super) const MOST_MEMBERS: usize = 256;
pub(super) const MOST_ITEMS: usize = 1_000;

/// The row, unless it is wider than any that there is.
fn kept(row: Row, unread: &mut Vec<RowError>) -> Option<RowText> {
    if !is_too_wide(&row.value) {
        return Some(row.written());
    }
    unread.push(row.error(FieldError::new(
        row.pointer(),
        "too_many_members",
        format!("一行最多 {MOST_MEMBERS} 个字段，其中的列表最多 {MOST_ITEMS} 项"),
        format!("A row has at most {MOST_MEMBERS} members, and a list in it {MOST_ITEMS} items"),
    )));
    None
}

fn is_too_wide(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.len() > MOST_ITEMS || items.iter().any(is_too_wide),
        Value::Object(members) => members.len() > MOST_MEMBERS || members.values().any(is_too_wide),
        _ => false,
    }
}

/// An error of a file, or of a line of it that is no row.
#[must_use]
pub fn of_file(source: &Arc<Source>, flaw: Flaw) -> RowError {
    let Flaw { number, column, error, nearest } = flaw;
    let source = Arc::clone(source);
    RowError { collection: "", row: number, key: String::new(), error, source, column, nearest }
}

fn of_bundle(error: FieldError) -> RowError {
    of_file(&Arc::default(), Flaw::new(0, error))
}

/// There is nothing in it that could be imported.
#[must_use]
pub fn no_rows() -> RowError {
    of_bundle(FieldError::new("", "no_rows", "文件中没有任何数据行", "The file has no rows"))
}

/// Bytes of the notes that are kept with an import.
pub const MOST_META: usize = 16 << 10;

/// A member that is no row is longer than what is kept of an import.
#[must_use]
pub fn too_long(member: &str) -> FieldError {
    let most = MOST_META >> 10;
    let (zh, en) = (format!("不能超过 {most} KiB"), format!("At most {most} KiB"));
    FieldError::new(format!("/{member}"), "too_long", zh, en)
}

/// Reads a JSON bundle. Anything but `meta`, `amount_unit` and the collections is an error.
pub fn read(value: Value) -> Result<Bundle, Vec<RowError>> {
    let Value::Object(members) = value else {
        let error = FieldError::new("", "wrong_type", "应为对象 {…}", "Want an object");
        return Err(vec![of_bundle(error)]);
    };
    read_members(members, Bundle::default())
}

/// Reads the members of a JSON bundle, beside the rows that were read before.
pub fn read_members(
    members: impl IntoIterator<Item = (String, Value)>,
    mut bundle: Bundle,
) -> Result<Bundle, Vec<RowError>> {
    let source = Arc::<Source>::default();
    let mut errors = Vec::new();
    for (name, value) in members {
        if let Some(collection) = Collection::ALL.into_iter().find(|collection| collection.as_str() == name) {
            match value {
                Value::Array(rows) => {
                    let row = |(index, value)| {
                        let source = Arc::clone(&source);
                        Row { collection, index, value, source, number: index + 1 }
                    };
                    let rows = rows.into_iter().enumerate().map(row);
                    bundle.rows.extend(rows.filter_map(|row| kept(row, &mut bundle.unread)));
                }
                other => errors.push(of_bundle(
                    FieldError::new(format!("/{name}"), "wrong_type", "应为数组 […]", "Want an array")
                        .found(other),
                )),
            }
        } else if name == "meta" {
            match value {
                Value::Null => {}
                Value::Object(_) if value.to_string().len() > MOST_META => {
                    errors.push(of_bundle(too_long("meta")));
                }
                Value::Object(_) => bundle.meta = Some(value),
                other => errors.push(of_bundle(
                    FieldError::new("/meta", "wrong_type", "应为对象 {…}", "Want an object").found(other),
                )),
            }
        } else if name == "amount_unit" {
            match value.as_str() {
                None if value.is_null() => {} // as if it were not there: 万元
                Some("wan_yuan") => bundle.amount_unit = AmountUnit::WanYuan,
                Some("yuan") => bundle.amount_unit = AmountUnit::Yuan,
                _ => errors.push(of_bundle(
                    FieldError::new(
                        "/amount_unit",
                        "not_an_option",
                        "只能填：wan_yuan（万元）、yuan（元）",
                        "One of: wan_yuan, yuan",
                    )
                    .found(value),
                )),
            }
        } else {
            let error = FieldError::new(
                format!("/{}", name.replace('~', "~0").replace('/', "~1")),
                "unknown_field",
                format!("没有名为“{name}”的内容，请检查拼写"),
                format!("There is nothing called “{name}”; check the spelling"),
            );
            let members = Collection::ALL.map(Collection::as_str).into_iter().chain(["meta", "amount_unit"]);
            let nearest = nearest(&name, members).map(str::to_owned);
            errors.push(RowError { nearest, ..of_bundle(error) });
        }
    }
    if errors.is_empty() && bundle.rows.is_empty() && bundle.unread.is_empty() {
        errors.push(no_rows());
    }
    if errors.is_empty() { Ok(bundle) } else { Err(errors) }
}
